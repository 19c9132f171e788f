"""ORC and Avro as records: what other programs wrote is what is read, by name, numbered."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import fastavro
import pyarrow as pa
import pytest
from pyarrow import orc
from pyspark.sql import SparkSession

from dmp_spark.formats import arrow_files
from dmp_spark.formats import reading as formats
from dmp_spark.formats.headers import UnreadableFileError
from dmp_spark.formats.records import Landed
from dmp_spark.formats.spec import Field, Reading
from tests.formats.readings import reading

NOON = datetime(2017, 7, 1, 12, 0, 0, 250_000)
COLUMNS: dict[str, str | Field] = {
    "id": "bigint",
    "price": "decimal(12,2)",
    "at": "timestamp",
    "day": "date",
    "country": Field(name="country", type="string", at="geo.country"),
    "gone": "string",
}
AVRO: dict[str, Any] = {
    "type": "record",
    "name": "Order",
    "fields": [
        {"name": "geo", "type": {"type": "record", "name": "Geo", "fields": [{"name": "country", "type": ["null", "string"]}]}},
        {"name": "id", "type": "int"},
        {"name": "price", "type": ["null", {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}]},
        {"name": "at", "type": ["null", {"type": "long", "logicalType": "timestamp-micros"}]},
        {"name": "day", "type": ["null", {"type": "int", "logicalType": "date"}]},
        {"name": "tags", "type": {"type": "array", "items": "string"}},
    ],
}
ROWS = [
    {
        "geo": {"country": "DE"},
        "id": 1,
        "price": Decimal("1.50"),
        "at": NOON.replace(tzinfo=UTC),
        "day": date(2017, 7, 1),
        "tags": ["x"],
    },
    {"geo": {"country": None}, "id": 2, "price": None, "at": None, "day": None, "tags": []},
]
WANTED = [
    (
        1,
        Decimal("1.50"),
        NOON.replace(tzinfo=UTC),
        date(2017, 7, 1),
        "DE",
        None,
        0,
        {"tags": '["x"]', "geo": '{"country": "DE"}'},
    ),
    (2, None, None, None, None, None, 1, {"tags": "[]", "geo": '{"country": null}'}),
]


def written(folder: Path, kind: str, compression: str) -> str:
    path = str(folder / f"x.{kind}")
    if kind == "avro":
        with open(path, "wb") as file:
            fastavro.writer(file, AVRO, ROWS, codec=compression)
        return path
    schema = pa.schema(
        [
            ("geo", pa.struct([("country", pa.string())])),
            ("id", pa.int32()),
            ("price", pa.decimal128(9, 2)),
            ("at", pa.timestamp("us", "UTC")),
            ("day", pa.date32()),
            ("tags", pa.list_(pa.string())),
        ]
    )
    orc.write_table(pa.Table.from_pylist(ROWS, schema), path, compression=compression)
    return path


def how(kind: str, **changes: Any) -> Reading:
    return reading(COLUMNS, **{"format": kind, "optional": ("gone",)} | changes)


@pytest.mark.parametrize(
    ("kind", "compression"), [("orc", "zstd"), ("orc", "uncompressed"), ("avro", "deflate"), ("avro", "null")]
)
def test_records_are_what_was_written(spark: SparkSession, tmp_path: Path, kind: str, compression: str) -> None:
    path = written(tmp_path, kind, compression)

    header, rows = formats.probe(path, how(kind))
    assert (rows, header.wall_clocks) == (2, set())
    told = formats.read(spark, header, {"f": Landed(path, 5)}, how(kind))
    told = told.select(*COLUMNS, "_position", "_extra")
    found = [(*row[:2], row["at"] and row["at"].replace(tzinfo=UTC), *row[3:]) for row in told.orderBy("id").collect()]
    assert found == WANTED


@pytest.mark.parametrize("kind", ["orc", "avro"])
@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"id": "bigint", "name": "string"}, "it has no column name, and has"),
        ({"id": "string"}, "its column id holds int, declared is string"),
        ({"tags": "string"}, "its column tags holds array<string>, declared is string"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path: Path, kind: str, columns: dict[str, str | Field], sentence: str) -> None:
    path = written(tmp_path, kind, "null" if kind == "avro" else "uncompressed")
    with pytest.raises(UnreadableFileError, match=sentence):
        formats.probe(path, reading(columns, format=kind))


@pytest.mark.parametrize("kind", ["orc", "avro"])
def test_what_is_no_such_file_is_refused(tmp_path: Path, kind: str) -> None:
    good = Path(written(tmp_path, kind, "null" if kind == "avro" else "uncompressed")).read_bytes()
    for content in (b"", b"PAR1" * 50, good[: len(good) // 2]):
        (tmp_path / "y").write_bytes(content)
        with pytest.raises(UnreadableFileError, match=f"it cannot be read as {kind}"):
            formats.probe(str(tmp_path / "y"), how(kind))


def test_a_time_that_python_cannot_hold_is_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    """As what is damaged is: its source is refused, and nothing of the value is told."""
    file, said = tmp_path / "a.avro", "read"
    field = {"name": "at", "type": {"type": "long", "logicalType": "timestamp-micros"}}
    with file.open("wb") as out:
        fastavro.writer(out, {"type": "record", "name": "Order", "fields": [field]}, [{"at": 0}, {"at": 2**63 - 1}])
    listed = pa.RecordBatch.from_pylist([{"file_id": "f", "path": str(file), "landed": 0}])
    kind = reading({"at": "timestamp"}, format="avro")
    try:
        list(arrow_files.reader(arrow_files.probe(str(file), kind)[0], kind)([listed]))
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
    assert said == f"OSError: FAILED_READ_FILE {file}. "
