"""Files of text, compressed or not, as numbered lines or decoded whole. No pyspark here: workers import this."""

import codecs
import gzip
import io
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import IO, Any, cast

import pyarrow as pa

from dmp_spark.formats.headers import UnreadableFileError
from dmp_spark.formats.spec import UTF8

CHUNK = 4 * 1024 * 1024  # bytes read at a time
PIECE = 256 * 1024  # bytes brought to UTF-8 at a time
LONGEST_LINE = 16 * 1024 * 1024  # bytes of one record; a longer line is no record of a log
KEPT = 1_000  # signs of a line that cannot be read, in the payload of its record
RECORDS_A_BATCH = 10_000
GZIP = ".gz"
OTHER_COMPRESSION = (".zst", ".bz2", ".xz", ".lz4", ".snappy", ".zip", ".7z", ".br")
BOM = b"\xef\xbb\xbf"
NO_SIGN = "dmp_no_sign"  # what becomes of bytes that are no sign of an encoding: a byte that is none of UTF-8 either
codecs.register_error(NO_SIGN, lambda error: ("\udcff", error.end))  # type: ignore[attr-defined]
BROKEN = (EOFError, zlib.error, OSError, ValueError)  # of a file that is cut off, is no gzip, or is no longer what was probed
SCHEMA = (
    "_file_id string, _landed bigint, _position bigint, _element bigint, _cells array<string>, _extra map<string,string>, "
    "_line string, _fault string, _problem string"
)
"""A row a record: its cells as text in the order of the fields, what no field names, and where there are none the line and
its fault. A file that cannot be read to its end has one more row, with neither position nor cells, whose `_problem` says why."""
ARROW_SCHEMA = pa.schema(
    [
        ("_file_id", pa.string()),
        ("_landed", pa.int64()),
        ("_position", pa.int64()),
        ("_element", pa.int64()),
        ("_cells", pa.list_(pa.string())),
        ("_extra", pa.map_(pa.string(), pa.string())),
        ("_line", pa.string()),
        ("_fault", pa.string()),
        ("_problem", pa.string()),
    ]
)
Reader = Callable[[Iterable[pa.RecordBatch]], Iterable[pa.RecordBatch]]


class Fault(StrEnum):
    """Why a record has no cells, as its reason in bronze.rejected."""

    NUMBER_OF_CELLS = "number_of_cells"
    NOT_UTF8 = "not_utf8"
    NOT_JSON = "not_json"
    REPEATED_FIELD = "repeated_field"
    NO_MATCH = "no_match"
    TOO_LONG = "too_long_line"


@dataclass(frozen=True)
class Record:
    """What one line holds: its cells by field, what no field names, or the line and its fault."""

    cells: Sequence[str | None] | None = None
    extra: dict[str, str] | None = None
    line: str | None = None
    fault: str | None = None


def opened(path: str, encoding: str = UTF8) -> IO[bytes]:
    """The file's text in UTF-8, unpacked where its name ends in .gz."""
    packed = _unpacked(path)
    return packed if encoding == UTF8 else io.BufferedReader(_InUtf8(packed, encoding), PIECE)


def _unpacked(path: str) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(path, "rb")) if path.endswith(GZIP) else open(path, "rb")


class _InUtf8(io.RawIOBase):
    """The text of a file of another encoding, in UTF-8: so that all that reads lines knows one encoding alone."""

    def __init__(self, packed: IO[bytes], encoding: str) -> None:
        self._packed, self._encoding = packed, encoding
        self._decoder = codecs.getincrementaldecoder(encoding)(NO_SIGN)
        self._rest, self._is_over = b"", False

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        while not self._rest and not self._is_over:
            piece = self._packed.read(PIECE)
            self._is_over = not piece
            self._rest = self._in_utf8(piece)
        given, self._rest = self._rest[: len(into)], self._rest[len(into) :]
        into[: len(given)] = given
        return len(given)

    def _in_utf8(self, piece: bytes) -> bytes:
        try:
            return self._decoder.decode(piece, final=self._is_over).encode(UTF8, "surrogateescape")
        except UnicodeError:  # bytes that are no sign are told otherwise
            way_out = f"{self._encoding}-le and {self._encoding}-be need none"
            raise UnreadableFileError(f"it has no byte order mark, as files in {self._encoding} do: {way_out}") from None

    def close(self) -> None:
        self._packed.close()
        super().close()


def first_bytes(path: str, number: int = 65_536, encoding: str = UTF8) -> bytes:
    """The first bytes of a file's text in UTF-8, without a byte order mark; UnreadableFileError where it is compressed in
    another way.
    """
    ending = next((each for each in OTHER_COMPRESSION if path.lower().endswith(each)), None)
    if ending:
        raise UnreadableFileError(f"files of text compressed as {ending} cannot be read: deliver it as {GZIP}, or not compressed")
    try:
        with opened(path, encoding) as file:
            return file.read(number).removeprefix(BOM)
    except EOFError:
        raise UnreadableFileError("it ends within what gzip compressed") from None
    except (gzip.BadGzipFile, zlib.error):
        raise UnreadableFileError(f"its name ends in {GZIP}, and it is not compressed by gzip") from None
    except OSError:
        raise UnreadableFileError("it cannot be read") from None


