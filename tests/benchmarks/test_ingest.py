"""The log that the benchmark of ingest draws, what it takes for equal, and its peer beside plain Python. No Spark."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import deltalake
import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from benchmarks.peers.content import content, differing
from benchmarks.weblog import Log
from tests.oracles.sessions_plain import Rules, visits

HOME = Path(__file__).parents[2]


def test_it_starts_from_its_file() -> None:
    shown = subprocess.run(
        [sys.executable, "benchmarks/ingest.py", "--help"], cwd=HOME, capture_output=True, text=True, check=True, timeout=60
    )
    assert "--only {sizes,files,limit}" in " ".join(shown.stdout.split())


@pytest.mark.parametrize("kind", ["parquet", "json"])
def test_a_log_is_drawn_by_its_seed_and_has_its_shares_of_repeated_late_and_bad_records(tmp_path: Path, kind: str) -> None:
    rows = {}
    for name, seed in (("one", 7), ("again", 7), ("other", 8)):
        log = Log(tmp_path / name, 40_000, kind, seed)
        log.write(40_000, "first")
        log.write(400, "more")
        log.write_one("one")
        casts = "replace (happened::timestamp as happened, arrived::timestamp as arrived)"
        query = f"select * {casts} from read_{kind}('{tmp_path / name}/*.{kind}') order by all"
        rows[name] = duckdb.sql(query).fetchall()
    assert rows["one"] == rows["again"] != rows["other"]
    found = rows["one"]
    ids = {row[0] for row in found}
    assert len(ids) == 40_401
    assert 0.016 < len(found) / len(ids) - 1 < 0.024
    assert 0.007 < sum(row[1] is None or row[3].year == 1900 for row in found) / len(found) < 0.013
    late = [row for row in found if row[3].year > 1900 and (row[4] - row[3]).days >= 1]
    assert 0.014 < len(late) / len(found) < 0.026


def test_contents_differ_by_rows_and_by_columns(tmp_path: Path) -> None:
    rows = pa.table({"key": ["a", "b", "c"], "value": [1, None, 3], "note": ["x", "y", "z"]})
    shuffled, other = rows.take([2, 0, 1]), pa.table({"key": ["a", "b", "c"], "value": [1, 3, None], "note": ["x", "y", "z"]})
    deltalake.write_deltalake(str(tmp_path / "ours"), rows)
    made = {}
    columns = {"key": "key", "value": "value", "note": "note"}
    for name, each in (("shuffled", shuffled), ("other", other), ("fewer", rows.slice(1))):
        pq.write_table(each, tmp_path / f"{name}.parquet")
        made[name] = content(tmp_path / f"{name}.parquet", columns, "key")
    ours = content(tmp_path / "ours", columns, "key")
    assert differing(ours, made["shuffled"]) == {}
    assert differing(ours, made["other"]) == {"value": 1}
    assert differing(ours, made["fewer"]) == {"rows": 1, "key": 1, "value": 1, "note": 1}


def test_the_visits_of_the_peer_are_those_of_plain_python(tmp_path: Path) -> None:
    log = Log(tmp_path / "log", 4_000)
    log.write(4_000, "first")
    words = ["benchmarks.peers.weblog_duckdb", str(log.folder), log.kind, str(tmp_path / "out")]
    subprocess.run([sys.executable, "-m", *words], cwd=HOME, capture_output=True, check=True, timeout=60)
    columns = "event_id, event_type, event_time, event_date, known_time, subject_id, page, device, value, currency"
    names = columns.split(", ")
    events = duckdb.sql(f"select {columns} from '{tmp_path}/out/events.parquet'").fetchall()
    told = [dict(zip(names, row, strict=True)) | {"is_bot": None, "channel": None, "order_id": None} for row in events]
    for event in told:
        event |= {name: event[name].replace(tzinfo=UTC) for name in ("event_time", "known_time")}
    rules = Rules(zone="UTC", page=lambda event: event["page"], is_conversion=lambda event: event["event_type"] == "purchase")
    compared = ["session_id", "subject_id", "events", "page_views", "conversions", "conversion_value", "currency"]
    compared += ["duration_seconds", "is_bounce", "entry_page", "exit_page", "device", "session_date"]
    expected = {tuple(row[name] for name in compared) for row in visits(told, datetime(2025, 1, 1, tzinfo=UTC), rules)}
    found = set(duckdb.sql(f"select {', '.join(compared)} from '{tmp_path}/out/sessions.parquet'").fetchall())
    assert found == expected
    assert len(found) > 400
