"""Visits through real tables: what comes late lengthens, joins and parts visits, and nothing else is written again."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from dmp_spark.contracts import Changes
from dmp_spark.ingest.tables import EVENTS
from dmp_spark.lakehouse.lakehouse import Lakehouse
from dmp_spark.lakehouse.standing import standing
from dmp_spark.sessions.stage import run
from dmp_spark.sessions.tables import READS, WRITES, contracts
from dmp_spark.stage import RunContext, Since
from tests.oracles.sessions_plain import Event, session_id
from tests.sessions.visitors import AS_OF, ZONE, event, frame, spec_of

JUNE = datetime(2017, 6, 1, 4, 5, tzinfo=UTC)  # five minutes past the midnight that begins the month in New York


class Site:
    """A site's events and visits in a lakehouse: what is delivered, and what a run makes of it since the last one."""

    def __init__(self, spark: SparkSession, opened: Callable[..., Lakehouse], folder: Path) -> None:
        self.spark, self.spec = spark, spec_of(folder, "cut_at: [context.campaign]")
        tables = {EVENTS.name: EVENTS, **contracts(self.spec)}
        self.ingest = opened(tables, "ingest", (), (EVENTS.name,))
        self.lakehouse = opened(tables, "sessions", READS, WRITES)
        self.events: dict[str, Event] = {}
        self.last: Since | None = None

    def version(self) -> int:
        tables = standing(self.lakehouse.location)
        return tables.versions([EVENTS.name]).get(EVENTS.name, -1)

    def deliver(self, *events: Event, gone: str = "") -> None:
        self.events |= {one["event_id"]: one for one in events}
        self.events.pop(gone, None)
        nothing = F.array().cast("array<string>")
        rows = frame(self.spark, self.events.values())
        others = {"source": F.lit("web"), "identifier_ids": F.array("subject_id"), "flags": nothing}
        missing = [c for c in EVENTS.columns if c.name not in (*rows.columns, *others) and not c.generated]
        others |= {c.name: F.lit(None).cast(c.type) for c in missing}
        self.ingest.replace(EVENTS.name, rows.withColumns(others))

    def run(self, as_of: datetime = AS_OF, full: bool = False) -> Changes:
        since = None
        if self.last is not None and not full:
            before, now = self.last.changed[EVENTS.name][1], self.version()
            since = Since(self.last.as_of, {EVENTS.name: (before, now)} if before != now else {})
        changes = run(RunContext(self.lakehouse, as_of, "run-1", as_of, ZONE, full, since), self.spec).changes
        self.last = Since(as_of, {EVENTS.name: (-1, self.version())})
        return changes.get("silver.sessions", Changes())

    def visits(self, subject: str = "anna") -> list[tuple[Any, ...]]:
        """Id, why it began and number of events, in order of time."""
        rows = self.lakehouse.read("silver.sessions").where(F.col("subject_id") == subject).orderBy("started_at", "session_id")
        return [(row["session_id"], row["began_by"], row["events"]) for row in rows.collect()]


@pytest.mark.slow(reason="ten runs through Delta")
def test_what_comes_late_lengthens_joins_and_parts_visits_and_nothing_else_is_written(
    spark: SparkSession, lakehouse_at: Callable[..., Lakehouse], tmp_path: Path
) -> None:
    site = Site(spark, lakehouse_at, tmp_path)
    spring, late = {"context": {"campaign": "spring"}}, AS_OF - timedelta(days=1)
    others = [event(f"b{n}", 100.0 * n, subject_id="bert") for n in range(5)]
    at_midnight = event("m2", subject_id="midnight", event_time=JUNE)
    a, c = event("a1", 0, **spring), event("c1", 50, **spring)
    site.deliver(a, event("a2", 10, **spring), c, event("c2", 60, known_time=c["known_time"]), at_midnight, *others)
    assert site.run() == Changes(inserted=8)
    first, second = session_id("a1"), session_id("c1")
    assert site.visits() == [(first, "first", 2), (second, "gap", 2)]

    # one that is longer now, and one that begins in the month before
    early = event("m1", subject_id="midnight", event_time=JUNE - timedelta(minutes=20), known_time=late)
    site.deliver(event("c3", 80, known_time=late), early)
    assert site.run() == Changes(updated=2)
    assert site.visits() == [(first, "first", 2), (second, "gap", 3)]
    assert site.visits("midnight") == [(session_id("m2"), "first", 2)]
    months = site.lakehouse.read("silver.sessions").where(F.col("subject_id") == "midnight").select("session_month")
    assert [row[0].month for row in months.collect()] == [5]

    # two that are one, because something came 20 minutes from either
    site.deliver(event("x", 30, known_time=late))
    assert site.run() == Changes(updated=1, deleted=1)
    assert site.visits() == [(first, "first", 6)]

    # that was of another campaign, so the visit is parted; c1 is of spring again
    site.deliver(event("x", 30, known_time=late, context={"campaign": "summer"}))
    assert (site.run(), site.run(), site.run(full=True)) == (Changes(inserted=2, updated=1), Changes(), Changes())
    assert site.visits() == [(first, "first", 2), (session_id("x"), "change", 1), (second, "change", 3)]

    # it never happened, and its visit goes; another one is not known yet
    site.deliver(event("y", 30, known_time=AS_OF + timedelta(hours=1)), gone="x")
    assert site.run() == Changes(updated=1, deleted=1)
    assert site.visits() == [(first, "first", 2), (second, "gap", 3)]
    later = AS_OF + timedelta(hours=1)
    assert (site.run(later), site.run(later, full=True)) == (Changes(updated=1, deleted=1), Changes())
    assert site.visits() == [(first, "first", 6)]