def refuse_other_json(path: str, encoding: str = UTF8) -> None:
    """UnreadableFileError where the file is JSON over several lines instead of an object a line."""
    begin = first_bytes(path, encoding=encoding).decode(errors="replace").lstrip()
    if begin.startswith("["):
        raise UnreadableFileError("it is one array, and JSON lines are read: a record a line, without brackets and commas around")
    if begin.split("\n")[0].strip() == "{":
        raise UnreadableFileError(
            "its first record spans several lines, and JSON lines are read: write each on a line of its own"
        )


def numbered(lines: Callable[[str], Iterator[Record]]) -> Reader:
    """What makes batches of SCHEMA of batches of files (file_id, path, landed), a row a record that `lines` gives of a path.

    Records are numbered from 0 by file; a file that is cut off, no gzip, or gone has a problem instead of further records.
    """

    def read_all(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        held: list[tuple[Any, ...]] = []
        for listed in batches:
            for file in listed.to_pylist():
                for row in _rows(lines, file["path"]):
                    held.append((file["file_id"], file["landed"], *row))
                    if len(held) == RECORDS_A_BATCH:
                        yield _batch(held)
                        held = []
        if held:
            yield _batch(held)

    return read_all


def _rows(lines: Callable[[str], Iterator[Record]], path: str) -> Iterator[tuple[Any, ...]]:
    position = 0
    try:
        for record in lines(path):
            extra = list(record.extra.items()) if record.extra else None
            yield position, 0, record.cells, extra, record.line, record.fault, None
            position += 1
    except UnreadableFileError as error:
        yield None, None, None, None, None, None, str(error)
    except BROKEN as error:
        yield None, None, None, None, None, None, _problem(error, position)


def _problem(error: Exception, position: int) -> str:
    """Why a file cannot be read on, once so many records were."""
    if isinstance(error, EOFError | zlib.error):
        return f"after {position:,} records it ends within what gzip compressed"
    if isinstance(error, gzip.BadGzipFile):
        return f"after {position:,} records it is not what gzip compressed"
    return "it changed while it was read"


def _batch(rows: list[tuple[Any, ...]]) -> pa.RecordBatch:
    columns = [pa.array(values, field.type) for values, field in zip(zip(*rows, strict=True), ARROW_SCHEMA, strict=True)]
    return pa.record_batch(columns, schema=ARROW_SCHEMA)


def lines_of(path: str, encoding: str = UTF8) -> Iterator[list[bytes]]:
    """The lines of a file that hold anything, in groups, in UTF-8 and without their ends.

    Of a line longer than LONGEST_LINE only so much is kept, with one byte more, so that it can be told.
    """
    rest, is_first = b"", True
    with opened(path, encoding) as file:
        while chunk := file.read(CHUNK):
            if is_first:
                chunk, is_first = chunk.removeprefix(BOM), False
            parts = chunk.split(b"\n")
            parts[0] = (rest + parts[0])[: LONGEST_LINE + 1]
            rest = parts.pop()
            yield [stripped for line in parts if (stripped := line.rstrip(b"\r")).strip()]
    if rest.strip():
        yield [rest.rstrip(b"\r")]


def decoded(line: bytes) -> Record:
    """A line as text, or its fault."""
    if len(line) > LONGEST_LINE:
        return Record(line=line[:KEPT].decode(errors="replace"), fault=Fault.TOO_LONG)
    try:
        return Record(line=line.decode())
    except UnicodeDecodeError:
        return Record(line=line[: 4 * KEPT].decode(errors="replace")[:KEPT], fault=Fault.NOT_UTF8)


def plain(encoding: str = UTF8) -> Reader:
    """What makes batches of SCHEMA of files of lines, whose cells are found later: `_line` holds each whole.

    Whole groups of lines are turned into arrays at once: this is the way of the largest files.
    """

    def read_all(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for listed in batches:
            for file in listed.to_pylist():
                yield from _plain_rows(file, encoding)

    return read_all


def _plain_rows(file: dict[str, Any], encoding: str) -> Iterator[pa.RecordBatch]:
    position = 0
    try:
        for group in lines_of(file["path"], encoding):
            for begin in range(0, len(group), RECORDS_A_BATCH):
                lines = group[begin : begin + RECORDS_A_BATCH]
                yield _plain_batch(file, lines, position)
                position += len(lines)
    except UnreadableFileError as error:
        yield _batch([(file["file_id"], file["landed"], None, None, None, None, None, None, str(error))])
    except BROKEN as error:
        yield _batch([(file["file_id"], file["landed"], None, None, None, None, None, None, _problem(error, position))])


def _plain_batch(file: dict[str, Any], lines: list[bytes], position: int) -> pa.RecordBatch:
    number = len(lines)
    try:
        if any(len(line) > LONGEST_LINE for line in lines):
            raise pa.ArrowInvalid
        texts = pa.array(lines, pa.binary()).cast(pa.string())  # refuses what is not UTF-8
        faults = pa.nulls(number, pa.string())
    except pa.ArrowInvalid:
        records = [decoded(line) for line in lines]
        texts = pa.array([record.line for record in records], pa.string())
        faults = pa.array([record.fault for record in records], pa.string())
    columns = {
        "_file_id": pa.array([file["file_id"]] * number, pa.string()),
        "_landed": pa.array([file["landed"]] * number, pa.int64()),
        "_position": pa.array(range(position, position + number), pa.int64()),
        "_element": pa.array([0] * number, pa.int64()),
        "_line": texts,
        "_fault": faults,
    }
    whole = [columns.get(field.name, pa.nulls(number, field.type)) for field in ARROW_SCHEMA]
    return pa.record_batch(whole, schema=ARROW_SCHEMA)
