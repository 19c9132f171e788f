"""Machines by what they do: more pages in a time than people look at, and no sign that anybody is there.

That takes several events of a subject, so it is no rule of ingest, which judges each record by itself: a stage that has all
events of a subject (visits are such a stage) asks it, flags its own rows, and takes nothing away.
"""

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from dmp_spark.project.types import Resolved

MICROS = 1_000_000


class Behaviour(Resolved):
    """The bounds of people: more than `views` page views `within` seconds, of a subject without a heartbeat, are a machine's.

    300 in an hour is one each 12 seconds for an hour. There is no agreed number; the IAB's and MRC's guidelines on invalid
    traffic ask for activity-based filters and leave the bounds to who measures.
    """

    views: int = 300
    within: int = 3_600


def busiest(events: DataFrame, by: Sequence[str], at: str, is_view: Column, is_heartbeat: Column, within: int) -> DataFrame:
    """One row a combination of `by` that has events: `by`, `most_views` (bigint) and `heartbeats` (bigint).

    `most_views` is the greatest number of page views in any `within` seconds, [t, t + within), of event time `at` (a timestamp);
    0 where there is none. `is_view` and `is_heartbeat` are conditions over an event; null is false. Events of which `at` is null
    do not count.
    """
    is_one = F.coalesce(is_view, F.lit(False)) & F.col(at).isNotNull()
    window = (
        Window.partitionBy(*by).orderBy("_micros").rangeBetween(Window.currentRow, within * MICROS - 1)
    )  # of rows of one time all count
    ahead = events.select(
        *by,
        F.unix_micros(at).alias("_micros"),
        is_one.cast("bigint").alias("_view"),
        F.coalesce(is_heartbeat, F.lit(False)).cast("bigint").alias("_heartbeat"),
    )
    counted = ahead.withColumn("_views", F.sum("_view").over(window))
    return counted.groupBy(*by).agg(
        F.coalesce(F.max(F.when(F.col("_view") == 1, F.col("_views"))), F.lit(0).cast("bigint")).alias("most_views"),
        F.sum("_heartbeat").alias("heartbeats"),
    )


def is_machine(behaviour: Behaviour, most_views: Column, heartbeats: Column) -> Column:
    """Whether somebody with so many page views at most, and so many heartbeats, is a machine; null where `most_views` is null."""
    return (most_views > behaviour.views) & (F.coalesce(heartbeats, F.lit(0)) == 0)
