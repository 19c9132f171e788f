"""The project's own questions: each queries/*.sql with its comment as heading and its answer as a table."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from dmp_spark.errors import UserError
from dmp_spark.operations.queries import heading, query_text
from dmp_spark.operations.sql_translation import OnlySparkError
from dmp_spark.section import Code, Column, Folded, Group, Kind, Part, Rows, Section, Sentence, Table, Tone
from dmp_spark.wording import counted, plain, sentence_case

MOST_ROWS = 50
_NUMBERS_THAT_ARE_NAMES = ("id", "year", "week", "code", "number", "zip")


def questions(files: Iterable[Path], ask: Callable[[str, int], Rows]) -> Section:
    """The section: a group a file, in the order of their names."""
    return Section("questions", "Questions", tuple(_group(file, ask) for file in files))


def _group(file: Path, ask: Callable[[str, int], Rows]) -> Group:
    text = query_text(file)
    query = Folded("The query", (Code(text.strip()),))
    return Group(heading(text) or sentence_case(plain(file.stem)), (*_answered(text, file, ask), query))


def _answered(text: str, file: Path, ask: Callable[[str, int], Rows]) -> tuple[Part, ...]:
    try:
        return (answer_table(ask(text, MOST_ROWS)),)
    except OnlySparkError as reason:
        how = f'dmp sql "$(cat queries/{file.name})" answers it'
        return (Sentence(f"Only Spark answers this one ({reason}): {how}.", Tone.WARNING),)
    except UserError as error:
        return (Sentence(f"This could not be answered: {error.problems[0].what}.", Tone.WARNING),)


def answer_table(answer: Rows) -> Table:
    """The first rows of an answer, with columns shown by what is in them."""
    columns = [list(values) for values in zip(*answer.rows, strict=True)] or [[] for _ in answer.names]
    kinds = [_kind(name, values) for name, values in zip(answer.names, columns, strict=True)]
    shown = [_as_told(name, values) for name, values in zip(answer.names, columns, strict=True)]
    rows = tuple(zip(*shown, strict=True)) if answer.rows else ()
    named = tuple(Column(name.replace("_", " "), kind) for name, kind in zip(answer.names, kinds, strict=True))
    kept, total = len(rows), answer.total
    note = f"The first {kept} of {total:,} rows." if total > kept else f"{counted(total, 'row')}."
    return Table("", named, rows, note, "No rows.")


def _kind(name: str, values: Sequence[Any]) -> Kind:
    known = [value for value in values if value is not None]
    numbers = all(isinstance(value, int | float | Decimal) and not isinstance(value, bool) for value in known)
    if not known or not numbers:
        return Kind.TEXT
    if any(isinstance(value, Decimal) and int(value.as_tuple().exponent) < 0 for value in known):
        return Kind.MONEY  # two decimals for all, no currency: what it is of is the query's to say
    return Kind.TEXT if _is_name(name) else Kind.COUNT


def _is_name(column: str) -> bool:
    return column.lower().rpartition("_")[2] in _NUMBERS_THAT_ARE_NAMES


def _as_told(column: str, values: Sequence[Any]) -> Sequence[Any]:
    """The values as they are shown: numbers that name something without thousands, days without a time.

    Times that are all midnights of UTC are days that a query cut (`date_trunc`), in no zone.
    """
    if _is_name(column):
        return [str(value) if isinstance(value, int) and not isinstance(value, bool) else value for value in values]
    known = [value for value in values if value is not None]
    if known and all(isinstance(value, datetime) and value.time() == time() for value in known):
        return [None if value is None else date(value.year, value.month, value.day) for value in values]
    return values
