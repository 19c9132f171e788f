"""Reference data beside events: no event becomes two, and what a table does not cover is unknown."""

from chispa import assert_df_equality
from pyspark.sql import DataFrame, SparkSession

from dmp_spark.expressions.parse import parse
from dmp_spark.measures.events import Events
from dmp_spark.measures.lookups import Lookup

COLUMNS = {"item_id": "string", "attributes": "map<string,string>"}
NAMES = ("is_mailed", "place", "is_shown")
PROMOTED = [  # item, shop, week, mailed, displayed where; shop 2 only in week 1
    (1, 1, 1, True, "front"),
    (1, 1, 2, False, None),
    (1, 2, 1, True, "back"),
    (2, 1, 1, None, "front"),
    (9, 1, 9, True, "front"),
]
EVENTS = [  # event, item, shop, week; is_mailed and place as they should be, and is_shown, which nobody says where missing
    ("found", "1", "1", "1", True, "front", True),
    ("the same again", "1", "1", "1", True, "front", True),
    ("another week of it", "1", "1", "2", False, None, True),
    ("another shop of it", "1", "2", "1", True, "back", True),
    ("null is what was found", "2", "1", "1", None, "front", True),
    ("covered", "7", "1", "1", False, "none", None),
    ("covered, of a week of another item", "2", "1", "9", False, "none", None),
    ("a shop that nobody knows", "1", "3", "1", None, None, None),
    ("a week that nobody knows", "1", "2", "2", None, None, None),
    ("no item", None, "1", "1", None, None, None),
    ("an item that is no number", "1b", "1", "1", None, None, None),
    ("no week", "1", "1", None, None, None, None),
    ("a week that is no number", "1", "1", "one", None, None, None),
    ("no attributes", "1", None, None, None, None, None),
]


def promotions(spark: SparkSession) -> DataFrame:
    kinds = "item_id bigint, store_id bigint, week int, is_mailed boolean, place string, is_shown boolean"
    return spark.createDataFrame([(*row, True) for row in PROMOTED], kinds)


def events(spark: SparkSession) -> DataFrame:
    rows = [
        (name, item, {key: value for key, value in (("store", store), ("week", week)) if value} or None)
        for name, item, store, week, *_ in EVENTS
    ]
    return spark.createDataFrame(rows, "event_id string, item_id string, attributes map<string,string>")


def lookup(spark: SparkSession) -> Lookup:
    texts = {"item_id": "item_id", "store_id": "attributes.store", "week": "attributes.week"}
    rows = promotions(spark)
    return Lookup(
        rows,
        {name: parse(text, COLUMNS) for name, text in texts.items()},
        {"is_mailed": parse("false", {}), "place": parse("'none'", {})},
        rows.select("store_id", "week").distinct(),
    )


def told(spark: SparkSession, wanted: Lookup) -> DataFrame:
    column = Events(events(spark), "UTC").column
    return wanted.beside(events(spark), {name: f"promotion__{name}" for name in NAMES}, column).select(
        "event_id", *[f"promotion__{name}" for name in NAMES]
    )


def test_an_event_finds_one_row_or_what_is_missing_or_nothing_is_known(spark: SparkSession) -> None:
    whole = lookup(spark)
    found = told(spark, whole)
    expected = spark.createDataFrame([(row[0], *row[4:]) for row in EVENTS], found.schema)
    assert_df_equality(found, expected, ignore_row_order=True, ignore_nullable=True)

    keys = whole.keys(events(spark), Events(events(spark), "UTC").column)
    assert sorted(tuple(row) for row in keys.collect()) == [
        (1, 1, 1), (1, 1, 2), (1, 2, 1), (1, 2, 2), (1, 3, 1), (2, 1, 1), (2, 1, 9), (7, 1, 1),
    ]  # fmt: skip
    narrowed = whole.narrowed(keys, 8)
    assert sorted(row["item_id"] for row in narrowed.rows.collect()) == [1, 1, 1, 2]
    assert_df_equality(told(spark, narrowed), expected, ignore_row_order=True, ignore_nullable=True)


def test_where_nothing_says_what_is_covered_every_event_with_a_key_misses_its_row(spark: SparkSession) -> None:
    found = told(spark, Lookup(promotions(spark), lookup(spark).key, {"is_mailed": parse("false", {})}))
    missing = {"covered", "covered, of a week of another item", "a shop that nobody knows", "a week that nobody knows"}
    mailed = {row[0]: False if row[0] in missing else row[4] for row in EVENTS}
    assert {row["event_id"]: row["promotion__is_mailed"] for row in found.collect()} == mailed
