"""JSON lines as cells: what Python's json finds at a path is what stands in the cell, and what is no record says why."""

import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyspark.sql import SparkSession

from dmp_spark.formats import cells, json_lines, lines
from dmp_spark.formats import reading as formats
from dmp_spark.formats.headers import UnreadableFileError
from dmp_spark.formats.records import Landed
from dmp_spark.formats.spec import Field, Reading, Signs
from tests.formats.readings import reading

FIELDS: dict[str, str | Field] = {
    "id": "bigint",
    "price": "decimal(10,2)",
    "country": Field(name="country", type="string", at="geo.country"),
    "second": Field(name="second", type="string", at="contexts[1].name"),
    "flag": "boolean",
    "whole": Field(name="whole", type="string", at="tags"),
}
PLAIN = reading(FIELDS, format="json")
BASKET: dict[str, str | Field] = {
    "order": "bigint",
    "sku": Field(name="sku", type="string", at="basket.items.sku"),
    "net": Field(name="net", type="double", at="basket.items.price.net"),
    "currency": Field(name="currency", type="string", at="basket.currency"),
}
EXPLODED = reading(BASKET, format="json", explode="basket.items")


def texts_of(spark: SparkSession, folder: Path, content: bytes, how: Reading) -> list[dict[str, Any]]:
    (folder / "x.json").write_bytes(content)
    files = {"f": Landed(str(folder / "x.json"), 5)}
    rows = formats.texts(spark, files, how).orderBy("_position", "_element").collect()
    return [row.asDict() for row in rows]


def told(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(row["_position"], row["_element"], row["_cells"], row["_extra"], row["_fault"]) for row in rows]


def test_a_record_is_what_stands_at_the_paths_and_all_else_is_kept(spark: SparkSession, tmp_path: Path) -> None:
    records = [
        '{"id":1,"price":19.90,"geo":{"country":"DE"},"contexts":[{"name":"a"},{"name":"b"}],"flag":true,"tags":["x",{"y":1}]}',
        '{"flag":null,"id":"2","geo":{},"contexts":[],"tags":null}',
        '{"id":3,"geo":{"country":"FR","city":"Lyon","at":{"lat":1.50}},"contexts":[0,{"name":"größe \\"q\\"","v":2}],"new":[1, 2]}',
        "{}",
        '  {"id" : 12345678901234567890, "price": 1e2, "geo": null, "null": null, "nested": {"a": 1}}  ',
    ]
    rows = texts_of(spark, tmp_path, "\n".join(records).encode(), PLAIN)
    assert told(rows) == [
        (0, 0, ["1", "19.9", "DE", "b", "true", '["x",{"y":1}]'], None, None),
        (1, 0, ["2", None, None, None, None, None], None, None),
        (
            2,
            0,
            ["3", None, "FR", 'größe "q"', None, None],
            {"contexts[1].v": "2", "geo.city": "Lyon", "geo.at": '{"lat":1.5}', "new": "[1,2]"},
            None,
        ),
        (3, 0, [None] * 6, None, None),
        (4, 0, ["12345678901234567890", "100.0", None, None, None, None], {"nested": '{"a":1}'}, None),
    ]
    for text, row in zip(records, rows, strict=True):  # an independent reader finds the same
        record = json.loads(text)
        assert row["_cells"][2] == (record.get("geo") or {}).get("country")
    assert [row["_line"] for row in rows] == [None] * 5


