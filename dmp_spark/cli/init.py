"""`dmp init`: a project drafted from files."""

import sys
from pathlib import Path


def init(folder: Path, files: tuple[Path, ...]) -> int:
    """Write the draft and say what comes next; 0. Nothing is written where a file cannot be read, or a project is there."""
    from dmp_spark.draft.write import draft

    written = draft(folder, files)
    folder.mkdir(parents=True, exist_ok=True)
    for path, text in written.items():
        path.write_text(text, encoding="utf-8")
        print(path)
    print(f"next: read ingest.yml, then dmp check -p {folder}, then dmp run -p {folder}", file=sys.stderr)
    return 0
