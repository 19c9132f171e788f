"""Rows that go from a large table are marked beside its files, which stay; whoever reads it sees none of that."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from dmp_spark.contracts import Changes
from dmp_spark.lakehouse import write
from dmp_spark.lakehouse.by_path import ByPath
from tests.lakehouse.test_lakehouse import DAYS, NIGHT, NOON, ROWS, SCHEMA

TABLE = DAYS.name
STAYS = ("s", date(2017, 2, 3), Decimal("7.00"), None, NOON)  # in a file with rows that go
MOVED = [
    ("a", date(2017, 3, 1), Decimal("1.50"), {"k": "v", "l": None}, NIGHT),  # into another partition
    ("b", date(2017, 2, 1), Decimal("0.00"), None, NIGHT),
    ("c", None, Decimal("2.00"), {}, NOON),
    ("e", date(2017, 2, 2), None, {"x": "y"}, NIGHT),  # new; d is gone
    STAYS,
]


def actions(tables: ByPath, kind: str) -> list[dict[str, Any]]:
    """What the whole log says of files of a kind, in order."""
    commits = sorted((tables.location.path(TABLE) / "_delta_log").glob("*.json"))
    lines = [json.loads(line) for commit in commits for line in commit.read_text(encoding="utf-8").splitlines()]
    return [line[kind] for line in lines if kind in line]


@pytest.mark.parametrize(
    ("least", "said_before", "is_marked", "times"),
    [(0, None, True, 1), (0, "false", False, 1), (write.LARGE, None, False, 0)],
    ids=["large", "large, and somebody wants no marks", "small"],
)
def test_rows_of_a_large_table_go_and_its_files_stay(
    spark: Any,
    lakehouse_at: Any,
    monkeypatch: pytest.MonkeyPatch,
    least: int,
    said_before: str | None,
    is_marked: bool,
    times: int,
) -> None:
    monkeypatch.setattr(write, "LARGE", least)
    lakehouse = lakehouse_at({TABLE: DAYS})
    tables = ByPath(lakehouse.location)
    together = spark.createDataFrame([*ROWS, STAYS], SCHEMA).repartition(1)
    lakehouse.replace(TABLE, together)
    if said_before:
        spark.sql(f"ALTER TABLE {lakehouse.location.sql_name(TABLE)} SET TBLPROPERTIES ('{write.MARKS}' = '{said_before}')")
    before = tables.versions([TABLE])
    assert lakehouse.replace(TABLE, spark.createDataFrame(MOVED, SCHEMA)) == Changes(inserted=1, updated=2, deleted=1)
    assert lakehouse.upsert(TABLE, spark.createDataFrame([(*MOVED[2][:2], None, {}, NIGHT)], SCHEMA)) == Changes(updated=1)
    last = tables.versions([TABLE])

    marked = [file for file in actions(tables, "add") if "deletionVector" in file]
    said = [commit for commit in actions(tables, "commitInfo") if commit["operation"] == "SET TBLPROPERTIES"]
    assert (bool(marked), len(said)) == (is_marked, times)  # said once, for both writes

    found = tables.opened(TABLE)
    columns = ["id", "month", "value"]
    expected = [("a", date(2017, 3, 1), 1), ("b", date(2017, 2, 1), 0), ("c", None, None), ("e", date(2017, 2, 1), None)]
    expected.append(("s", date(2017, 2, 1), 7))
    read = sorted((row["id"], row["month"], row["value"]) for row in found.rows(columns).read_all().to_pylist())
    assert [(key, month, None if value is None else int(value)) for key, month, value in read] == expected
    assert [(row["id"], row["month"]) for row in lakehouse.read(TABLE).orderBy("id").collect()] == [row[:2] for row in expected]
    assert found.count() == len(expected)

    new = {file["path"]: file["size"] for file in actions(tables, "add")}
    of_first = {file["path"] for file in actions(tables, "add")[:3]}  # of two months, and of none
    assert tables.bytes_added(before, last) == sum(size for path, size in new.items() if path not in of_first)

    assert tables.is_whole(TABLE, before[TABLE], last[TABLE])
    images = lakehouse.changes(TABLE, before[TABLE], last[TABLE]).where("_change_type in ('insert', 'delete')").collect()
    assert {(row["id"], row["_change_type"]) for row in images} == {("d", "delete"), ("e", "insert")}