def test_what_is_no_record_is_told_and_kept_as_it_came(spark: SparkSession, tmp_path: Path) -> None:
    bad = {
        '{"id":1': "not_json",
        '{"id":1}{"id":2}': "not_json",
        '{"id":1},{"id":2}': "not_json",
        "[1]": "not_json",
        "7": "not_json",
        "null": "not_json",
        "ann,1,2": "not_json",
        '{"id":1,"id":2,"x":3}': "repeated_field",
        '{"id":1,"other":2,"other":3}': "repeated_field",
        '{"id":1,"geo":"DE"}': "unreadable_geo",
        '{"id":1,"geo":[1]}': "unreadable_geo",
        '{"id":1,"contexts":{"a":1}}': "unreadable_contexts",
        '{"id":1,"contexts":[1,2]}': "unreadable_contexts[1]",
    }
    content = b"\xef\xbb\xbf" + "\r\n\r\n".join(bad).encode() + b'\n{"id":"gr\xfc\xdfe"}\n   \n{"id":5}\n'
    rows = texts_of(spark, tmp_path, content, PLAIN)
    assert [(row["_line"], row["_fault"]) for row in rows[: len(bad)]] == list(bad.items())
    assert [row["_cells"] for row in rows[: len(bad) + 1]] == [None] * (len(bad) + 1)
    assert (rows[-2]["_fault"], rows[-2]["_line"]) == ("not_utf8", '{"id":"gr\ufffd\ufffde"}')
    assert told(rows[-1:]) == [(len(bad) + 1, 0, ["5", None, None, None, None, None], None, None)]


def test_each_element_of_an_array_is_a_record_with_what_stands_beside(spark: SparkSession, tmp_path: Path) -> None:
    records = [
        {"order": 1, "basket": {"currency": "EUR", "items": [{"sku": "a", "price": {"net": 1.5}}, {"sku": "b", "color": "red"}]}},
        {"order": 2, "basket": {"currency": "EUR", "items": []}, "note": "?"},
        {"order": 3},
        {"order": 4, "basket": {"items": {"sku": "a"}}},
        {"order": 5, "basket": {"items": [7, {"sku": "c"}]}},
        {"order": 6, "basket": {"items": [{"sku": "d"}], "coupon": "X"}, "note": "!"},
    ]
    rows = texts_of(spark, tmp_path, "\n".join(json.dumps(each) for each in records).encode(), EXPLODED)
    assert told(rows) == [
        (0, 0, ["1", "a", "1.5", "EUR"], None, None),
        (0, 1, ["1", "b", None, "EUR"], {"basket.items.color": "red"}, None),
        (1, 0, None, None, "nothing_in_basket.items"),
        (2, 0, None, None, "nothing_in_basket.items"),
        (3, 0, None, None, "unreadable_basket.items"),
        (4, 0, None, None, "unreadable_basket.items"),
        (4, 1, ["5", "c", None, None], None, None),
        (5, 0, ["6", "d", None, None], {"note": "!", "basket.coupon": "X"}, None),
    ]
    files = {"f": Landed(str(tmp_path / "x.json"), 5)}
    [counted] = cells.counted(formats.texts(spark, files, EXPLODED)).collect()
    assert tuple(counted) == ("f", 6, None)  # records, not elements

    plain = reading({"user": "string", "tag": Field(name="tag", type="string", at="tags")}, format="json", explode="tags")
    rows = texts_of(spark, tmp_path, b'{"user":"ann","tags":["x","y",null]}', plain)
    assert told(rows) == [
        (0, 0, ["ann", "x"], None, None),
        (0, 1, ["ann", "y"], None, None),
        (0, 2, ["ann", None], None, None),
    ]


def test_places_whose_names_could_be_one_are_two(spark: SparkSession, tmp_path: Path) -> None:
    places = {"one": "a.b.x", "other": "a_b.x", "third": "c[0].x", "fourth": "c_0.x"}
    how = reading({name: Field(name=name, type="string", at=place) for name, place in places.items()}, format="json")
    record = {"a": {"b": {"x": "1"}}, "a_b": {"x": "2"}, "c": [{"x": "3"}], "c_0": {"x": "4"}}
    assert told(texts_of(spark, tmp_path, json.dumps(record).encode(), how)) == [(0, 0, ["1", "2", "3", "4"], None, None)]


