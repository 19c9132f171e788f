"""CSV files (RFC 4180, UTF-8) as lines of text cells by the names of their first line. No pyspark here: workers import this.

Python's `csv`, strictly: Spark's own reader takes columns by position, reads on where a quote is never closed, and numbers
no records.
"""

import csv
import io
import re
from collections.abc import Iterator

from dmp_spark.formats.headers import Header, UnreadableFileError, missing, of_texts
from dmp_spark.formats.lines import Fault, Reader, Record, first_bytes, numbered, opened
from dmp_spark.formats.spec import Field, Reading

NO_FIRST_LINE = "its first line cannot be read as CSV in UTF-8"
NO_NAME = re.compile("[\x00-\x08\ud800-\udfff]")  # no text: control signs, and bytes that are no UTF-8
SEPARATED = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}


def probe(path: str, reading: Reading) -> Header:
    """The header of a CSV file, from its first line; UnreadableFileError where a declared column is not named just once.

    Columns of `optional` may be missing. Cells are text and are read as the declared types, so files of any order of
    columns have one header.
    """
    begin = first_bytes(path)
    try:
        # what follows the first line is decoded with it, and is told with its line when it is read
        lines = io.StringIO(begin.decode("utf-8", errors="surrogateescape"), newline="")
        names = next(csv.reader(lines, strict=True, delimiter=reading.separator), [])
    except csv.Error:
        raise UnreadableFileError(NO_FIRST_LINE) from None
    if reading.names:
        if names and len(names) != len(reading.names):
            raise UnreadableFileError(f"its first line has {len(names)} cells, and `names` names {len(reading.names)}")
        return of_texts(reading)
    if any(NO_NAME.search(name) for name in names):
        raise UnreadableFileError(NO_FIRST_LINE)
    if not names:
        raise UnreadableFileError("it has no first line that names the columns")
    places = [field.place for field in reading.in_records]
    if not any(place in names for place in places):  # such a line may hold somebody's values: it is not told
        how = f"cells are separated by {SEPARATED[reading.separator]}"
        separated = f", and is a single cell: {how}" if len(names) == 1 else ""
        raise UnreadableFileError(f"its first line names none of the declared columns{separated}")
    if difference := missing(names, reading.fields, reading.optional):
        raise UnreadableFileError(difference)
    twice = [place for place in places if names.count(place) > 1]
    if twice:
        raise UnreadableFileError(f"it has the column {', '.join(twice)} more than once")
    return of_texts(reading)


def reader(reading: Reading) -> Reader:
    """What makes batches of `lines.SCHEMA` of batches of files: a row a record, in their order.

    An empty cell is null, and so is one of an optional column that a file lacks; an empty line is no record. Where a line has
    more or fewer cells than the first, it has no cells but a fault. A file that is not CSV in UTF-8 to its end has a problem.
    """
    return numbered(lambda path: _records(path, reading))


def _records(path: str, reading: Reading) -> Iterator[Record]:
    line = 0
    try:
        with opened(path) as packed, io.TextIOWrapper(packed, encoding="utf-8-sig", newline="") as file:
            lines = csv.reader(file, strict=True, delimiter=reading.separator)
            header = list(reading.names) or next(lines, [])  # empty by now: no place is found, so it has changed
            places = [_place(field, header, reading) for field in reading.fields]
            named = {field.place for field in reading.in_records}
            others = [(number, name) for number, name in enumerate(header) if reading.keeps_extra and name not in named]
            for cells in lines:
                line = lines.line_num
                if not cells:
                    continue
                if len(cells) != len(header):
                    yield Record(line=_as_line(cells, reading), fault=Fault.NUMBER_OF_CELLS)
                    continue
                extra = {name: cells[number] for number, name in others if cells[number]} if others else None
                yield Record([None if place is None else cells[place] or None for place in places], extra)
    except UnicodeDecodeError:
        raise UnreadableFileError(f"after line {line or 1} it is not UTF-8") from None
    except csv.Error as error:
        raise UnreadableFileError(f"after line {line or 1} it is not CSV: {error}") from None


def _place(field: Field, header: list[str], reading: Reading) -> int | None:
    """Where a record has a field; None where that is in no cell, ValueError where it should be."""
    if field.folder or (field.name in reading.optional and field.place not in header):
        return None
    return header.index(field.place)


def _as_line(cells: list[str], reading: Reading) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="", delimiter=reading.separator).writerow(cells)
    return text.getvalue()
