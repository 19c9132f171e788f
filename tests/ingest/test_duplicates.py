"""Of several rows of one key one holds, whatever order they came in."""

import random
from datetime import UTC, datetime, timedelta

from chispa import assert_df_equality
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from dmp_spark.ingest.duplicates import decided, repeated, with_content, without

START = datetime(2017, 1, 1, tzinfo=UTC)
SCHEMA = "event_id string, value bigint, known_time timestamp, _file_id string, _position bigint, _ordinal bigint, _is_standing boolean"


def test_the_winner_does_not_depend_on_the_order_of_arrival(spark: SparkSession) -> None:
    """60 worlds: a few copies of a few events, each world shuffled into files and rows in three ways."""
    chance = random.Random(10)
    rows = []
    for world in range(60):
        copies = [
            (f"{world}-{chance.randrange(3)}", chance.randrange(3), START + timedelta(days=chance.randrange(3))) for _ in range(6)
        ]
        for way in range(3):
            chance.shuffle(copies)
            rows += [
                (f"{way}/{key}", value, known, f"file{way}{n % 2}", n, 0, False) for n, (key, value, known) in enumerate(copies)
            ]
    frame = spark.createDataFrame(rows, SCHEMA)

    told = decided(with_content(frame, {"value": "bigint"}), ("event_id",), F.unix_micros("known_time"))
    winners = told.where("_is_winner").selectExpr(
        "split(event_id, '/')[0] as way", "split(event_id, '/')[1] as key", "value", "known_time"
    )
    ways = [winners.where(f"way = {way}").drop("way") for way in range(3)]

    assert ways[0].count() == len({row[0] for row in rows if row[0].startswith("0/")})
    assert_df_equality(ways[0], ways[1], ignore_row_order=True)
    assert_df_equality(ways[0], ways[2], ignore_row_order=True)
    earliest = {}
    for key, _, known, *_ in rows:
        earliest[key[2:]] = min(known, earliest.get(key[2:], known))
    assert {row.key: row.known_time.astimezone(UTC) for row in ways[0].collect()} == earliest


def test_the_earliest_known_wins_and_of_equal_rows_the_one_that_stands(spark: SparkSession) -> None:
    later = START + timedelta(days=1)
    rows = [
        ("alone", 1, START, "f", 0, 0, False),
        ("equal", 1, START, "f", 1, 0, False),
        ("equal", 1, START, "old", None, None, True),
        ("earlier", 2, START, "f", 2, 0, False),
        ("earlier", 1, later, "old", None, None, True),
        ("late", 2, later, "f", 3, 0, False),
        ("late", 2, START, "old", None, None, True),
    ]
    told = decided(
        with_content(spark.createDataFrame(rows, SCHEMA), {"value": "bigint"}), ("event_id",), F.unix_micros("known_time")
    )
    winners = told.where("_is_winner").select("event_id", "_is_standing", "_contents")

    expected = [("alone", False, 1), ("equal", True, 1), ("earlier", False, 2), ("late", True, 1)]
    assert_df_equality(winners, spark.createDataFrame(expected, winners.schema), ignore_row_order=True, ignore_nullable=True)


def test_only_keys_that_meet_are_contested(spark: SparkSession) -> None:
    rows = spark.createDataFrame(
        [("a", 1, 0), ("a", 2, 0), ("b", 3, 0), ("c", 4, 0)], "event_id string, _position bigint, _ordinal bigint"
    )
    rows = rows.withColumn("_file_id", F.lit("f"))
    standing = spark.createDataFrame([("b",), ("x",)], "event_id string")

    told = repeated(rows, ("event_id",), standing)
    assert_df_equality(
        told, spark.createDataFrame([("a",), ("b",)], "event_id string"), ignore_row_order=True, ignore_nullable=True
    )
    kept = without(rows, rows.where("_position = 2")).select("_position")
    assert_df_equality(
        kept, spark.createDataFrame([(1,), (3,), (4,)], "_position bigint"), ignore_row_order=True, ignore_nullable=True
    )
