"""The stays of persons in segments, from one run to the next."""

from datetime import datetime

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

COLUMNS = ("segment", "person_id", "entered_at", "left_at", "version", "is_open")


def stays(existing: DataFrame, members: DataFrame, as_of: datetime) -> DataFrame:
    """All stays after a run at `as_of`: keys segment, person_id, entered_at.

    `members` (segment, person_id, version; unique by the first two) are those inside now. First what an earlier run at
    this same `as_of` did is taken back, so that running again changes nothing and no stay has length zero. Then who is
    a member and not inside enters; who is inside and no member leaves, those of segments that are gone too.
    """
    before = taken_back(existing, as_of)
    inside = before.where(F.col("left_at").isNull()).select(
        "segment", "person_id", "entered_at", F.col("version").alias("_entered_by")
    )
    now = members.select("segment", "person_id", "version", F.lit(True).alias("_is_member"))
    # full outer: who is on one side only enters or leaves; both sides are unique by the key, so no row multiplies
    open_stays = inside.join(now, on=["segment", "person_id"], how="full_outer").select(
        "segment",
        "person_id",
        F.coalesce("entered_at", F.lit(as_of)).alias("entered_at"),
        F.when(F.col("_is_member").isNull(), F.lit(as_of)).alias("left_at"),
        F.coalesce("_entered_by", "version").alias("version"),
    )
    closed = before.where(F.col("left_at").isNotNull()).select(*open_stays.columns)
    return closed.unionByName(open_stays).withColumn("is_open", F.col("left_at").isNull()).select(*COLUMNS)


def taken_back(existing: DataFrame, as_of: datetime) -> DataFrame:
    """The stays as they were before any run at `as_of`: those it opened are gone, those it closed are open."""
    is_of_this_run = F.col("left_at") == F.lit(as_of)
    left_at = F.when(is_of_this_run, F.lit(None).cast("timestamp")).otherwise(F.col("left_at"))
    return existing.where(F.col("entered_at") != F.lit(as_of)).withColumn("left_at", left_at)
