"""Files that are generated: whose first line lets a file prove that nobody changed it, so that none is overwritten unasked."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

from dmp_spark.errors import Problem, UserError

_FIRST_LINE = re.compile(r"# Written by dmp deploy \w+, checksum ([0-9a-f]{16})\b.*\n")


def stamped(kind: str, body: str) -> str:
    """The text of a file: a comment with the checksum of what follows it, then the body."""
    return f"# Written by dmp deploy {kind}, checksum {_checksum(body)}: a file changed by hand is not overwritten.\n{body}"


def write(folder: Path, texts: Mapping[str, str]) -> list[Path]:
    """Write all files, by their path in `folder`, and give those whose bytes are new.

    UserError, and nothing written, where one stands there that was not generated or was changed since.
    """
    foreign = [folder / name for name in texts if not _may_be_replaced(folder / name)]
    if foreign:
        raise UserError(
            Problem(
                "foreign-file",
                "it was not written by dmp deploy, or was changed by hand since",
                str(file),
                "move it away or delete it, or name another folder",
            )
            for file in foreign
        )
    changed = []
    for name, text in texts.items():
        file = folder / name
        if not file.exists() or file.read_bytes() != text.encode():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode())
            changed.append(file)
    return changed


def _may_be_replaced(file: Path) -> bool:
    if not file.exists() and not file.is_symlink():
        return True
    if not file.is_file():
        return False
    text = file.read_bytes().decode(errors="replace")
    match = _FIRST_LINE.match(text)
    return match is not None and match[1] == _checksum(text[match.end() :])


def _checksum(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()[:16]
