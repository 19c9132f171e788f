"""Law 1 for sessions: whoever's visits change is affected, and what is built of them is what is built of everybody."""

import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from dmp_spark.sessions import stage
from dmp_spark.sessions.activity import keyed
from dmp_spark.stage import ChangedRows
from tests.affected import differing, images, kept
from tests.oracles.sessions_plain import Event, local_day
from tests.sessions.visitors import AS_OF, GIVEN, NAMES, RICH, SCHEMA, ZONE, drawn, frame, one, spec_of

WORLDS = 120
BEFORE = AS_OF - timedelta(days=1)
World = dict[str, Event]


def changed(draw: random.Random, number: int, world: World) -> World:
    """What may have happened since: nothing, or events that came late, were corrected, moved to another subject, or went."""
    after = dict(world)
    for count in range(draw.choice([0, 0, 1, 2])):
        what = draw.choice(["late", "new", "corrected", "moved", "gone"])
        chosen = draw.choice(sorted(after)) if after else None
        if chosen is None or what in ("late", "new"):
            at = after[chosen]["event_time"] if chosen and what == "late" else BEFORE + timedelta(minutes=draw.randrange(60))
            at += timedelta(minutes=draw.choice([-30, -10, 0, 10, 25, 40]))
            fresh = one(draw, f"{number}-n{count}", f"{number}-{draw.choice('ab')}", at)
            after[fresh["event_id"]] = fresh | {"known_time": BEFORE + timedelta(hours=1)}
        elif what == "gone":
            del after[chosen]
        elif what == "moved":
            after[chosen] = after[chosen] | {"subject_id": f"{number}-{draw.choice('abc')}"}
        else:
            old = after[chosen]
            at = old["event_time"] + timedelta(minutes=draw.choice([0, 0, -31, 31]))
            new = one(draw, chosen, old["subject_id"], at)
            after[chosen] = new | {"known_time": old["known_time"]}
    return after


def known_later(draw: random.Random, world: World) -> World:
    """The world before: some of its events stand already and are known only now, or not even now."""
    late = {name: event | {"known_time": BEFORE + timedelta(hours=2)} for name, event in world.items() if draw.random() < 0.1}
    return world | late


@pytest.mark.parametrize("text", [RICH, GIVEN], ids=["rich", "given"])
def test_who_changes_is_affected_and_what_is_built_of_them_is_what_is_built_of_everybody(
    spark: SparkSession, tmp_path: Path, text: str
) -> None:
    draw, spec = random.Random(42), spec_of(tmp_path, text)
    worlds = {number: {event["event_id"]: event for event in drawn(draw, number)} for number in range(WORLDS)}
    before = {number: known_later(draw, world) if number % 5 == 0 else world for number, world in worlds.items()}
    after = {number: changed(draw, number, world) if number % 3 == 0 else world for number, world in before.items()}
    old, new = ({k: v for world in state.values() for k, v in world.items()} for state in (before, after))
    first, second = (keyed(frame(spark, state.values()), spec) for state in (old, new))
    rows = images({k: row_of(v) for k, v in old.items()}, {k: row_of(v) for k, v in new.items()})
    changes = ChangedRows(BEFORE, {"silver.events": spark.createDataFrame(rows, SCHEMA)})
    standing = {table: kept(made) for table, made in stage.build({"silver.events": first}, spec, BEFORE).items()}
    wrong, keys = differing(stage, spec, changes, standing, {"silver.events": second}, AS_OF)
    assert not wrong, f"{len(wrong)} rows, such as {next(iter(wrong))}"
    assert 10 < len({key.split("-")[0] for key in keys}) < WORLDS * 0.7
    assert all(event["event_date"] == local_day(event["event_time"], ZONE) for event in new.values())


def row_of(event: Event) -> tuple[Any, ...]:
    """The row without its key, event_id, which stands first."""
    return tuple(event[name] for name in NAMES[1:])


def test_events_that_are_no_activity_affect_nobody(spark: SparkSession, tmp_path: Path) -> None:
    spec = spec_of(tmp_path, RICH)
    draw = random.Random(1)
    mail = one(draw, "1-a", "1-a", BEFORE) | {"event_type": "message_sent", "known_time": BEFORE}
    changes = ChangedRows(BEFORE, {"silver.events": frame(spark, [mail])})
    assert stage.affected(changes, {"silver.events": frame(spark, [mail])}, spec, AS_OF).collect() == []
