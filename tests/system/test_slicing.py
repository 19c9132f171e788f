"""However the days of a log are sliced and delivered, what stands in the end is the same: events, identifiers, facts, visits.

`pytest tests/system/test_slicing.py --seed N`: N draws the log, 200 permutations and slicings as worlds in one frame, and five
slicings of the days that go through storage.
"""

import random
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from dmp_spark import registry
from dmp_spark.formats import cells, json_lines
from dmp_spark.formats.headers import of_texts
from dmp_spark.formats.lines import SCHEMA
from dmp_spark.functions.keys import stable_id
from dmp_spark.ingest.contest import Rivals, settle
from dmp_spark.ingest.tables import EVENTS
from dmp_spark.ingest.taking import EVENT_CONTENT, of_records
from dmp_spark.lakehouse.lakehouse import Lakehouse
from dmp_spark.lakehouse.scratch import Scratch
from dmp_spark.sessions import stage
from dmp_spark.stage import ChangedRows
from tests.acceptance.tables import dump, rows_of
from tests.affected import kept
from tests.system.commands import warm
from tests.system.sliced_days import AS_OF, INGEST, PROJECT, SESSIONS, SLICINGS, Delivery, File, Line, days, hits, sliced

WORLDS, SLICES = 200, 3
WORLDS_IN_STORAGE = 40
HARDEST = "days backwards"
"""The slicing that is no long test; with `--seed N` all five run."""
LANDED = 1_600_000_000_000_000
STANDING = [column for column in EVENTS.columns if not column.generated and column.name != "_ingested_at"]
WORLD = re.compile(r"world\W+(\d+)")


@pytest.fixture(scope="module")
def seed(request: pytest.FixtureRequest) -> int:
    """The reader's number, printed so that it can be drawn again."""
    number: int = request.config.getoption("--seed") or 13
    print(f"\nseed {number}")
    return number


def write_project(folder: Path) -> None:
    folder.mkdir(parents=True)
    for name, text in (("project", PROJECT), ("ingest", INGEST), ("sessions", SESSIONS)):
        (folder / f"{name}.yml").write_text(text, encoding="utf-8")


class Worlds:
    """Lines of all worlds in files of one frame, judged at once; files are settled one by one, and visits follow what changed."""

    def __init__(self, spark: SparkSession, folder: Path, scratch: Scratch, files: dict[str, list[Line]]) -> None:
        self.spark, self.scratch = spark, scratch
        specs = registry.resolved(folder)[1].specs
        self.spec = specs["sessions"]
        [source] = [each for each in specs["ingest"].sources if each.name == "web"]
        rows = [
            (name, LANDED, place, 0, None, None, line.text, None, None)
            for name, lines in files.items()
            for place, line in enumerate(lines)
        ]
        records = cells.typed(json_lines.cells(spark.createDataFrame(rows, SCHEMA), source.reading), source.reading)
        mapped = of_records(records, of_texts(source.reading), source, {}, specs["ingest"], stable_id)
        self.judged = scratch.write(mapped, "mapped")

    def after(self, names: list[str]) -> dict[str, Counter[str]]:
        """Table → rows, as text, when files of these names came one after another."""
        events: dict[str, Row] = {}
        visits: list[Row] = []
        for name in names:
            new = self._accepted(name, events)
            changed = [row for key, row in new.items() for row in (events.get(key), row) if row is not None]
            events |= new
            inputs, changes = {EVENTS.name: self._frame(events.values())}, ChangedRows(AS_OF, {EVENTS.name: self._frame(changed)})
            keys = kept(stage.affected(changes, inputs, self.spec, AS_OF).distinct())
            built = stage.build(stage.narrowed(inputs, keys), self.spec, AS_OF)["silver.sessions"]
            subjects = {row["subject_id"] for row in keys.collect()}
            visits = [row for row in visits if row["subject_id"] not in subjects] + built.collect()
        content = [column.name for column in STANDING if not column.audit]
        rejected = self.judged.where(F.col("_file_id").isin(names) & (F.size("_reasons") > 0))
        return {
            "events": Counter(str([row[name] for name in content]) for row in events.values()),
            "visits": Counter(map(str, visits)),
            "rejected": Counter(map(str, rejected.select("_payload", "_reasons", "event_type", "_ordinal").collect())),
        }

    def _accepted(self, name: str, standing: dict[str, Row]) -> dict[str, Row]:
        """What holds of a file beside what stands, by event_id."""
        there = self._frame(standing.values()) if standing else None
        candidates = self.judged.where((F.col("_file_id") == name) & (F.size("_reasons") == 0))
        rivals = Rivals(("event_id",), EVENT_CONTENT, F.unix_micros("known_time"), there)
        accepted = settle(self.scratch, name, candidates, rivals).accepted
        return {row["event_id"]: row for row in accepted.select(*[column.name for column in STANDING]).collect()}

    def _frame(self, rows: Iterable[Row]) -> DataFrame:
        return self.spark.createDataFrame(list(rows), ", ".join(f"`{column.name}` {column.type}" for column in STANDING))


