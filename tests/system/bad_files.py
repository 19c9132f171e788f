"""Files with one thing wrong in each, or one thing wrong with each record, and what ingest must say of it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

PERSONAL = "victim"  # stands in every customer and in every bad cell: whatever shows a value shows this
NOON = datetime(2017, 5, 1, 12, tzinfo=UTC)
DAY_AHEAD = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
YEAR_9999, YEAR_1900 = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), datetime(1900, 1, 1, tzinfo=UTC)
CUT = object()  # in place of the last cell: the line ends before it
TOO_LONG = PERSONAL + "x" * 10_000_000
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


@dataclass(frozen=True)
class Fault:
    """What differs from a good record, why it is rejected, and what of its payload is not simply what came."""

    changes: Mapping[str, Any]
    reasons: list[str]
    payload: Mapping[str, Any] = field(default_factory=dict)


BOTH = {
    "no number": Fault({"amount": float("nan")}, ["unreadable_amount"], {"amount": "NaN"}),
    "infinity": Fault({"amount": float("inf")}, ["unreadable_amount"], {"amount": "Infinity"}),
    "infinity below": Fault({"amount": float("-inf")}, ["unreadable_amount"], {"amount": "-Infinity"}),
    "more money than fits": Fault({"amount": 1e300}, ["unreadable_value"]),
    "null key": Fault({"receipt": None}, ["no_id"]),
    "null customer": Fault({"customer": None}, ["no_identifier"]),
    "null time": Fault({"at": None}, ["no_time"]),
    "year 9999": Fault({"at": YEAR_9999}, ["time_in_future"]),
    "year 9999 known": Fault({"arrived": YEAR_9999}, ["known_time_in_future"]),
    "year 1900": Fault({"at": YEAR_1900}, ["time_too_early"]),
    "year 1900 known": Fault({"arrived": YEAR_1900}, ["known_time_too_early"]),
    "clock a day ahead": Fault({"at": DAY_AHEAD, "arrived": DAY_AHEAD}, ["time_in_future", "known_time_in_future"]),
    "NUL": Fault({"note": f"{PERSONAL}\0"}, ["unreadable_note"]),
}
FAULTS: dict[str, dict[str, Fault]] = {
    "csv": {
        **BOTH,
        "text for a number": Fault({"receipt": f"{PERSONAL}@example.com"}, ["unreadable_receipt"]),
        "text for numbers": Fault({"receipt": PERSONAL, "amount": PERSONAL}, ["unreadable_receipt", "unreadable_amount"]),
        "text for a time": Fault({"at": PERSONAL}, ["unreadable_at"]),
        "year 0": Fault({"at": "0000-01-01 00:00:00"}, ["unreadable_at"]),
        "truncated line": Fault({"note": CUT}, ["number_of_cells"]),
    },
    "parquet": {
        **BOTH,
        "invalid UTF-8": Fault({"note": b"gr\xfc\xdfe " + PERSONAL.encode()}, ["unreadable_note"], {"note": f"gr��e {PERSONAL}"}),
        "10 MB field": Fault({"note": TOO_LONG}, ["too_long_note"], {"note": TOO_LONG[:1_000]}),
        "year 294247": Fault({"at": 2**63 - 1}, ["unreadable_at"], {"at": "+294247-01-10T04:00:54.775807Z"}),
        "before year 1": Fault({"arrived": -(2**62)}, ["unreadable_arrived"], {"arrived": "-144169-06-28T09:59:32.612096Z"}),
    },
}


def record(number: int, **changes: Any) -> dict[str, Any]:
    """A good record but for the changes."""
    customer = f"{PERSONAL}-{number}@example.com"
    given = {"customer": customer, "receipt": number, "at": NOON, "arrived": NOON, "amount": 1.5, "note": "x"}
    return given | changes


def bad_records(kind: str) -> list[dict[str, Any]]:
    """A good record, one whose clock runs half an hour ahead, each fault in its order, and the first key again, later."""
    soon = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=30)
    faults = [record(number, **fault.changes) for number, fault in enumerate(FAULTS[kind].values(), 10)]
    again = record(1, amount=9.0, arrived=NOON + timedelta(hours=1))
    return [again, record(1), record(2, at=soon, arrived=soon), *faults[:-1], record(3), faults[-1]]


def place(kind: str, fault: str) -> int:
    """Where the fault's record stands among those of `bad_records`."""
    names = list(FAULTS[kind])
    return 3 + names.index(fault) + (1 if fault == names[-1] else 0)


def payload(kind: str, fault: str) -> dict[str, Any]:
    """What bronze.rejected must keep of the record."""
    came = bad_records(kind)[place(kind, fault)]
    if fault == "truncated line":
        return {"line": csv_line(came)}
    if kind == "csv":
        return {name: cell or None for name, cell in cells(came).items()}
    written = {
        name: value if not isinstance(value, datetime) else f"{value:%Y-%m-%dT%H:%M:%S.%fZ}" for name, value in came.items()
    }
    return written | FAULTS[kind][fault].payload


def cells(row: Mapping[str, Any]) -> dict[str, str]:
    """The record as cells of CSV."""
    return {
        name: "" if value is None else f"{value:%Y-%m-%d %H:%M:%S}" if isinstance(value, datetime) else str(value)
        for name, value in row.items()
    }


def csv_line(row: Mapping[str, Any]) -> str:
    """The record as a line; no cell of these needs quotes."""
    return ",".join(cell for name, cell in cells(row).items() if row[name] is not CUT)


