"""The rules by which a stage is skipped, and by which it can go on from where it stands, as tables of cases."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dmp_spark.lakehouse.location import Location
from dmp_spark.lakehouse.standing import standing
from dmp_spark.operations.ledger import Row
from dmp_spark.operations.position import Following, Position, Way, causes, hash_of, way
from dmp_spark.stage import Since

AS_OF = datetime(2018, 1, 1, 5, tzinfo=UTC)
READ = {"silver.events": 3, "silver.items": 1}
STANDS = Position(read=READ, written={"gold.features": 2}, inputs_hash=hash_of(READ), as_of=AS_OF, spec_hash="s", code_hash="c")
LAST = Row(
    "r", "features", AS_OF, AS_OF, 1.0, "done",
    versions_read=READ, versions_written={"gold.features": 2}, inputs_hash=hash_of(READ), spec_hash="s", code_hash="c",
)  # fmt: skip


def reading(read):
    return replace(STANDS, read=read, inputs_hash=hash_of(read))


@pytest.mark.parametrize(
    ("position", "expected"),
    [
        (STANDS, ()),
        (reading({**READ, "silver.events": 4}), ("inputs changed: silver.events",)),
        (reading({"silver.events": 3}), ("inputs changed: silver.items",)),
        (reading({**READ, "silver.reference_x": 0}), ("inputs changed: silver.reference_x",)),
        (
            replace(STANDS, as_of=datetime(2018, 1, 2, 5, tzinfo=UTC)),
            ("as_of moved from 2018-01-01T00:00-05:00 to 2018-01-02T00:00-05:00",),
        ),
        (replace(STANDS, spec_hash="other"), ("spec changed",)),
        (replace(STANDS, code_hash="other"), ("code changed",)),
        (replace(STANDS, written={}), ("gold.features missing",)),
        (replace(STANDS, written={"gold.features": 3}), ("gold.features written since its last run",)),
        (replace(STANDS, written={"gold.features": 2, "gold.labels": 0}), ("gold.labels written since its last run",)),
        (replace(STANDS, inputs_hash="other"), ("inputs changed: files came, went or are others",)),
        (replace(STANDS, spec_hash="other", code_hash="other"), ("spec changed", "code changed")),
    ],
)
def test_a_stage_runs_for_these_causes_and_no_others(position, expected):
    assert causes(position, LAST, "America/New_York") == expected


def test_a_stage_that_was_never_done_has_its_first_run():
    assert causes(STANDS, None, "UTC") == ("first run",)


def test_the_hash_of_versions_does_not_depend_on_their_order():
    assert hash_of({"a": 1, "b": 2}) == hash_of({"b": 2, "a": 1}) != hash_of({"a": 2, "b": 1})


LATER = AS_OF + timedelta(days=1)
FOLLOWING = Following(
    ("silver.events", "silver.new_*"),
    all_because=lambda before, now: "of another hour" * (now.hour != 5),
    new_moments=lambda before, now: (now.date(),) if now > before else (),
)


@pytest.fixture
def tables(tmp_path):
    """A lakehouse whose silver.events has versions 1 to 5, all of which can still be read."""
    log = tmp_path / "silver" / "events" / "_delta_log"
    log.mkdir(parents=True)
    for version in range(1, 6):
        (log / f"{version:020d}.json").write_text('{"commitInfo": {}}\n', encoding="utf-8")
    return standing(Location(tmp_path))


@pytest.mark.parametrize(
    ("position", "expected"),
    [
        (STANDS, Way(Since(AS_OF), "affected keys only")),
        (
            replace(reading({**READ, "silver.events": 5}), as_of=LATER),
            Way(
                Since(AS_OF, {"silver.events": (3, 5)}),
                "affected keys, and everybody at 2018-01-02: 2 changed versions of silver.events",
            ),
        ),
        (replace(STANDS, as_of=LATER), Way(Since(AS_OF), "affected keys, and everybody at 2018-01-02")),
        (reading({**READ, "silver.events": 6}), Way(None, "all: what changed in silver.events is no longer kept")),
        (reading({**READ, "silver.events": 2}), Way(None, "all: what changed in silver.events is no longer kept")),
        (reading({**READ, "silver.new_x": 0}), Way(None, "all: what changed in silver.new_x is no longer kept")),
        (reading({**READ, "silver.items": 2}), Way(None, "all: silver.items changed")),
        (reading({"silver.events": 3}), Way(None, "all: silver.items is gone")),
        (replace(STANDS, spec_hash="other"), Way(None, "all: spec changed")),
        (replace(STANDS, code_hash="other"), Way(None, "all: code changed")),
        (replace(STANDS, written={}), Way(None, "all: gold.features missing")),
        (replace(STANDS, written={"gold.features": 3}), Way(None, "all: gold.features written since its last run")),
        (replace(STANDS, as_of=AS_OF + timedelta(hours=1)), Way(None, "all: of another hour")),
    ],
)
def test_a_stage_goes_on_from_where_it_stands_only_where_nothing_else_changed(position, expected, tables):
    assert way(position, LAST, FOLLOWING, tables) == expected


def test_a_stage_without_a_position_or_without_a_way_to_follow_changes_judges_all(tables):
    assert way(STANDS, None, FOLLOWING, tables) == Way(None, "all: first run")
    assert way(STANDS, LAST, Following(), tables) == Way(None, "all")
    assert way(STANDS, LAST, Following(otherwise="its files only"), tables) == Way(None, "its files only")
