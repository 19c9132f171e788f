"""Files of lines that a pattern takes apart, such as the logs of web servers. No pyspark here: workers import this."""

import re
from collections.abc import Iterator

from dmp_spark.formats.headers import Header, UnreadableFileError, of_texts
from dmp_spark.formats.lines import Fault, Reader, Record, decoded, first_bytes, lines_of, numbered
from dmp_spark.formats.spec import Reading

SEEN = 100  # lines at the begin of a file of which at least one has to match


def probe(path: str, reading: Reading) -> Header:
    """The header; UnreadableFileError where none of the first lines matches: such a file is another kind of text."""
    lines = [line for line in first_bytes(path).decode(errors="replace").splitlines()[:SEEN] if line.strip()]
    expression = re.compile(reading.pattern)
    if lines and not any(expression.fullmatch(line) for line in lines):
        told = "its only line does" if len(lines) == 1 else f"none of its first {len(lines)} lines does"
        raise UnreadableFileError(f"its lines should match the pattern, and {told}{' not' if len(lines) == 1 else ''}")
    return of_texts(reading)


def reader(reading: Reading) -> Reader:
    """What makes batches of `lines.SCHEMA` of batches of files: a row a line that is not empty, its cells the named groups.

    A group that took no part, is empty or is the text `nulls` is null. A line that does not match as a whole has a fault.
    """
    return numbered(lambda path: _records(path, reading))


def _records(path: str, reading: Reading) -> Iterator[Record]:
    expression = re.compile(reading.pattern)
    groups = expression.groupindex
    places = [None if field.folder else groups[field.place] for field in reading.fields]
    named = {field.place for field in reading.in_records}
    others = {name: number for name, number in groups.items() if reading.keeps_extra and name not in named}
    for lines in lines_of(path):
        for line in lines:
            record = decoded(line)
            match = None if record.fault else expression.fullmatch(record.line or "")
            if match is None:
                yield record if record.fault else Record(line=record.line, fault=Fault.NO_MATCH)
                continue
            cells = [None if place is None else _value(match[place], reading) for place in places]
            extra = {name: value for name, number in others.items() if (value := _value(match[number], reading)) is not None}
            yield Record(cells, extra or None)


def _value(text: str | None, reading: Reading) -> str | None:
    return None if not text or text == reading.nulls else text