def test_what_is_not_declared_can_be_left(spark: SparkSession, tmp_path: Path) -> None:
    how = reading({"id": "bigint"}, format="json", keeps_extra=False)
    assert told(texts_of(spark, tmp_path, b'{"id":1,"more":2}\n', how)) == [(0, 0, ["1"], None, None)]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('[\n{"id":1},\n{"id":2}\n]', "it is one array, and JSON lines are read"),
        ('{\n  "id": 1\n}\n', "its first record spans several lines"),
    ],
)
def test_json_over_many_lines_is_refused(tmp_path: Path, content: str, sentence: str) -> None:
    (tmp_path / "x.json").write_text(content, encoding="utf-8")
    with pytest.raises(UnreadableFileError, match=sentence.replace("(", r"\(")):
        json_lines.probe(str(tmp_path / "x.json"), PLAIN)


def batches_of(path: Path) -> list[dict[str, Any]]:
    listed = pa.RecordBatch.from_pylist([{"file_id": "f", "path": str(path), "landed": 5}])
    return [row for batch in lines.plain()(iter([listed])) for row in batch.to_pylist()]


def test_lines_are_numbered_across_chunks_whatever_their_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "CHUNK", 7)
    monkeypatch.setattr(lines, "RECORDS_A_BATCH", 2)
    wanted = [f"line {number} é" for number in range(9)]
    (tmp_path / "x.gz").write_bytes(
        gzip.compress("\n\r\n".join(wanted[:5]).encode()) + gzip.compress(("\n" + "\r\n".join(wanted[5:])).encode())
    )

    rows = batches_of(tmp_path / "x.gz")
    assert [(row["_position"], row["_line"]) for row in rows] == list(enumerate(wanted))


def test_a_line_that_is_too_long_is_told_and_those_beside_it_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "CHUNK", 64)
    monkeypatch.setattr(lines, "LONGEST_LINE", 100)
    monkeypatch.setattr(lines, "KEPT", 10)
    (tmp_path / "x").write_bytes(b"a" * 100 + b"\n" + b"b" * 10_000 + b"\nc\n" + b"d" * 101)

    rows = batches_of(tmp_path / "x")
    assert [(row["_line"], row["_fault"]) for row in rows] == [
        ("a" * 100, None),
        ("b" * 10, "too_long_line"),
        ("c", None),
        ("d" * 10, "too_long_line"),
    ]


def test_a_file_cut_off_within_gzip_says_so_after_what_it_gave(tmp_path: Path) -> None:
    content = "".join(f'{{"id":{number * 7919 % 1_000_003}}}\n' for number in range(300_000)).encode()
    (tmp_path / "x.gz").write_bytes(gzip.compress(content)[:-200_000])

    [*rows, last] = batches_of(tmp_path / "x.gz")
    assert last["_problem"] == f"after {len(rows):,} records it ends within what gzip compressed"
    assert {row["_problem"] for row in rows} <= {None}


def test_several_texts_are_one_also_beside_elements_and_in_another_encoding(spark: SparkSession, tmp_path: Path) -> None:
    at = Field(name="at", type="timestamp", at="when.day", more=("when.clock",))
    both = Field(name="both", type="string", at="basket.items.sku", more=("who", "basket.items.n"))
    how = reading({"at": at, "both": both}, format="json", explode="basket.items", signs=Signs(encoding="utf-16"))
    lines = [
        {
            "when": {"day": "2020-01-31", "clock": "01:02"},
            "who": "zoë",
            "basket": {"items": [{"sku": "a", "n": 1}, {"sku": "b"}]},
        },
        {"when": {"day": "2020-01-31", "zone": "x"}, "basket": {"items": [{"sku": "日", "n": None, "color": "red"}]}},
    ]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    assert told(texts_of(spark, tmp_path, text.encode("utf-16"), how)) == [
        (0, 0, ["2020-01-31 01:02", "a zoë 1"], None, None),
        (0, 1, ["2020-01-31 01:02", None], {"basket.items.sku": "b", "who": "zoë"}, None),
        (
            1,
            0,
            [None, None],
            {"when.zone": "x", "basket.items.color": "red", "when.day": "2020-01-31", "basket.items.sku": "日"},
            None,
        ),
    ]
