"""The writes of the lakehouse on real Delta tables: one table goes through all of them."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from chispa import assert_df_equality
from deltalake import DeltaTable
from pyspark.sql import functions as F

from dmp_spark.contracts import HASH, Changes, Column, Contract, TableClass
from dmp_spark.errors import LockLostError, StageError
from dmp_spark.lakehouse import catalog
from dmp_spark.lakehouse.write import DuplicateKeyError
from tests.refusals import refusal
from tests.strict import Refused

DAYS = Contract(
    name="silver.days",
    owner="test",
    table_class=TableClass.STATE,
    meaning="a day's takings",
    key=("id",),
    partitioned_by=("month",),
    columns=(
        Column("id", "string", "key", nullable=False),
        Column("day", "date", "when"),
        Column("month", "date", "its month", generated="trunc(day,'MM')"),
        Column("value", "decimal(18,4)", "takings", unit="EUR"),
        Column("tags", "map<string,string>", "tags"),
        Column("seen_at", "timestamp", "audit", audit=True),
    ),
)
SCHEMA = "id string, day date, value decimal(10,2), tags map<string,string>, seen_at timestamp"
NOON, NIGHT = datetime(2017, 5, 1, 12), datetime(2017, 5, 2)
ROWS = [
    ("a", date(2017, 1, 31), Decimal("1.50"), {"k": "v", "l": None}, NOON),
    ("b", date(2017, 2, 1), None, None, NOON),
    ("c", None, Decimal("2.00"), {}, NOON),
    ("d", date(2017, 2, 28), Decimal("4.00"), {"k": "v"}, NOON),
]


def _version(lakehouse: Any, table: str) -> int:
    path = lakehouse.location.path(table)
    return lakehouse.spark.sql(f"DESCRIBE HISTORY delta.`{path}` LIMIT 1").first()["version"]


def test_replace_commits_differences_and_nothing_else(spark: Any, lakehouse_at: Any) -> None:
    lakehouse = lakehouse_at({DAYS.name: DAYS})
    frame = spark.createDataFrame(ROWS, SCHEMA)
    assert lakehouse.replace("silver.days", frame) == Changes(inserted=4)
    version = _version(lakehouse, "silver.days")

    later = [(*row[:4], NIGHT) for row in reversed(ROWS)]
    assert lakehouse.replace("silver.days", spark.createDataFrame(later, SCHEMA)) == Changes()
    assert _version(lakehouse, "silver.days") == version

    moved = [
        ("a", date(2017, 3, 1), Decimal("1.50"), {"k": "v", "l": None}, NIGHT),  # into another partition
        ("b", date(2017, 2, 1), Decimal("0.00"), None, NIGHT),  # null becomes a value
        ("c", None, Decimal("2.00"), {}, NIGHT),  # equal
        ("e", date(2017, 2, 2), None, {"x": "y"}, NIGHT),  # new; d is gone
    ]
    assert lakehouse.replace("silver.days", spark.createDataFrame(moved, SCHEMA)) == Changes(inserted=1, updated=2, deleted=1)
    expected = spark.createDataFrame(
        [
            ("a", date(2017, 3, 1), date(2017, 3, 1), Decimal("1.50"), {"k": "v", "l": None}, NIGHT),
            ("b", date(2017, 2, 1), date(2017, 2, 1), Decimal("0.00"), None, NIGHT),
            ("c", None, None, Decimal("2.00"), {}, NOON),
            ("e", date(2017, 2, 2), date(2017, 2, 1), None, {"x": "y"}, NIGHT),
        ],
        "id string, day date, month date, value decimal(18,4), tags map<string,string>, seen_at timestamp",
    )
    assert_df_equality(lakehouse.read("silver.days").orderBy("id"), expected, ignore_nullable=True, ignore_metadata=True)

    as_stored = lakehouse.read("silver.days").drop("month")  # the same values, in wider types than they came in
    assert lakehouse.replace("silver.days", as_stored) == Changes()

    scoped = frame.where("id = 'b'").withColumn("id", F.lit("z"))
    february = F.col("month") == F.lit(date(2017, 2, 1))
    assert lakehouse.replace("silver.days", scoped, scope=february) == Changes(inserted=1, deleted=2)
    assert [row.id for row in lakehouse.read("silver.days").orderBy("id").collect()] == ["a", "c", "z"]

    assert lakehouse.upsert("silver.days", spark.createDataFrame(moved[:1], SCHEMA)) == Changes()
    twice = spark.createDataFrame(moved[3:] * 2, SCHEMA)
    assert "share a key" in refusal(DuplicateKeyError, lambda: lakehouse.replace("silver.days", twice))
    only_z = lakehouse.read("silver.days").where("id = 'z'").drop("month")
    assert lakehouse.replace("silver.days", only_z) == Changes(deleted=2)  # one of them in no month
    assert [row.id for row in lakehouse.read("silver.days").collect()] == ["z"]
    in_two_partitions = [("n", date(2017, 1, 1), None, None, NOON), ("n", date(2017, 2, 1), None, None, NOON)]
    apart = spark.createDataFrame(in_two_partitions, SCHEMA)
    assert "share a key" in refusal(DuplicateKeyError, lambda: lakehouse.upsert("silver.days", apart))


def test_a_first_write_that_fails_leaves_no_table_and_says_what_went_wrong(
    spark: Any, lakehouse_at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = replace(DAYS, name="silver.told", table_class=TableClass.LEDGER)
    lakehouse = lakehouse_at({one.name: one for one in (DAYS, ledger)})
    rows = spark.createDataFrame(ROWS, SCHEMA)
    twice = rows.unionByName(rows.limit(1))
    broken = rows.withColumn("value", F.when(F.col("id") == "d", F.raise_error(F.lit("planted"))).otherwise(F.col("value")))

    def said(write: Callable[..., Changes], table: str, **how: int) -> str:
        return refusal(Exception, lambda: write(table, broken, **how))

    def stands(table: str) -> bool:
        return lakehouse.location.path(table).exists()

    assert "planted" in said(lakehouse.replace, "silver.days")
    assert not stands("silver.days")
    assert "planted" in said(lakehouse.replace, "silver.days", unique=4)
    assert not stands("silver.days")
    assert "planted" in said(lakehouse.append, "silver.told")
    assert not stands("silver.told")
    assert "1 rows for silver.days share a key" in refusal(DuplicateKeyError, lambda: lakehouse.replace("silver.days", twice))
    assert not stands("silver.days")
    assert lakehouse.replace("silver.days", rows) == Changes(inserted=4)
    assert "planted" in said(lakehouse.replace, "silver.days")  # not the first: what stands stays
    assert lakehouse.read("silver.days").count() == 4

    asked: list[str] = []

    def lost() -> None:
        asked.append("")
        if len(asked) == 2:
            raise LockLostError("another run has it")

    lakehouse.before_commit = lost
    assert "planted" in said(lakehouse.append, "silver.told")
    assert stands("silver.told")  # the other run may have written it

    def refused(*place: object) -> None:
        raise OSError("Read-only file system")

    again = lakehouse_at({"silver.again": replace(DAYS, name="silver.again")})
    monkeypatch.setattr(catalog, "drop", refused)
    assert "planted" in said(again.replace, "silver.again")


def test_rows_of_keys_are_replaced_alone_and_the_change_feed_tells_what_they_were(spark: Any, lakehouse_at: Any) -> None:
    lakehouse = lakehouse_at({DAYS.name: DAYS})
    lakehouse.replace("silver.days", spark.createDataFrame(ROWS, SCHEMA))
    before = _version(lakehouse, "silver.days")

    rows = [
        ("a", date(2017, 3, 1), Decimal("2.50"), None, NIGHT),  # into another partition
        ("b", date(2017, 2, 1), Decimal("9.00"), None, NIGHT),  # of no key: said to stand already
        ("e", date(2017, 2, 2), None, None, NIGHT),
    ]
    keys = spark.createDataFrame([("a",), ("d",), ("e",), ("nobody",)], "id string")
    assert lakehouse.replace("silver.days", spark.createDataFrame(rows, SCHEMA), keys=keys) == Changes(1, 1, 1)  # d is gone
    assert lakehouse.replace("silver.days", spark.createDataFrame(rows, SCHEMA), keys=keys) == Changes()
    found = {row["id"]: row["value"] for row in lakehouse.read("silver.days").collect()}
    assert found == {"a": Decimal("2.5000"), "b": None, "c": Decimal("2.0000"), "e": None}

    changed = lakehouse.changes("silver.days", before, _version(lakehouse, "silver.days"))
    assert {(row["id"], row["value"], row["_change_type"]) for row in changed.collect()} == {
        ("a", Decimal("1.5000"), "update_preimage"),
        ("a", Decimal("2.5000"), "update_postimage"),
        ("d", Decimal("4.0000"), "delete"),
        ("e", None, "insert"),
    }
    standing = _version(lakehouse, "silver.days")
    spark.sql(f"OPTIMIZE {lakehouse.location.sql_name('silver.days')}")
    assert _version(lakehouse, "silver.days") > standing
    assert lakehouse.changes("silver.days", standing, _version(lakehouse, "silver.days")) is None

    # the rows of a partition, and of a key beside it
    february, only_a = F.col("month") == F.lit(date(2017, 2, 1)), keys.where("id = 'a'")
    nothing = spark.createDataFrame([], SCHEMA)
    assert lakehouse.replace("silver.days", nothing, scope=february, keys=only_a) == Changes(deleted=3)
    assert [row["id"] for row in lakehouse.read("silver.days").collect()] == ["c"]


def test_rows_of_keys_are_replaced_in_a_table_without_partitions_and_over_connect_too(spark: Any, lakehouse_at: Any) -> None:
    lakehouse = lakehouse_at({DAYS.name: replace(DAYS, partitioned_by=())})
    lakehouse.replace("silver.days", spark.createDataFrame(ROWS, SCHEMA))
    keys, nothing = spark.createDataFrame([("a",)], "id string"), spark.createDataFrame([], SCHEMA)
    done: list[Changes] = []
    told = refusal(Refused, lambda: done.append(lakehouse.replace("silver.days", nothing, keys=keys)))
    assert (told, done) == ("nothing was refused", [Changes(deleted=1)])


def test_a_ledger_takes_only_new_keys(spark: Any, lakehouse_at: Any) -> None:
    ledger = Contract(
        name="gold.decisions",
        owner="test",
        table_class=TableClass.LEDGER,
        meaning="what was decided",
        key=("id", "moment"),
        columns=(Column("id", "string", "key"), Column("moment", "timestamp", "when"), Column("said", "string", "what")),
    )
    lakehouse = lakehouse_at({ledger.name: ledger})
    rows = spark.createDataFrame([("a", NOON, "yes"), ("b", NOON, None)], "id string, moment timestamp, said string")
    assert lakehouse.append("gold.decisions", rows) == Changes(inserted=2)
    changed = spark.createDataFrame([("a", NOON, "no"), ("a", NIGHT, "no")], rows.schema)
    assert lakehouse.append("gold.decisions", changed) == Changes(inserted=1)
    assert sorted(map(tuple, lakehouse.read("gold.decisions").collect())) == [
        ("a", NOON, "yes"),
        ("a", NIGHT, "no"),
        ("b", NOON, None),
    ]
    assert lakehouse.append("gold.decisions", changed) == Changes()


def test_a_table_gets_the_columns_that_its_contract_got(spark: Any, lakehouse_at: Any) -> None:
    before = Contract(
        "gold.features",
        "test",
        TableClass.STATE,
        "people",
        (Column("id", "string", "key"), Column("n", "bigint", "a number")),
        ("id",),
    )
    first = lakehouse_at({before.name: before})
    assert first.replace(before.name, spark.createDataFrame([("a", 1), ("b", 2)], "id string, n bigint")) == Changes(inserted=2)
    after = replace(before, columns=(*before.columns, Column("spend", "decimal(18,4)", "money")))
    lakehouse = lakehouse_at({after.name: after})
    assert [tuple(row) for row in lakehouse.read(after.name).orderBy("id").collect()] == [("a", 1, None), ("b", 2, None)]
    rows = spark.createDataFrame([("a", 1, Decimal("2.5")), ("b", 2, None)], "id string, n bigint, spend decimal(18,4)")
    assert lakehouse.replace(after.name, rows) == Changes(updated=2)
    assert [row.spend for row in lakehouse.read(after.name).orderBy("id").collect()] == [Decimal("2.5000"), None]


def told(run: Callable[[], Changes]) -> Changes | str:
    """What a write changed, or the name of the error by which it ended."""
    try:
        return run()
    except Exception as error:
        return type(error).__name__


def test_a_table_whose_columns_changed_is_made_anew_where_all_of_it_is_written_and_refused_elsewhere(
    spark: Any, lakehouse_at: Any
) -> None:
    """A column of another type, one that is gone, one that was required and is gone; its versions so far stay readable."""
    columns = (Column("id", "string", "key"), Column("n", "bigint", "a number"), Column("m", "bigint", "more", nullable=False))
    before = Contract("gold.features", "test", TableClass.STATE, "people", columns, ("id",))
    first = lakehouse_at({before.name: before})
    first.replace(before.name, spark.createDataFrame([("a", 1, 5), ("b", 2, 6)], "id string, n bigint, m bigint"))
    path = str(first.location.path(before.name))

    def version() -> int:
        return DeltaTable(path).version()

    def rows() -> list[tuple[Any, ...]]:
        return [tuple(row) for row in spark.read.format("delta").load(path).drop(HASH).orderBy("id").collect()]

    retyped = replace(before, columns=(columns[0], Column("n", "string", "a text"), columns[2]))
    texts = spark.createDataFrame([("a", "x", 5), ("c", "y", 7)], "id string, n string, m bigint")
    lakehouse, stood, whole = lakehouse_at({retyped.name: retyped}), version(), rows()
    elsewhere = "give the column another name, or build a new lakehouse with --set project.lakehouse.path=FOLDER"
    for refused in (lakehouse.upsert, lambda table, rows: lakehouse.replace(table, rows, F.col("id") == "a")):
        said = refusal(StageError, lambda refused=refused: refused(retyped.name, texts))
        assert said == f"gold.features.n is bigint in the lakehouse and string now: {elsewhere}"
        assert (version(), rows()) == (stood, whole)
    assert lakehouse.replace(retyped.name, texts) == Changes(inserted=2, deleted=2)
    assert rows() == [("a", "x", 5), ("c", "y", 7)]
    assert spark.read.format("delta").option("versionAsOf", stood).load(path).select("n").orderBy("n").collect() == [(1,), (2,)]
    assert lakehouse.replace(retyped.name, texts) == Changes()

    fewer = replace(before, columns=retyped.columns[:2])
    texts = texts.drop("m")
    lakehouse = lakehouse_at({fewer.name: fewer})
    more = spark.createDataFrame([("d", "z")], "id string, n string")
    assert told(lambda: lakehouse.upsert(fewer.name, more)) == Changes(inserted=1)  # what it required is required no longer
    assert rows() == [("a", "x", 5), ("c", "y", 7), ("d", "z", None)]
    assert lakehouse.replace(fewer.name, texts) == Changes(inserted=2, deleted=3)
    assert rows() == [("a", "x"), ("c", "y")]
    statements = spark.sql(f"DESCRIBE TABLE delta.`{path}`").where("col_name = 'n'").collect()
    assert [(row.data_type, row.comment) for row in statements] == [("string", "a text")]


def test_no_text_and_nothing_personal_stands_in_the_log(spark: Any, lakehouse_at: Any) -> None:
    people = Contract(
        name="gold.people",
        owner="test",
        table_class=TableClass.STATE,
        meaning="people",
        key=("id",),
        columns=(
            Column("id", "string", "key", nullable=False),
            Column("name", "string", "what it is called"),
            Column("seen_at", "timestamp", "when"),
            Column("born", "date", "birthday", personal=True),
            Column("orders", "bigint", "how many"),
        ),
    )
    untimed = replace(people, name="gold.untimed", columns=people.columns[:2])
    lakehouse = lakehouse_at({one.name: one for one in (people, untimed)})
    rows = spark.createDataFrame(
        [("a", "Ada", NOON, date(1815, 12, 10), 3)], "id string, name string, seen_at timestamp, born date, orders bigint"
    )
    for contract, columns in ((people, {"seen_at"}), (untimed, set())):
        assert lakehouse.replace(contract.name, rows.select(*contract.names)) == Changes(inserted=1)
        log = lakehouse.location.path(contract.name) / "_delta_log"
        actions = [json.loads(line) for file in log.glob("*.json") for line in file.read_text(encoding="utf-8").splitlines()]
        (stats,) = [json.loads(action["add"]["stats"]) for action in actions if "add" in action]
        assert {*stats.get("minValues", {}), *stats.get("maxValues", {}), *stats.get("nullCount", {})} == columns
        assert stats["numRecords"] == 1


def test_a_stage_sees_only_what_it_declared(lakehouse_at: Any) -> None:
    lakehouse = lakehouse_at({DAYS.name: DAYS}, stage="greedy", reads=("silver.days",), writes=())
    assert lakehouse.read("silver.days").count() == 0
    with pytest.raises(PermissionError, match=r"greedy did not declare silver\.days"):
        lakehouse.replace("silver.days", lakehouse.read("silver.days"))
