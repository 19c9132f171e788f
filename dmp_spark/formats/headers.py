"""What a file says of itself before its records are read, and whether that fits the declared columns. No pyspark here."""

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa

from dmp_spark.formats.spec import EPOCHS, Field, Reading

INTEGERS = ("tinyint", "smallint", "int", "bigint")
DIGITS = {"tinyint": 3, "smallint": 5, "int": 10, "bigint": 19}
OWN_SOURCE = "or read files like it by a source of their own"
NAMES = f"deliver it by the declared names, name it in `optional` where files may lack it, {OWN_SOURCE}"
MOST_NAMES = 10
OFFSET_LETTERS = re.compile("[XxZzVO]")
FAILED_READ = "FAILED_READ_FILE"  # so Spark calls it where a file of its own formats cannot be read to its end


class UnreadableFileError(Exception):
    """A file that cannot be taken, with one clause that says why; no value of the file stands in it."""


@dataclass(frozen=True)
class Header:
    """The declared columns as the file holds them: Spark type by name; void where a column holds nothing at all.

    `timestamp_ntz` is a wall clock, `timestamp` an instant: so is what is written as INT96, as Spark reads it;
    `timestamp_text` is either, value by value: with an offset an instant, without one a wall clock.
    `places` are the steps to a column where these are not its name alone; `extra` the columns that are not declared and
    are kept as text, by type.
    """

    types: tuple[tuple[str, str], ...]
    places: tuple[tuple[str, tuple[str, ...]], ...] = ()
    extra: tuple[tuple[str, str], ...] = ()

    @property
    def text(self) -> str:
        """Its types as JSON."""
        return json.dumps(dict(self.types))

    @classmethod
    def of_text(cls, text: str) -> "Header":
        """A header with the types that `text` says."""
        return cls(tuple(json.loads(text).items()))

    @property
    def wall_clocks(self) -> frozenset[str]:
        """The columns that hold a wall clock, which the declared zone makes an instant."""
        return frozenset(name for name, kind in self.types if kind == "timestamp_ntz")

    @property
    def mixed_clocks(self) -> frozenset[str]:
        """The columns of which `_offsets` says whether a value is an instant or a wall clock."""
        return frozenset(name for name, kind in self.types if kind == "timestamp_text")


def of_texts(reading: Reading) -> Header:
    """The header of files whose values are texts: whatever a text looks like is judged value by value."""
    return Header(tuple((field.name, _clock(field) if field.type == "timestamp" else field.type) for field in reading.fields))


def _clock(field: Field) -> str:
    if not field.format:
        return "timestamp_text"
    letters = re.sub("'[^']*'", "", field.format)
    return "timestamp" if field.format in EPOCHS or OFFSET_LETTERS.search(letters) else "timestamp_ntz"


def missing(names: Collection[str], fields: Iterable[Field], optional: Collection[str]) -> str:
    """What differs where a file's `names` lack columns that are not `optional`, and the way out; empty where they lack none."""
    wanted = [field for field in fields if not field.folder]
    lacking = [place for field in wanted for place in field.places if place not in names and field.name not in optional]
    if not lacking:
        return ""
    places = {place for field in wanted for place in field.places}
    others = [name for name in names if name not in places]
    told = ", ".join(others[:MOST_NAMES]) + (", …" if len(others) > MOST_NAMES else "")
    beside = f", and has {told}, which {'is' if len(others) == 1 else 'are'} not declared" if others else ""
    return f"it has no column {', '.join(lacking)}{beside}: {NAMES}"


def fitting(name: str, kind: str, declared: str) -> str:
    """The type that a column holds, where every value of it has its place in the declared one; else UnreadableFileError."""
    if not widens(kind, declared):
        holds_both = widens(declared, kind) and (kind != "double" or declared == "float")  # a long key has more digits
        way_out = f"declare {kind}, which holds both" if holds_both else f"deliver it as declared, {OWN_SOURCE}"
        raise UnreadableFileError(f"its column {name} holds {kind}, declared is {declared}: {way_out}")
    return kind


def widens(kind: str, declared: str) -> bool:
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


ARROW_TYPES: Mapping[pa.DataType, str] = {
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


def spark_type(arrow: pa.DataType) -> str:
    """The Spark type that holds an Arrow type, nested ones too; an Arrow type's own name where there is none."""
    if pa.types.is_dictionary(arrow):
        arrow = arrow.value_type
    if pa.types.is_decimal128(arrow):
        return f"decimal({arrow.precision},{arrow.scale})"
    if pa.types.is_timestamp(arrow):
        return "timestamp" if arrow.tz else "timestamp_ntz"
    if pa.types.is_struct(arrow):
        inner = [arrow.field(number) for number in range(arrow.num_fields)]
        return f"struct<{', '.join(f'`{each.name}`: {spark_type(each.type)}' for each in inner)}>"
    if pa.types.is_list(arrow) or pa.types.is_large_list(arrow):
        return f"array<{spark_type(arrow.value_type)}>"
    if pa.types.is_map(arrow):
        return f"map<{spark_type(arrow.key_type)}, {spark_type(arrow.item_type)}>"
    return ARROW_TYPES.get(arrow, str(arrow))


def is_readable(arrow: pa.DataType) -> bool:
    """Whether Spark reads an Arrow type from Parquet, all its parts too: neither nanoseconds nor a time of day."""
    if pa.types.is_struct(arrow):
        return all(is_readable(arrow.field(number).type) for number in range(arrow.num_fields))
    if pa.types.is_list(arrow) or pa.types.is_large_list(arrow):
        return is_readable(arrow.value_type)
    if pa.types.is_map(arrow):
        return is_readable(arrow.key_type) and is_readable(arrow.item_type)
    if pa.types.is_timestamp(arrow):
        return bool(arrow.unit != "ns")
    return spark_type(arrow) != str(arrow) or arrow in ARROW_TYPES