def write(kind: str, file: Path, rows: list[dict[str, Any]]) -> None:
    """A file of these records, `file` without its ending."""
    file.parent.mkdir(parents=True, exist_ok=True)
    if kind == "csv":
        lines = [",".join(SCHEMA.names), *map(csv_line, rows)]
        file.with_suffix(".csv").write_text("\n".join(lines), encoding="utf-8")
    else:
        pq.write_table(table(rows), file.with_suffix(".parquet"))


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


def micros_of(at: datetime) -> int:
    """The time in micros since 1970."""
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def bytes_of(kind: str, rows: list[dict[str, Any]], folder: Path) -> bytes:
    """The bytes of a good file of these records."""
    write(kind, folder / "good", rows)
    return next(folder.glob("good.*")).read_bytes()


def damaged(good: bytes) -> bytes:
    """The file with its first page overwritten, its footer whole."""
    return good[:40] + bytes(400) + good[440:]


def _as_table(change: Callable[[pa.Table], pa.Table]) -> Callable[[Path, bytes], None]:
    def written(file: Path, good: bytes) -> None:
        pq.write_table(change(pq.read_table(pa.BufferReader(good))), file)

    return written


def _as_bytes(change: Callable[[bytes], bytes]) -> Callable[[Path, bytes], None]:
    def written(file: Path, good: bytes) -> None:
        file.write_bytes(change(good))

    return written


def _retyped(name: str, kind: pa.DataType) -> Callable[[pa.Table], pa.Table]:
    return lambda rows: rows.set_column(rows.schema.get_field_index(name), name, rows[name].cast(kind))


WAYS = "deliver it by the declared names, name it in `optional` where files may lack it, or read files like it by a source of their own"
AS_DECLARED = "deliver it as declared, or read files like it by a source of their own"
RENAMED = f"it has no column amount, and has price, which is not declared: {WAYS}"
REFUSED: dict[tuple[str, str], tuple[Callable[[Path, bytes], None], str]] = {
    ("csv", "unreadable"): (_as_bytes(lambda _: bytes(range(256)) * 20), "its first line cannot be read as CSV in UTF-8"),
    ("csv", "empty"): (_as_bytes(lambda _: b""), "it has no first line that names the columns"),
    ("csv", "no first line"): (
        _as_bytes(lambda good: good.split(b"\n", 1)[1]),
        "its first line names none of the declared columns",
    ),
    ("csv", "truncated"): (
        _as_bytes(lambda good: good + f'\n"{PERSONAL}'.encode()),
        "after line 41 it is not CSV: unexpected end of data",
    ),
    ("csv", "renamed column"): (_as_bytes(lambda good: good.replace(b"amount", b"price", 1)), RENAMED),
    ("csv", "column twice"): (
        _as_bytes(lambda good: good.replace(b"note", b"note,receipt", 1)),
        "it has the column receipt more than once",
    ),
    ("csv", "invalid UTF-8"): (
        _as_bytes(lambda good: good + b"\n" + PERSONAL.encode() + b"\xff"),
        "after line 1 it is not UTF-8",
    ),
    ("csv", "10 MB field"): (
        _as_bytes(lambda good: good + f"\n{TOO_LONG}".encode()),
        "after line 41 it is not CSV: field larger than field limit (131072)",
    ),
    ("parquet", "unreadable"): (_as_bytes(lambda _: bytes(range(256)) * 20), "it cannot be read as parquet"),
    ("parquet", "empty"): (_as_bytes(lambda _: b""), "it is empty, which no file of parquet is"),
    ("parquet", "truncated"): (_as_bytes(lambda good: good[: len(good) // 2]), "it cannot be read as parquet"),
    ("parquet", "damaged within"): (_as_bytes(damaged), "a part of it cannot be read as parquet"),
    ("parquet", "renamed column"): (
        _as_table(lambda rows: rows.rename_columns(["price" if name == "amount" else name for name in rows.column_names])),
        RENAMED,
    ),
    ("parquet", "text for numbers"): (
        _as_table(_retyped("receipt", pa.string())),
        f"its column receipt holds string, declared is bigint: {AS_DECLARED}",
    ),
    ("parquet", "numbers of another kind"): (
        _as_table(_retyped("receipt", pa.float64())),
        f"its column receipt holds double, declared is bigint: {AS_DECLARED}",
    ),
    ("parquet", "names alike"): (
        _as_table(lambda rows: rows.append_column("Amount", rows["amount"])),
        "it has the columns amount and Amount, which Spark cannot tell apart",
    ),
}


def source_of(kind: str, fault: str) -> str:
    """The name of the source in which a fault stands."""
    return f"{kind}_{fault.lower().replace(' ', '_').replace('-', '_')}"


def events_source(kind: str, name: str) -> str:
    """A source of purchases in YAML, one record an event."""
    return f"""
  {name}:
    read: {{format: {kind}, path: data/{name}}}
    arrives: appended
    columns: {{customer: string, receipt: bigint, at: timestamp, arrived: timestamp, amount: double, note: string}}
    events:
      purchase:
        id: [receipt]
        time: {{column: at, zone: UTC}}
        known: {{column: arrived, zone: UTC}}
        identifiers: {{customer: customer}}
        value: amount
        currency: {{value: USD}}
        text: note
"""


def reference_source(kind: str, name: str) -> str:
    """A source of reference data in YAML, whose key is somebody's."""
    return f"""
  {name}:
    read: {{format: {kind}, path: data/{name}}}
    arrives: replaced
    columns: {{customer: string, receipt: bigint, at: timestamp, arrived: timestamp, amount: double, note: string}}
    reference: {{table: {name}, key: [customer], select: {{customer: customer, note: note}}}}
"""


def same_json(text: str, expected: Mapping[str, Any]) -> bool:
    """Whether the payload is this record, column by column in order."""
    return list(json.loads(text).items()) == list(expected.items())
