"""What a file turned out to be: its format, its columns and their first values. No pyspark here."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dmp_spark.formats.lines import lines_of
from dmp_spark.formats.spec import UTF8, Format

RECORDS = 20_000  # looked at in each file


@dataclass(frozen=True)
class Column:
    """A column: where a record has it, its values of the records looked at, and its type where the file knows it.

    `more` are the places of texts that follow that at `place`, with a blank between.
    """

    place: str
    values: tuple[Any, ...]
    type: str = ""
    more: tuple[str, ...] = ()

    @property
    def held(self) -> tuple[Any, ...]:
        """The values that are there."""
        return tuple(value for value in self.values if value not in (None, ""))


@dataclass(frozen=True)
class Looked:
    """What one file is: its format, what `read` has to say beside it, its columns, and whether all of it was looked at."""

    path: Path
    format: Format
    columns: tuple[Column, ...]
    read: Mapping[str, str] = field(default_factory=dict)
    is_whole: bool = True


def first_lines(path: Path, encoding: str) -> list[bytes]:
    """The first lines of a file of text, in UTF-8."""
    return list(itertools.islice(itertools.chain.from_iterable(lines_of(str(path), encoding)), RECORDS))


def said_of(encoding: str) -> dict[str, str]:
    """What `read` has to say of an encoding."""
    return {} if encoding == UTF8 else {"encoding": encoding}
