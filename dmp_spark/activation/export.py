"""Export folders of CSV files, there as a whole or not at all. No Spark here: rows come as an iterator."""

import csv
import filecmp
import hashlib
import json
import math
import os
import re
import shutil
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

MANIFEST = "manifest.json"
_EXPORT = re.compile(r"\d{4}-\d\d-\d\dT\d{6}(\.\d+)?Z(_\d+)?")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def folder_name(as_of: datetime, recorded: Iterable[str]) -> str:
    """The folder of a run's export: `2018-01-01T050000Z`, or with `_2`, `_3`, … where those before are on record."""
    moment = as_of.astimezone(UTC)
    fraction = f".{moment.microsecond:06d}" if moment.microsecond else ""
    base, taken, number = f"{moment:%Y-%m-%dT%H%M%S}{fraction}Z", set(recorded), 1
    while (name := base if number == 1 else f"{base}_{number}") in taken:
        number += 1
    return name


def unrecorded(parent: Path, recorded: Iterable[str], name: str) -> list[str]:
    """The export folders under `parent` that no decision names, other than `name`: left by a run that died, sorted."""
    if not parent.is_dir():
        return []
    known = {*recorded, name}
    return sorted(folder.name for folder in parent.iterdir() if _EXPORT.fullmatch(folder.name) and folder.name not in known)


def cell(value: Any) -> str:
    """A value as the text of a cell: null is empty; numbers as they are; text that a spreadsheet would run gets a `'`.

    Text that is a plain number (`+49151`, `-5`) is harmless and stays. Decimals keep their digits, doubles have the
    shortest text that gives the same number, not-a-number is empty.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    is_formula = isinstance(value, str) and text.startswith(_FORMULA) and not _NUMBER.fullmatch(text)
    return f"'{text}" if is_formula else text


def write(folder: Path, file: str, header: Sequence[str], rows: Iterable[Sequence[Any]], about: dict[str, Any]) -> int:
    """Write `folder` with a CSV file and its manifest; gives back the number of rows.

    It is made beside its place and renamed there in one step. A folder that is there with the same bytes stays as it is;
    one with other bytes is replaced.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    partial = folder.parent / f".{folder.name}.partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    count = _write_csv(partial / file, header, rows)
    written = [{"name": file, "rows": count, "bytes": (partial / file).stat().st_size, "sha256": _sha256(partial / file)}]
    manifest = about | {"columns": list(header), "rows": count, "files": written}
    _write_text(partial / MANIFEST, json.dumps(manifest, indent=2, sort_keys=True, ensure_ascii=False) + "\n")
    _move(partial, folder, [file, MANIFEST])
    return count


def _write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as out:
        lines = csv.writer(out, lineterminator="\n")
        lines.writerow(header)
        for row in rows:
            lines.writerow([cell(value) for value in row])
            count += 1
        out.flush()
        os.fsync(out.fileno())
    return count


def _write_text(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())


def _move(partial: Path, folder: Path, files: list[str]) -> None:
    if folder.is_dir():
        _, differ, missing = filecmp.cmpfiles(partial, folder, files, shallow=False)
        if not differ and not missing:
            shutil.rmtree(partial)
            return
        shutil.rmtree(folder)
    os.rename(partial, folder)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
