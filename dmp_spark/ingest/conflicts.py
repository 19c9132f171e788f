"""Conflicts on record: other content under an id that stands. What they are follows from the set of records that came."""

from collections.abc import Sequence
from functools import reduce

from pyspark.sql import DataFrame, Window
from pyspark.sql import functions as F

from dmp_spark.ingest.tables import ConflictReason

PLACE = ("file_id", "position", "ordinal")
ENTRY = ("event_id", "source", "content", "known_time", *PLACE)


def met(decided: DataFrame, source: str) -> DataFrame:
    """The rows of contested ids of a source as entries: `event_id`, its `content`, when it was known and where it lay.

    `decided` as a Verdict has it; the place of an event that stood before is its file alone.
    """
    names = {"_content": "content", "_file_id": "file_id", "_position": "position", "_ordinal": "ordinal"}
    plain = decided.withColumnsRenamed(names).withColumn("source", F.lit(source))
    return plain.select(*ENTRY)


def rows(entries: Sequence[DataFrame], standing: DataFrame | None = None) -> DataFrame:
    """The rows of bronze.conflicts of all ids in `entries`: one for each content of an id that is not the winner's.

    `standing` are rows of bronze.conflicts: those of these ids are entries too. Of an id the content that was known first
    wins, then the smallest hash, as of events; of records with the same content the one known first is told. So the rows
    do not depend on what arrived when; but where an event stood and lost, its place is its file.
    """
    every = reduce(DataFrame.unionByName, entries)
    if standing is not None:
        before = standing.join(every.select("event_id").distinct(), on="event_id", how="left_semi")
        every = every.unionByName(before.select(*ENTRY))
    first = F.min(F.struct("known_time", *PLACE)).alias("first")
    contents = every.groupBy("event_id", "source", "content").agg(first)
    whole = Window.partitionBy("event_id").rowsBetween(Window.unboundedPreceding, Window.unboundedFollowing)
    best = F.min(F.struct(F.col("first.known_time").alias("known_time"), F.col("content"), F.col("first.file_id"))).over(whole)
    judged = contents.withColumn("winner", best).where(F.col("content") != F.col("winner.content"))
    is_later = F.col("first.known_time") > F.col("winner.known_time")
    return judged.select(
        "event_id",
        "source",
        "content",
        F.col("first.known_time").alias("known_time"),
        F.col("winner.content").alias("winner_content"),
        F.col("winner.known_time").alias("winner_known_time"),
        F.when(is_later, F.lit(str(ConflictReason.KNOWN_LATER)))
        .otherwise(F.lit(str(ConflictReason.GREATER_HASH)))
        .alias("reason"),
        *[F.col(f"first.{name}").alias(name) for name in PLACE],
        F.col("winner.file_id").alias("winner_file_id"),
    )
