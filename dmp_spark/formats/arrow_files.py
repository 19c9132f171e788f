"""ORC and Avro files: their own schema, and their records as Arrow batches by name. No pyspark here: workers import this.

Spark's readers of both number no records; these do, a task a file.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import orc

from dmp_spark.formats.headers import FAILED_READ, Header, UnreadableFileError, spark_type
from dmp_spark.formats.lines import Reader
from dmp_spark.formats.parquet_files import described
from dmp_spark.formats.spec import Reading

RECORDS_A_BATCH = 10_000


def probe(path: str, reading: Reading) -> tuple[Header, int]:
    """The file's header and its number of records; UnreadableFileError where it does not fit."""
    schema, rows = schema_of(path, reading.format)
    types, _ = described(schema, reading, lambda _, arrow: spark_type(arrow))
    return Header(types), rows


def schema_of(path: str, kind: str) -> tuple[pa.Schema, int]:
    """A file's own schema and its number of records; UnreadableFileError where it is no such file."""
    try:
        if kind == "orc":
            file = orc.ORCFile(path)
            return file.schema, file.nrows
        from dmp_spark.formats import avro_files

        return avro_files.schema(path)
    except (pa.ArrowException, OSError, ValueError, EOFError):
        raise UnreadableFileError(f"it cannot be read as {kind}") from None


def reader(header: Header, reading: Reading) -> Reader:
    """What makes batches of a file's records: the columns of the header that hold anything, by their names and types, then
    `_file_id`, `_landed`, `_position` and `_extra`, of batches of files (file_id, path, landed).
    """
    kinds = {name: kind for name, kind in header.types if kind != "void"}
    places = {field.name: field.place for field in reading.in_records if field.name in kinds}
    target = pa.schema([(name, arrow_type(kinds[name])) for name in places])

    def read_all(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for listed in batches:
            for file in listed.to_pylist():
                position = 0
                for records in _whole(file["path"], reading.format):
                    yield _placed(records, places, target, file, position, reading.keeps_extra)
                    position += records.num_rows

    return read_all


def _whole(path: str, kind: str) -> Iterator[pa.RecordBatch]:
    """The batches of a file; of one that is damaged within, an error that names it as Spark's own do."""
    try:
        yield from batches_of(path, kind)
    except (pa.ArrowException, OSError, ValueError, EOFError, OverflowError):  # the last of a time that Python cannot hold
        raise OSError(f"{FAILED_READ} {path}. ") from None


def batches_of(path: str, kind: str) -> Iterator[pa.RecordBatch]:
    """The records of a file in batches of its own schema."""
    if kind == "orc":
        file = orc.ORCFile(path)
        for number in range(file.nstripes):
            stripe = pa.Table.from_batches([file.read_stripe(number)])
            yield from stripe.combine_chunks().to_batches(max_chunksize=RECORDS_A_BATCH)
        return
    from dmp_spark.formats import avro_files

    yield from avro_files.batches(path, RECORDS_A_BATCH)


def _placed(
    records: pa.RecordBatch, places: dict[str, str], target: pa.Schema, file: dict[str, Any], position: int, keeps_extra: bool
) -> pa.RecordBatch:
    number = records.num_rows
    columns = [_cast(_column(records, place), target.field(name).type) for name, place in places.items()]
    others = [name for name in records.schema.names if name not in places.values()] if keeps_extra else []
    extra = (
        [_extra({name: row[name] for name in others}) for row in records.select(others).to_pylist()]
        if others
        else [None] * number
    )
    columns += [
        pa.array([file["file_id"]] * number, pa.string()),
        pa.array([file["landed"]] * number, pa.int64()),
        pa.array(range(position, position + number), pa.int64()),
        pa.array(extra, pa.map_(pa.string(), pa.string())),
    ]
    return pa.record_batch(columns, names=[*target.names, "_file_id", "_landed", "_position", "_extra"])


def _column(records: pa.RecordBatch, place: str) -> pa.Array:
    if place in records.schema.names:
        return records.column(place)
    first, *rest = place.split(".")
    column = records.column(first)
    for name in rest:
        column = pc.struct_field(column, name)
    return column


def _cast(column: pa.Array, kind: pa.DataType) -> pa.Array:
    return column.cast(kind, safe=not pa.types.is_timestamp(kind))  # nanoseconds are cut to microseconds


def _extra(values: dict[str, Any]) -> list[tuple[str, str]] | None:
    held = [(name, _text(value)) for name, value in values.items() if value is not None]
    return held or None


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value, default=str, ensure_ascii=False) if isinstance(value, dict | list) else str(value)


def arrow_type(kind: str) -> pa.DataType:
    """The Arrow type in which a column of a plain Spark type comes out of Python."""
    if kind.startswith("decimal("):
        precision, scale = kind.removeprefix("decimal(").rstrip(")").split(",")
        return pa.decimal128(int(precision), int(scale))
    return {
        "string": pa.string(),
        "boolean": pa.bool_(),
        "tinyint": pa.int8(),
        "smallint": pa.int16(),
        "int": pa.int32(),
        "bigint": pa.int64(),
        "float": pa.float32(),
        "double": pa.float64(),
        "date": pa.date32(),
        "timestamp": pa.timestamp("us", tz="UTC"),
        "timestamp_ntz": pa.timestamp("us"),
    }[kind]
