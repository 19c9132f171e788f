"""Calls of ordinary functions: the allow-list, arity, types of arguments, rules of literals. No pyspark here."""

from collections.abc import Sequence
from difflib import get_close_matches

from dmp_spark.expressions.allowed import FAMILIES, FUNCTIONS, LITERALS, OTHER_NAMES, REASONS, Function
from dmp_spark.expressions.nodes import ExpressionError, Literal, Node
from dmp_spark.expressions.operators import comparison, operation, said, shared_type
from dmp_spark.expressions.patterns import UNITS, format_fault, groups_of, regex_fault
from dmp_spark.expressions.types import common, element_of, entry_of, family

_RANGES = {"'digits'": (0, 12), "'length'": (0, 1000), "'index'": (-1_000_000, 1_000_000), "'group'": (0, 20)}


def known(name: str, offset: int, added: Sequence[str] = ()) -> str:
    """The name under which the compiler has a function; ExpressionError, with all that is allowed, where it has none."""
    name = OTHER_NAMES.get(name, name)
    if name in FUNCTIONS:
        return name
    reason = REASONS.get(name)
    close = get_close_matches(name, [*FUNCTIONS, *added], n=1, cutoff=0.75) if reason is None else []
    hint = f"did you mean {close[0]}()? " if close else ""
    message = f"the function {name}() is not allowed" + (f": {reason}" if reason else "")
    raise ExpressionError(message, offset, f"{hint}allowed: {', '.join(sorted({*FUNCTIONS, *added}))}")


def function(name: str, arguments: Sequence[Node], offset: int) -> Node:
    """The node of a call; ExpressionError where the function is not allowed or its arguments do not fit."""
    rule = FUNCTIONS[known(name, offset)]
    most = 100 if rule.repeats else len(rule.takes)
    least = len(rule.takes) - rule.optional
    if not least <= len(arguments) <= most:
        raise ExpressionError(
            f"{name}() takes {counted(least, most)}, not {len(arguments)}", offset, f"for example {rule.example}"
        )
    for index, argument in enumerate(arguments):
        _check(rule, rule.takes[min(index, len(rule.takes) - 1)], argument)
    return operation(rule.name, _gives(rule, arguments), arguments, offset, rule.copies)


def counted(least: int, most: int) -> str:
    """`2 arguments`, `1 to 3 arguments`, `no argument`."""
    if most == 0:
        return "no argument"
    if most >= 100:
        return f"{least} or more arguments"
    return f"{least if least == most else f'{least} to {most}'} argument{'' if most == 1 else 's'}"


def _check(rule: Function, wanted: str, argument: Node) -> None:
    if wanted in LITERALS:
        return _check_literal(rule, wanted, argument)
    if wanted == "any" or argument.type == "unknown":
        return None
    if rule.name == "concat_ws" and argument.type == "null":
        return None
    if family(argument.type) not in FAMILIES[wanted]:
        kind = "condition" if wanted == "boolean" else wanted
        hint = "cast(… as string)" if wanted == "text" else ""
        if wanted == "date" and argument.type == "timestamp":
            hint = "cast(… as date) takes the day in UTC"
        raise ExpressionError(
            f"{rule.name}() takes {kind} here, and {said(argument)} is a {argument.type}", argument.offset, hint
        )
    if rule.name == "concat_ws" and argument.type.startswith("array") and argument.type != "array<string>":
        raise ExpressionError(f"concat_ws() joins texts, and {said(argument)} is an {argument.type}", argument.offset)
    return None


def _check_literal(rule: Function, wanted: str, argument: Node) -> None:
    value = argument.value if isinstance(argument, Literal) else None
    fault: str | None = None
    if wanted in _RANGES:
        low, high = _RANGES[wanted]
        is_fine = (
            isinstance(value, int)
            and not isinstance(value, bool)
            and low <= value <= high
            and (value != 0 or wanted != "'index'")
        )
        fault = None if is_fine else f"{rule.name}() takes {LITERALS[wanted]} here"
    elif not isinstance(value, str):
        fault = f"{rule.name}() takes {LITERALS[wanted]} here, written out"
    elif wanted == "'pattern'":
        fault = regex_fault(value)
    elif wanted == "'format'":
        fault = format_fault(value)
    elif wanted == "'plain text'" and ("$" in value or "\\" in value):
        fault = f"{rule.name}() takes {LITERALS[wanted]} here"
    elif wanted.endswith("unit'") and value.lower() not in UNITS["date" if wanted == "'date unit'" else "timestamp"]:
        fault = f"{rule.name}() takes {LITERALS[wanted]} here, not {value!r}"
    if fault:
        raise ExpressionError(fault, argument.offset)


def _gives(rule: Function, arguments: Sequence[Node]) -> str:
    if rule.name == "regexp_extract":
        _check_group(arguments)
    if rule.gives == "first":
        if rule.name == "nullif":
            comparison("=", arguments[0], arguments[1])
        return "bigint" if family(arguments[0].type) == "integer" else arguments[0].type
    if rule.gives == "common":
        chosen = [argument for index, argument in enumerate(arguments) if rule.takes[min(index, len(rule.takes) - 1)] == "any"]
        kind = shared_type(rule.name, chosen)
        if rule.name in ("greatest", "least") and family(kind) in ("array", "map", "other"):
            raise ExpressionError(f"{rule.name}() cannot compare {kind}", arguments[0].offset)
        return kind
    if rule.name == "array_contains":
        _check_element(rule, arguments[1], arguments[0].type)
    if rule.gives == "inside":
        return _inside(rule, arguments)
    return rule.gives


def _check_group(arguments: Sequence[Node]) -> None:
    pattern = arguments[1].value if isinstance(arguments[1], Literal) else ""
    wanted = arguments[2].value if len(arguments) > 2 and isinstance(arguments[2], Literal) else 1
    there = groups_of(str(pattern))
    if isinstance(wanted, int) and wanted > there:
        raise ExpressionError(f"regexp_extract() asks for group {wanted}, and the pattern has {there}", arguments[1].offset)


def _check_element(rule: Function, value: Node, whole: str) -> None:
    if whole == "unknown":
        return
    kind = element_of(whole)
    if common((kind, value.type)) is None or value.type == "null":
        raise ExpressionError(f"{rule.name}(): {said(value)} is a {value.type}, the elements are {kind}", value.offset)


def _inside(rule: Function, arguments: Sequence[Node]) -> str:
    whole, place = arguments
    if whole.type == "unknown":
        return "unknown"
    if family(whole.type) == "array":
        _check_literal(rule, "'index'", place)
        return element_of(whole.type)
    key, value = entry_of(whole.type)
    if place.type not in (key, "unknown"):
        raise ExpressionError(f"element_at(): {said(place)} is a {place.type}, the keys are {key}", place.offset)
    return value
