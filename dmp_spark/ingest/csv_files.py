"""CSV files (RFC 4180, UTF-8) as lines of text cells by the names of their first line. No pyspark here: workers import this.

Python's `csv`, strictly: Spark's own reader takes columns by position, reads on where a quote is never closed, and numbers
no records.
"""

import csv
import io
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa

from dmp_spark.ingest.headers import Header, UnreadableFileError, missing

NO_FIRST_LINE = "its first line cannot be read as CSV in UTF-8"
NO_NAME = re.compile("[\x00-\x08\ud800-\udfff]")  # no text: control signs, and bytes that are no UTF-8
RECORDS_A_BATCH = 10_000
SCHEMA = "_file_id string, _landed bigint, _position bigint, _cells array<string>, _line string, _problem string"
ARROW_SCHEMA = pa.schema(
    [
        ("_file_id", pa.string()),
        ("_landed", pa.int64()),
        ("_position", pa.int64()),
        ("_cells", pa.list_(pa.string())),
        ("_line", pa.string()),
        ("_problem", pa.string()),
    ]
)


def probe(path: str, columns: Mapping[str, str], optional: Collection[str] = ()) -> Header:
    """The header of a CSV file, from its first line; UnreadableFileError where a declared column is not named just once.

    Columns of `optional` may be missing. Cells are text and are read as the declared types, so files of any order of
    columns have one header. A time in them has no offset: it is a wall clock.
    """
    try:
        # what follows the first line is decoded with it, and is told with its line when it is read
        with open(path, encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
            names = next(csv.reader(file, strict=True), [])
    except (OSError, csv.Error):
        raise UnreadableFileError(NO_FIRST_LINE) from None
    if any(NO_NAME.search(name) for name in names):
        raise UnreadableFileError(NO_FIRST_LINE)
    if not names:
        raise UnreadableFileError("it has no first line that names the columns")
    if not any(name in names for name in columns):  # such a line may hold somebody's values: it is not told
        separated = ", and is a single cell: cells are separated by commas" if len(names) == 1 else ""
        raise UnreadableFileError(f"its first line names none of the declared columns{separated}")
    if difference := missing(names, columns, optional):
        raise UnreadableFileError(difference)
    twice = [name for name in columns if names.count(name) > 1]
    if twice:
        raise UnreadableFileError(f"it has the column {', '.join(twice)} more than once")
    return Header(tuple((name, "timestamp_ntz" if kind == "timestamp" else kind) for name, kind in columns.items()))


def reader(
    names: tuple[str, ...], optional: Collection[str] = ()
) -> Callable[[Iterable[pa.RecordBatch]], Iterable[pa.RecordBatch]]:
    """What makes batches of SCHEMA, in the order of the records, of batches of files (file_id, path, landed).

    `_cells` are those of `names`, in their order; an empty cell is null, and so is one of `optional` names that a
    file lacks; an empty line is no record. Where a line has
    more or fewer cells than the first, `_cells` is null and `_line` holds it. A file that is not CSV in UTF-8 to its end
    has one more row, with neither position nor cells, whose `_problem` says why.
    """

    def read_all(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        held: list[tuple[Any, ...]] = []
        for listed in batches:
            for file in listed.to_pylist():
                for row in _rows(names, file["path"], optional):
                    held.append((file["file_id"], file["landed"], *row))
                    if len(held) == RECORDS_A_BATCH:
                        yield _batch(held)
                        held = []
        if held:
            yield _batch(held)

    return read_all


def _rows(names: tuple[str, ...], path: str, optional: Collection[str]) -> Iterator[tuple[Any, ...]]:
    """Position, cells, line and problem of each record; a problem ends the file."""
    line = 0
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            lines = csv.reader(file, strict=True)
            header = next(lines)
            places = [None if name in optional and name not in header else header.index(name) for name in names]
            records = (cells for cells in lines if cells)
            for position, cells in enumerate(records):
                line = lines.line_num
                if len(cells) == len(header):
                    yield position, [None if place is None else cells[place] or None for place in places], None, None
                else:
                    yield position, None, _as_line(cells), None
    except UnicodeDecodeError:
        yield None, None, None, f"after line {line or 1} it is not UTF-8"
    except csv.Error as error:
        yield None, None, None, f"after line {line or 1} it is not CSV: {error}"
    except (OSError, ValueError, StopIteration):
        yield None, None, None, "it changed while it was read"


def _as_line(cells: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(cells)
    return text.getvalue()


def _batch(rows: list[tuple[Any, ...]]) -> pa.RecordBatch:
    columns = [pa.array(values, field.type) for values, field in zip(zip(*rows, strict=True), ARROW_SCHEMA, strict=True)]
    return pa.record_batch(columns, schema=ARROW_SCHEMA)
