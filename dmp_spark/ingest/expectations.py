"""What is expected of sources as a whole, against what stands and what a run brings: gates and warnings, never a rejection.

Nothing here decides of a record, so what a record becomes does not depend on what else arrived.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from dmp_spark.functions.clock import local_day
from dmp_spark.functions.instants import instant_of, micros_of
from dmp_spark.ingest import volume
from dmp_spark.ingest.manifest import Mode
from dmp_spark.ingest.resolved import Source
from dmp_spark.ingest.tables import EVENTS
from dmp_spark.ingest.taking import Taken
from dmp_spark.stage import Check, RunContext

MOST_NAMES = 10
LONGEST_NAME = 60


@dataclass(frozen=True)
class Found:
    """What was found of one source: its newest event by `as_of`, its events by local day before and after the run."""

    newest: datetime | None = None
    before: dict[date, int] = field(default_factory=dict)
    after: dict[date, int] = field(default_factory=dict)


def judged(context: RunContext, sources: Sequence[Source], taken: Sequence[Taken]) -> tuple[list[str], tuple[Check, ...]]:
    """The sentences that hold the run's publication back, and a check for each thing that is expected.

    Two jobs of Spark at most, and none where no source expects anything. How fresh a source is is judged in each run;
    how many events and which names it has, where the run brings any.
    """
    counted = _counted(context, [s for s in sources if s.expected.freshness or s.expected.volume], taken)
    named = _named(context, [s for s in sources if s.expected.shape], taken)
    brought = {each.source.name for each in taken if each.accepted is not None}
    held: list[str] = []
    checks = []
    for source in sources:
        found = counted.get(source.name, Found())
        names = named.get(source.name, ())
        for what, problem, holds in _judged(context, source, found, names, source.name in brought):
            checks.append(Check(f"{source.name}_{what}", not problem, problem))
            if problem and holds:
                held.append(f"{source.name}: {problem}; nothing of this run was published")
    return held, tuple(checks)


def _judged(
    context: RunContext, source: Source, found: Found, names: Sequence[str], is_brought: bool
) -> Iterator[tuple[str, str, bool]]:
    """What is expected, what is wrong with it (empty: nothing), and whether that holds the run."""
    expected = source.expected
    if expected.freshness:
        yield "freshness", _stale(found.newest, expected.freshness.within, context.as_of), expected.freshness.holds
    if expected.volume and is_brought:
        days = volume.unusual(expected.volume, found.before, found.after, local_day(context.as_of, context.zone))
        yield "volume", volume.told(days), expected.volume.holds
    if expected.shape and is_brought:
        yield "schema", told_names(names), expected.shape.holds


def _stale(newest: datetime | None, within: int, as_of: datetime) -> str:
    if newest is None:
        return f"no event was known by {as_of:%Y-%m-%d %H:%M} UTC"
    age = (as_of - newest).total_seconds()
    if age <= within:
        return ""
    return f"its newest event is of {newest:%Y-%m-%d %H:%M} UTC, {age / 86400:,.1f} days before the run's moment"


def told_names(names: Sequence[str]) -> str:
    """The names that no column has as a sentence: the first few, cut where they are long; empty where there is none."""
    if not names:
        return ""
    shown = ", ".join(name[:LONGEST_NAME] for name in names[:MOST_NAMES])
    more = ", …" if len(names) > MOST_NAMES else ""
    return f"records have what no column names: {shown}{more}"


def _parts(context: RunContext, sources: Sequence[Source], taken: Sequence[Taken]) -> tuple[DataFrame | None, list[DataFrame]]:
    """The events of these sources that stood before this run, as one frame, and those that it brings, one a delivery.

    What a killed run wrote of files that are taken now for the first time is no part of what stood.
    """
    names = [source.name for source in sources]
    fresh = [each for each in taken if each.source.name in names]
    brought = [each.accepted for each in fresh if each.accepted is not None]
    if not context.lakehouse.exists(EVENTS.name):
        return None, brought
    own = [file_id for each in fresh if each.probed.plan.mode is Mode.ADD for file_id in each.probed.rows]
    is_own = F.coalesce(F.col("_file_id").isin(own), F.lit(False)) if own else F.lit(False)
    return context.lakehouse.read(EVENTS.name).where(F.col("source").isin(names) & ~is_own), brought


def _counted(context: RunContext, sources: Sequence[Source], taken: Sequence[Taken]) -> dict[str, Found]:
    """By source what its events say; one job, whose answer is bounded by the days of these sources."""
    if not sources:
        return {}
    standing, brought = _parts(context, sources, taken)
    again = [each.source.name for each in taken if each.probed.plan.mode is Mode.REBUILD]
    columns = ["source", "event_date", "event_time", "known_time"]
    frames = [rows.select(*columns, F.lit(False).alias("_stood")) for rows in brought]
    frames += [standing.select(*columns, F.lit(True).alias("_stood"))] if standing is not None else []
    if not frames:
        return {}
    stays = ~F.col("_stood") | ~F.col("source").isin(again)
    is_known = F.unix_micros("known_time") <= F.lit(micros_of(context.as_of))
    rows = (
        reduce(DataFrame.unionByName, frames)
        .groupBy("source", "event_date")
        .agg(
            F.count_if("_stood").alias("before"),
            F.count_if(stays).alias("after"),
            F.max(F.when(stays & is_known, F.unix_micros("event_time"))).alias("newest"),
        )
        .collect()
    )
    found = {}
    for source in sources:
        own = [row for row in rows if row["source"] == source.name]
        newest = max((row["newest"] for row in own if row["newest"] is not None), default=None)
        before, after = ({row["event_date"]: row[when] for row in own if row[when]} for when in ("before", "after"))
        found[source.name] = Found(None if newest is None else instant_of(newest), before, after)
    return found


def _named(context: RunContext, sources: Sequence[Source], taken: Sequence[Taken]) -> dict[str, list[str]]:
    """By source the names in what it brings that no column has, in order; where it grows, those that no event had before."""
    if not sources:
        return {}
    growing = [source for source in sources if source.expected.shape and source.expected.shape.grows]
    _, brought = _parts(context, sources, taken)
    standing, _ = _parts(context, growing, taken) if growing else (None, [])
    if not brought:
        return {}
    frames = [(rows, False) for rows in brought] + ([(standing, True)] if standing is not None else [])
    every = reduce(
        DataFrame.unionByName,
        [rows.select("source", F.explode(F.map_keys("_extra")).alias("name"), F.lit(s).alias("_stood")) for rows, s in frames],
    )
    new = every.groupBy("source", "name").agg(F.max("_stood").alias("_stood")).where(~F.col("_stood"))
    first = F.slice(F.sort_array(F.collect_set("name")), 1, MOST_NAMES + 1)
    return {row["source"]: row["names"] for row in new.groupBy("source").agg(first.alias("names")).collect()}
