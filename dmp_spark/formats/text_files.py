"""Files of lines that a pattern takes apart, such as the logs of web servers. No pyspark here: workers import this."""

import re
from collections.abc import Iterator

from dmp_spark.formats.headers import Header, UnreadableFileError, of_texts
from dmp_spark.formats.lines import Fault, Reader, Record, decoded, first_bytes, lines_of, numbered
from dmp_spark.formats.named import Named
from dmp_spark.formats.spec import Reading, Signs

SEEN = 100  # lines at the begin of a file of which at least one has to match


def probe(path: str, reading: Reading) -> Header:
    """The header; UnreadableFileError where none of the first lines matches: such a file is another kind of text."""
    signs = reading.signs
    begin = first_bytes(path, encoding=signs.encoding)
    lines = [line for line in _lines(begin) if line.strip() and not _is_comment(line, signs)][:SEEN]
    expression = re.compile(reading.pattern)
    if lines and not any(expression.fullmatch(line) for line in lines):
        told = "its only line does" if len(lines) == 1 else f"none of its first {len(lines)} lines does"
        raise UnreadableFileError(f"its lines should match the pattern, and {told}{' not' if len(lines) == 1 else ''}")
    return of_texts(reading)


def reader(reading: Reading) -> Reader:
    """What makes batches of `lines.SCHEMA` of batches of files: a row a line that is not empty, its cells the named groups.

    A group that took no part, is empty or is a text of `nulls` is null. A line that does not match as a whole has a fault.
    """
    return numbered(lambda path: _records(path, reading))


def _records(path: str, reading: Reading) -> Iterator[Record]:
    signs = reading.signs
    expression = re.compile(reading.pattern)
    named = Named(list(expression.groupindex), reading)
    for lines in lines_of(path, signs.encoding):
        for line in lines:
            record = decoded(line)
            if record.line and _is_comment(record.line, signs):
                continue
            match = None if record.fault else expression.fullmatch(record.line or "")
            if match is None:
                yield record if record.fault else Record(line=record.line, fault=Fault.NO_MATCH)
                continue
            yield named.record(list(match.groupdict().values()))


def _lines(begin: bytes) -> list[str]:
    return [line.rstrip("\r") for line in begin.decode(errors="replace").split("\n")]  # as `lines_of` parts them


def _is_comment(line: str, signs: Signs) -> bool:
    return bool(signs.comment) and line.startswith(signs.comment)
