"""A late event that joins two visits, from a file to `ops.runs`: one visit fewer, the founder's id, nothing else written."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.tables import rows_of
from tests.oracles.sessions_plain import session_id
from tests.system.commands import warm

PROJECT = "grammar: 1\nproject: site\nas_of: 2024-03-02\ntime_zone: UTC\n"
INGEST = """
sources:
  web:
    read: {format: json, path: data/web}
    arrives: appended
    columns: {visitor: string, at: timestamp, came: timestamp, page: string}
    events:
      page_view:
        id: [visitor, at]
        time: {column: at, zone: UTC}
        known: {column: came, zone: UTC}
        identifiers: {cookie: visitor}
        context: {page: page}
"""


def deliver(project: Path, file: str, *views: tuple[str, str, str]) -> None:
    """Page views (visitor, minute, when it came) in a file."""
    (project / "data" / "web").mkdir(parents=True, exist_ok=True)
    lines = [
        {"visitor": who, "at": f"2024-03-01T{at}:00Z", "came": f"2024-03-01T{came}:00Z", "page": at} for who, at, came in views
    ]
    (project / "data" / "web" / file).write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")


def visits(project: Path) -> dict[str, list[tuple[str, str, str, int]]]:
    """Visitor → id, entry page, exit page and number of events of each visit, in order of time."""
    table = project / "lakehouse" / "silver"
    names = {row["identifier_id"]: row["value"] for row in rows_of(table / "identifiers").to_pylist()}
    found: dict[str, list[Any]] = {}
    for row in sorted(rows_of(table / "sessions").to_pylist(), key=lambda row: row["started_at"]):
        told = (row["session_id"], row["entry_page"], row["exit_page"], row["events"])
        found.setdefault(names[row["subject_id"]], []).append(told)
    return found


def written(project: Path) -> list[int]:
    """How many rows each run of the stage wrote, in the order of runs."""
    runs = [row for row in rows_of(project / "lakehouse" / "ops" / "runs").to_pylist() if row["stage"] == "sessions"]
    return [row["rows_written"] for row in sorted(runs, key=lambda row: row["started_at"])]


@pytest.mark.slow  # two runs of `dmp`
@pytest.mark.usefixtures("spark")
def test_a_late_event_that_joins_two_visits_leaves_one_of_the_founder(tmp_path: Path) -> None:
    project = tmp_path / "site"
    project.mkdir()
    for name, text in {
        "project": PROJECT,
        "ingest": INGEST,
        "sessions": "page_views: {of: page_view, page: context.page}\n",
    }.items():
        (project / f"{name}.yml").write_text(text, encoding="utf-8")
    # what happened first of all was known last, so the second visit has the founder of both
    deliver(
        project,
        "a.json",
        ("anna", "10:00", "11:00"),
        ("anna", "10:50", "10:50"),
        ("anna", "11:05", "11:05"),
        ("bert", "10:00", "10:00"),
        ("bert", "12:00", "12:00"),
    )
    assert warm("run", "-p", str(project), "--until", "sessions").code == 0
    before = visits(project)
    assert [visit[1:] for visit in before["anna"]] == [("10:00", "10:00", 1), ("10:50", "11:05", 2)]
    [founder] = [
        row["event_id"]
        for row in rows_of(project / "lakehouse" / "silver" / "events").to_pylist()
        if dict(row["context"])["page"] == "10:50"
    ]
    assert before["anna"][1][0] == session_id(founder)

    deliver(project, "b.json", ("anna", "10:25", "23:00"))
    done = warm("run", "-p", str(project), "--until", "sessions")
    assert done.code == 0, done.everything
    after = visits(project)
    assert after == {"anna": [(session_id(founder), "10:00", "11:05", 4)], "bert": before["bert"]}
    first, second = written(project)
    assert first == 4
    assert second <= len(before["anna"])  # one is another now, one is gone
