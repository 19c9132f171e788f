"""The checked tree of an expression: all that the compiler ever sees. No pyspark here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime


class ExpressionError(Exception):
    """An expression that is not allowed: the sentence, where in the text (characters from 0), and the way out."""

    def __init__(self, message: str, offset: int = 0, way_out: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.way_out = way_out


@dataclass(frozen=True)
class Node:
    """A part of an expression with its type; `size` is what it becomes for Spark, where some parts stand twice."""

    type: str
    offset: int = field(compare=False)
    size: int = field(compare=False)


@dataclass(frozen=True)
class Literal(Node):
    """A value written in the text: int, float, str, bool, date, aware datetime, or None."""

    value: int | float | str | bool | date | datetime | None


@dataclass(frozen=True)
class Name(Node):
    """A column, or a key of a map, by its dotted name."""

    name: str


@dataclass(frozen=True)
class Operation(Node):
    """A function or operator over nodes; `name` is a key of the compiler's dispatch."""

    name: str
    arguments: tuple[Node, ...]


@dataclass(frozen=True)
class SpecialNode(Node):
    """A call whose value somebody else computes."""

    call: "Call"


@dataclass(frozen=True)
class Special:
    """A function of one place of the grammar (`percentile`, the aggregates of `take`).

    Inside its arguments only the columns of `arguments` are known. `result` is a type, or `same` (as the first argument).
    `arity` is the least and greatest number of arguments.
    """

    name: str
    arguments: Mapping[str, str]
    result: str
    allows_star: bool = False
    allows_distinct: bool = False
    arity: tuple[int, int] = (1, 1)


@dataclass(frozen=True)
class Call:
    """A call of a special: all its arguments in order, the values of those that are literals, and its canonical text.

    Equal calls have equal keys, however they were written.
    """

    name: str
    arguments: tuple["Expression", ...]
    literals: tuple[int | float | str | bool | date | datetime | None, ...]
    is_star: bool
    is_distinct: bool
    key: str


@dataclass(frozen=True)
class Expression:
    """A checked expression: `names` are the dotted names in it (those inside special calls too), `calls` its special calls."""

    text: str
    tree: Node
    type: str
    names: frozenset[str]
    calls: tuple[Call, ...]


def written(node: Node) -> str:
    """The canonical text of a node: equal for equal trees, whatever the blanks and brackets of the source."""
    match node:
        case Literal(value=value):
            return _value_written(value)
        case Name(name=name):
            return name
        case SpecialNode(call=call):
            return call.key
        case Operation(name=name, arguments=arguments):
            kind = f" as {node.type}" if name == "cast" else ""
            return f"{name}({', '.join(written(argument) for argument in arguments)}{kind})"
    raise TypeError(f"{type(node).__name__} is no node")


def _value_written(value: int | float | str | bool | date | datetime | None) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str():
            return "'" + value.replace("'", "''") + "'"
        case datetime():
            return f"timestamp '{value.isoformat()}'"
        case date():
            return f"date '{value.isoformat()}'"
    return repr(value)


def names_in(node: Node) -> frozenset[str]:
    """The dotted names in a tree, those inside special calls too."""
    match node:
        case Name(name=name):
            return frozenset({name})
        case Operation(arguments=arguments):
            return frozenset().union(*(names_in(argument) for argument in arguments))
        case SpecialNode(call=call):
            return frozenset().union(*(argument.names for argument in call.arguments))
    return frozenset()


def calls_in(node: Node) -> tuple[Call, ...]:
    """The special calls in a tree, each once, in the order of the text."""
    match node:
        case SpecialNode(call=call):
            return (call,)
        case Operation(arguments=arguments):
            calls = [call for argument in arguments for call in calls_in(argument)]
            return tuple({call.key: call for call in calls}.values())
    return ()
