"""Where visits begin: after a gap, where something declared changes, and at midnight in activity that lasts too long.

All but the last is one pass over the events of a key in the order in which they happened; events of equal times stand in the
order of their ids, so that the same events always make the same visits.
"""

from collections.abc import Sequence
from functools import reduce

from pyspark.sql import Column, DataFrame, Window, WindowSpec
from pyspark.sql import functions as F

from dmp_spark.sessions.spec import SessionsSpec
from dmp_spark.sessions.tables import Begin

MICROS = 1_000_000
VISIT = ("visit_key", "stretch", "day")
"""The columns that the events of a visit share, and no others have."""


def in_visits(rows: DataFrame, spec: SessionsSpec) -> DataFrame:
    """The rows of `activity` with `place` (1 is the first of its key), `reason` and the columns of VISIT.

    `reason` says why a stretch of activity (no gap, no change) began with this row, null elsewhere; `day` is null but in
    stretches that last longer than the cap. Where what is over the cap is left out, those rows are not there.
    """
    in_order = Window.partitionBy("visit_key").orderBy("event_time", "event_id")
    until_now = in_order.rowsBetween(Window.unboundedPreceding, Window.currentRow)
    cuts = [f"cut_{place}" for place in range(len(spec.cut_at))]
    seen = rows.select(
        "*",
        F.row_number().over(in_order).alias("place"),
        F.lag("event_time").over(in_order).alias("previous_time"),
        *_last_said(cuts, in_order.rowsBetween(Window.unboundedPreceding, -1)),
    )
    begun = seen.withColumn("reason", _after_a_gap(spec))
    if cuts:
        # since when there was no gap: what was said before it is forgotten
        since = F.max(F.when(F.col("reason").isNotNull(), F.col("event_time"))).over(until_now)
        begun = begun.withColumn("active_since", since).withColumn("reason", _or_a_change(cuts, spec))
    stretches = begun.select(
        "*",
        F.count("reason").over(until_now).alias("stretch"),
        F.max(F.when(F.col("reason").isNotNull(), F.col("event_time"))).over(until_now).alias("stretch_began"),
    )
    return _within_the_cap(stretches, spec)


def seconds_between(begin: Column, end: Column) -> Column:
    """Whole seconds from one instant to another, bigint."""
    return F.floor((F.unix_micros(end) - F.unix_micros(begin)) / F.lit(MICROS))


def _last_said(cuts: Sequence[str], before: WindowSpec) -> list[Column]:
    """What each cut last had that is not null, with its time, in the rows before."""
    said = {cut: F.when(F.col(cut).isNotNull(), F.struct("event_time", cut)) for cut in cuts}
    return [F.last(value, ignorenulls=True).over(before).alias(f"last_{cut}") for cut, value in said.items()]


def _after_a_gap(spec: SessionsSpec) -> Column:
    is_gap = F.unix_micros("event_time") - F.unix_micros("previous_time") >= F.lit(spec.gap * MICROS)
    first = F.lit(Begin.FIRST.value)
    if spec.by is not None:  # what a tracker calls one visit has no gaps
        is_gap = is_gap & ~F.col("is_given")
        first = F.when(F.col("is_given"), F.lit(Begin.GIVEN.value)).otherwise(first)
    return F.when(F.col("previous_time").isNull(), first).when(is_gap, F.lit(Begin.GAP.value))


def _or_a_change(cuts: Sequence[str], spec: SessionsSpec) -> Column:
    changed = [
        (F.col(f"last_{cut}.event_time") >= F.col("active_since")) & (F.col(f"last_{cut}.{cut}") != F.col(cut)) for cut in cuts
    ]
    is_change = reduce(Column.__or__, [F.coalesce(one, F.lit(False)) for one in changed])
    if spec.by is not None:
        is_change = is_change & ~F.col("is_given")
    return F.coalesce(F.col("reason"), F.when(is_change, F.lit(Begin.CHANGE.value)))


def _within_the_cap(stretches: DataFrame, spec: SessionsSpec) -> DataFrame:
    cap = F.lit(spec.cap * MICROS)
    if spec.over_cap == "leave_out":
        lasts = F.unix_micros("event_time") - F.unix_micros("stretch_began")
        return stretches.where(lasts <= cap).withColumn("day", F.lit(None).cast("date"))
    whole = Window.partitionBy("visit_key", "stretch").rowsBetween(Window.unboundedPreceding, Window.unboundedFollowing)
    lasts = F.unix_micros(F.max("event_time").over(whole)) - F.unix_micros("stretch_began")
    return stretches.withColumn("day", F.when(lasts > cap, F.col("event_date")))
