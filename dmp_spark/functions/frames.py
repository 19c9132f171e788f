"""Small frames: of what is here already, and of rows so few that large tables need not move to meet them."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

FEW = 1_000_000  # rows that are sent to every task instead of moving all others to meet them


def sent(rows: DataFrame, number: int, most: int = FEW) -> DataFrame:
    """Rows to be joined with, sent to every task where they are few."""
    return F.broadcast(rows) if number <= most else rows


def met_by(rows: DataFrame, others: DataFrame, key: Sequence[str]) -> DataFrame:
    """The rows whose key one of `others` has, which are at most FEW: no row is moved."""
    return rows.join(F.broadcast(others.select(*key)), on=list(key), how="left_semi").select(*rows.columns)


def few(spark: SparkSession, rows: Sequence[tuple[Any, ...]], columns: Mapping[str, str]) -> DataFrame:
    """A frame of a few rows of plain values, or of none; `columns` by name their types, in the order of the values.

    Times know their zone. By way of Arrow: of rows of Python Spark makes an RDD, for which it starts a worker process (half
    a second, measured); and a join with a frame of no row is planned away.
    """
    if not rows:
        nothing = spark.range(1).where(F.lit(False))
        return nothing.select(*[F.lit(None).cast(kind).alias(name) for name, kind in columns.items()])
    values = [pa.array([row[place] for row in rows]) for place in range(len(columns))]
    kinds = ", ".join(f"`{name}` {kind}" for name, kind in columns.items())
    return spark.createDataFrame(pa.table(values, list(columns)), kinds)
