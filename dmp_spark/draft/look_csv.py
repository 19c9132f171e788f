"""Files of cells: what parts them, what names them, and logs of the W3C's extended format. No pyspark here."""

import csv
import io
import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path

from dmp_spark.draft.looked import RECORDS, Column, Looked, first_lines, said_of
from dmp_spark.formats.csv_files import Records
from dmp_spark.formats.headers import UnreadableFileError
from dmp_spark.formats.lines import lines_of
from dmp_spark.formats.spec import Signs

SEPARATORS = ",;\t|"
FIELDS = "#Fields:"  # of the W3C's extended log format, which IIS and many proxies write: what stands in the lines below
NAME, NUMBER = r"[\w .()/#%&+-]{1,100}", r"[-+\d.,:/ ]+"


def of_cells(path: Path, encoding: str, text: str) -> Looked:
    """A file of cells, `text` its begin; UnreadableFileError where it is none."""
    lines = text.splitlines()
    told = [line for line in lines if not line.startswith("#")]
    separator = _separator(told or lines)
    is_comment = bool(told) and lines[0].startswith("#") and _cells(lines[0], separator) == 1 < _cells(told[0], separator)
    comment = "#" if is_comment else ""
    if not is_comment:
        separator = _separator(lines)
    rows, is_whole = _rows(path, Signs(encoding=encoding, separator=separator, comment=comment))
    read = {
        **said_of(encoding),
        **({"comment": "#"} if comment else {}),
        **({} if separator == "," else {"separator": separator}),
    }
    if _are_names(rows[0]):
        names, rows = rows[0], rows[1:]
    elif len(rows[0]) > 1:  # its first line is a record already
        names = [f"column_{number + 1}" for number in range(len(rows[0]))]
        read["names"] = f"[{', '.join(names)}]"
    else:
        raise UnreadableFileError("its first line does not name the columns, and has a single cell")
    rows = [row for row in rows if len(row) == len(names)]
    columns = [Column(name, tuple(row[number] or None for row in rows)) for number, name in enumerate(names)]
    return Looked(path, "csv", tuple(columns), read, is_whole)


def _rows(path: Path, signs: Signs) -> tuple[list[list[str]], bool]:
    """The cells of the first records, and whether there are no more."""
    lines = iter(Records(_decoded(path, signs.encoding), signs))
    try:
        return [row for row in itertools.islice(lines, RECORDS + 1) if row], next(lines, None) is None
    except csv.Error as error:
        raise UnreadableFileError(f"it is not CSV: {error}") from None


def of_w3c(path: Path, encoding: str) -> Looked:
    """A log of the W3C's extended format, as CSV whose cells are named by place; its day and its time are one column."""
    every = [line.decode(errors="replace") for line in first_lines(path, encoding)]
    fields = {tuple(line.removeprefix(FIELDS).split()) for line in every if line.startswith(FIELDS)}
    if len(fields) > 1:
        raise UnreadableFileError("its lines #Fields: differ, and cells are named once: part it where they change")
    names = list(fields.pop())
    if len(set(names)) < len(names):
        raise UnreadableFileError("its line #Fields: names a field more than once")
    lines = [line for line in every if not line.startswith("#")]
    separator = "\t" if any("\t" in line for line in lines) else " "
    quote = '"' if any(cell.startswith('"') for line in lines for cell in line.split(separator)) else ""
    rows, is_whole = _rows(path, Signs(encoding=encoding, comment="#", separator=separator, quote=quote))
    rows = [row for row in rows if len(row) == len(names)]
    if not rows:
        raise UnreadableFileError("none of its lines has as many cells as its line #Fields: names")
    values = {name: tuple(None if row[n] in ("", "-") else row[n] for row in rows) for n, name in enumerate(names)}
    columns = [Column(name, values[name]) for name in names]
    if {"date", "time"} <= set(names):
        both = tuple(f"{day} {time}" if day and time else None for day, time in zip(values["date"], values["time"], strict=True))
        rest = [column for column in columns if column.place not in ("date", "time")]
        columns = [Column("date", both, more=("time",)), *rest]
    read = {**said_of(encoding), "comment": "#", "nulls": '["-"]', "separator": separator}
    read |= {} if quote else {"quote": "none"}
    return Looked(path, "csv", tuple(columns), {**read, "names": json.dumps(names)}, is_whole)


def _are_names(cells: list[str]) -> bool:
    """Whether a first line names columns: each cell another one, and none a number or a time."""
    return len(set(cells)) == len(cells) and all(re.fullmatch(NAME, cell) and not re.fullmatch(NUMBER, cell) for cell in cells)


def _decoded(path: Path, encoding: str) -> Iterator[str]:
    for line in itertools.chain.from_iterable(lines_of(str(path), encoding)):
        yield from io.StringIO(f"{line.decode(errors='replace')}\n", newline="")


def _cells(line: str, separator: str) -> int:
    return len(next(csv.reader([line], delimiter=separator), []))


def _separator(lines: list[str]) -> str:
    """The sign that parts the first line into most cells and others into as many."""
    counts = {sign: [_cells(line, sign) for line in lines[:20]] for sign in SEPARATORS}
    return max(SEPARATORS, key=lambda sign: (counts[sign][0] > 1, counts[sign].count(counts[sign][0]), counts[sign][0]))
