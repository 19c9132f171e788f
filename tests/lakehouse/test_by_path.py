"""Versions and sizes by the names and lines of Delta's log."""

import pyarrow as pa
from deltalake import DeltaTable, write_deltalake

from dmp_spark.lakehouse.location import Location
from dmp_spark.lakehouse.standing import standing


def write(location, table, rows):
    columns = {"x": list(range(rows)), "_content_hash": [0] * rows}
    write_deltalake(location.path(table), pa.table(columns), mode="append")


def test_versions_are_those_of_delta(tmp_path):
    location = Location(tmp_path)
    for rows in (1, 2):
        write(location, "silver.a", rows)
    write(location, "gold.b", 1)
    tables = standing(location)
    assert tables.names() == ("gold.b", "silver.a")
    assert tables.versions(("silver.a", "gold.b", "gold.absent")) == {"gold.b": 0, "silver.a": 1}
    assert tables.opened("silver.a").version == DeltaTable(tmp_path / "silver" / "a").version()


def test_a_folder_without_commits_is_no_table(tmp_path):
    (tmp_path / "silver" / "a" / "_delta_log").mkdir(parents=True)
    assert standing(Location(tmp_path)).names() == ()
    assert standing(Location(tmp_path / "nowhere")).names() == ()


def test_bytes_are_those_of_the_files_that_were_added_since(tmp_path):
    location = Location(tmp_path)
    for rows in (10, 1000, 5):
        write(location, "silver.a", rows)
    sizes = sorted(file.stat().st_size for file in (tmp_path / "silver" / "a").glob("*.parquet"))
    tables = standing(location)
    assert tables.bytes_added({}, {"silver.a": 2}) == sum(sizes) == tables.opened("silver.a").size()
    assert tables.bytes_added({"silver.a": 0}, {"silver.a": 1}) == sizes[-1]
    assert tables.bytes_added({"silver.a": 2}, {"silver.a": 2}) == 0


def test_a_table_is_read_at_a_version_without_hidden_columns(tmp_path):
    location = Location(tmp_path)
    for rows in (1, 2):
        write(location, "silver.a", rows)
    first = standing(location).opened("silver.a", 0)
    assert list(first.columns) == ["x"]
    assert first.rows(["x"]).read_all().num_rows == first.count() == 1
