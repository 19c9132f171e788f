"""Records as files of each format, also those that no writer should write: texts that are none, times out of any calendar."""

import gzip
import io
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import fastavro
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import orc

CUT = object()  # in place of the last cell: the line ends before it
RENAMED = object()  # in place of a receipt: it stands under `number`
SCHEMA = pa.schema(
    [
        ("customer", pa.string()),
        ("receipt", pa.int64()),
        ("at", pa.timestamp("us", "UTC")),
        ("arrived", pa.timestamp("us", "UTC")),
        ("amount", pa.float64()),
        ("note", pa.string()),
    ]
)
PATTERN = r"'(?<customer>[^|]*)\|(?<receipt>[^|]*)\|(?<at>[^|]*)\|(?<arrived>[^|]*)\|(?<amount>[^|]*)\|(?<note>.*)'"
_TIME = {"type": "long", "logicalType": "timestamp-micros"}
AVRO = {"customer": "string", "receipt": "long", "at": _TIME, "arrived": _TIME, "amount": "double", "note": "string"}
LINES = ("csv", "json", "text")
ENDINGS = {
    "text": "log",
    **{f"{kind}_gz": f"{ending}.gz" for kind, ending in (("csv", "csv"), ("json", "json"), ("text", "log"))},
}
"""Of kinds whose files end otherwise than in their name."""


def ending(kind: str) -> str:
    """How the files of a kind end."""
    return ENDINGS.get(kind, kind)


def reads(kind: str) -> str:
    """What `read` says of a kind."""
    plain = kind.removesuffix("_gz")
    return f"text, pattern: {PATTERN}" if plain == "text" else plain


def write(kind: str, file: Path, rows: list[dict[str, Any]]) -> None:
    """A file of these records, `file` without its ending."""
    file.parent.mkdir(parents=True, exist_ok=True)
    content = WRITERS[kind.removesuffix("_gz")](rows)
    file.with_name(f"{file.name}.{ending(kind)}").write_bytes(gzip.compress(content) if kind.endswith("_gz") else content)


def cells(row: Mapping[str, Any]) -> dict[str, str]:
    """The record as cells of CSV."""
    return {
        name: "" if value is None else f"{value:%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else str(value)
        for name, value in row.items()
    }


def line_of(kind: str, row: Mapping[str, Any]) -> bytes:
    """The record as a line; no cell of these needs quotes, and in none stands a bar."""
    kept = {name: value for name, value in row.items() if value is not CUT}
    if kind != "json":
        raw = [value if isinstance(value, bytes) else cells({"": value})[""].encode() for value in kept.values()]
        return (b"," if kind == "csv" else b"|").join(raw)
    said = {name: cells({"": value})[""] if isinstance(value, datetime) else value for name, value in kept.items()}
    if said["receipt"] is RENAMED:
        said = {"number" if name == "receipt" else name: 7 if value is RENAMED else value for name, value in said.items()}
    note = said.get("note")
    if isinstance(note, bytes):
        return json.dumps(said | {"note": "@@"}).encode().replace(b"@@", note)
    text = json.dumps(said).encode()
    return text if kept.keys() == row.keys() else text[:-1]


def _lines(kind: str) -> Callable[[list[dict[str, Any]]], bytes]:
    head = [",".join(SCHEMA.names).encode()] if kind == "csv" else []
    return lambda rows: b"\n".join([*head, *[line_of(kind, row) for row in rows]])


def table(rows: list[dict[str, Any]]) -> pa.Table:
    """The records as Arrow, texts byte by byte so that they may be wrong."""
    columns = []
    for each in SCHEMA:
        values = [row[each.name] for row in rows]
        if each.type == pa.string():
            raw = [value.encode() if isinstance(value, str) else value for value in values]
            columns.append(pa.array(raw, pa.binary()).view(pa.string()))
        elif pa.types.is_timestamp(each.type):
            micros = [micros_of(value) if isinstance(value, datetime) else value for value in values]
            columns.append(pa.array(micros, pa.int64()).view(each.type))
        else:
            columns.append(pa.array(values, each.type))
    return pa.Table.from_arrays(columns, schema=SCHEMA)


def parquet_bytes(rows: pa.Table) -> bytes:
    """The table as a file of Parquet."""
    file = pa.BufferOutputStream()
    pq.write_table(rows, file)
    return file.getvalue().to_pybytes()


def orc_bytes(rows: pa.Table) -> bytes:
    """The table as a file of ORC, compressed, so that damage is seen."""
    file = pa.BufferOutputStream()
    orc.write_table(rows, file, compression="zlib")
    return file.getvalue().to_pybytes()


def avro_bytes(rows: list[dict[str, Any]], **changed: Any) -> bytes:
    """The records as a file of Avro, not compressed; `changed` are columns of another type, or (None) left out."""
    kinds = {name: kind for name, kind in (AVRO | changed).items() if kind is not None}
    fields = [{"name": name, "type": ["null", kind]} for name, kind in kinds.items()]
    file = io.BytesIO()
    fastavro.writer(file, {"type": "record", "name": "Record", "fields": fields}, rows)
    return file.getvalue()


def micros_of(at: datetime) -> int:
    """The time in micros since 1970."""
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


WRITERS: dict[str, Callable[[list[dict[str, Any]]], bytes]] = {
    **{kind: _lines(kind) for kind in LINES},
    "parquet": lambda rows: parquet_bytes(table(rows)),
    "orc": lambda rows: orc_bytes(table(rows)),
    "avro": avro_bytes,
}
