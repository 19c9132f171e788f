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
from dmp_spark.ingest.contest import Rivals, Verdict, settle
from dmp_spark.lakehouse import compare
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


@pytest.mark.parametrize("most", [0, contest.FEW])
def test_few_and_many_candidates_are_settled_alike(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """By Python: of an id the row known first holds, then the smallest place; one that stands wins over an equal one."""
    monkeypatch.setattr(contest, "FEW", most)
    chance = random.Random(3)
    stands = {f"e{n}": (n % 3, START + timedelta(days=n % 4)) for n in range(0, 40, 2)}
    came = [(f"e{chance.randrange(60)}", chance.randrange(3), START + timedelta(days=chance.randrange(4))) for _ in range(80)]
    standing = spark.createDataFrame(
        [(key, value, known, "old") for key, (value, known) in stands.items()],
        "event_id string, value bigint, known_time timestamp, _file_id string",
    )
    candidates = spark.createDataFrame([(*row, "new", place, 0) for place, row in enumerate(came)], PLACED)
    rivals = Rivals(("event_id",), {"value": "bigint"}, F.unix_micros("known_time"), standing)
    verdict: Verdict = settle(Scratch(tmp_path, "run", "ingest"), "web", candidates, rivals)

    accepted = {row["event_id"]: (row["value"], row["known_time"]) for row in verdict.accepted.collect()}
    first: dict[str, datetime] = {}
    for key, _, known in came:
        first[key] = min(known, first.get(key, known))
    taken = {key for key, known in first.items() if key not in stands or known < stands[key][1]}
    undecided = {key for key, known in first.items() if key in stands and known == stands[key][1]}  # by content
    assert taken <= accepted.keys() <= taken | undecided
    assert all(accepted[key][1] == first[key].replace(tzinfo=None) for key in taken)
    assert verdict.lost == {"new": len(came) - len(accepted)}


@pytest.mark.parametrize("number", [3, compare.FEW + 1, None])
def test_few_and_many_rows_are_put_in_alike(
    spark: SparkSession, lakehouse_at: Callable[..., Lakehouse], number: int | None
) -> None:
    lakehouse = lakehouse_at({DAYS.name: DAYS}, stage="test", reads=(), writes=(DAYS.name,))
    lakehouse.replace(DAYS.name, spark.createDataFrame([("a", 1), ("b", 2), ("c", 3)], "id string, value bigint"))
    rows = spark.createDataFrame([("b", 2), ("c", 4), ("d", 5)], "id string, value bigint")
    assert lakehouse.upsert(DAYS.name, rows, number) == Changes(inserted=1, updated=1)
    assert sorted(map(tuple, lakehouse.read(DAYS.name).collect())) == [("a", 1), ("b", 2), ("c", 4), ("d", 5)]
