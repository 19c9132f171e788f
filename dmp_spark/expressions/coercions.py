"""Columns of literals, and Columns brought to a type: what does not fit becomes null."""

from collections.abc import Callable, Sequence
from datetime import date, datetime

from pyspark.sql import Column
from pyspark.sql import functions as F

from dmp_spark.expressions.nodes import Literal, Node, Operation
from dmp_spark.expressions.types import common

Builder = Callable[[Operation, list[Column]], Column]


def literal(node: Literal) -> Column:
    """The Column of a value that was written in the text; times are given as instants, whatever the session's zone."""
    value = node.value
    if isinstance(value, datetime):
        return F.lit(value.isoformat(sep=" ")).cast("timestamp")
    if isinstance(value, date):
        return F.lit(value.isoformat()).cast("date")
    return F.lit(value) if value is None or isinstance(value, bool | str) else F.lit(value).cast(node.type)


def as_type(column: Column, given: str, wanted: str) -> Column:
    """A column as another type where it is not of it yet; null where it does not fit."""
    return column if given in (wanted, "unknown") or wanted == "unknown" else column.try_cast(wanted)


def alike(nodes: Sequence[Node], columns: Sequence[Column], wanted: str | None = None) -> list[Column]:
    """Columns brought to the one type that they have in common."""
    kind = wanted or common(node.type for node in nodes) or "unknown"
    return [as_type(column, node.type, kind) for node, column in zip(nodes, columns, strict=True)]


def text_of(literal_node: Node) -> str:
    """The text that a literal argument holds."""
    assert isinstance(literal_node, Literal)
    return str(literal_node.value)


def whole_of(literal_node: Node) -> int:
    """The whole number that a literal argument holds."""
    assert isinstance(literal_node, Literal)
    return int(str(literal_node.value))
