"""Rows of Arrow streams as plain Python values, without the half second that pyarrow takes to import pandas for times."""

from collections.abc import Iterable, Iterator
from typing import Any

import pyarrow as pa

from dmp_spark.functions.instants import instant_of


def python_rows(reader: Iterable[pa.RecordBatch]) -> Iterator[tuple[Any, ...]]:
    """The rows as tuples: maps and structs are dicts, instants are aware (UTC), null is None."""
    for batch in reader:
        yield from zip(*(_values(column) for column in batch.columns), strict=True)


def _values(column: pa.Array) -> list[Any]:
    if pa.types.is_timestamp(column.type) and column.type.unit == "us":
        micros = column.view(pa.int64()).to_pylist()
        return [None if value is None else instant_of(value) for value in micros]
    return [_plain(value, column.type) for value in column.to_pylist()]


def _plain(value: Any, kind: pa.DataType) -> Any:
    if value is None:
        return None
    if pa.types.is_map(kind):
        return {_plain(key, kind.key_type): _plain(item, kind.item_type) for key, item in value}
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return [_plain(item, kind.value_type) for item in value]
    if pa.types.is_struct(kind):
        return {field.name: _plain(value[field.name], field.type) for field in kind}
    return value
