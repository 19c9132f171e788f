"""Records of reference data become one row a key, and what does not fit is told."""

from typing import Any

from chispa import assert_df_equality
from pyspark.sql import SparkSession

from dmp_spark.ingest.reference import by_key, examples, hash_of_file
from dmp_spark.ingest.resolved import Reference, Rule, Source

TYPES = {
    "item": "string", "shop": "bigint", "shown": "boolean", "each": "boolean", "least": "date", "most": "string",
    "pieces": "bigint", "money": "decimal(6,2)", "name": "string",
}  # fmt: skip
SCHEMA = ", ".join(f"{name} {kind}" for name, kind in TYPES.items()) + ", flags array<string>, _file_id string"
REFERENCE = Reference(
    table="promotions",
    key=("item", "shop"),
    select=(),
    types=TYPES,
    combine={"shown": "any", "each": "all", "least": "min", "most": "max", "pieces": "sum", "money": "sum"},
)
FLAGS = tuple(Rule(name=name, require="true", action="flag") for name in ("first", "second"))
SOURCE = Source(name="promotions", path="", arrives="replaced", columns={}, rules=FLAGS, reference=REFERENCE)


def record(item: str, **values: Any) -> tuple[Any, ...]:
    given = {"item": item, "shop": 1, "flags": [], "_file_id": "b", **values}
    return tuple(given.get(name) for name in (*TYPES, "flags", "_file_id"))


def test_rows_of_one_key_are_combined_and_nulls_only_count_where_there_is_nothing_else(spark: SparkSession) -> None:
    from datetime import date
    from decimal import Decimal as D

    early, late = date(2017, 1, 1), date(2017, 2, 1)
    rows = [
        record("alone", shown=False, each=True, least=late, most="a", pieces=3, money=D("1.10"), name="x"),
        record("alone", shop=2, name="another"),
        record("equal", shown=True, pieces=2, name="x"),
        record("equal", shown=True, pieces=2, name="x"),
        record("differ", shown=True, each=True, least=late, most="a", pieces=3, money=D("1.10"), name="x", flags=["second"]),
        record("differ", shown=False, each=False, least=early, most="b", pieces=4, money=D("2.20"), name="x", _file_id="a"),
        record("differ", name="x", flags=["first"]),
        record("nulls"),
        record("nulls"),
        record("large", pieces=2**62, money=D("9999.99")),
        record("large", pieces=2**62, money=D("0.01")),
    ]
    held = spark.createDataFrame(rows, SCHEMA)
    told = by_key(held, SOURCE, REFERENCE, records=len(rows), files=2)
    wanted = [
        ("alone", 1, False, True, late, "a", 3, D("1.10"), "x", [], 1, False),
        ("alone", 2, None, None, None, None, None, None, "another", [], 1, False),
        ("equal", 1, True, None, None, None, 4, None, "x", [], 2, False),
        ("differ", 1, True, False, early, "b", 7, D("3.30"), "x", ["first", "second"], 3, False),
        ("nulls", 1, None, None, None, None, None, None, None, [], 2, False),
        ("large", 1, None, None, None, None, None, None, None, [], 2, False),  # more than the column holds
    ]
    assert told.columns == [*TYPES, "flags", "_rows", "_differs", "_file"]
    alone = by_key(held, SOURCE, REFERENCE, records=len(rows), files=1)
    expected = spark.createDataFrame(wanted, alone.schema)
    assert_df_equality(told.drop("_file"), expected, ignore_row_order=True, ignore_nullable=True)
    files = {row["_file_id"]: row["n"] for row in held.select("_file_id", hash_of_file().alias("n")).distinct().collect()}
    assert {row["item"]: row["_file"] for row in told.collect()} == {
        row[0]: min(files.values()) if row[0] == "differ" else files["b"] for row in wanted
    }
    # of many records the rows of a key meet before they are counted, and the result is the same
    many = by_key(held, SOURCE, REFERENCE, records=3_000_000, files=1)
    assert_df_equality(many, expected, ignore_row_order=True, ignore_nullable=True)


def test_rows_differ_where_nothing_combines_what_they_differ_in(spark: SparkSession) -> None:
    rows = [
        record("equal", name="x"),
        record("equal", name="x"),
        record("another", name="x"),
        record("another", name="y"),
        record("a null", name="x"),
        record("a null"),
        record("combined", shown=True, name="x"),
        record("combined", shown=False, name="x"),
    ]
    held = spark.createDataFrame(rows, SCHEMA)
    told = by_key(held, SOURCE, REFERENCE, records=len(rows), files=1)
    assert {row["item"]: row["_differs"] for row in told.collect()} == {
        "equal": False, "another": True, "a null": True, "combined": False,
    }  # fmt: skip
    placed = spark.createDataFrame([(*row, place) for place, row in enumerate(rows)], f"{SCHEMA}, _position bigint")
    assert [tuple(row) for row in examples(placed, told, REFERENCE).collect()] == [("b", 2), ("b", 4)]
    strict = REFERENCE.model_copy(update={"combine": {}})
    assert by_key(held, SOURCE, strict, records=len(rows), files=1).where("_differs").count() == 3
