"""Rows of reference data: records become one row a key, by one aggregation that proves the key."""

from collections.abc import Callable
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.functions.reasons import broken
from dmp_spark.ingest.compute import value
from dmp_spark.ingest.resolved import Reference, Source
from dmp_spark.ingest.rules import payload

RECORDS_A_PART = 1_000_000  # of so many keys a hash table fits into the memory of one task
COMBINED: dict[str, Callable[[Column], Column]] = {  # all leave nulls out, and none depends on the order of rows
    "any": F.max,
    "all": F.min,
    "min": F.min,
    "max": F.max,
    "sum": F.try_sum,
}


def rows(records: DataFrame, source: Source, reference: Reference) -> DataFrame:
    """One row a record: the table's columns and `flags`, `_reasons` (no_key where a part of the key is null), its place."""
    names = source.names
    selected = records.select(
        *[value(each, names).try_cast(reference.types[each.name]).alias(each.name) for each in reference.select],
        F.col("_flags").alias("flags"),
        "_file_id",
        "_position",
        F.col("_element").alias("_ordinal"),
        F.col("_reasons").alias("_record_reasons"),
        "_raw",
        "_extra",
    )
    has_key = F.lit(True)
    for name in reference.key:
        has_key = has_key & F.col(f"`{name}`").isNotNull()
    reasons = F.when(F.size("_record_reasons") > 0, F.col("_record_reasons")).otherwise(broken([("no_key", has_key)]))
    told = selected.withColumn("_reasons", reasons)
    return told.withColumn("_payload", payload(F.col("_reasons"))).drop("_record_reasons", "_raw", "_extra")


def by_key(held: DataFrame, source: Source, reference: Reference, records: int, files: int) -> DataFrame:
    """One row a key: the table's columns, `flags` of all its rows, `_rows` (how many they are) and `_differs`.

    `held` are rows of no `_reasons`. Columns of `combine` are combined, null only where all are; `_differs` says that rows
    of the key differ in another column, null being a value. Of several files the least `hash_of_file` stands as `_file`.
    """
    key = [F.col(f"`{name}`") for name in reference.key]
    others = [name for name in reference.types if name not in reference.key]
    plain = [name for name in others if name not in reference.combine]
    flags = [rule.name for rule in source.rules if rule.action == "flag"]
    if records >= 2 * RECORDS_A_PART:  # one shuffle before, instead of a first aggregation by each task that merges nothing
        held = held.repartition(records // RECORDS_A_PART, *key)
    parts = [F.count(F.lit(1)).alias("_rows")]
    parts += [_value(name, reference).alias(name) for name in others]
    parts += [_is_several(F.col(f"`{name}`")).alias(f"_several_{name}") for name in plain]
    parts += [F.max(F.array_contains("flags", name)).alias(f"_flag_{name}") for name in flags]
    parts += [F.min(hash_of_file()).alias("_file")] if files > 1 else []
    several = [F.col(f"`_several_{name}`") for name in plain]
    grouped = held.groupBy(*key).agg(*parts)
    return grouped.select(
        *[F.col(f"`{name}`") for name in reference.types],
        broken([(name, ~F.col(f"`_flag_{name}`")) for name in flags]).alias("flags"),
        "_rows",
        reduce(Column.__or__, several, F.lit(False)).alias("_differs"),
        *(["_file"] if files > 1 else []),
    )


def hash_of_file() -> Column:
    """A number for a file's id: a text would make the aggregation sort, and stand in scratch once a key."""
    return F.xxhash64("_file_id")


def _value(name: str, reference: Reference) -> Column:
    combine = COMBINED[reference.combine.get(name, "min")]  # of equal values the least is the value
    return combine(F.col(f"`{name}`")).try_cast(reference.types[name])


def _is_several(column: Column) -> Column:
    known = F.count(column)
    return (F.min(column) != F.max(column)) & (known > 0) | ((known > 0) & (known < F.count(F.lit(1))))


def examples(held: DataFrame, grouped: DataFrame, reference: Reference) -> DataFrame:
    """`_file_id` and `_position` of the first record of each key whose rows differ, in order.

    Where they stand, and not what they are: a key may be somebody's.
    """
    key = [f"`{name}`" for name in reference.key]
    met = held.join(grouped.where("_differs").select(*key), on=list(reference.key), how="left_semi")
    first = met.groupBy(*key).agg(F.min(F.struct("_file_id", "_position")).alias("_first"))
    return first.select("_first.*").orderBy("_file_id", "_position")
