"""Keys do not collide, and a content hash sees every change and nothing else."""

import hashlib
import hmac
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from pydantic import SecretStr
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from dmp_spark.functions.keys import content_hash, keyed_id, stable_id

TYPES = {
    "a": "string",
    "b": "string",
    "n": "bigint",
    "x": "double",
    "money": "decimal(18,4)",
    "at": "timestamp",
    "day": "date",
    "yes": "boolean",
    "tags": "array<string>",
    "more": "array<string>",
    "words": "map<string,string>",
    "amounts": "map<string,decimal(18,4)>",
}
SCHEMA = ", ".join(f"{name} {kind}" for name, kind in TYPES.items())
BASE: dict[str, Any] = dict.fromkeys(TYPES)
MOMENT = datetime(2017, 3, 5, 13, 14, 15, 123456, tzinfo=UTC)
TRICKY: list[dict[str, Any]] = [  # each differs from every other row
    {},
    {"a": "x"},
    {"b": "x"},
    {"a": ""},
    {"a": "", "b": ""},
    {"a": "ab", "b": "c"},
    {"a": "a", "b": "bc"},
    {"n": 0},
    {"yes": False},
    {"x": 0.0},
    {"x": 0.1},
    {"x": 0.1 + 1e-16},
    {"money": Decimal("1.0000")},
    {"money": Decimal("1.0001")},
    {"money": Decimal("10.0000")},
    {"at": MOMENT},
    {"at": MOMENT.replace(microsecond=123457)},
    {"day": date(2017, 3, 5)},
    {"tags": []},
    {"tags": [None]},
    {"tags": [""]},
    {"tags": ["null"]},
    {"tags": [None, None]},
    {"tags": ["a", None]},
    {"tags": [None, "a"]},
    {"tags": ["a", "b"]},
    {"tags": ["b", "a"]},
    {"tags": ["ab"]},
    {"tags": ["a"], "more": ["b"]},
    {"tags": ["a", "b"], "more": []},
    {"tags": [], "more": ["a", "b"]},
    {"tags": ['a","b']},
    {"words": {}},
    {"words": {"a": None}},
    {"words": {"a": ""}},
    {"words": {"a": "b"}},
    {"words": {"b": "a"}},
    {"words": {"a": "b", "c": "d"}},
    {"words": {"a": "d", "c": "b"}},
    {"words": {"a": None, "b": "x"}},
    {"words": {"a": "x", "b": None}},
    {"amounts": {"a": Decimal("1.0000")}},
    {"amounts": {"a": Decimal("1.0010")}},
    {"amounts": {}},
]


def hashes(spark: SparkSession, rows: list[dict[str, Any]]) -> list[int]:
    data = [(number, *(BASE | row).values()) for number, row in enumerate(rows)]
    frame = spark.createDataFrame(data, f"i int, {SCHEMA}").repartition(2)
    return [row.h for row in frame.select("i", content_hash(TYPES).alias("h")).orderBy("i").collect()]


def test_tricky_rows_all_have_different_hashes_and_equal_rows_equal_ones(spark: SparkSession) -> None:
    turned = [row | {"words": dict(reversed(row["words"].items()))} if row.get("words") else row for row in TRICKY]
    whole = hashes(spark, [*TRICKY, *turned])
    first, second = whole[: len(TRICKY)], whole[len(TRICKY) :]
    alike = [(TRICKY[i], TRICKY[j]) for i in range(len(first)) for j in range(i) if first[i] == first[j]]
    assert alike == []
    assert None not in first
    assert first == second


def test_a_map_hashes_alike_whatever_the_order_in_which_it_was_built(spark: SparkSession) -> None:
    rows = spark.range(1).select(
        F.create_map(F.lit("a"), F.lit("1"), F.lit("b"), F.lit(None).cast("string")).alias("one"),
        F.create_map(F.lit("b"), F.lit(None).cast("string"), F.lit("a"), F.lit("1")).alias("two"),
    )
    kind = "map<string,string>"
    one, two = (rows.select(F.col(name).alias("m")).select(content_hash({"m": kind})).first() for name in ("one", "two"))
    assert one == two


def test_keys_keep_their_parts_apart_and_can_be_computed_elsewhere(spark: SparkSession) -> None:
    parts = [
        ("ab", "c"),
        ("a", "bc"),
        ("abc", None),
        (None, "abc"),
        ("abc", ""),
        ("", "abc"),
        (None, None),
        ('a","b', "c"),
        ("a", 'b","c'),
        ("ü", "\n"),
    ]
    frame = spark.createDataFrame(parts, "a string, b string")
    found = [row.k for row in frame.select(stable_id(F.col("a"), F.col("b")).alias("k")).collect()]
    assert len(set(found)) == len(parts)
    assert found[0] == hashlib.sha256(json.dumps(["ab", "c"], separators=(",", ":")).encode()).hexdigest()[:32]
    literal = frame.select(stable_id("ab", F.lit("c")).alias("k")).first()
    assert literal is not None and literal.k == found[0]


def test_a_keyed_id_is_the_hmac_of_what_the_plain_id_hashes_and_its_plan_holds_no_key(
    spark: SparkSession, capsys: pytest.CaptureFixture[str]
) -> None:
    """The twin is Python's own hmac over Python's own JSON."""
    key = "a key that is planted 0123456789"
    values = ["a@b.c", "", None, "ü \u6f22 '\"\\", "a", "b"]
    rows = spark.createDataFrame([(place, value) for place, value in enumerate(values)], "place int, value string")
    keyed = rows.withColumn("id", keyed_id(SecretStr(key))("email", F.col("value")))
    keyed.explain(extended=True)
    assert "keyed(" in (plan := capsys.readouterr().out)
    assert key not in plan
    found = {row["value"]: row["id"] for row in keyed.collect()}
    texts = {value: json.dumps(["email", value], separators=(",", ":"), ensure_ascii=False) for value in values}
    assert found == {value: hmac.new(key.encode(), text.encode(), "sha256").hexdigest()[:32] for value, text in texts.items()}
    other = rows.select(keyed_id(SecretStr(key + "!"))("email", F.col("value")).alias("id")).collect()
    assert not {row["id"] for row in other} & set(found.values())
