"""Bad input, each fault once for each format that can hold it: a rejected row with its reasons, or a refused source and why.

One run over all of it, then one more after files changed and vanished; each test looks at its own part.
"""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from tests.acceptance.tables import rows_of, versions
from tests.system import bad_files
from tests.system.bad_files import FAULTS, PERSONAL, record, source_of
from tests.system.bad_writers import ending, write
from tests.system.commands import Done, dmp, warm
from tests.system.refused_files import REFUSED

pytestmark = pytest.mark.slow  # two runs of `dmp` over three dozen sources, once for all tests

KINDS = tuple(FAULTS)
OF_REFERENCE = ("csv", "parquet")  # how rows of one key are judged depends on the rows, not on the kind of file
COUNTS = ("rows_in", "rows_unreadable", "rows_mapped", "rows_accepted", "rows_duplicate", "rows_rejected", "rows_suppressed")
PROJECT = "grammar: 1\nproject: bad\nas_of: 2018-01-01\ntime_zone: UTC\ncurrency: USD\n"
ITEMS = [record(number) for number in (1, 2)]


def stem(path: str) -> str:
    """A file's name without its ending."""
    return Path(path).name.partition(".")[0]


@dataclass(frozen=True)
class Seen:
    """What one run said and left: the ledger's row of ingest, the rows of bronze, and the versions of all tables."""

    done: Done
    ledger: dict[str, Any]
    files: list[dict[str, Any]]
    rejected: list[dict[str, Any]]
    events: list[dict[str, Any]]
    versions: dict[str, int]

    def file(self, source: str, name: str, state: str) -> dict[str, Any]:
        """The row of bronze.files of one file in a state."""
        [row] = [r for r in self.files if (r["source"], stem(r["path"]), r["state"]) == (source, name, state)]
        return row


@dataclass(frozen=True)
class Runs:
    """The project, and what its two runs left."""

    folder: Path
    first: Seen
    second: Seen

    @property
    def lakehouse(self) -> Path:
        """Where its tables lie."""
        return self.folder / "lakehouse"


def run(folder: Path, how: Callable[..., Done] = warm) -> Seen:
    """Run ingest, and look."""
    done = how("run", "-p", str(folder), "--until", "ingest")
    tables = {
        name: rows_of(folder / "lakehouse" / name).to_pylist()
        for name in ("ops/runs", "bronze/files", "bronze/rejected", "silver/events")
    }
    ledger = max((row for row in tables["ops/runs"] if row["stage"] == "ingest"), key=lambda row: row["started_at"])
    return Seen(
        done, ledger, tables["bronze/files"], tables["bronze/rejected"], tables["silver/events"], versions(folder / "lakehouse")
    )


def write_sources(folder: Path) -> None:
    """All files of the first run, and the project that reads them."""
    data, ingest = folder / "data", "sources:\n"
    for kind in KINDS:
        write(kind, data / f"{kind}_records" / "bad", bad_files.bad_records(kind))
        write(kind, data / f"{kind}_records" / "later", [record(100)])
        ingest += bad_files.events_source(kind, f"{kind}_records")
    for kind in OF_REFERENCE:
        write(kind, data / f"{kind}_items" / "items", ITEMS)
        write(kind, data / f"{kind}_same_key" / "items", [*ITEMS, record(3), record(2, note="another")])
        ingest += bad_files.reference_source(kind, f"{kind}_items") + bad_files.reference_source(kind, f"{kind}_same_key")
    for kind in {kind for kind, _ in REFUSED}:
        write(kind, folder.parent / "good", [record(number) for number in range(40)])
    for (kind, fault), (change, _) in REFUSED.items():
        name = source_of(kind, fault)
        ingest += bad_files.events_source(kind, name)
        write(kind, data / name / "a", [record(1)])
        change(data / name / f"bad.{ending(kind)}", (folder.parent / f"good.{ending(kind)}").read_bytes())
    (folder / "project.yml").write_text(PROJECT, encoding="utf-8")
    (folder / "ingest.yml").write_text(ingest, encoding="utf-8")


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> Runs:
    """Two runs of the project: between them the items vanish, and a file that was taken is written again."""
    folder = tmp_path_factory.mktemp("bad") / "project"
    folder.mkdir()
    write_sources(folder)
    first = run(folder, dmp)  # a process of its own: what its JVM says is judged too
    for kind in KINDS:
        write(kind, folder / "data" / f"{kind}_records" / "later", [record(101), record(102)])
    for kind in OF_REFERENCE:
        shutil.rmtree(folder / "data" / f"{kind}_items")
    return Runs(folder, first, run(folder))


@pytest.mark.parametrize(("kind", "fault"), [(kind, fault) for kind, faults in FAULTS.items() for fault in faults])
def test_what_is_wrong_with_a_record_is_a_rejected_row_with_its_reasons(runs: Runs, kind: str, fault: str) -> None:
    position = bad_files.place(kind, fault)
    for seen in (runs.first, runs.second):  # also where all files of the source were read again
        file_id = seen.file(f"{kind}_records", "bad", "taken")["file_id"]
        [row] = [row for row in seen.rejected if (row["file_id"], row["position"]) == (file_id, position)]
        assert row["reasons"] == FAULTS[kind][fault].reasons
        assert (row["source"], row["event_type"], row["ordinal"], row["state"]) == (f"{kind}_records", "purchase", 0, "open")
        assert bad_files.same_json(row["payload"], bad_files.payload(kind, fault)), row["payload"][:2_000]


