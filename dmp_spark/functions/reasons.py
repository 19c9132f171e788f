"""Reasons: the names of what does not hold of a row, as one array."""

from collections.abc import Iterable
from functools import reduce

from pyspark.sql import Column
from pyspark.sql import functions as F

FLOATS = ("float", "double")


def broken(rules: Iterable[tuple[str, Column]]) -> Column:
    """array<string> of the names whose predicate is not true, in order: null counts as false; empty where all hold."""
    certain = [(name, F.coalesce(holds, F.lit(False))) for name, holds in rules]
    none = F.array().cast("array<string>")
    if not certain:
        return none
    reasons = F.array_compact(F.array(*[F.when(~holds, F.lit(name)) for name, holds in certain]))
    # array_compact is interpreted, and nearly all records break nothing
    return F.when(reduce(Column.__and__, [holds for _, holds in certain]), none).otherwise(reasons)


def is_number(column: Column) -> Column:
    """Whether a float is a number or null: neither NaN nor infinite."""
    return column.isNull() | (F.abs(column) < F.lit(float("inf")))  # NaN is greater than all numbers
