"""How each operator becomes a Column: one entry a name, and none of them raises under ANSI."""

from collections.abc import Callable
from functools import reduce

from pyspark.sql import Column
from pyspark.sql import functions as F

from dmp_spark.expressions.coercions import Builder, alike, as_type, text_of
from dmp_spark.expressions.nodes import Operation
from dmp_spark.expressions.types import family


def _compared(compare: Callable[[Column, Column], Column]) -> Builder:
    return lambda node, columns: compare(*alike(node.arguments, columns))


def _arithmetic(compute: Callable[[Column, Column], Column]) -> Builder:
    """An operation on numbers: whole and double ones as its own type, decimals as they are and the result cut to its type."""

    def build(node: Operation, columns: list[Column]) -> Column:
        if family(node.type) == "decimal":
            return compute(*columns).try_cast(node.type)
        return compute(*(as_type(column, one.type, node.type) for one, column in zip(node.arguments, columns, strict=True)))

    return build


def _negative(node: Operation, columns: list[Column]) -> Column:
    if node.type in ("double", "unknown"):
        return F.negative(columns[0])
    zero = F.lit(0).cast(node.type)
    return F.try_subtract(zero, as_type(columns[0], node.arguments[0].type, node.type)).try_cast(node.type)


def _case(node: Operation, columns: list[Column]) -> Column:
    pairs = len(columns) // 2 * 2
    values = {
        index: as_type(column, node.arguments[index].type, node.type)
        for index, column in enumerate(columns)
        if index % 2 or index == pairs
    }
    whole: Column | None = None
    for index in range(0, pairs, 2):
        whole = F.when(columns[index], values[index + 1]) if whole is None else whole.when(columns[index], values[index + 1])
    assert whole is not None
    return whole.otherwise(values[pairs]) if len(columns) > pairs else whole


def _joined(join: Callable[[Column, Column], Column]) -> Builder:
    """Conditions joined in pairs of pairs, because a chain of hundreds would be as many levels deep for Spark."""

    def build(node: Operation, columns: list[Column]) -> Column:
        while len(columns) > 1:
            columns = [reduce(join, columns[index : index + 2]) for index in range(0, len(columns), 2)]
        return columns[0]

    return build


def _among(node: Operation, columns: list[Column]) -> Column:
    first, *choices = alike(node.arguments, columns)
    return first.isin(*choices)


OPERATORS: dict[str, Builder] = {
    "=": _compared(lambda a, b: a == b),
    "<>": _compared(lambda a, b: a != b),
    "<": _compared(lambda a, b: a < b),
    "<=": _compared(lambda a, b: a <= b),
    ">": _compared(lambda a, b: a > b),
    ">=": _compared(lambda a, b: a >= b),
    "<=>": _compared(lambda a, b: a.eqNullSafe(b)),
    "+": _arithmetic(F.try_add),
    "-": _arithmetic(F.try_subtract),
    "*": _arithmetic(F.try_multiply),
    "/": _arithmetic(F.try_divide),
    "%": _arithmetic(F.try_mod),
    "negative": _negative,
    "and": _joined(lambda a, b: a & b),
    "or": _joined(lambda a, b: a | b),
    "not": lambda node, columns: ~columns[0],
    "is_null": lambda node, columns: columns[0].isNull(),
    "in": _among,
    "like": lambda node, columns: columns[0].like(text_of(node.arguments[1])),
    "ilike": lambda node, columns: columns[0].ilike(text_of(node.arguments[1])),
    "case": _case,
    "cast": lambda node, columns: columns[0].try_cast(node.type),
}
