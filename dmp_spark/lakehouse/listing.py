"""Which files a source has, without a JVM: a file, a folder that grows, a glob. No pyspark here."""

import glob
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, order=True)
class FileSeen:
    """A version of a file: the same path with another length or modification time is another version."""

    path: str
    length: int
    modified_at_micros: int


def list_files(pattern: str) -> list[FileSeen]:
    """The files of a path or glob, ordered by path; a folder gives all its files, hidden ones left out.

    Nothing there gives an empty list: a folder may fill later.
    """
    return sorted(_seen(path) for path in _walk(pattern))


def look_at(path: str) -> FileSeen | None:
    """The version of one file that is there now, whatever signs its name holds; None where there is none."""
    return _seen(Path(path)) if Path(path).is_file() else None


def _walk(pattern: str) -> Iterator[Path]:
    for found in sorted(glob.glob(pattern, recursive=True)) if glob.has_magic(pattern) else [pattern]:
        path = Path(found)
        if path.is_file():
            yield path
        elif path.is_dir():
            inside = (child for child in path.rglob("*") if child.is_file())
            yield from (c for c in inside if not any(part.startswith((".", "_")) for part in c.relative_to(path).parts))


def _seen(path: Path) -> FileSeen:
    status = path.stat()
    return FileSeen(str(path.absolute()), status.st_size, status.st_mtime_ns // 1000)
