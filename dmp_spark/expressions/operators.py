"""Operators of expressions: which types fit, what they give, and the sentences where they do not. No pyspark here."""

import math
from collections.abc import Sequence
from datetime import UTC, date, datetime

from sqlglot import exp

from dmp_spark.expressions.nodes import ExpressionError, Literal, Node, Operation, written
from dmp_spark.expressions.patterns import like_fault
from dmp_spark.expressions.types import INTEGERS, WIDE, common, family, is_number

SIZE_AT_MOST = 20_000
_TARGETS = {
    exp.DataType.Type.TEXT: "string",
    exp.DataType.Type.BIGINT: "bigint",
    exp.DataType.Type.INT: "int",
    exp.DataType.Type.DOUBLE: "double",
    exp.DataType.Type.BOOLEAN: "boolean",
    exp.DataType.Type.DATE: "date",
    exp.DataType.Type.TIMESTAMPTZ: "timestamp",
    exp.DataType.Type.TIMESTAMP: "timestamp",
    exp.DataType.Type.DECIMAL: "decimal",
}
_CASTS = {  # family → families it can be brought to
    "string": {"string", "integer", "decimal", "double", "boolean", "date", "timestamp"},
    "integer": {"string", "integer", "decimal", "double", "boolean"},
    "decimal": {"string", "integer", "decimal", "double", "boolean"},
    "double": {"string", "integer", "decimal", "double", "boolean"},
    "boolean": {"string", "integer", "decimal", "double", "boolean"},
    "date": {"string", "date", "timestamp"},
    "timestamp": {"string", "date", "timestamp"},
}
_HINTS = {
    "integer": "cast(… as bigint)",
    "decimal": "cast(… as decimal(18,4))",
    "double": "cast(… as double)",
    "date": "write date '2017-01-31', or cast(… as date)",
    "timestamp": "write timestamp '2017-01-31 00:00:00' (UTC)",
    "boolean": "write it without quotes: true or false",
}


def operation(name: str, kind: str, arguments: Sequence[Node], offset: int | None = None, copies: int = 1) -> Operation:
    """A node over others; ExpressionError where what Spark is given would grow beyond all measure."""
    start = min((argument.offset for argument in arguments), default=0) if offset is None else offset
    size = 1 + copies * sum(argument.size for argument in arguments)
    if size > SIZE_AT_MOST:
        raise ExpressionError("the expression is too large: its parts are nested in a way that multiplies them", start)
    return Operation(kind, start, size, name, tuple(arguments))


def number(text: str, offset: int) -> Literal:
    """A number written in the text: whole numbers are bigint, all others double."""
    if text.isdigit():
        if int(text) >= 2**63:
            raise ExpressionError(f"{text} is too large for a bigint", offset)
        return Literal("bigint", offset, 1, int(text))
    value = float(text)
    if not math.isfinite(value):
        raise ExpressionError(f"{text} is too large for a double", offset)
    return Literal("double", offset, 1, value)


def negative(what: Node) -> Node:
    """The number with its sign turned; null where that is too large."""
    if isinstance(what, Literal) and isinstance(what.value, int | float) and is_number(what.type):
        return Literal(what.type, what.offset, 1, -what.value)
    kind = _numeric("-", what)
    return operation("negative", "bigint" if kind in INTEGERS else kind, (what,))


def arithmetic(sign: str, left: Node, right: Node) -> Node:
    """A sum, difference, product, quotient or remainder.

    A double makes it double, two whole numbers bigint, decimals decimal(38,6); `/` is always double; too large or
    divided by 0 is null.
    """
    kinds = (_numeric(sign, left), _numeric(sign, right))
    if sign == "/":
        kind = "double"
    elif "unknown" in kinds:
        kind = "unknown"
    elif "double" in kinds:
        kind = "double"
    else:
        kind = "bigint" if all(one in INTEGERS for one in kinds) else WIDE
    return operation(sign, kind, (left, right))


def _numeric(sign: str, node: Node) -> str:
    if is_number(node.type) or node.type == "unknown":
        return node.type
    hint = "cast(… as bigint), cast(… as double)" if node.type == "string" else ""
    if node.type in ("date", "timestamp"):
        hint = "use date_add(day, 7), add_months(day, 1) or datediff(day, other)"
    raise ExpressionError(f"{sign} needs numbers, and {said(node)} is a {node.type}", node.offset, hint)


def comparison(sign: str, left: Node, right: Node) -> Node:
    """A comparison of two values of one kind; `<=>` is true where both are null, all others are null where one is."""
    if sign != "<=>" and "null" in (left.type, right.type):
        raise ExpressionError(f"{sign} null is never true", left.offset, "write is null or is not null")
    kind = common((left.type, right.type))
    if kind is None:
        raise _do_not_fit(left, right)
    if family(kind) in ("map", "other"):
        raise ExpressionError(f"{said(left)} is a {kind}, which cannot be compared", left.offset)
    return operation(sign, "boolean", (left, right))


