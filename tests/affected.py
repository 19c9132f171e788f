"""The law of `affected` for stages whose keys are columns of their tables: shared by their tests."""

from collections.abc import Mapping
from datetime import datetime
from types import ModuleType
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from dmp_spark.lakehouse.write import Part
from dmp_spark.stage import ChangedRows

Rows = Mapping[Any, tuple[Any, ...]]


def images(old: Rows, new: Rows) -> list[tuple[Any, ...]]:
    """Rows as they were and as they are, of every key whose row differs: what a change feed gives. A key stands before its row."""
    differing = [key for key in {**old, **new} if old.get(key) != new.get(key)]
    both = [(key, rows[key]) for key in differing for rows in (old, new) if key in rows]
    return [whole(key, row) for key, row in both]


def whole(key: Any, row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A row with its key, of one column or of several, in front."""
    return (*(key if isinstance(key, tuple) else (key,)), *row)


def frames(spark: SparkSession, state: Mapping[str, Rows], schemas: Mapping[str, str]) -> dict[str, DataFrame]:
    """A frame a table."""
    return {table: spark.createDataFrame([whole(*row) for row in state[table].items()], schemas[table]) for table in schemas}


def feeds(
    spark: SparkSession, before: Mapping[str, Rows], after: Mapping[str, Rows], schemas: Mapping[str, str]
) -> dict[str, DataFrame]:
    """The change feed of each table of which anything changed."""
    found = {table: images(before[table], after[table]) for table in schemas}
    return {table: spark.createDataFrame(rows, schemas[table]) for table, rows in found.items() if rows}


def kept(frame: DataFrame) -> DataFrame:
    """The frame, computed once: cut off from what it came from, as scratch does."""
    return frame.sparkSession.createDataFrame(frame.collect(), frame.schema)


def differing(
    stage: ModuleType,
    spec: Any,
    changes: ChangedRows,
    standing: Mapping[str, DataFrame],
    inputs: Mapping[str, DataFrame],
    as_of: datetime,
) -> tuple[set[Any], set[Any]]:
    """The rows in which going on from what stands differs from building all, and the keys that were built again.

    `standing`: the stage's tables as they were; `inputs` as they are now.
    """
    keys = kept(stage.affected(changes, inputs, spec, as_of).distinct())
    narrowed, wanted = stage.build(stage.narrowed(inputs, keys), spec, as_of), stage.build(inputs, spec, as_of)
    wrong: set[Any] = set()
    for table, old in standing.items():
        part = Part(keys=keys)
        found = (set(old.collect()) - set(part.of(old).collect())) | set(part.of(narrowed[table]).collect())
        wrong |= found ^ set(wanted[table].collect())
    return wrong, {row[0] for row in keys.collect()}
