"""Every format and every way in which files arrive: what was written is what stands, once.

Two runs over all of them, with deliveries between; each test looks at its own part.
"""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from tests.acceptance.tables import rows_of
from tests.system.commands import Done, warm
from tests.system.file_kinds import KINDS, NOON, record, source

pytestmark = pytest.mark.slow  # two runs of `dmp` over two dozen sources, once for all tests

PROJECT = "grammar: 1\nproject: formats\nas_of: 2019-01-01\ntime_zone: UTC\ncurrency: EUR\n"
PLAIN = [name for name in KINDS if "_" not in name]  # how a file is compressed matters to how it is read alone
LINES = [name for name in PLAIN if KINDS[name].is_lines]
WHOLE = [*[name for name in PLAIN if name not in LINES], "json_gz"]
OLD = datetime(2020, 1, 1, tzinfo=UTC).timestamp()


@dataclass(frozen=True)
class Seen:
    """What one run said and left."""

    done: Done
    events: list[dict[str, Any]]
    files: list[dict[str, Any]]
    rejected: list[dict[str, Any]]
    references: dict[str, list[int]]

    def ids(self, name: str, **where: object) -> list[int]:
        """The numbers of a source's records that are events, once for each event, ordered."""
        own = [row for row in self.events if row["source"] == name and all(row[key] == value for key, value in where.items())]
        return sorted(round(float(row["value"]) * 2) for row in own)


def deliver(folder: Path, name: str, file: str, *numbers: int, cut: int = 0) -> None:
    """A file with these records; cut off by so many bytes."""
    content = KINDS[name].write([record(number) for number in numbers])
    path = folder / "data" / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content[: len(content) - cut] if cut else content)
    os.utime(path, (OLD, OLD + cut))


def first_delivery(folder: Path) -> None:
    """All that is there before the first run, and the project that reads it."""
    ingest = "sources:"
    for name, kind in KINDS.items():
        ingest += source(name, kind, f"data/{name}/**/*.{kind.ending}", settle="1 minute")
        deliver(folder, name, f"{name}/day=2018-01-02/part.{kind.ending}", 1, 2)
        deliver(folder, name, f"{name}/grows/a.{kind.ending}", 10)
        deliver(folder, name, f"{name}/changes.{kind.ending}", 20, 21)
        deliver(folder, name, f"{name}/twice/a.{kind.ending}", 30, 31)
        deliver(folder, name, f"{name}/young.{kind.ending}", 40)
        os.utime(folder / "data" / name / f"young.{kind.ending}")  # now: it may still be written
        (folder / "data" / name / "other.tmp").write_bytes(b"what the glob does not name")
    for name in PLAIN:
        kind = KINDS[name]
        ingest += source(f"{name}_replaced", kind, f"data/{name}_replaced", arrives="replaced")
        deliver(folder, name, f"{name}_replaced/stays.{kind.ending}", 1)
        deliver(folder, name, f"{name}_replaced/vanishes.{kind.ending}", 2)
    for name in (*LINES, *WHOLE):
        ingest += source(f"{name}_half", KINDS[name], f"data/{name}_half")
        deliver(folder, name, f"{name}_half/a.{KINDS[name].ending}", 50, 51, cut=25)
    (folder / "project.yml").write_text(PROJECT, encoding="utf-8")
    (folder / "ingest.yml").write_text(ingest, encoding="utf-8")


def second_delivery(folder: Path) -> None:
    """What happens before the second run."""
    for name, kind in KINDS.items():
        deliver(folder, name, f"{name}/grows/b.{kind.ending}", 11)
        deliver(folder, name, f"{name}/changes.{kind.ending}", 21, 22, 23)
        deliver(folder, name, f"{name}/twice/another_name.{kind.ending}", 30, 31)
        os.utime(folder / "data" / name / f"young.{kind.ending}", (OLD, OLD))
    for name in PLAIN:
        (folder / "data" / f"{name}_replaced" / f"vanishes.{KINDS[name].ending}").unlink()
    for name in (*LINES, *WHOLE):
        deliver(folder, name, f"{name}_half/a.{KINDS[name].ending}", 50, 51)


