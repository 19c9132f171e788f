"""What a file is and holds, from its first records, without being told. No pyspark here."""

import csv
import gzip
import io
import itertools
import json
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from dmp_spark.errors import Problem, UserError
from dmp_spark.formats import arrow_files
from dmp_spark.formats.csv_files import Records
from dmp_spark.formats.headers import UnreadableFileError, spark_type
from dmp_spark.formats.lines import first_bytes, lines_of, refuse_other_json
from dmp_spark.formats.patterns import PATTERNS
from dmp_spark.formats.spec import UTF8, Format, Signs

RECORDS = 20_000  # looked at in each file
MAGIC: Mapping[bytes, Format] = {b"PAR1": "parquet", b"ORC": "orc", b"Obj\x01": "avro"}
SEPARATORS = ",;\t|"
UTF16 = (b"\xff\xfe", b"\xfe\xff")
FIELDS = "#Fields:"  # of the W3C's extended log format, which IIS and many proxies write: what stands in the lines below
WAYS = "files of parquet, orc, avro, csv, JSON lines, Apache's logs and those of the W3C's extended format can be looked at"
NAME, NUMBER = r"[\w .()/#%&+-]{1,100}", r"[-+\d.,:/ ]+"
OFTEN = 0.95  # of the records an array has elements, so that each may be a record


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


def look(path: Path) -> Looked:
    """What a file is; UserError where it is nothing that can be read."""
    if not path.is_file():
        raise UserError(Problem("no-file", f"there is no file {path}", "", "name files that are there, not folders"))
    try:
        return _looked(path)
    except UnreadableFileError as error:
        why = str(error)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        why = "it ends within what gzip compressed"
    raise UserError(Problem("unreadable-file", f"{path} cannot be taken: {why}", "", WAYS))


def _looked(path: Path) -> Looked:
    with open(path, "rb") as file:
        begin = file.read(4)
    kind = next((name for magic, name in MAGIC.items() if begin.startswith(magic)), None)
    if kind:
        return _columnar(path, kind)
    encoding = _encoding(path, first_bytes(str(path), 4))
    text = first_bytes(str(path), encoding=encoding).decode(errors="replace")
    if "\0" in text:
        raise UnreadableFileError("it is neither text nor a format known here")
    if not text.strip():
        raise UnreadableFileError("it holds nothing")
    if text.lstrip()[:1] in ("{", "["):
        return _json(path, encoding)
    first = text.split("\n")[0].rstrip("\r")
    if first.startswith("#") and any(line.startswith(FIELDS) for line in text.split("\n")):
        return _w3c(path, encoding)
    pattern = next((name for name, each in PATTERNS.items() if re.fullmatch(each.expression, first)), None)
    return _log(path, encoding, pattern) if pattern else _csv(path, encoding, text)


def _encoding(path: Path, begin: bytes) -> str:
    """The encoding of a file of text: by its mark, else UTF-8, where half of the lines that tell are, else one of Windows."""
    if begin.startswith(UTF16):
        return "utf-16"
    telling = [line for line in _first_lines(path, UTF8) if not line.isascii()]
    if 2 * sum(_is_in(line, UTF8) for line in telling) >= len(telling):
        return UTF8
    return "windows-1252" if all(_is_in(line, "windows-1252") for line in telling) else "latin-1"


