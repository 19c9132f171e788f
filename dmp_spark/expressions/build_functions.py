"""How each function becomes a Column: one entry a name of the allow-list, and none of them raises under ANSI."""

import math
from collections.abc import Callable

from pyspark.sql import Column
from pyspark.sql import functions as F

from dmp_spark.expressions.coercions import Builder, alike, as_type, text_of, whole_of
from dmp_spark.expressions.nodes import Node, Operation
from dmp_spark.expressions.types import family

_LAST_SECOND = 253_402_300_799  # of the year 9999
_LARGEST_WHOLE = 9.2e18  # a little less than the largest bigint


def _number(column: Column) -> Column:
    """A whole number as the int that functions of texts take; null where it is too large."""
    return column.try_cast("int")


def _substring(node: Operation, columns: list[Column]) -> Column:
    length = _number(columns[2]) if len(columns) > 2 else F.lit(2**31 - 1)
    return F.substring(columns[0], _number(columns[1]), length)


def _regexp_extract(node: Operation, columns: list[Column]) -> Column:
    return F.regexp_extract(columns[0], text_of(node.arguments[1]), whole_of(node.arguments[2]) if len(columns) > 2 else 1)


def _abs(node: Operation, columns: list[Column]) -> Column:
    whole = as_type(columns[0], node.arguments[0].type, node.type)
    return F.when(whole < F.lit(0), F.try_subtract(F.lit(0).cast(node.type), whole).try_cast(node.type)).otherwise(whole)


def _finite(compute: Callable[..., Column]) -> Builder:
    """A function of doubles whose result is null where it is no finite number."""

    def build(node: Operation, columns: list[Column]) -> Column:
        value = compute(*(as_type(column, one.type, "double") for one, column in zip(node.arguments, columns, strict=True)))
        return F.when(F.abs(value) < F.lit(math.inf), value)

    return build


def _rounded_to_whole(compute: Callable[[Column], Column]) -> Builder:
    def build(node: Operation, columns: list[Column]) -> Column:
        if family(node.arguments[0].type) == "integer":
            return columns[0].cast("bigint")
        if family(node.arguments[0].type) == "decimal":
            return compute(columns[0]).try_cast("bigint")
        return F.when(F.abs(columns[0]) < F.lit(_LARGEST_WHOLE), compute(columns[0]).cast("bigint"))

    return build


def _round(node: Operation, columns: list[Column]) -> Column:
    digits = whole_of(node.arguments[1]) if len(columns) > 1 else 0
    return as_type(F.round(as_type(columns[0], node.arguments[0].type, node.type), digits), "", node.type)


def _sign(node: Operation, columns: list[Column]) -> Column:
    return F.when(columns[0] > F.lit(0), 1).when(columns[0] < F.lit(0), -1).when(columns[0] == F.lit(0), 0).cast("bigint")


def _within(column: Column, most: int) -> Column:
    """A whole number where it lies between -most and most, else null."""
    return F.when(column.between(-most, most), column)


def _days(sign: int) -> Builder:
    return lambda node, columns: F.date_add(columns[0], (_within(columns[1], 3_000_000) * F.lit(sign)).cast("int"))


def _as_day(node: Node, column: Column) -> Column:
    return as_type(column, node.type, "date")


def _calendar(compute: Callable[[Column], Column]) -> Builder:
    return lambda node, columns: compute(columns[0]).cast("bigint")


def _parsed(kind: str) -> Builder:
    """A text as a date or time, by a format or in the usual form."""

    def build(node: Operation, columns: list[Column]) -> Column:
        if len(columns) == 1:
            return columns[0].try_cast(kind)
        return F.try_to_timestamp(columns[0], F.lit(text_of(node.arguments[1]))).cast(kind)

    return build


def _since_1970(compute: Callable[[Column], Column], most: int) -> Builder:
    return lambda node, columns: compute(_within(columns[0].cast("bigint"), most))


def _chosen(compute: Callable[..., Column]) -> Builder:
    """A function that gives one of its arguments."""

    def build(node: Operation, columns: list[Column]) -> Column:
        values = alike(node.arguments, columns, node.type)
        return compute(*values) if len(values) > 1 else values[0]

    return build


def _if(node: Operation, columns: list[Column]) -> Column:
    return F.when(columns[0], as_type(columns[1], node.arguments[1].type, node.type)).otherwise(
        as_type(columns[2], node.arguments[2].type, node.type)
    )


def _nullif(node: Operation, columns: list[Column]) -> Column:
    left, right = alike(node.arguments, columns)
    return F.when(left == right, F.lit(None)).otherwise(as_type(columns[0], node.arguments[0].type, node.type))


def _size(node: Operation, columns: list[Column]) -> Column:
    whole = F.map_keys(columns[0]) if family(node.arguments[0].type) == "map" else columns[0]
    return F.array_size(whole).cast("bigint")


def _element_at(node: Operation, columns: list[Column]) -> Column:
    place = F.lit(whole_of(node.arguments[1])) if family(node.arguments[0].type) == "array" else columns[1]
    return F.try_element_at(columns[0], place)


