"""Whether what changed between two versions can still be read is told by the log and the files that lie there. No JVM."""

import json
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from dmp_spark.lakehouse.by_path import ByPath
from dmp_spark.lakehouse.location import Location

TABLE = "silver.days"


@pytest.fixture
def table(tmp_path: Path) -> DeltaTable:
    """Two rows in two files (versions 0 and 1), one of them updated (2), compacted (3)."""
    folder = tmp_path / "silver" / "days"
    feed = {"delta.enableChangeDataFeed": "true"}
    for number in (1, 2):
        write_deltalake(folder, pa.table({"x": [number], "y": ["a b"]}), mode="append", configuration=feed, partition_by=["y"])
    found = DeltaTable(folder)
    found.update(predicate="x = 1", updates={"x": "3"})
    found.optimize.compact()
    assert found.version() == 3
    return found


def root_of(table: DeltaTable) -> Path:
    return Path(table.table_uri.removeprefix("file://")).parents[1]


def tables_of(table: DeltaTable) -> ByPath:
    return ByPath(Location(root_of(table)))


def test_a_range_is_whole_while_its_commits_and_their_files_lie_there(table: DeltaTable) -> None:
    tables = tables_of(table)
    assert all(tables.is_whole(TABLE, after, 3) for after in (-1, 0, 1, 2, 3))
    assert not tables.is_whole(TABLE, 4, 3)  # the table is younger: made anew
    assert not tables.is_whole(TABLE, 2, 4)  # a version that is not there
    assert not tables.is_whole("silver.nothing", -1, 0)


def test_compacting_and_vacuuming_change_no_row(table: DeltaTable) -> None:
    tables = tables_of(table)
    assert [tables.is_empty(TABLE, after, after + 1) for after in range(-1, 3)] == [False, False, False, True]
    assert not tables.is_empty(TABLE, 1, 3)
    assert tables.is_empty(TABLE, 3, 3)
    table.vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False, full=True)
    last = DeltaTable(table.table_uri).version()
    assert tables.is_empty(TABLE, 2, last)
    assert tables.is_whole(TABLE, 2, last)
    assert not any(tables.is_whole(TABLE, after, last) for after in (-1, 0, 1))


def test_a_log_that_was_cleaned_up_is_not_whole(table: DeltaTable) -> None:
    root, tables = root_of(table), tables_of(table)
    (root / "silver" / "days" / "_delta_log" / f"{1:020d}.json").unlink()
    assert not tables.is_whole(TABLE, 0, 3)
    assert tables.is_whole(TABLE, 1, 3)


def test_a_table_that_was_made_anew_has_no_feed_from_before(table: DeltaTable) -> None:
    root, tables = root_of(table), tables_of(table)
    commit = root / "silver" / "days" / "_delta_log" / f"{4:020d}.json"
    commit.write_text('{"commitInfo": {"operation": "REPLACE TABLE"}}\n', encoding="utf-8")
    assert not tables.is_whole(TABLE, 3, 4)
    assert tables.is_whole(TABLE, 4, 4)


@pytest.mark.parametrize(("feed", "is_whole"), [([], False), ([{"cdc": {"path": "its feed"}}], True)])
def test_of_rows_that_are_marked_as_deleted_a_feed_of_files_is_sure_to_be_there(
    table: DeltaTable, feed: list[dict[str, object]], is_whole: bool
) -> None:
    """The files of marks go by VACUUM, too, and the log does not name them plainly."""
    root, tables = root_of(table), tables_of(table)
    file = {"path": "a file", "size": 7, "dataChange": True}
    commit = [{"remove": file}, {"add": {**file, "deletionVector": {"storageType": "u", "cardinality": 1}}}, *feed]
    for name in ("a file", "its feed"):
        (root / "silver" / "days" / name).touch()
    log = root / "silver" / "days" / "_delta_log" / f"{4:020d}.json"
    log.write_text("\n".join(map(json.dumps, commit)), encoding="utf-8")
    assert tables.is_whole(TABLE, 3, 4) is is_whole
    assert not tables.is_empty(TABLE, 3, 4)
    assert tables.bytes_added({TABLE: 3}, {TABLE: 4}) == 0