def _is_in(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _read(encoding: str) -> dict[str, str]:
    return {} if encoding == UTF8 else {"encoding": encoding}


def _columnar(path: Path, kind: Format) -> Looked:
    try:
        if kind == "parquet":
            with pq.ParquetFile(path) as file:
                rows, is_whole = next(file.iter_batches(RECORDS), None), file.metadata.num_rows <= RECORDS
                schema = file.schema_arrow
        else:
            schema, number = arrow_files.schema_of(str(path), kind)
            rows, is_whole = next(arrow_files.batches_of(str(path), kind), None), number <= arrow_files.RECORDS_A_BATCH
    except (pa.ArrowException, OSError, ValueError, EOFError):
        raise UnreadableFileError(f"it cannot be read as {kind}") from None
    columns = [
        Column(each.name, tuple(rows.column(each.name).to_pylist()) if rows else (), spark_type(each.type)) for each in schema
    ]
    return Looked(path, kind, tuple(columns), is_whole=is_whole)


def _csv(path: Path, encoding: str, text: str) -> Looked:
    lines = text.splitlines()
    told = [line for line in lines if not line.startswith("#")]
    separator = _separator(told or lines)
    is_comment = bool(told) and lines[0].startswith("#") and _cells(lines[0], separator) == 1 < _cells(told[0], separator)
    comment = "#" if is_comment else ""
    if not is_comment:
        separator = _separator(lines)
    rows, is_whole = _rows(path, Signs(encoding=encoding, separator=separator, comment=comment))
    read = {**_read(encoding), **({"comment": "#"} if comment else {}), **({} if separator == "," else {"separator": separator})}
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
    lines = Records(_decoded(path, signs.encoding), signs)
    try:
        return [row for row in itertools.islice(lines, RECORDS + 1) if row], next(lines, None) is None
    except csv.Error as error:
        raise UnreadableFileError(f"it is not CSV: {error}") from None


def _w3c(path: Path, encoding: str) -> Looked:
    """A log of the W3C's extended format, as CSV whose cells are named by place; its day and its time are one column."""
    every = [line.decode(errors="replace") for line in _first_lines(path, encoding)]
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
    read = {**_read(encoding), "comment": "#", "nulls": '["-"]', "separator": separator}
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


def _log(path: Path, encoding: str, pattern: str) -> Looked:
    known = PATTERNS[pattern]
    expression = re.compile(known.expression)
    lines = _first_lines(path, encoding)
    matches = [expression.fullmatch(line.decode(errors="replace")) for line in lines]
    held = [match for match in matches if match]
    values = {
        name: tuple(None if match[name] in (None, known.nulls) else match[name] for match in held) for name in known.columns
    }
    columns = [Column(name, values[name], kind) for name, kind in known.columns.items()]
    return Looked(path, "text", tuple(columns), {**_read(encoding), "pattern": pattern}, len(lines) < RECORDS)


def _first_lines(path: Path, encoding: str) -> list[bytes]:
    return list(itertools.islice(itertools.chain.from_iterable(lines_of(str(path), encoding)), RECORDS))


def _json(path: Path, encoding: str) -> Looked:
    refuse_other_json(str(path), encoding)
    lines = _first_lines(path, encoding)
    records = [record for line in lines if isinstance(record := _parsed(line), dict)]
    if not records:
        raise UnreadableFileError("its first records are no objects on lines of their own, and JSON lines are read")
    explode = _exploded(records)
    rows = [_flat(element) for record in records for element in _elements(record, explode)]
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = [Column(name, tuple(row.get(name) for row in rows)) for name in names]
    read = {**_read(encoding), **({"explode": explode} if explode else {})}
    return Looked(path, "json", tuple(columns), read, len(lines) < RECORDS)


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError:
        return None


def _exploded(records: list[dict[str, Any]]) -> str:
    """The one array of objects that nearly every record has elements in; empty where there is none, or several."""
    counts = Counter(
        name
        for record in records
        for name, value in record.items()
        if isinstance(value, list) and value and all(isinstance(element, dict) for element in value)
    )
    often = [name for name, number in counts.items() if number >= OFTEN * len(records) and re.fullmatch(r"\w+", name)]
    return often[0] if len(often) == 1 else ""


def _elements(record: dict[str, Any], explode: str) -> Iterable[dict[str, Any]]:
    if not explode:
        return [record]
    rest = {name: value for name, value in record.items() if name != explode}
    return [{**rest, explode: element} for element in record.get(explode) or []]


def _flat(record: dict[str, Any], outer: str = "") -> dict[str, Any]:
    """Paths of a record's values, each as the text that stands there."""
    found: dict[str, Any] = {}
    for name, value in record.items():
        if not re.fullmatch(r"[^.\[\]]+", name):
            continue  # no path leads there; it is kept among what no column names
        if isinstance(value, dict) and value:
            found |= _flat(value, f"{outer}{name}.")
        else:
            found[f"{outer}{name}"] = value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return found
