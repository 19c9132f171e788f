"""How the records of a source's files are read: as users write it, and with every name resolved. No pyspark here."""

import re
from typing import Annotated, Literal

from pydantic import Field as Key

from dmp_spark.project.types import Duration, Resolved, Written

Format = Literal["parquet", "csv", "json", "text", "orc", "avro"]
AS_TEXT: tuple[Format, ...] = ("csv", "json", "text")  # their values are texts, read as the declared types
EPOCHS = ("epoch_seconds", "epoch_millis", "epoch_micros")
WEEKDAY = re.compile(r"E{1,4}([, ]*)")
UTF8 = "utf-8"
FOLDER_TYPES = ("string", "int", "bigint", "date")
STEP = r"[^.\[\]]+(\[\d+\])*"
PATH = re.compile(rf"{STEP}(\.{STEP})*")


class ReadFile(Written):
    """Where a source's files lie (a file, a folder, a glob), what they are, and how their records stand in them."""

    format: Format = "parquet"
    path: str
    encoding: str | None = None
    comment: str | None = Key(default=None, min_length=1)
    nulls: list[Annotated[str, Key(min_length=1)]] | None = None
    separator: str | None = None
    quote: Literal["double", "single", "none"] | None = None
    escape: Literal["backslash"] | None = None
    names: list[str] | None = None
    pattern: str | None = None
    explode: str | None = None
    settle: Duration | None = None


class ColumnFile(Written):
    """A column that is not found under its own name, that several make together, or whose times are not written in ISO."""

    type: str
    from_: str | Annotated[list[Annotated[str, Key(min_length=1)]], Key(min_length=1)] | None = Key(default=None, alias="from")
    folder: str | None = None
    format: str | None = None


class Field(Resolved):
    """A declared column: where a record has it, and how its text is read.

    `at` is the name that stands in the file, or the path in nested records (`geo.country`, `contexts[0].id`); empty: its
    own name. The texts at `more` follow that at `at`, with a blank between. `format` is a datetime pattern of Spark, or
    epoch_seconds, epoch_millis, epoch_micros; empty: ISO. `folder` names the part of a path like `day=2024-01-31` whose value
    it is, instead of anything in the record.
    """

    name: str
    type: str
    at: str = ""
    more: tuple[str, ...] = ()
    format: str = ""
    folder: str = ""

    @property
    def place(self) -> str:
        """The name or path under which a record has it, of several the first."""
        return self.at or self.name

    @property
    def places(self) -> tuple[str, ...]:
        """All names or paths whose texts make it together."""
        return (self.place, *self.more)


class Signs(Resolved):
    """What stands for what in files of text: how their bytes are signs, and which signs are no values.

    `encoding` is one of Python's; lines that begin with `comment` are no records; texts of `nulls` mean nothing, as an empty
    one does. Of csv `separator` parts the cells, `quote` stands around those that hold it (empty: none does), and what follows
    `escape` is itself (empty: nothing escapes).
    """

    encoding: str = UTF8
    comment: str = ""
    nulls: tuple[str, ...] = ()
    separator: str = ","
    quote: str = '"'
    escape: str = ""

    @property
    def encoding_told(self) -> str:
        """The encoding as sentences call it."""
        return self.encoding.upper() if self.encoding == UTF8 else self.encoding


class Reading(Resolved):
    """How files become records: `fields` in order; `optional` are names of fields that a file may lack.

    Of files of text: `signs`. Of csv: `names`, those of the cells where no first line has them. Of text: `pattern`, a regular
    expression of Python with a named group a column. Of json: `explode`, the path of an array, each of whose elements is a
    record. `keeps_extra`: what no field names is kept by name, as text.
    """

    format: Format = "parquet"
    fields: tuple[Field, ...]
    optional: tuple[str, ...] = ()
    signs: Signs = Signs()
    names: tuple[str, ...] = ()
    pattern: str = ""
    explode: str = ""
    keeps_extra: bool = True

    @property
    def types(self) -> dict[str, str]:
        """The declared columns by type."""
        return {field.name: field.type for field in self.fields}

    @property
    def in_records(self) -> tuple[Field, ...]:
        """The fields that records hold: all but those of folders."""
        return tuple(field for field in self.fields if not field.folder)


def behind_weekday(pattern: str) -> tuple[str | None, str]:
    """What parts the weekday at the begin of a datetime pattern from what follows (None where there is none), and that."""
    begin = WEEKDAY.match(pattern)
    return (begin[1], pattern[begin.end() :]) if begin else (None, pattern)


def steps(path: str) -> tuple[str | int, ...]:
    """The steps of a path in nested records: `contexts[0].id` is ("contexts", 0, "id"); ValueError where it is none."""
    if not PATH.fullmatch(path):
        raise ValueError(f"{path} is no path: write a.b, or a[0].b for a place in an array")
    found: list[str | int] = []
    for part in path.split("."):
        name, *numbers = part.replace("]", "").split("[")
        found += [name, *[int(number) for number in numbers]]
    return tuple(found)
