"""What the benchmark of the main job tells, and refuses to tell."""

import subprocess
import sys
from pathlib import Path

import deltalake
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.main_job import Ran, Report
from benchmarks.peers.same import differences

HOME = Path(__file__).parents[2]


def test_it_starts_from_its_file():
    shown = subprocess.run(
        [sys.executable, "benchmarks/main_job.py", "--help"], cwd=HOME, capture_output=True, text=True, check=True, timeout=60
    )
    assert "--only {peers,growth,whole}" in " ".join(shown.stdout.split())


def test_a_missed_aim_says_what_took_longest(capsys):
    report = Report()
    report.aim("met", 5.9, 6, "ours ÷ theirs")
    report.aim("missed", 6.1, 6, "ours ÷ theirs", Ran(9.0, {"session": 1.0, "ingest": 5.0, "features": 3.0}, 10.0))
    assert capsys.readouterr().out == (
        "ours ÷ theirs: 5.90, aim ≤ 6: met\nours ÷ theirs: 6.10, aim ≤ 6: MISSED (most of it ingest 5 s, features 3 s)\n"
    )
    assert (report.ratios, report.missed) == ({"met": 5.9, "missed": 6.1}, ["missed"])


def test_no_ratio_is_told_of_outputs_that_differ(capsys):
    report = Report()
    report.check("features beside DuckDB", {"spend": 2})
    report.aim("faster", 0.1, 6, "ours ÷ theirs")
    report.ratio("memory", 1.0)
    assert (
        capsys.readouterr().out
        == "features beside DuckDB: DIFFERENT {'spend': 2}\nours ÷ theirs: not told, because outputs differ\n"
    )
    assert (report.ratios, report.equal) == ({}, False)


def test_differences_are_counted_by_column_and_lonely_rows_apart(tmp_path):
    rows = pa.table({"key": ["a", "b", "c"], "value": [1.0, None, 3.0], "note": ["x", "y", "z"], "day": [1, 1, 2]})
    others = pa.table({"key": ["a", "b", "d"], "value": [1.0000001, 2.0, 3.0], "note": ["x", "w", "z"], "day": [1, 1, 1]})
    deltalake.write_deltalake(str(tmp_path / "ours"), rows)
    deltalake.write_deltalake(str(tmp_path / "others"), others)
    pq.write_table(others, tmp_path / "others.parquet")
    expected = {"rows": 2, "value": 3, "note": 3, "day": 2}
    assert differences(tmp_path / "ours", "*", tmp_path / "others.parquet", ("key",)) == expected
    assert differences(tmp_path / "ours", "*", tmp_path / "others", ("key",)) == expected
    assert differences(tmp_path / "ours", "*", tmp_path / "ours", ("key",)) == {}
    some = differences(
        tmp_path / "ours", "* exclude (day)", tmp_path / "others", ("key",), "* exclude (day)", "day = 1 and key <> 'd'"
    )
    assert some == {"value": 1, "note": 1}
