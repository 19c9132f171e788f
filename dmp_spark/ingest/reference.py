"""Rows of reference data, from judged records, and the proof of their key."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from dmp_spark.ingest.compute import value
from dmp_spark.ingest.rules import broken, payload
from dmp_spark.ingest.spec import Reference, Source


def rows(records: DataFrame, source: Source, reference: Reference) -> DataFrame:
    """One row a record: the table's columns and `flags`, `_reasons` (no_key where a part of the key is null), its place."""
    names = source.names
    selected = records.select(
        *[value(each, names).try_cast(reference.types[each.name]).alias(each.name) for each in reference.select],
        F.lit(None).cast("timestamp").alias("known_time"),  # all rows of a listing are known alike
        "flags",
        "_file_id",
        "_position",
        F.lit(0).cast("bigint").alias("_ordinal"),
        F.col("_reasons").alias("_record_reasons"),
        "_raw",
    )
    has_key = F.lit(True)
    for name in reference.key:
        has_key = has_key & F.col(f"`{name}`").isNotNull()
    reasons = F.when(F.size("_record_reasons") > 0, F.col("_record_reasons")).otherwise(broken([("no_key", has_key)]))
    told = selected.withColumn("_reasons", reasons)
    return told.withColumn("_payload", payload(F.col("_reasons"))).drop("_record_reasons", "_raw")


def conflicts(decided: DataFrame, reference: Reference) -> DataFrame:
    """The keys whose rows differ, as one text column `key`, in order: a reference table has one row a key."""
    text = F.to_json(F.struct(*[F.col(f"`{name}`") for name in reference.key]))
    return decided.where(F.col("_is_winner") & (F.col("_contents") > 1)).select(text.alias("key")).orderBy("key")