def by_world(rows: Counter[str]) -> dict[str, Counter[str]]:
    """World → its rows; each names its world."""
    found: dict[str, Counter[str]] = {}
    for row, times in rows.items():
        named = WORLD.search(row)
        assert named, row
        found.setdefault(named[1], Counter())[row] = times
    return found


@pytest.mark.slow(reason="four deliveries of all worlds, each contested and cut into visits")
def test_two_hundred_permutations_and_slicings_as_worlds_in_one_frame(
    spark: SparkSession, lakehouse_at: Callable[..., Lakehouse], tmp_path: Path, seed: int
) -> None:
    draw = random.Random(seed)
    write_project(tmp_path / "project")
    names = [f"slice_{number}" for number in range(SLICES)]
    files: dict[str, list[Line]] = {name: [] for name in ("whole", *names)}
    for world in range(WORLDS):
        lines = hits(draw, world)
        files["whole"] += lines
        for line in draw.sample(lines, len(lines)):
            files[draw.choice(names)].append(line)
    worlds = Worlds(spark, tmp_path / "project", lakehouse_at({}).scratch, files)

    whole, sliced = worlds.after(["whole"]), worlds.after(names)
    for table, rows in whole.items():
        expected, found = by_world(rows), by_world(sliced[table])
        differing = [world for world in expected.keys() | found.keys() if expected.get(world) != found.get(world)]
        assert not differing, f"{table}: {len(differing)} worlds, such as {differing[0]}"
        assert len(expected) > WORLDS * (0.1 if table == "rejected" else 0.8)
    assert whole["rejected"].total() == sum(line.is_bad for line in files["whole"])


@dataclass(frozen=True)
class Stands:
    """What stands in a lakehouse: a hash a silver table, what was rejected, and the counts of the files that hold."""

    tables: dict[str, str]
    rejected: Counter[tuple[str, ...]]
    files: list[dict[str, Any]]

    def total(self, name: str) -> int:
        """The sum of a count over all files."""
        return sum(row[name] for row in self.files)


def delivered(folder: Path, deliveries: list[Delivery]) -> Stands:
    """What stands when these came one after another, with a run until sessions after each."""
    write_project(folder)
    for number, files in enumerate(deliveries):
        for file in files:
            file.write(folder / "data")
        done = warm("run", "-p", str(folder), "--until", "sessions")
        assert done.code == 0, f"delivery {number + 1}: {done.everything[-3000:]}"
    rejected = rows_of(folder / "lakehouse" / "bronze" / "rejected").to_pylist()
    columns = ("source", "event_type", "ordinal", "payload", "reasons", "rule_version", "state")  # all but the place
    files = [row for row in rows_of(folder / "lakehouse" / "bronze" / "files").to_pylist() if row["state"] == "taken"]
    held = Counter(tuple(str(row[name]) for name in columns) for row in rejected)
    return Stands(dump(folder / "lakehouse", folder / "dump", ("silver",)), held, files)