def _array_contains(node: Operation, columns: list[Column]) -> Column:
    kind = node.arguments[0].type[len("array<") : -1]
    return F.array_contains(columns[0], as_type(columns[1], node.arguments[1].type, kind))


_TEXT: dict[str, Builder] = {
    "lower": lambda node, columns: F.lower(columns[0]),
    "upper": lambda node, columns: F.upper(columns[0]),
    "initcap": lambda node, columns: F.initcap(columns[0]),
    "trim": lambda node, columns: F.trim(columns[0]),
    "ltrim": lambda node, columns: F.ltrim(columns[0]),
    "rtrim": lambda node, columns: F.rtrim(columns[0]),
    "length": lambda node, columns: F.length(columns[0]).cast("bigint"),
    "left": lambda node, columns: F.left(columns[0], _number(columns[1])),
    "right": lambda node, columns: F.right(columns[0], _number(columns[1])),
    "substring": _substring,
    "concat": lambda node, columns: F.concat(*columns),
    "concat_ws": lambda node, columns: F.concat_ws(text_of(node.arguments[0]), *columns[1:]),
    "replace": lambda node, columns: F.replace(*columns),
    "lpad": lambda node, columns: F.lpad(columns[0], whole_of(node.arguments[1]), text_of(node.arguments[2])),
    "split": lambda node, columns: F.split(columns[0], text_of(node.arguments[1])),
    "split_part": lambda node, columns: F.split_part(columns[0], columns[1], F.lit(whole_of(node.arguments[2]))),
    "startswith": lambda node, columns: columns[0].startswith(columns[1]),
    "endswith": lambda node, columns: columns[0].endswith(columns[1]),
    "contains": lambda node, columns: columns[0].contains(columns[1]),
    "instr": lambda node, columns: F.instr(columns[0], columns[1]).cast("bigint"),
    "regexp_like": lambda node, columns: columns[0].rlike(text_of(node.arguments[1])),
    "regexp_extract": _regexp_extract,
    "regexp_replace": lambda node, columns: F.regexp_replace(columns[0], text_of(node.arguments[1]), text_of(node.arguments[2])),
}
_NUMBERS: dict[str, Builder] = {
    "abs": _abs,
    "sign": _sign,
    "round": _round,
    "floor": _rounded_to_whole(F.floor),
    "ceil": _rounded_to_whole(F.ceil),
    "sqrt": _finite(F.sqrt),
    "exp": _finite(F.exp),
    "ln": lambda node, columns: F.ln(as_type(columns[0], node.arguments[0].type, "double")),
    "log2": lambda node, columns: F.log2(as_type(columns[0], node.arguments[0].type, "double")),
    "log10": lambda node, columns: F.log10(as_type(columns[0], node.arguments[0].type, "double")),
    "power": _finite(F.pow),
    "greatest": _chosen(F.greatest),
    "least": _chosen(F.least),
}
_TIMES: dict[str, Builder] = {
    **{name: _calendar(getattr(F, name)) for name in ("year", "quarter", "month", "weekofyear", "dayofweek", "hour", "minute")},
    "day": _calendar(F.dayofmonth),
    "date_add": _days(1),
    "date_sub": _days(-1),
    "add_months": lambda node, columns: F.add_months(columns[0], _within(columns[1], 100_000).cast("int")),
    "datediff": lambda node, columns: F.datediff(*(_as_day(*pair) for pair in zip(node.arguments, columns, strict=True))).cast(
        "bigint"
    ),
    "last_day": lambda node, columns: F.last_day(columns[0]),
    "trunc": lambda node, columns: F.trunc(columns[0], text_of(node.arguments[1])),
    "date_trunc": lambda node, columns: F.date_trunc(text_of(node.arguments[0]), columns[1]),
    "to_date": _parsed("date"),
    "to_timestamp": _parsed("timestamp"),
    "date_format": lambda node, columns: F.date_format(columns[0], text_of(node.arguments[1])),
    "unix_seconds": lambda node, columns: F.unix_seconds(columns[0]),
    "timestamp_seconds": _since_1970(F.timestamp_seconds, _LAST_SECOND),
    "timestamp_millis": _since_1970(F.timestamp_millis, _LAST_SECOND * 1000),
}
_CHOICES_AND_COLLECTIONS: dict[str, Builder] = {
    "coalesce": _chosen(F.coalesce),
    "nullif": _nullif,
    "if": _if,
    "size": _size,
    "element_at": _element_at,
    "array_contains": _array_contains,
    "array_distinct": lambda node, columns: F.array_distinct(columns[0]),
    "map_keys": lambda node, columns: F.map_keys(columns[0]),
    "map_contains_key": lambda node, columns: F.map_contains_key(columns[0], columns[1]),
}
FUNCTION_BUILDERS: dict[str, Builder] = _TEXT | _NUMBERS | _TIMES | _CHOICES_AND_COLLECTIONS