def _do_not_fit(left: Node, right: Node) -> ExpressionError:
    other, text = (right, left) if left.type == "string" else (left, right)
    if "string" not in (left.type, right.type):
        hint = "cast(… as date) takes the day in UTC" if {left.type, right.type} == {"date", "timestamp"} else ""
        return ExpressionError(
            f"{said(left)} is a {left.type}, {said(right)} a {right.type}: they cannot be compared", left.offset, hint
        )
    hint = _HINTS.get(family(other.type), "")
    if is_number(other.type) and isinstance(other, Literal):
        hint = f"write '{other.value}', or {hint}"
    return ExpressionError(f"{said(text)} is text, {said(other)} a {other.type}: they cannot be compared", text.offset, hint)


def logic(name: str, operands: Sequence[Node]) -> Node:
    """All (`and`) or any (`or`) of conditions, with null as unknown."""
    for operand in operands:
        _condition(operand, name)
    return operation(name, "boolean", operands)


def negation(operand: Node) -> Node:
    """The contrary of a condition; null stays null."""
    _condition(operand, "not")
    return operation("not", "boolean", (operand,))


def _condition(node: Node, where: str) -> None:
    if node.type not in ("boolean", "unknown", "null"):
        raise ExpressionError(
            f"{where} needs conditions, and {said(node)} is a {node.type}", node.offset, "compare it with something"
        )


def among(what: Node, choices: Sequence[Node]) -> Node:
    """Whether a value is one of some literals; null where the value is null."""
    if not choices:
        raise ExpressionError("in takes at least one value", what.offset)
    for choice in choices:
        if not isinstance(choice, Literal) or choice.value is None:
            raise ExpressionError("in takes a list of values written out, without null", choice.offset)
        comparison("=", what, choice)
    return operation("in", "boolean", (what, *choices))


def like(name: str, what: Node, pattern: Node) -> Node:
    """Whether a text fits a pattern of `%` and `_`."""
    if what.type not in ("string", "unknown"):
        raise ExpressionError(f"{name} needs text, and {said(what)} is a {what.type}", what.offset)
    if not isinstance(pattern, Literal) or not isinstance(pattern.value, str):
        raise ExpressionError(f"the pattern of {name} must be a text in quotes", pattern.offset)
    fault = like_fault(pattern.value)
    if fault:
        raise ExpressionError(fault, pattern.offset)
    return operation(name, "boolean", (what, pattern))


def choice(subject: Node | None, branches: Sequence[tuple[Node, Node]], default: Node | None) -> Node:
    """The value of the first condition that is true; null where none is and nothing else is said."""
    arguments: list[Node] = []
    for condition, value in branches:
        if subject is None:
            _condition(condition, "when")
        arguments += [comparison("=", subject, condition) if subject else condition, value]
    values = [value for _, value in branches] + ([default] if default else [])
    return operation("case", shared_type("case", values), [*arguments, *([default] if default else [])])


def shared_type(name: str, values: Sequence[Node]) -> str:
    """The one type of values that stand for one another; ExpressionError where there is none."""
    kind = common(value.type for value in values)
    if kind is None:
        different = ", ".join(dict.fromkeys(f"{said(value)} a {value.type}" for value in values))
        raise ExpressionError(f"the values of {name} are of different kinds: {different}", values[0].offset)
    return kind


def target(tree: exp.Expr, offset: int) -> str:
    """The type that a cast names; ExpressionError where casts to it are not allowed."""
    kind = _TARGETS.get(tree.this)
    sizes = [parameter.this.this for parameter in tree.expressions if isinstance(parameter, exp.DataTypeParam)]
    if kind != "decimal":
        if kind is None or tree.expressions or tree.args.get("nested"):
            known = ", ".join(sorted({*_TARGETS.values(), "decimal(p,s)"} - {"decimal"}))
            raise ExpressionError(f"cast to {str(tree.sql()).lower()} is not allowed", offset, f"allowed: {known}")
        return kind
    if (
        len(sizes) != 2
        or not all(str(size).isdigit() for size in sizes)
        or not 1 <= int(sizes[0]) <= 38
        or int(sizes[1]) > int(sizes[0])
    ):
        raise ExpressionError(
            "a decimal is written decimal(digits, digits behind the point), at most 38", offset, "for example decimal(18,4)"
        )
    return f"decimal({int(sizes[0])},{int(sizes[1])})"


def cast(what: Node, kind: str) -> Node:
    """The value as another type, null where it is none; of a text literal as a date or time, that date or time itself."""
    if isinstance(what, Literal) and isinstance(what.value, str) and kind in ("date", "timestamp"):
        return Literal(kind, what.offset, 1, _moment(what, kind))
    if what.type not in ("unknown", "null") and family(kind) not in _CASTS.get(family(what.type), ()):
        hint = "use timestamp_seconds(…) or timestamp_millis(…)" if kind == "timestamp" and is_number(what.type) else ""
        raise ExpressionError(f"a {what.type} cannot be cast to {kind}", what.offset, hint)
    return operation("cast", kind, (what,))


def _moment(what: Literal, kind: str) -> date | datetime:
    text = str(what.value).strip()
    try:
        if kind == "date":
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        form = "2017-01-31" if kind == "date" else "2017-01-31 13:00:00 (UTC) or 2017-01-31T13:00:00-05:00"
        raise ExpressionError(f"'{text}' is no {kind}", what.offset, f"it is written {form}") from error


def said(node: Node) -> str:
    """A node as a word of a sentence."""
    text = written(node)
    return text if len(text) <= 60 else f"{text[:57]}…"
