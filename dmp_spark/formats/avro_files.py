"""Avro files: their schema as Arrow's, and their records in batches. No pyspark here: workers import this."""

from collections.abc import Iterator
from typing import Any

import fastavro
import pyarrow as pa

PRIMITIVES = {
    "null": pa.null(),
    "boolean": pa.bool_(),
    "int": pa.int32(),
    "long": pa.int64(),
    "float": pa.float32(),
    "double": pa.float64(),
    "bytes": pa.binary(),
    "string": pa.string(),
}
LOGICAL = {
    "date": pa.date32(),
    "timestamp-millis": pa.timestamp("us", tz="UTC"),
    "timestamp-micros": pa.timestamp("us", tz="UTC"),
    "local-timestamp-millis": pa.timestamp("us"),
    "local-timestamp-micros": pa.timestamp("us"),
    "time-millis": pa.time32("ms"),
    "time-micros": pa.time64("us"),
    "uuid": pa.string(),
}


def schema(path: str) -> tuple[pa.Schema, int]:
    """The schema of a file and its number of records, of which every block is counted; ValueError where it is no Avro."""
    with open(path, "rb") as file:
        blocks = fastavro.block_reader(file)
        written = blocks.writer_schema
        rows = sum(block.num_records for block in blocks)
    if not isinstance(written, dict) or written.get("type") != "record":
        raise ValueError("its records have no names")
    return pa.schema([(field["name"], _type(field["type"])) for field in written["fields"]]), rows


def batches(path: str, size: int) -> Iterator[pa.RecordBatch]:
    """The records of a file in batches."""
    kinds, _ = schema(path)
    with open(path, "rb") as file:
        records = fastavro.reader(file)
        while group := [record for _, record in zip(range(size), records, strict=False)]:
            yield pa.RecordBatch.from_pylist(group, schema=kinds)


def _type(written: Any) -> pa.DataType:
    """The Arrow type of an Avro type; of a union of null and one other that other."""
    if isinstance(written, list):
        others = [each for each in written if each != "null"]
        if len(others) != 1:
            raise ValueError("a union of several types")
        return _type(others[0])
    if isinstance(written, str):
        if written not in PRIMITIVES:
            raise ValueError(f"the type {written}")
        return PRIMITIVES[written]
    if (logical := written.get("logicalType")) == "decimal":
        return pa.decimal128(written["precision"], written.get("scale", 0))
    if logical in LOGICAL:
        return LOGICAL[logical]
    kind = written["type"]
    if kind == "record":
        return pa.struct([(field["name"], _type(field["type"])) for field in written["fields"]])
    if kind == "array":
        return pa.list_(_type(written["items"]))
    if kind == "map":
        return pa.map_(pa.string(), _type(written["values"]))
    return pa.string() if kind == "enum" else pa.binary() if kind == "fixed" else _type(kind)
