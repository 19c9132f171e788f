"""Looking for a secret in files of every kind that a run leaves: plain, Parquet, gzip, zip, SQLite; also encoded."""

import base64
import gzip
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq


def forms(secret: str) -> tuple[bytes, ...]:
    """The secret as it may stand in a file: as text, hex digits, or base64 wherever it begins in there."""
    plain = secret.encode()
    shifted = [base64.b64encode(b"x" * before + plain)[4 if before else 0 :] for before in range(3)]
    encoded = [text.rstrip(b"=")[:-2] for text in shifted]  # the last letters depend on what follows
    return (plain, secret.encode("utf-16-le"), plain.hex().encode(), *encoded)


def contents(file: Path) -> Iterator[bytes]:
    """The bytes of a file, and what they say where they are packed."""
    raw = file.read_bytes()
    yield raw
    if raw[:4] == b"PAR1":
        sink = pa.BufferOutputStream()
        table = pq.read_table(file, partitioning=None)
        with pa.ipc.new_stream(sink, table.schema) as stream:
            stream.write_table(table)
        yield sink.getvalue().to_pybytes()
    elif raw[:2] == b"\x1f\x8b":
        yield gzip.decompress(raw)
    elif raw[:15] == b"SQLite format 3":
        with closing(sqlite3.connect(file)) as database:
            yield "\n".join(database.iterdump()).encode()
    elif zipfile.is_zipfile(file):
        with zipfile.ZipFile(file) as packed:
            yield from (packed.read(name) for name in packed.namelist())


def search(folder: Path, secret: str) -> tuple[int, list[str]]:
    """How many files there are under a folder, and those in which the secret stands."""
    files = [file for file in sorted(folder.rglob("*")) if file.is_file()]
    wanted = forms(secret)
    hits = [str(file.relative_to(folder)) for file in files if any(form in text for text in contents(file) for form in wanted)]
    return len(files), hits
