"""What a Parquet file says of itself in its footer, and whether that fits the declared columns. No pyspark here."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

INTEGERS = ("tinyint", "smallint", "int", "bigint")
DIGITS = {"tinyint": 3, "smallint": 5, "int": 10, "bigint": 19}
ARROW_TYPES = {
    pa.int8(): "tinyint",
    pa.int16(): "smallint",
    pa.int32(): "int",
    pa.int64(): "bigint",
    pa.uint8(): "smallint",
    pa.uint16(): "int",
    pa.uint32(): "bigint",
    pa.uint64(): "decimal(20,0)",
    pa.float32(): "float",
    pa.float64(): "double",
    pa.bool_(): "boolean",
    pa.string(): "string",
    pa.large_string(): "string",
    pa.date32(): "date",
    pa.null(): "void",
}


OWN_SOURCE = "or read files like it by a source of their own"
NAMES = f"deliver it by the declared names, name it in `optional` where files may lack it, {OWN_SOURCE}"
MOST_NAMES = 10


class UnreadableFileError(Exception):
    """A file that cannot be taken, with one clause that says why; no value of the file stands in it."""


@dataclass(frozen=True)
class Header:
    """The declared columns as the file holds them: Spark type by name; void where a column holds nothing at all.

    `timestamp_ntz` is a wall clock, `timestamp` an instant: so is what is written as INT96, as Spark reads it.
    """

    types: tuple[tuple[str, str], ...]

    @property
    def wall_clocks(self) -> frozenset[str]:
        """The columns that hold a wall clock, which the declared zone makes an instant."""
        return frozenset(name for name, kind in self.types if kind == "timestamp_ntz")


def probe(path: str, columns: Mapping[str, str], optional: Collection[str] = ()) -> tuple[Header, int]:
    """The file's header and its number of records, from the footer alone; UnreadableFileError where it does not fit.

    A column of `optional` that it lacks holds nothing there.
    """
    if Path(path).is_file() and not Path(path).stat().st_size:
        raise UnreadableFileError("it is empty, which no file of parquet is")
    try:
        with pq.ParquetFile(path) as file:
            physical = {column.path: column.physical_type for column in (file.schema.column(i) for i in range(len(file.schema)))}
            schema, rows = file.schema_arrow, file.metadata.num_rows
    except (pa.ArrowException, OSError, ValueError):
        raise UnreadableFileError("it cannot be read as parquet") from None
    if difference := missing(schema.names, columns, optional):
        raise UnreadableFileError(difference)
    for name in columns:
        alike = [each for each in schema.names if each.lower() == name.lower()]
        if len(alike) > 1:
            raise UnreadableFileError(f"it has the columns {' and '.join(alike)}, which Spark cannot tell apart")
    types = []
    for name, declared in columns.items():
        if name not in schema.names:
            types.append((name, "void"))
            continue
        kind = _spark_type(name, schema.field(name).type, physical.get(name, ""))
        if not _widens(kind, declared):
            holds_both = _widens(declared, kind) and (kind != "double" or declared == "float")  # a long key has more digits
            way_out = f"declare {kind}, which holds both" if holds_both else f"deliver it as declared, {OWN_SOURCE}"
            raise UnreadableFileError(f"its column {name} holds {kind}, declared is {declared}: {way_out}")
        types.append((name, kind))
    return Header(tuple(types)), rows


def missing(names: Collection[str], columns: Mapping[str, str], optional: Collection[str]) -> str:
    """What differs where a file's `names` lack columns that are not `optional`, and the way out; empty where they lack none."""
    lacking = [name for name in columns if name not in names and name not in optional]
    if not lacking:
        return ""
    others = [name for name in names if name not in columns]
    told = ", ".join(others[:MOST_NAMES]) + (", …" if len(others) > MOST_NAMES else "")
    beside = f", and has {told}, which {'is' if len(others) == 1 else 'are'} not declared" if others else ""
    return f"it has no column {', '.join(lacking)}{beside}: {NAMES}"


def _spark_type(name: str, arrow: pa.DataType, physical: str) -> str:
    if pa.types.is_dictionary(arrow):
        arrow = arrow.value_type
    if pa.types.is_decimal128(arrow):
        return f"decimal({arrow.precision},{arrow.scale})"
    if pa.types.is_timestamp(arrow):
        if physical == "INT96":
            return "timestamp"
        if arrow.unit == "ns":
            raise UnreadableFileError(f"its column {name} holds nanoseconds, which Spark cannot read: write microseconds")
        return "timestamp" if arrow.tz else "timestamp_ntz"
    return ARROW_TYPES.get(arrow, str(arrow))


def _widens(kind: str, declared: str) -> bool:
    """Whether every value of `kind` has its place in `declared`, so that a cast loses nothing but a double's last digits."""
    if kind in (declared, "void"):
        return True
    if kind in INTEGERS and declared in INTEGERS:
        return INTEGERS.index(kind) <= INTEGERS.index(declared)
    if declared == "double":
        return kind in (*INTEGERS, "float") or kind.startswith("decimal(")
    if declared == "timestamp":
        return kind in ("timestamp_ntz", "date")
    if not (wide := _decimal(declared)):
        return False
    if kind in INTEGERS:
        return wide[0] - wide[1] >= DIGITS[kind]
    narrow = _decimal(kind)
    return narrow is not None and wide[1] >= narrow[1] and wide[0] - wide[1] >= narrow[0] - narrow[1]


def _decimal(kind: str) -> tuple[int, int] | None:
    match = re.fullmatch(r"decimal\((\d+),(\d+)\)", kind)
    return (int(match[1]), int(match[2])) if match else None
