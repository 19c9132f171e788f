"""Files with one thing wrong in each, and why ingest must refuse them: by kind of file and fault, where the format can hold it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import orc

from tests.system.bad_files import NOT_TEXT, PERSONAL, TOO_LONG, YEAR_9999, record
from tests.system.bad_writers import avro_bytes, orc_bytes, parquet_bytes

Change = Callable[[Path, bytes], None]
"""Writes a file that should be refused, from the bytes of a good one of its kind."""
WAYS = "deliver it by the declared names, name it in `optional` where files may lack it, or read files like it by a source of their own"
AS_DECLARED = "deliver it as declared, or read files like it by a source of their own"
RENAMED_COLUMN = f"it has no column amount, and has price, which is not declared: {WAYS}"
NOISE = bytes(range(256)) * 20


def _as_bytes(change: Callable[[bytes], bytes]) -> Change:
    def written(file: Path, good: bytes) -> None:
        file.write_bytes(change(good))

    return written


def _as_table(kind: str, change: Callable[[pa.Table], pa.Table]) -> Change:
    def written(file: Path, good: bytes) -> None:
        rows = pq.read_table(pa.BufferReader(good)) if kind == "parquet" else orc.read_table(pa.BufferReader(good))
        file.write_bytes(parquet_bytes(change(rows)) if kind == "parquet" else orc_bytes(change(rows)))

    return written


def _as_avro(changes: dict[str, Any], **kinds: Any) -> Change:
    """A good record and one with changes, columns of these types or without them."""

    def written(file: Path, good: bytes) -> None:
        file.write_bytes(avro_bytes([record(1) | dict.fromkeys(changes, None), record(2) | changes], **kinds))

    return written


def _damaged(good: bytes) -> bytes:
    """The file with its first page overwritten, its footer whole."""
    return good[:40] + bytes(400) + good[440:]


def _retyped(name: str, kind: pa.DataType) -> Callable[[pa.Table], pa.Table]:
    return lambda rows: rows.set_column(rows.schema.get_field_index(name), name, rows[name].cast(kind))


def _renamed(rows: pa.Table) -> pa.Table:
    return rows.rename_columns(["price" if name == "amount" else name for name in rows.column_names])


def _in_year_9999(rows: pa.Table) -> pa.Table:
    at = [*rows["at"].cast(pa.timestamp("us", "UTC")).to_pylist()[:-1], YEAR_9999]
    return rows.set_column(rows.schema.get_field_index("at"), "at", pa.array(at, pa.timestamp("us", "UTC")))


def _no_text(good: bytes) -> bytes:
    return avro_bytes([record(1), record(2, note="@" * len(NOT_TEXT))]).replace(b"@" * len(NOT_TEXT), NOT_TEXT)


def _columnar(kind: str) -> dict[tuple[str, str], tuple[Change, str]]:
    return {
        (kind, "unreadable"): (_as_bytes(lambda _: NOISE), f"it cannot be read as {kind}"),
        (kind, "truncated"): (_as_bytes(lambda good: good[: len(good) // 2]), f"it cannot be read as {kind}"),
    }


def _of_arrow(kind: str) -> dict[tuple[str, str], tuple[Change, str]]:
    return _columnar(kind) | {
        (kind, "damaged within"): (_as_bytes(_damaged), f"a part of it cannot be read as {kind}"),
        (kind, "renamed column"): (_as_table(kind, _renamed), RENAMED_COLUMN),
        (kind, "text for numbers"): (
            _as_table(kind, _retyped("receipt", pa.string())),
            f"its column receipt holds string, declared is bigint: {AS_DECLARED}",
        ),
        (kind, "numbers of another kind"): (
            _as_table(kind, _retyped("receipt", pa.float64())),
            f"its column receipt holds double, declared is bigint: {AS_DECLARED}",
        ),
    }


def _packed(kind: str) -> dict[tuple[str, str], tuple[Change, str]]:
    return {
        (kind, "unreadable"): (_as_bytes(lambda _: NOISE), "its name ends in .gz, and it is not compressed by gzip"),
        (kind, "truncated"): (_as_bytes(lambda good: good[: len(good) // 2]), "it ends within what gzip compressed"),
    }


REFUSED: dict[tuple[str, str], tuple[Change, str]] = {
    ("csv", "unreadable"): (_as_bytes(lambda _: NOISE), "its first line cannot be read as CSV in UTF-8"),
    ("csv", "empty"): (_as_bytes(lambda _: b""), "it has no first line that names the columns"),
    ("csv", "no first line"): (
        _as_bytes(lambda good: good.split(b"\n", 1)[1]),
        "its first line names none of the declared columns",
    ),
    ("csv", "truncated"): (
        _as_bytes(lambda good: good + f'\n"{PERSONAL}'.encode()),
        "after line 41 it is not CSV: unexpected end of data",
    ),
    ("csv", "renamed column"): (_as_bytes(lambda good: good.replace(b"amount", b"price", 1)), RENAMED_COLUMN),
    ("csv", "column twice"): (
        _as_bytes(lambda good: good.replace(b"note", b"note,receipt", 1)),
        "it has the column receipt more than once",
    ),
    ("csv", "invalid UTF-8"): (
        _as_bytes(lambda good: good + b"\n" + PERSONAL.encode() + b"\xff"),
        "after line 1 it is not UTF-8: say which `encoding` it has, like windows-1252",
    ),
    ("csv", "10 MB field"): (
        _as_bytes(lambda good: good + f"\n{TOO_LONG}".encode()),
        "after line 41 it is not CSV: field larger than field limit (131072)",
    ),
    ("json", "array"): (
        _as_bytes(lambda good: b"[" + b",".join(good.split(b"\n")) + b"]"),
        "it is one array, and JSON lines are read: a record a line, without brackets and commas around",
    ),
    ("text", "unreadable"): (
        _as_bytes(lambda _: NOISE),
        "its lines should match the pattern, and none of its first 21 lines does",
    ),
    ("text", "another pattern"): (
        _as_bytes(lambda good: good.replace(b"|", b" ")),
        "its lines should match the pattern, and none of its first 40 lines does",
    ),
    **{key: value for kind in ("csv_gz", "json_gz", "text_gz") for key, value in _packed(kind).items()},
    **_of_arrow("parquet"),
    ("parquet", "empty"): (_as_bytes(lambda _: b""), "it is empty, which no file of parquet is"),
    ("parquet", "names alike"): (
        _as_table("parquet", lambda rows: rows.append_column("Amount", rows["amount"])),
        "it has the columns amount and Amount, which Spark cannot tell apart",
    ),
    **_of_arrow("orc"),
    ("orc", "empty"): (_as_bytes(lambda _: b""), "it cannot be read as orc"),
    ("orc", "year 9999"): (_as_table("orc", _in_year_9999), "a part of it cannot be read as orc"),
    **_columnar("avro"),
    ("avro", "empty"): (_as_bytes(lambda _: b""), "it cannot be read as avro"),
    ("avro", "renamed column"): (_as_avro({"price": 1.5}, amount=None, price="double"), RENAMED_COLUMN),
    ("avro", "text for numbers"): (
        _as_avro({"receipt": PERSONAL}, receipt="string"),
        f"its column receipt holds string, declared is bigint: {AS_DECLARED}",
    ),
    ("avro", "numbers of another kind"): (
        _as_avro({"receipt": 2.5}, receipt="double"),
        f"its column receipt holds double, declared is bigint: {AS_DECLARED}",
    ),
    ("avro", "invalid UTF-8"): (_as_bytes(_no_text), "a part of it cannot be read as avro"),
    ("avro", "year 294247"): (_as_avro({"at": 2**63 - 1}), "a part of it cannot be read as avro"),
}
