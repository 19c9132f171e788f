"""What a file is and holds, from its first records, without being told. No pyspark here."""

import gzip
import json
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from dmp_spark.draft.look_csv import FIELDS, of_cells, of_w3c
from dmp_spark.draft.looked import RECORDS, Column, Looked, first_lines, said_of
from dmp_spark.errors import Problem, UserError
from dmp_spark.formats import arrow_files
from dmp_spark.formats.headers import UnreadableFileError, spark_type
from dmp_spark.formats.lines import first_bytes, refuse_other_json
from dmp_spark.formats.patterns import PATTERNS
from dmp_spark.formats.spec import UTF8, Format

MAGIC: Mapping[bytes, Format] = {b"PAR1": "parquet", b"ORC": "orc", b"Obj\x01": "avro"}
UTF16 = (b"\xff\xfe", b"\xfe\xff")
WAYS = "files of parquet, orc, avro, csv, JSON lines, Apache's logs and those of the W3C's extended format can be looked at"
OFTEN = 0.95  # of the records an array has elements, so that each may be a record


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
        return of_w3c(path, encoding)
    pattern = next((name for name, each in PATTERNS.items() if re.fullmatch(each.expression, first)), None)
    return _log(path, encoding, pattern) if pattern else of_cells(path, encoding, text)


def _encoding(path: Path, begin: bytes) -> str:
    """The encoding of a file of text: by its mark, else UTF-8, where half of the lines that tell are, else one of Windows."""
    if begin.startswith(UTF16):
        return "utf-16"
    telling = [line for line in first_lines(path, UTF8) if not line.isascii()]
    if 2 * sum(_is_in(line, UTF8) for line in telling) >= len(telling):
        return UTF8
    return "windows-1252" if all(_is_in(line, "windows-1252") for line in telling) else "latin-1"


def _is_in(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


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


def _log(path: Path, encoding: str, pattern: str) -> Looked:
    known = PATTERNS[pattern]
    expression = re.compile(known.expression)
    lines = first_lines(path, encoding)
    matches = [expression.fullmatch(line.decode(errors="replace")) for line in lines]
    held = [match for match in matches if match]
    values = {
        name: tuple(None if match[name] in (None, known.nulls) else match[name] for match in held) for name in known.columns
    }
    columns = [Column(name, values[name], kind) for name, kind in known.columns.items()]
    return Looked(path, "text", tuple(columns), {**said_of(encoding), "pattern": pattern}, len(lines) < RECORDS)


def _json(path: Path, encoding: str) -> Looked:
    refuse_other_json(str(path), encoding)
    lines = first_lines(path, encoding)
    records = [record for line in lines if isinstance(record := _parsed(line), dict)]
    if not records:
        raise UnreadableFileError("its first records are no objects on lines of their own, and JSON lines are read")
    explode = _exploded(records)
    rows = [_flat(element) for record in records for element in _elements(record, explode)]
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns = [Column(name, tuple(row.get(name) for row in rows)) for name in names]
    read = {**said_of(encoding), **({"explode": explode} if explode else {})}
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
