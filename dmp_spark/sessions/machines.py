"""Machines by what they do: more pages in a time than people look at, and no sign that anybody is there.

A rule of ingest cannot say it, as it judges each record by itself. A visit is judged by its own events alone, so that it says
at its known_time what it will always say: a machine flags none of the visits that its subject made before.
"""

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from dmp_spark.sessions.cuts import MICROS, VISIT
from dmp_spark.sessions.spec import SessionsSpec

AHEAD = "page_views_ahead"


def with_views_ahead(rows: DataFrame, spec: SessionsSpec) -> DataFrame:
    """The rows of `in_visits` with how many page views their visit has from each on, in [t, t + within); as they are where
    nothing is said of machines.
    """
    if spec.machines is None:
        return rows
    in_time = Window.partitionBy(*VISIT).orderBy("event_micros")  # of rows of one time all count
    ahead = in_time.rangeBetween(Window.currentRow, spec.machines.within * MICROS - 1)
    counted = rows.withColumn("event_micros", F.unix_micros("event_time"))
    return counted.withColumn(AHEAD, F.count_if("page_views").over(ahead))


def is_bot(spec: SessionsSpec) -> Column:
    """An aggregate over a visit's rows: whether a machine made any of its events, by what they say or by what was done.

    Null where no event says and nothing is said of machines. A visit with heartbeats is nobody's but a person's by what was
    done: the page itself said that it was looked at.
    """
    said = F.max("is_bot")
    if spec.machines is None:
        return said
    is_busy = F.max(AHEAD) > F.lit(spec.machines.page_views)
    if spec.heartbeats is not None:
        is_busy = is_busy & (F.count_if("heartbeats") == 0)
    return F.coalesce(said, F.lit(False)) | is_busy
