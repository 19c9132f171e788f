"""How the records of a source's files are read: as users write it, and with every name resolved. No pyspark here."""

import re
from typing import Literal

from pydantic import Field as Key

from dmp_spark.project.types import Duration, Resolved, Written

Format = Literal["parquet", "csv", "json", "text", "orc", "avro"]
AS_TEXT: tuple[Format, ...] = ("csv", "json", "text")  # their values are texts, read as the declared types
EPOCHS = ("epoch_seconds", "epoch_millis", "epoch_micros")
FOLDER_TYPES = ("string", "int", "bigint", "date")
STEP = r"[^.\[\]]+(\[\d+\])*"
PATH = re.compile(rf"{STEP}(\.{STEP})*")


class ReadFile(Written):
    """Where a source's files lie (a file, a folder, a glob), what they are, and how their records stand in them."""

    format: Format = "parquet"
    path: str
    separator: Literal[",", ";", "\t", "|"] | None = None
    names: list[str] | None = None
    pattern: str | None = None
    explode: str | None = None
    settle: Duration | None = None


class ColumnFile(Written):
    """A column that is not found under its own name, or whose times are written otherwise than in ISO."""

    type: str
    from_: str | None = Key(default=None, alias="from")
    folder: str | None = None
    format: str | None = None


class Field(Resolved):
    """A declared column: where a record has it, and how its text is read.

    `at` is the name that stands in the file, or the path in nested records (`geo.country`, `contexts[0].id`); empty: its
    own name. `format` is a datetime pattern of Spark, or epoch_seconds, epoch_millis, epoch_micros; empty: ISO. `folder`
    names the part of a path like `day=2024-01-31` whose value it is, instead of anything in the record.
    """

    name: str
    type: str
    at: str = ""
    format: str = ""
    folder: str = ""

    @property
    def place(self) -> str:
        """The name or path under which a record has it."""
        return self.at or self.name


class Reading(Resolved):
    """How files become records: `fields` in order; `optional` are names of fields that a file may lack.

    Of csv: `separator`, and `names`, those of the cells where no first line has them. Of text: `pattern`, a regular
    expression of Python with a named group a column, and `nulls`, the text that means nothing. Of json: `explode`, the path
    of an array, each of whose elements is a record. `keeps_extra`: what no field names is kept by name, as text.
    """

    format: Format = "parquet"
    fields: tuple[Field, ...]
    optional: tuple[str, ...] = ()
    separator: str = ","
    names: tuple[str, ...] = ()
    pattern: str = ""
    nulls: str = ""
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


def steps(path: str) -> tuple[str | int, ...]:
    """The steps of a path in nested records: `contexts[0].id` is ("contexts", 0, "id"); ValueError where it is none."""
    if not PATH.fullmatch(path):
        raise ValueError(f"{path} is no path: write a.b, or a[0].b for a place in an array")
    found: list[str | int] = []
    for part in path.split("."):
        name, *numbers = part.replace("]", "").split("[")
        found += [name, *[int(number) for number in numbers]]
    return tuple(found)
