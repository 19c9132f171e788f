"""Whether rows are few, and sent to where the others lie, or many, and all are moved, changes nothing of the verdict."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from dmp_spark.contracts import Changes, Column, Contract, TableClass
from dmp_spark.ingest import contest
from dmp_spark.ingest.contest import Rivals, settle
from dmp_spark.ingest.duplicates import with_content
from dmp_spark.lakehouse.lakehouse import Lakehouse
from dmp_spark.lakehouse.scratch import Scratch

START = datetime(2017, 1, 1, tzinfo=UTC)
PLACED = "event_id string, value bigint, known_time timestamp, _file_id string, _position bigint, _ordinal bigint"
DAYS = Contract(
    name="silver.days",
    owner="test",
    table_class=TableClass.STATE,
    meaning="days",
    key=("id",),
    columns=(Column("id", "string", "key", nullable=False), Column("value", "bigint", "value")),
)


@pytest.mark.parametrize(("number", "are_sent"), [(80, True), (contest.FEW + 1, True), (None, False)])
def test_few_and_many_candidates_are_settled_alike(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int | None, are_sent: bool
) -> None:
    """By Python: of an id the row known first holds, then the one with the smaller content; of equal ones that which stands."""
    monkeypatch.setattr(contest, "sent", lambda rows, _: F.broadcast(rows) if are_sent else rows)
    chance = random.Random(3)
    stands = {f"e{n}": (n % 3, START + timedelta(days=n % 4)) for n in range(0, 40, 2)}
    came = [(f"e{chance.randrange(60)}", chance.randrange(3), START + timedelta(days=chance.randrange(4))) for _ in range(80)]
    standing = spark.createDataFrame(
        [(key, value, known, "old") for key, (value, known) in stands.items()],
        "event_id string, value bigint, known_time timestamp, _file_id string",
    )
    candidates = spark.createDataFrame([(*row, "new", place, 0) for place, row in enumerate(came)], PLACED)
    rivals = Rivals(("event_id",), {"value": "bigint"}, F.unix_micros("known_time"), standing)
    verdict = settle(Scratch(tmp_path, "run", "ingest"), "web", candidates, rivals, number)

    hashes = with_content(spark.createDataFrame([(value,) for value in range(3)], "value bigint"), {"value": "bigint"})
    content = {row["value"]: row["_content"] for row in hashes.collect()}
    rows = [(key, (known, content[value], -1), (value, known)) for key, (value, known) in stands.items()]
    rows += [(key, (known, content[value], place), (value, known)) for place, (key, value, known) in enumerate(came)]
    best = {key: min(row[1:] for row in rows if row[0] == key) for key, _, _ in rows}
    expected = {key: row for key, (order, row) in best.items() if order[2] >= 0}
    accepted = {row["event_id"]: (row["value"], row["known_time"].replace(tzinfo=UTC)) for row in verdict.accepted.collect()}
    assert accepted == expected
    assert verdict.accepted.count() == len(accepted)
    assert verdict.lost == {"new": len(came) - len(accepted)}


@pytest.mark.parametrize("number", [3, contest.FEW + 1, None])
def test_few_and_many_rows_are_put_in_alike(
    spark: SparkSession, lakehouse_at: Callable[..., Lakehouse], number: int | None
) -> None:
    lakehouse = lakehouse_at({DAYS.name: DAYS}, stage="test", reads=(), writes=(DAYS.name,))
    lakehouse.replace(DAYS.name, spark.createDataFrame([("a", 1), ("b", 2), ("c", 3)], "id string, value bigint"))
    rows = spark.createDataFrame([("b", 2), ("c", 4), ("d", 5)], "id string, value bigint")
    assert lakehouse.upsert(DAYS.name, rows, number) == Changes(inserted=1, updated=1)
    assert sorted(map(tuple, lakehouse.read(DAYS.name).collect())) == [("a", 1), ("b", 2), ("c", 4), ("d", 5)]