def run(folder: Path) -> Seen:
    done = warm("run", "-p", str(folder), "--until", "ingest")
    lakehouse = folder / "lakehouse"
    tables = {name: rows_of(lakehouse / name).to_pylist() for name in ("silver/events", "bronze/files", "bronze/rejected")}
    references = {
        name: sorted(rows_of(lakehouse / "silver" / f"reference_{name}_replaced").column("id").to_pylist()) for name in PLAIN
    }
    return Seen(done, *tables.values(), references)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> tuple[Seen, Seen]:
    folder = tmp_path_factory.mktemp("formats") / "project"
    folder.mkdir()
    first_delivery(folder)
    first = run(folder)
    second_delivery(folder)
    return first, run(folder)


@pytest.mark.parametrize("name", KINDS)
def test_a_record_is_what_was_written(runs: tuple[Seen, Seen], name: str) -> None:
    for seen in runs:
        [event] = [row for row in seen.events if row["source"] == name and round(float(row["value"]) * 2) == 2]
        expected = record(2)
        assert (event["event_time"].replace(tzinfo=UTC), event["text"]) == (expected["at"], expected["note"])
        assert event["event_date"].isoformat() == "2018-01-01" and NOON.day == 1


@pytest.mark.parametrize("name", KINDS)
def test_the_value_of_a_folder_is_a_column(runs: tuple[Seen, Seen], name: str) -> None:
    for seen in runs:
        days = {
            round(float(row["value"]) * 2): dict(row["attributes"]).get("day") for row in seen.events if row["source"] == name
        }
        assert {number: days[number] for number in (1, 2, 10)} == {1: "2018-01-02", 2: "2018-01-02", 10: None}


@pytest.mark.parametrize("name", KINDS)
def test_a_folder_that_grows(runs: tuple[Seen, Seen], name: str) -> None:
    assert [[number for number in seen.ids(name) if 10 <= number < 20] for seen in runs] == [[10], [10, 11]]


@pytest.mark.parametrize("name", KINDS)
def test_a_file_that_changes(runs: tuple[Seen, Seen], name: str) -> None:
    """What only its first version said goes, what its new one says comes, and what both say stays once."""
    assert [[number for number in seen.ids(name) if 20 <= number < 30] for seen in runs] == [[20, 21], [21, 22, 23]]


@pytest.mark.parametrize("name", KINDS)
def test_a_file_that_comes_twice(runs: tuple[Seen, Seen], name: str) -> None:
    assert [[number for number in seen.ids(name) if 30 <= number < 40] for seen in runs] == [[30, 31], [30, 31]]
    twice = [row["rows_duplicate"] for row in runs[1].files if row["source"] == name and "/twice/" in row["path"]]
    assert sorted(twice) == [0, 2]


@pytest.mark.parametrize("name", KINDS)
def test_a_file_that_may_still_be_written(runs: tuple[Seen, Seen], name: str) -> None:
    assert [[number for number in seen.ids(name) if number == 40] for seen in runs] == [[], [40]]
    sentence = f"{name}: 1 file changed so lately (`settle`) that the next run reads them"
    assert [sentence in seen.done.shown for seen in runs] == [True, False]


@pytest.mark.parametrize("name", PLAIN)
def test_a_file_that_vanishes(runs: tuple[Seen, Seen], name: str) -> None:
    assert [seen.references[name] for seen in runs] == [[1, 2], [1]]


@pytest.mark.parametrize("name", LINES)
def test_lines_of_a_half_written_file(runs: tuple[Seen, Seen], name: str) -> None:
    """The whole lines are taken at once; the cut one is rejected, and is what it is once the file is whole."""
    assert [seen.ids(f"{name}_half") for seen in runs] == [[50], [50, 51]]
    assert [len([row for row in seen.rejected if row["source"] == f"{name}_half"]) for seen in runs] == [1, 0]


@pytest.mark.parametrize("name", WHOLE)
def test_a_half_written_file_that_cannot_be_read_in_parts(runs: tuple[Seen, Seen], name: str) -> None:
    """It refuses its source, and is taken once it is whole."""
    assert [seen.ids(f"{name}_half") for seen in runs] == [[], [50, 51]]
    states = [[row["state"] for row in seen.files if row["source"] == f"{name}_half"] for seen in runs]
    assert states[0] == ["refused"] and "taken" in states[1]
    assert [seen.done.code for seen in runs] == [1, 0]
