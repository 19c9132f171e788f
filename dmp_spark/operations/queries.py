"""The project's own questions as files: queries/*.sql."""

from pathlib import Path

FOLDER = "queries"


def query_files(project: Path) -> list[Path]:
    """The questions in a project's folder, by name."""
    return sorted((project / FOLDER).glob("[!.]*.sql"))


def query_text(file: Path) -> str:
    """The text of a query; what is no UTF-8 in it is replaced, so that the rest can be told of."""
    return file.read_text(encoding="utf-8-sig", errors="replace")


def heading(text: str) -> str:
    """The comment lines at the beginning of a query, joined."""
    lines: list[str] = []
    for line in text.lstrip().splitlines():
        if not line.startswith("--"):
            break
        lines.append(line.lstrip("-").strip())
    return " ".join(lines).strip()