@pytest.mark.parametrize("kind", KINDS)
def test_every_record_is_accepted_a_duplicate_or_rejected(runs: Runs, kind: str) -> None:
    """One key came twice with other content: the one known first holds, and the ledger says of how many."""
    faults = len(FAULTS[kind])
    row = runs.first.file(f"{kind}_records", "bad", "taken")
    assert [row[name] for name in COUNTS] == [faults + 4, 0, faults + 4, 3, 1, faults, 0]
    checks = {check["name"]: (check["passed"], check["detail"]) for check in runs.first.ledger["checks"]}
    assert checks[f"{kind}_records_conflicts"] == (False, "1 keys came with different contents; the earliest known holds")
    values = [str(event["value"]) for event in runs.first.events if event["source"] == f"{kind}_records"]
    assert values == ["1.5000"] * 4
    assert (
        sum(runs.first.ledger[name] for name in ("rows_accepted", "rows_duplicate", "rows_rejected"))
        == runs.first.ledger["rows_mapped"]
    )


@pytest.mark.parametrize(("kind", "fault"), list(REFUSED))
def test_what_is_wrong_with_a_file_refuses_its_source_in_one_sentence(runs: Runs, kind: str, fault: str) -> None:
    source, why = source_of(kind, fault), REFUSED[kind, fault][1]
    path = runs.folder / "data" / source / f"bad.{ending(kind)}"
    sentence = f"{source}: {path} cannot be taken: {why}; nothing of this source was taken"
    for seen in (runs.first, runs.second):
        assert seen.done.code == 1
        assert [note for note in seen.ledger["notes"] if source in note] == [sentence]
        assert sentence in seen.done.said
        assert [(stem(r["path"]), r["state"], r["reason"]) for r in seen.files if r["source"] == source] == [
            ("bad", "refused", why)
        ]
    assert source not in {event["source"] for event in runs.second.events}


@pytest.mark.parametrize("kind", OF_REFERENCE)
def test_a_key_of_reference_data_with_other_content_is_told_by_its_place(runs: Runs, kind: str) -> None:
    name = f"{kind}_same_key"
    path = runs.folder / "data" / name / f"items.{kind}"
    why = f"customer is no key of silver.reference_{name}: 1 of its values stand in rows that differ"
    ways = "name more columns in `key`, select fewer, or say in `combine` what becomes of them"
    sentence = f"{name}: {why}, such as that of record 1 of {path}: {ways}; nothing of this source was taken"
    for seen in (runs.first, runs.second):
        assert [note for note in seen.ledger["notes"] if name in note] == [sentence]
        assert seen.file(name, "items", "refused")["reason"] == why
        assert f"silver.reference_{name}" not in seen.versions


