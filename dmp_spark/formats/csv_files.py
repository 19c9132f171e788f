"""CSV files (RFC 4180) as lines of text cells by the names of their first line. No pyspark here: workers import this.

Python's `csv`, strictly: Spark's own reader takes columns by position, reads on where a quote is never closed, and numbers
no records.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import Any

from dmp_spark.formats.headers import Header, UnreadableFileError, missing, of_texts
from dmp_spark.formats.lines import Fault, Reader, Record, first_bytes, numbered, opened
from dmp_spark.formats.named import Named
from dmp_spark.formats.spec import UTF8, Reading, Signs

NO_NAME = re.compile("[\x00-\x08\ud800-\udfff]")  # no text: control signs, and bytes that are no UTF-8
SEPARATED = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars", " ": "blanks"}


def probe(path: str, reading: Reading) -> Header:
    """The header of a CSV file, from its first line; UnreadableFileError where a declared column is not named just once.

    Columns of `optional` may be missing. Cells are text and are read as the declared types, so files of any order of
    columns have one header.
    """
    signs = reading.signs
    begin = first_bytes(path, encoding=signs.encoding)
    no_first_line = f"its first line cannot be read as CSV in {signs.encoding_told}"
    try:
        # what follows the first line is decoded with it, and is told with its line when it is read
        lines = io.StringIO(begin.decode("utf-8", errors="surrogateescape"), newline="")
        names = Records(lines, signs).first()
    except csv.Error:
        raise UnreadableFileError(no_first_line) from None
    if reading.names:
        if names and len(names) != len(reading.names):
            raise UnreadableFileError(f"its first line has {len(names)} cells, and `names` names {len(reading.names)}")
        return of_texts(reading)
    if any(NO_NAME.search(name) for name in names):
        raise UnreadableFileError(no_first_line)
    if not names:
        raise UnreadableFileError("it has no first line that names the columns")
    places = list(dict.fromkeys(place for field in reading.in_records for place in field.places))
    if not any(place in names for place in places):  # such a line may hold somebody's values: it is not told
        how = f"cells are separated by {SEPARATED.get(signs.separator, signs.separator)}"
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

    An empty cell is null, one of `nulls` too, and so is one of an optional column that a file lacks; an empty line is no
    record. Where a line has more or fewer cells than the first, it has no cells but a fault. A file that is not CSV in its
    encoding to its end has a problem.
    """
    return numbered(lambda path: _records(path, reading))


class Records:
    """The cells of each record of some lines; csv.Error where a quote is not closed, or text stands behind one that is.

    A line that begins with `comment` is none, unless it stands within a quoted cell.
    """

    def __init__(self, lines: Iterable[str], signs: Signs) -> None:
        self._comment, self._begins, self._comments = signs.comment, True, 0
        self._cells = csv.reader(self._told(lines) if signs.comment else lines, strict=True, **dialect(signs))

    @property
    def line(self) -> int:
        """The number of the last line that was read."""
        return self._comments + self._cells.line_num

    def first(self) -> list[str]:
        """The cells of the first line that has any; empty where none has."""
        return next((cells for cells in self if cells), [])

    def __iter__(self) -> Iterator[list[str]]:
        return self._one_by_one() if self._comment else self._cells

    def _one_by_one(self) -> Iterator[list[str]]:
        while True:
            self._begins = True
            cells = next(self._cells, None)
            if cells is None:
                return
            yield cells

    def _told(self, lines: Iterable[str]) -> Iterator[str]:
        for line in lines:
            if self._begins and line.startswith(self._comment):
                self._comments += 1
            else:
                self._begins = False
                yield line


def dialect(signs: Signs) -> dict[str, Any]:
    """What Python's `csv` calls these signs."""
    quoting = csv.QUOTE_MINIMAL if signs.quote else csv.QUOTE_NONE
    return {
        "delimiter": signs.separator,
        "quotechar": signs.quote or None,
        "quoting": quoting,
        "escapechar": signs.escape or None,
    }


def _records(path: str, reading: Reading) -> Iterator[Record]:
    signs, line = reading.signs, 0
    try:
        with opened(path, signs.encoding) as packed, io.TextIOWrapper(packed, encoding="utf-8-sig", newline="") as file:
            lines = Records(file, signs)
            header = list(reading.names) or lines.first()  # empty by now: no place is found, so it has changed
            named = Named(header, reading)
            for cells in lines:
                line = lines.line
                if not cells:
                    continue
                if len(cells) != len(header):
                    yield Record(line=_as_line(cells, signs), fault=Fault.NUMBER_OF_CELLS)
                    continue
                yield named.record(cells)
    except UnicodeDecodeError:
        raise UnreadableFileError(f"after line {line or 1} it is not {_encoded(signs)}") from None
    except csv.Error as error:
        raise UnreadableFileError(f"after line {line or 1} it is not CSV: {error}") from None


def _encoded(signs: Signs) -> str:
    way_out = ": say which `encoding` it has, like windows-1252" if signs.encoding == UTF8 else ""
    return f"{signs.encoding_told}{way_out}"


def _as_line(cells: list[str], signs: Signs) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="", **dialect(signs)).writerow(cells)
    return text.getvalue()
