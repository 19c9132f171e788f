"""Law 1 for features: whoever's rows change is affected, and what is built again of them is what is built of everybody.

Many small worlds in one frame, each with people and events of its own; the world's number stands at the head of its ids.
"""

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from pyspark.sql import DataFrame, SparkSession

from dmp_spark.features.changed import moved
from dmp_spark.features.stage import affected, build, build_parts, parts
from dmp_spark.lakehouse.write import Part as Rows
from dmp_spark.measures.events import Events, events_of_people
from dmp_spark.stage import ChangedRows
from tests.affected import images, kept
from tests.features.test_stage import ZONE, spec_of

WORLDS = 80
SPEC = spec_of(
    {
        "spend": {"of": "purchase", "take": "sum(value)", "over": ["10 days", "ever"]},
        "orders": {"of": "purchase", "take": "count(distinct order_id)", "over": ["ever"]},
    },
    {
        "quiet": {"of": "purchase", "take": "count(*) = 0", "ahead": "10 days"},
        "spends": {"of": "purchase", "take": "sum(value)", "ahead": "1 month"},
    },
    date(2017, 3, 1),
    date(2017, 6, 1),
).model_copy(update={"lookups": ()})
EVENT = (
    "event_id string, subject_id string, event_time timestamp, known_time timestamp, order_id string, value decimal(18,4), "
    "event_type string, event_date date"
)
OWNER = "identifier_id string, valid_from timestamp, person_id string, valid_until timestamp"
BEGIN, MERGED = datetime(2017, 1, 1, tzinfo=UTC), datetime(2017, 4, 1, tzinfo=UTC)
FIRST, SECOND = datetime(2017, 4, 20, 12, tzinfo=UTC), datetime(2017, 5, 12, 12, tzinfo=UTC)
THIRD = SECOND + timedelta(hours=3)  # the same local day


@dataclass
class State:
    """Rows by key, as tuples: what the stage reads."""

    events: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    owners: dict[tuple[str, datetime], tuple[Any, ...]] = field(default_factory=dict)

    def frames(self, spark: SparkSession) -> dict[str, DataFrame]:
        return {
            "silver.events": spark.createDataFrame([(k, *row) for k, row in self.events.items()], EVENT),
            "silver.identity_map": spark.createDataFrame([(*k, *row) for k, row in self.owners.items()], OWNER),
        }


def event(draw: random.Random, number: int, since: datetime) -> tuple[Any, ...]:
    """Bought by one of three; known at once, or so late that it reaches moments that stood before, or not even these."""
    hours = 24 * 80 if since == BEGIN else 24 * 3
    time = datetime(2017, 2, 10, tzinfo=UTC) + timedelta(hours=draw.randrange(hours)) if since == BEGIN else since
    time += timedelta(hours=draw.randrange(24 * 3))
    late = draw.choice([time + timedelta(hours=1), time + timedelta(days=25), SECOND + timedelta(hours=1)])
    known = late if draw.random() < 0.3 else time
    value = Decimal(draw.choice(["1.0000", "2.5000"]))
    day = time.astimezone(ZoneInfo(ZONE)).date()
    return f"{number}-{draw.choice('abc')}", time, max(time, known), f"o{draw.randrange(3)}", value, "purchase", day


def first_state(draw: random.Random, number: int) -> State:
    owners = {(f"{number}-{who}", BEGIN): (f"{number}-{who.upper()}", None) for who in "abc"}
    events = {f"{number}-{count}": event(draw, number, BEGIN) for count in range(draw.randint(1, 5))}
    return State(events, owners)


