"""The same records in files of each format that can be read, and the YAML that reads them."""

import csv
import gzip
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import fastavro
import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import orc

NOON = datetime(2018, 1, 1, 12, tzinfo=UTC)
COLUMNS = "{id: bigint, at: timestamp, value: double, who: string, note: string"
AVRO = {
    "type": "record",
    "name": "Record",
    "fields": [
        {"name": "id", "type": "long"},
        {"name": "at", "type": {"type": "long", "logicalType": "timestamp-micros"}},
        {"name": "value", "type": "double"},
        {"name": "who", "type": "string"},
        {"name": "note", "type": ["null", "string"]},
    ],
}
SCHEMA = pa.schema(
    [("id", pa.int64()), ("at", pa.timestamp("us", "UTC")), ("value", pa.float64()), ("who", pa.string()), ("note", pa.string())]
)
Row = dict[str, object]


def record(number: int, note: str | None = "größe") -> Row:
    """A record, which is known by its number."""
    return {"id": number, "at": NOON + timedelta(hours=number), "value": number / 2, "who": f"ann {number}", "note": note}


def _csv(rows: list[Row]) -> bytes:
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow(SCHEMA.names)
    lines.writerows([[_iso(row[name]) if name == "at" else row[name] for name in SCHEMA.names] for row in rows])
    return text.getvalue().encode()


def _json(rows: list[Row]) -> bytes:
    nested = [{**row, "at": _iso(row["at"]), "user": {"name": row["who"]}} for row in rows]
    return "".join(json.dumps({k: v for k, v in row.items() if k != "who"}, ensure_ascii=False) + "\n" for row in nested).encode()


def _text(rows: list[Row]) -> bytes:
    return "".join(
        f"{row['id']} [{_at(row['at']):%d/%b/%Y:%H:%M:%S +0000}] {row['value']} {row['who']}: {row['note'] or ''}\n"
        for row in rows
    ).encode()


def _at(value: object) -> datetime:
    assert isinstance(value, datetime)
    return value


def _iso(value: object) -> str:
    return _at(value).isoformat()


def _parquet(rows: list[Row], compression: str = "snappy") -> bytes:
    file = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(rows, SCHEMA), file, compression=compression)
    return file.getvalue().to_pybytes()


def _orc(rows: list[Row], compression: str = "uncompressed") -> bytes:
    file = pa.BufferOutputStream()
    orc.write_table(pa.Table.from_pylist(rows, SCHEMA), file, compression=compression)
    return file.getvalue().to_pybytes()


def _avro(rows: list[Row]) -> bytes:
    file = io.BytesIO()
    fastavro.writer(file, AVRO, rows, codec="deflate")
    return file.getvalue()


@dataclass(frozen=True)
class Kind:
    """A way in which records are written: the ending of its files, what `read` says, its columns, and how."""

    ending: str
    read: str
    write: Callable[[list[Row]], bytes]
    columns: str = COLUMNS

    @property
    def is_lines(self) -> bool:
        """Whether a file that is not yet whole holds whole records."""
        return self.read.startswith(("csv", "json", "text"))


PATTERN = r"'(?<id>\d+) \[(?<at>[^\]]+)\] (?<value>\S+) (?<who>[^:]+): (?<note>.*)'"
NESTED = COLUMNS.replace("who: string", "who: {from: user.name, type: string}")
LOGGED = COLUMNS.replace("at: timestamp", "at: {type: timestamp, format: 'dd/MMM/yyyy:HH:mm:ss Z'}")
KINDS = {
    "csv": Kind("csv", "csv", _csv),
    "csv_gz": Kind("csv.gz", "csv", lambda rows: gzip.compress(_csv(rows))),
    "json": Kind("json", "json", _json, NESTED),
    "json_gz": Kind("json.gz", "json", lambda rows: gzip.compress(_json(rows)), NESTED),
    "text": Kind("log", f"text, pattern: {PATTERN}", _text, LOGGED),
    "text_gz": Kind("log.gz", f"text, pattern: {PATTERN}", lambda rows: gzip.compress(_text(rows)), LOGGED),
    "parquet": Kind("parquet", "parquet", _parquet),
    "parquet_zstd": Kind("parquet", "parquet", lambda rows: _parquet(rows, "zstd")),
    "orc": Kind("orc", "orc", _orc),
    "orc_zstd": Kind("orc", "orc", lambda rows: _orc(rows, "zstd")),
    "avro": Kind("avro", "avro", _avro),
}


def source(name: str, kind: Kind, path: str, arrives: str = "appended", settle: str = "") -> str:
    """The YAML of a source; the day is the value of a folder, where there is one."""
    later = f", settle: {settle}" if settle else ""
    return f"""
  {name}:
    read: {{format: {kind.read}, path: '{path}'{later}}}
    arrives: {arrives}
    columns: {kind.columns}, day: {{folder: day, type: date}}}}
    optional: [day]
    {"events" if arrives == "appended" else "reference"}:
""" + (
        """      purchase:
        id: [id]
        time: {column: at, zone: UTC}
        known: {after: 0 minutes}
        identifiers: {customer: who}
        value: value
        currency: {value: EUR}
        text: note
        attributes: {day: day}
"""
        if arrives == "appended"
        else f"""      table: {name}
      key: [id]
"""
    )
