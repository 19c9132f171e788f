"""`dmp replay` as a command: a rule corrected, a new file beside it; afterwards all tables are as with the rule from the start."""

import json
import shutil
from pathlib import Path

import pytest

from tests.acceptance.tables import rows_of
from tests.system.commands import warm

PROJECT = "grammar: 1\nproject: site\nas_of: 2024-03-02\ntime_zone: UTC\n"
INGEST = """
sources:
  web:
    read: {format: json, path: data/web, explode: pages}
    arrives: appended
    columns: {visitor: string, at: timestamp, page: {type: string, from: pages.url}, height: int}
    rules: {is_screen: {require: HEIGHT, otherwise: reject}}
    events:
      page_view:
        id: position
        time: {column: at, zone: UTC}
        known: {after: 0 minutes}
        identifiers: {cookie: visitor}
        context: {page: page}
"""
STRICT, RIGHT = "height <= 800", "height > 0"
BOOKS = ("_ingested_at", "_landed_at", "rule_version", "spec_hash")


def project_at(folder: Path, rule: str) -> Path:
    (folder / "data" / "web").mkdir(parents=True, exist_ok=True)
    for name, text in (
        ("project", PROJECT),
        ("ingest", INGEST.replace("HEIGHT", rule)),
        ("sessions", "page_views: {of: page_view, page: context.page}\n"),
    ):
        (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    return folder


def deliver(project: Path, file: str, *visits: tuple[str, str, list[str], int]) -> None:
    """Records (visitor, minute, pages, height of the screen) in a file."""
    lines = [
        {"visitor": who, "at": f"2024-03-01T{at}:00Z", "pages": [{"url": page} for page in pages], "height": height}
        for who, at, pages, height in visits
    ]
    lines.append({"visitor": "eve", "at": "2024-03-01T12:00:00Z", "pages": ["/"], "height": 900})  # no object: of no use
    (project / "data" / "web" / file).write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")


def tables(project: Path) -> dict[str, list[str]]:
    """All rows of silver as text, without when they were written, and what is still rejected."""
    found = {}
    for name in ("events", "identifiers", "sessions"):
        rows = rows_of(project / "lakehouse" / "silver" / name).to_pylist()
        found[name] = sorted(str({key: value for key, value in row.items() if key not in BOOKS}) for row in rows)
    rejected = rows_of(project / "lakehouse" / "bronze" / "rejected").to_pylist()
    found["rejected"] = sorted(str((row["reasons"], row["payload"])) for row in rejected if row["state"] == "open")
    return found


@pytest.mark.slow  # five runs of `dmp`
@pytest.mark.usefixtures("spark")
def test_a_rule_corrected_and_replayed_gives_the_tables_of_the_rule_from_the_start(tmp_path: Path) -> None:
    project = project_at(tmp_path / "site", STRICT)
    deliver(
        project,
        "a.json",
        ("ann", "10:00", ["/", "/shop"], 700),
        ("ann", "10:20", ["/cart", "/paid"], 900),
        ("bob", "11:00", ["/"], 1200),
    )
    first = warm("run", "-p", str(project), "--until", "sessions")
    assert first.code == 0, first.everything

    project_at(project, RIGHT)
    deliver(project, "b.json", ("ann", "10:40", ["/bye"], 900))
    again = warm("replay", "-p", str(project))
    assert again.code == 0, again.everything
    assert "3 rejected records were replayed: 3 are events now" in again.shown, again.shown
    after = warm("run", "-p", str(project), "--until", "sessions")
    assert after.code == 0, after.everything
    found = tables(project)
    assert [len(found[name]) for name in ("events", "identifiers", "sessions", "rejected")] == [6, 2, 2, 2]

    shutil.rmtree(project / "lakehouse")
    assert warm("run", "-p", str(project), "--until", "sessions").code == 0
    assert tables(project) == found