def changed(draw: random.Random, number: int, state: State, since: datetime) -> State:
    """What may have happened since: nothing, something new, late, corrected or taken back; people who became one, or none."""
    after = State(dict(state.events), dict(state.owners))
    what = draw.choice([*["nothing"] * 6, "new", "late", "corrected", "gone", "merged", "vanished"])
    if what == "new":
        after.events[f"{number}-{since}"] = event(draw, number, since)
    elif what == "late":
        after.events[f"{number}-late-{since}"] = event(draw, number, BEGIN)
    elif what in ("corrected", "gone"):
        key = draw.choice(sorted(after.events))
        old = after.events.pop(key)
        if what == "corrected":
            after.events[key] = draw.choice([event(draw, number, BEGIN), (*old[:4], Decimal(9), *old[5:])])
    elif what == "merged" and after.owners.get((f"{number}-b", BEGIN), (0, 0))[1] is None:
        after.owners[f"{number}-b", BEGIN] = (f"{number}-B", MERGED)
        after.owners[f"{number}-b", MERGED] = (f"{number}-A", None)
    elif what == "vanished":
        after.owners.pop((f"{number}-c", BEGIN), None)
    return after


def test_who_changes_is_affected_and_what_is_built_of_them_is_what_is_built_of_everybody(spark: SparkSession) -> None:
    draw = random.Random(2017)
    worlds = {number: first_state(draw, number) for number in range(WORLDS)}
    standing = _full(spark, worlds, FIRST)
    for before, as_of in ((FIRST, SECOND), (SECOND, THIRD)):
        after = {number: changed(draw, number, state, before) for number, state in worlds.items()}
        rows = {
            name: sum((images(getattr(worlds[n], name), getattr(after[n], name)) for n in after), []) for name in vars(after[0])
        }
        feeds = {
            "silver.events": spark.createDataFrame(rows["events"], EVENT),
            "silver.identity_map": spark.createDataFrame(rows["owners"], OWNER),
        }
        inputs = _inputs(spark, after)
        keys = kept(affected(ChangedRows(before, feeds), inputs, SPEC, as_of))
        again = parts(SPEC, before, as_of, keys)
        events = Events(events_of_people(inputs["silver.events"], inputs["silver.identity_map"], as_of), ZONE)
        built = build_parts(events, SPEC, as_of, again)
        expected = _full(spark, after, as_of)
        for table, old in standing.items():
            scope = Rows(*again[table].rows(ZONE))
            gone = set(scope.of(old).collect())
            found = (set(old.collect()) - gone) | (set(scope.of(built[table]).collect()) if table in built else set())
            wanted = set(expected[table].collect())
            differing = sorted({str(row["person_id"]).split("-")[0] for row in found ^ wanted})
            assert not differing, (
                f"{table} at {as_of}: world {differing[0]}: {worlds[int(differing[0])]} → {after[int(differing[0])]}"
            )
            assert 0 < len(gone) < old.count()  # something is built again, and not all
        reached = {row["person_id"].split("-")[0] for row in keys.collect()}
        assert WORLDS * 0.1 < len(reached) < WORLDS * 0.8
        worlds, standing = after, expected


def _inputs(spark: SparkSession, worlds: dict[int, State]) -> dict[str, DataFrame]:
    events = {key: row for state in worlds.values() for key, row in state.events.items()}
    owners = {key: row for state in worlds.values() for key, row in state.owners.items()}
    return State(events, owners).frames(spark)


def _full(spark: SparkSession, worlds: dict[int, State], as_of: datetime) -> dict[str, DataFrame]:
    return {table: kept(rows) for table, rows in build(_inputs(spark, worlds), SPEC, as_of).items()}


def test_a_day_that_passes_adds_a_moment_and_ripens_labels() -> None:
    """The 10 days of May 1 and the month of April 1 ended between the two; nothing of March 1 changes by time alone."""
    found = moved(SPEC, FIRST, SECOND)
    assert found.kept == (date(2017, 3, 1), date(2017, 4, 1))
    assert found.new == (date(2017, 5, 1), date(2017, 5, 12))
    assert found.gone == (date(2017, 4, 20),)
    assert found.ripened == (date(2017, 4, 1), date(2017, 5, 1))
    assert found.horizons == {date(2017, 3, 1): date(2017, 4, 1)}
    same = moved(SPEC, SECOND, THIRD)
    assert (same.new, same.gone, same.ripened) == ((), (), ())