@pytest.mark.parametrize("kind", OF_REFERENCE)
def test_a_source_that_vanished_empties_nothing(runs: Runs, kind: str) -> None:
    name = f"{kind}_items"
    sentence = f"{name}: there is no file at {runs.folder}/data/{name}; nothing of this source was taken"
    assert [note for note in runs.first.ledger["notes"] if name in note] == []
    assert [note for note in runs.second.ledger["notes"] if name in note] == [sentence]
    table = f"silver.reference_{name}"
    assert runs.first.versions[table] == runs.second.versions[table]
    rows = rows_of(runs.lakehouse / "silver" / f"reference_{name}").to_pylist()
    assert sorted((row["customer"], row["note"]) for row in rows) == [(row["customer"], row["note"]) for row in ITEMS]
    assert runs.second.file(name, "items", "taken")["rows_accepted"] == len(ITEMS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_changed_after_it_was_read_is_read_as_it_is_now_and_told(runs: Runs, kind: str) -> None:
    name = f"{kind}_records"
    path = runs.folder / "data" / name / f"later.{ending(kind)}"
    note = (
        f"{name}: all its files are read again because a file that was taken was overwritten; "
        f"{path} was overwritten since it was taken, and its present version was read"
    )
    assert [said for said in runs.second.ledger["notes"] if name in said] == [note]
    assert runs.second.file(name, "later", "replaced")["rows_accepted"] == 1
    assert runs.second.file(name, "later", "taken")["rows_accepted"] == 2
    customers = [event["subject_id"] for event in runs.second.events if event["source"] == name]
    before = [event["subject_id"] for event in runs.first.events if event["source"] == name]
    assert (len(before), len(customers), len(set(before) & set(customers))) == (4, 5, 3)  # what the file said before is gone


def test_what_was_refused_leaves_all_tables_as_they_were(runs: Runs) -> None:
    """Nothing but the file that changed moved anything in the second run."""
    moved = {name for name, version in runs.second.versions.items() if runs.first.versions.get(name) != version}
    assert moved == {"bronze.files", "silver.events", "silver.identifiers", "ops.runs"}
    assert len(runs.first.ledger["notes"]) == len(REFUSED) + len(OF_REFERENCE)
    assert len(runs.second.ledger["notes"]) == len(REFUSED) + 2 * len(OF_REFERENCE) + len(KINDS)


def test_no_value_of_a_record_stands_in_a_log_or_an_error(runs: Runs) -> None:
    for seen in (runs.first, runs.second):
        assert PERSONAL not in seen.done.everything
        assert PERSONAL not in str([row for row in seen.files]) + str(seen.ledger)
    logs = [file for file in runs.lakehouse.rglob("*") if file.is_file() and file.suffix in (".log", ".json", ".html", ".txt")]
    assert logs
    assert [str(file) for file in logs if PERSONAL in file.read_text(encoding="utf-8")] == []
    assert not (runs.lakehouse / "scratch").exists()


@pytest.fixture(scope="module")
def harmless(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> Runs:
    """A run, and one more, of files that hold no record at all, and of reference data of which one record has no key."""
    folder = tmp_path_factory.mktemp("harmless") / "project"
    ingest = "sources:\n"
    for kind in KINDS:
        write(kind, folder / "data" / f"{kind}_nothing" / "nothing", [])
        ingest += bad_files.events_source(kind, f"{kind}_nothing")
        write(kind, folder / "data" / f"{kind}_null_key" / "items", [ITEMS[0], record(9, customer=None), ITEMS[1]])
        ingest += bad_files.reference_source(kind, f"{kind}_null_key")
    (folder / "project.yml").write_text(PROJECT, encoding="utf-8")
    (folder / "ingest.yml").write_text(ingest, encoding="utf-8")
    return Runs(folder, run(folder), run(folder))


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_names_its_columns_and_holds_no_record_is_taken(harmless: Runs, kind: str) -> None:
    """Empty is 0 bytes, which is refused; a day on which nothing happened is a delivery, and is not asked for again."""
    row = harmless.first.file(f"{kind}_nothing", "nothing", "taken")
    assert [row[name] for name in COUNTS] == [0] * len(COUNTS)
    assert (harmless.first.done.code, harmless.first.ledger["notes"], harmless.first.events) == (0, [], [])
    assert harmless.second.done.code == 0, harmless.second.done.everything
    assert harmless.second.versions == harmless.first.versions


@pytest.mark.parametrize("kind", OF_REFERENCE)
def test_a_record_of_reference_data_without_a_key_is_rejected_and_the_others_stand(harmless: Runs, kind: str) -> None:
    name = f"{kind}_null_key"
    row = harmless.first.file(name, "items", "taken")
    assert [row[count] for count in COUNTS] == [3, 0, 3, 2, 0, 1, 0]
    [rejected] = [each for each in harmless.first.rejected if each["source"] == name]
    assert (rejected["file_id"], rejected["position"], rejected["reasons"]) == (row["file_id"], 1, ["no_key"])
    rows = rows_of(harmless.lakehouse / "silver" / f"reference_{name}").to_pylist()
    assert sorted(each["customer"] for each in rows) == [each["customer"] for each in ITEMS]
    assert PERSONAL not in harmless.first.done.everything + str(harmless.first.ledger) + str(harmless.first.files)


@pytest.mark.long  # a million records; a minute and a half
def test_of_a_million_records_all_fifty_thousand_bad_ones_are_rejected_and_all_others_accepted(tmp_path: Path) -> None:
    """Half of them in CSV, half in Parquet, in four files each; every twentieth record is a fault, in turn."""
    ingest, expected = "sources:\n", {}
    for kind in ("csv", "parquet"):
        faults = {name: fault for name, fault in FAULTS[kind].items() if name != "10 MB field"}
        ingest += bad_files.events_source(kind, f"{kind}_records")
        turn = list(faults.values())
        for part in range(4):
            rows = []
            for number in range(part * 125_000, (part + 1) * 125_000):
                fault = turn[number // 20 % len(turn)] if number % 20 == 0 else None
                rows.append(record(number, **({} if fault is None else fault.changes)))
                if fault is not None:
                    for reason in fault.reasons:
                        expected[reason] = expected.get(reason, 0) + 1
            write(kind, tmp_path / "data" / f"{kind}_records" / f"{part}", rows)
    (tmp_path / "project.yml").write_text(PROJECT, encoding="utf-8")
    (tmp_path / "ingest.yml").write_text(ingest, encoding="utf-8")

    seen = run(tmp_path, dmp)
    assert seen.done.code == 0, seen.done.everything
    assert [seen.ledger[name] for name in COUNTS] == [1_000_000, 0, 1_000_000, 950_000, 0, 50_000, 0]
    assert [sum(row[name] for row in seen.files) for name in COUNTS] == [1_000_000, 0, 1_000_000, 950_000, 0, 50_000, 0]
    assert (len(seen.rejected), len(seen.events)) == (50_000, 950_000)
    found: dict[str, int] = {}
    for row in seen.rejected:
        for reason in row["reasons"]:
            found[reason] = found.get(reason, 0) + 1
    assert found == expected
    assert PERSONAL not in seen.done.everything
