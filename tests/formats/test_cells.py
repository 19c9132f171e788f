"""Cells of CSV as the declared types: what is no value of its type is told by name and never just null."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from chispa import assert_df_equality
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from dmp_spark.formats import cells
from dmp_spark.formats import reading as formats
from dmp_spark.formats.lines import SCHEMA
from dmp_spark.formats.records import Landed
from dmp_spark.formats.spec import Field
from tests.formats.readings import reading

GOOD = {
    "string": [("a b", "a b"), (" ", " ")],
    "boolean": [("true", True), ("FALSE", False)],
    "tinyint": [("-128", -128)],
    "int": [("+7", 7), ("007", 7)],
    "bigint": [("9223372036854775807", 9223372036854775807)],
    "double": [("1.5", 1.5), ("-.5e3", -500.0), ("2.", 2.0), ("7", 7.0)],
    "decimal(5,2)": [
        ("123.45", Decimal("123.45")),
        ("1.500", Decimal("1.50")),
        ("-.5", Decimal("-0.50")),
        ("7", Decimal("7.00")),
    ],
    "decimal(3,0)": [("999", Decimal(999)), ("7.0", Decimal(7))],
    "date": [("2024-02-29", date(2024, 2, 29))],
    "timestamp": [
        ("2024-02-29", datetime(2024, 2, 29, tzinfo=UTC)),
        ("2024-02-29 23:59", datetime(2024, 2, 29, 23, 59, tzinfo=UTC)),
        ("2024-02-29T23:59:58.123456", datetime(2024, 2, 29, 23, 59, 58, 123456, tzinfo=UTC)),
        ("2024-02-29 10:00:00Z", datetime(2024, 2, 29, 10, tzinfo=UTC)),
        ("2024-02-29T10:00+01:00", datetime(2024, 2, 29, 9, tzinfo=UTC)),
        ("2024-02-29T10:00:00.5-0330", datetime(2024, 2, 29, 13, 30, 0, 500_000, tzinfo=UTC)),
        ("2024-02-29T10:00:00.123456789Z", datetime(2024, 2, 29, 10, 0, 0, 123456, tzinfo=UTC)),
    ],
}
BAD = {
    "boolean": ["yes", "1", "t"],
    "tinyint": ["128", "1.0"],
    "int": ["2147483648", "1e3", " 1", "1\n", "1,000", "one"],
    "bigint": ["9223372036854775808", "0x1F"],
    "double": ["1.5d", "NaN", "Infinity", "1e999", "1,5", "."],
    "decimal(5,2)": ["1.234", "1234.5", "1e2", "."],
    "decimal(3,0)": ["1000", "1.5", ".5"],
    "date": ["2023-02-29", "29.02.2024", "2024-2-9", "2024-02-29 10:00"],
    "timestamp": ["2024-02-29T25:00", "2024-02-29 10:00:00 UTC", "2024-02-29Z", "2024-02-29 10:00+1", "10:00", "2024"],
}


def test_a_cell_is_a_value_of_its_type_or_the_reason_of_a_rejection(spark: SparkSession) -> None:
    """Every type at once: a row a text, of which only the column of its type holds something."""
    columns = {f"c{number}": kind for number, kind in enumerate(GOOD)}
    names = {kind: name for name, kind in columns.items()}
    cases = [(kind, text, value, True) for kind, pairs in GOOD.items() for text, value in pairs]
    cases += [(kind, text, None, False) for kind, texts in BAD.items() for text in texts]
    cases += [("string", None, None, True)]
    given, expected = [], []
    for place, (kind, text, value, is_good) in enumerate(cases):
        given.append(("f", 5, place, 0, [text if each == kind else None for each in columns.values()], None, None, None, None))
        expected.append(
            (
                *[value if each == kind else None for each in columns.values()],
                place,
                [] if is_good else [f"unreadable_{names[kind]}"],
                {name: text if each == kind else None for name, each in columns.items()},
            )
        )
    told = cells.typed(spark.createDataFrame(given, SCHEMA), reading(columns)).drop(
        "_file_id", "_landed_at", "_element", "_extra", "_offsets"
    )

    wanted = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    wanted += ", _position bigint, _misread array<string>, _raw map<string,string>"
    assert_df_equality(told.orderBy("_position"), spark.createDataFrame(expected, wanted), ignore_nullable=True)


def test_a_broken_line_is_told_as_that_alone_and_kept_as_it_came(spark: SparkSession) -> None:
    given = [
        ("f", 5, 0, 0, None, None, "1,2,3", "number_of_cells", None),
        ("f", 5, 1, 2, ["x", None], {"c": "3"}, None, None, None),
    ]
    told = cells.typed(spark.createDataFrame(given, SCHEMA), reading({"a": "int", "b": "int"})).drop("_offsets")

    landed = datetime(1970, 1, 1, 0, 0, 0, 5, tzinfo=UTC)
    expected = [
        (None, None, "f", 0, 0, landed, None, ["number_of_cells"], {"line": "1,2,3"}),
        (None, None, "f", 1, 2, landed, {"c": "3"}, ["unreadable_a"], {"a": "x", "b": None}),
    ]
    kinds = (
        "a int, b int, _file_id string, _position bigint, _element bigint, _landed_at timestamp, _extra map<string,string>, "
        "_misread array<string>, _raw map<string,string>"
    )
    assert_df_equality(told.orderBy("_position"), spark.createDataFrame(expected, kinds), ignore_nullable=True)


def test_files_are_read_by_workers_each_with_its_own_places_and_counted(spark: SparkSession, tmp_path: Path) -> None:
    texts = {"one": "b,a\nx,1\ny,2\n", "two": "a,more,b\n3,?,z\n", "none": "a,b\n", "bad": 'a,b\n4,v\n5,"open\n'}
    files = {}
    for number, (name, text) in enumerate(texts.items()):
        (tmp_path / f"{name} [1].csv").write_text(text, encoding="utf-8")
        files[name] = Landed(str(tmp_path / f"{name} [1].csv"), number)
    read = formats.texts(spark, files, reading({"a": "bigint", "b": "string"}, format="csv"))

    found = {
        tuple(row)
        for row in read.where(F.col("_problem").isNull())
        .select("_file_id", "_landed", "_position", F.concat_ws("|", "_cells"))
        .collect()
    }
    assert found == {("one", 0, 0, "1|x"), ("one", 0, 1, "2|y"), ("two", 1, 0, "3|z"), ("bad", 3, 0, "4|v")}
    counted = [tuple(row) for row in cells.counted(read).collect()]
    assert counted == [("bad", 1, "after line 2 it is not CSV: unexpected end of data"), ("one", 2, None), ("two", 1, None)]


def test_times_are_read_as_their_format_says_and_an_offset_makes_an_instant(spark: SparkSession) -> None:
    noon = datetime(2015, 5, 17, 10, 5, 3, tzinfo=UTC)
    fields = {
        "log": ("dd/MMM/yyyy:HH:mm:ss Z", "17/May/2015:12:05:03 +0200", noon),
        "us": ("MM/dd/yy hh:mm a", "05/17/15 10:05 AM", noon.replace(second=0)),
        "seconds": ("epoch_seconds", "1431857103", noon),
        "millis": ("epoch_millis", "1431857103500", noon.replace(microsecond=500_000)),
        "micros": ("epoch_micros", "1431857103000001", noon.replace(microsecond=1)),
        "parts": ("epoch_seconds", "1431857103.25", noon.replace(microsecond=250_000)),
        "posted": ("EEE MMM dd HH:mm:ss Z yyyy", "Sun May 17 12:05:03 +0200 2015", noon),
        "served": ("EEE, dd MMM yyyy HH:mm:ss VV", "Sun, 17 May 2015 10:05:03 GMT", noon),
        "iso": ("", "2015-05-17T12:05:03+02:00", noon),
    }
    how = reading({name: Field(name=name, type="timestamp", format=form) for name, (form, _, _) in fields.items()})
    bad = [
        "17/Mai/2015:12:05:03 +0200",
        "13/17/15 10:05 AM",
        "now",
        "1e9",
        "",
        "9" * 30,
        "May 17 12:05:03 +0200 2015",
        "17 May 2015 10:05:03 GMT",
        "2015-05-17T12:05:03+2",
    ]
    rows = [
        [text for _, text, _ in fields.values()],
        bad,
        [None] * len(fields),
        [*[None] * (len(fields) - 1), "2015-05-17 12:05"],
    ]
    given = [("f", 5, place, 0, texts, None, None, None, None) for place, texts in enumerate(rows)]

    told = cells.typed(spark.createDataFrame(given, SCHEMA), how).orderBy("_position")
    good, wrong, nothing, wall = told.select(*fields, "_misread", "_offsets").collect()
    assert [good[name].replace(tzinfo=UTC) for name in fields] == [value for _, _, value in fields.values()]
    assert (good["_misread"], good["_offsets"]["iso"], wall["_misread"], wall["_offsets"]["iso"]) == ([], True, [], False)
    assert wrong["_misread"] == [f"unreadable_{name}" for name in fields]
    assert list(nothing[: len(fields)]) == [None] * len(fields) and nothing["_misread"] == []
    assert wall["iso"].replace(tzinfo=UTC) == datetime(2015, 5, 17, 12, 5, tzinfo=UTC)