@dataclass(frozen=True)
class Whole:
    """The days as files, and what stands when all of them came at once."""

    files: list[File]
    folder: Path
    stands: Stands


@pytest.fixture(scope="module")
def whole(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory, seed: int) -> Whole:
    files = days(random.Random(seed), WORLDS_IN_STORAGE)
    folder = tmp_path_factory.mktemp("whole") / "project"
    return Whole(files, folder, delivered(folder, [files]))


@pytest.mark.slow(reason="a run through storage")
def test_what_stands_is_what_the_log_says(whole: Whole) -> None:
    """So that the slicings below are not equal to nothing: of each id the earliest known holds, and all that is bad is rejected."""
    lines = [line for file in whole.files for line in file.lines if file.source != "people"]
    assert sorted(whole.stands.tables) == [
        "silver.events",
        "silver.identifiers",
        "silver.person_attributes",
        "silver.sessions",
    ]
    assert whole.stands.rejected.total() == sum(line.is_bad for line in lines) > 5
    assert whole.stands.total("rows_in") == whole.stands.total("rows_mapped") == len(lines) + 2 * WORLDS_IN_STORAGE
    ends = ("rows_accepted", "rows_duplicate", "rows_rejected", "rows_suppressed")
    assert whole.stands.total("rows_mapped") == sum(whole.stands.total(name) for name in ends)

    events = rows_of(whole.folder / "lakehouse" / "silver" / "events").to_pylist()
    first = {}
    for file in whole.files:
        for row in file.good() if file.source != "people" else ():
            key = (file.source, row["id"], file.source == "web" and "amount" in row)
            first[key] = min(row["arrived"], first.get(key, row["arrived"]))
    assert len(events) == len(first) == whole.stands.total("rows_accepted") - 2 * WORLDS_IN_STORAGE
    assert Counter(row["known_time"].isoformat() for row in events) == Counter(first.values())
    late = {"late" in row["flags"] for row in events if (row["known_time"] - row["event_time"]).days == 2}
    later = {"late" in row["flags"] for row in events if (row["known_time"] - row["event_time"]).days == 40}
    assert (late, later) == ({False}, {True})
    extra = [dict(row["_extra"] or []) for row in events]
    assert {each["color"] for each in extra if "color" in each} == {"1", "red", '{"hue":5}'}
    assert {each["gift"] for each in extra if "gift" in each} == {"card"}


@pytest.mark.slow(reason="two or three runs through storage each")
@pytest.mark.parametrize("slicing", [pytest.param(name, marks=() if name == HARDEST else pytest.mark.long) for name in SLICINGS])
def test_a_slicing_of_the_days_leaves_what_one_delivery_leaves(whole: Whole, tmp_path: Path, seed: int, slicing: str) -> None:
    deliveries = sliced(random.Random(f"{seed} {slicing}"), whole.files, slicing)
    assert len(deliveries) > 1
    came = {(file.source, file.name): file for delivery in deliveries for file in delivery if not file.cut}
    stands = delivered(tmp_path / "project", deliveries)

    both = (whole.folder / "dump", tmp_path / "project" / "dump")
    differing = [name for name in whole.stands.tables if stands.tables.get(name) != whole.stands.tables[name]]
    assert not differing, f"diff {', '.join(differing)} of {' '.join(map(str, both))}"
    assert stands.tables.keys() == whole.stands.tables.keys()
    assert stands.rejected.keys() == whole.stands.rejected.keys()
    lines = [line for file in came.values() for line in file.lines]
    assert stands.rejected.total() == sum(line.is_bad for line in lines)
    assert stands.total("rows_in") == stands.total("rows_mapped") == len(lines)
