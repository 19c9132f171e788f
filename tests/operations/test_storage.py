"""Versions and sizes by the names and lines of Delta's log."""

import pyarrow as pa
from deltalake import DeltaTable, write_deltalake

from dmp_spark.operations import storage


def write(root, table, rows):
    write_deltalake(
        storage.table_path(root, table), pa.table({"x": list(range(rows)), "_content_hash": [0] * rows}), mode="append"
    )


def test_versions_are_those_of_delta(tmp_path):
    for rows in (1, 2):
        write(tmp_path, "silver.a", rows)
    write(tmp_path, "gold.b", 1)
    assert storage.table_names(tmp_path) == ("gold.b", "silver.a")
    assert storage.versions(tmp_path, ("silver.a", "gold.b", "gold.absent")) == {"gold.b": 0, "silver.a": 1}
    assert storage.version(tmp_path, "silver.a") == DeltaTable(tmp_path / "silver" / "a").version()
    assert storage.version(tmp_path, "gold.absent") is None


def test_a_folder_without_commits_is_no_table(tmp_path):
    (tmp_path / "silver" / "a" / "_delta_log").mkdir(parents=True)
    assert storage.table_names(tmp_path) == ()
    assert storage.table_names(tmp_path / "nowhere") == ()


def test_bytes_are_those_of_the_files_that_were_added_since(tmp_path):
    for rows in (10, 1000, 5):
        write(tmp_path, "silver.a", rows)
    sizes = sorted(file.stat().st_size for file in (tmp_path / "silver" / "a").glob("*.parquet"))
    assert storage.bytes_added(tmp_path, {}, {"silver.a": 2}) == sum(sizes)
    assert storage.bytes_added(tmp_path, {"silver.a": 0}, {"silver.a": 1}) == sizes[-1]
    assert storage.bytes_added(tmp_path, {"silver.a": 2}, {"silver.a": 2}) == 0


def test_a_table_is_read_at_a_version_without_hidden_columns(tmp_path):
    for rows in (1, 2):
        write(tmp_path, "silver.a", rows)
    first = storage.opened(tmp_path, "silver.a", 0)
    assert list(storage.columns(first)) == ["x"]
    assert storage.reader(first, ["x"]).read_all().num_rows == 1
