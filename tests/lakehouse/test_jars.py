"""DMP_JARS: the jars of a folder instead of a download, told before Spark starts where they are not enough. No Spark here."""

import os
import subprocess
from pathlib import Path

import pytest

from dmp_spark.errors import UserError
from dmp_spark.lakehouse.jars import jars_of
from tests.refusals import refusal
from tests.system.commands import ROOT, dmp, small_copy

DELTA = "io.delta_delta-spark_4.1_2.13-4.4.0.jar"


def test_the_jars_of_a_folder_come_by_name_and_whole(tmp_path: Path) -> None:
    for name in ("io.delta_delta-storage-4.4.0.jar", DELTA, "README"):
        (tmp_path / name).touch()
    assert jars_of(tmp_path) == f"{tmp_path / DELTA},{tmp_path / 'io.delta_delta-storage-4.4.0.jar'}"


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (None, "DMP_JARS: there is no folder {folder}"),
        ((), "DMP_JARS: no jar in {folder}"),
        (("a.jar", "b.jar"), "DMP_JARS: no delta-spark among 2 jars in {folder}"),
    ],
)
def test_a_folder_without_delta_is_refused_by_name(tmp_path: Path, names: tuple[str, ...] | None, said: str) -> None:
    folder = tmp_path / "jars"
    if names is not None:
        folder.mkdir()
        for name in names:
            (folder / name).touch()
    told = refusal(UserError, lambda: jars_of(folder))
    assert told.startswith(said.format(folder=folder))
    assert "bin/jars FOLDER" in told


@pytest.mark.classic("a Connect server has jars of its own")
def test_a_run_without_jars_is_one_sentence_and_leaves_no_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = small_copy(tmp_path)
    monkeypatch.setenv("DMP_JARS", str(tmp_path / "none"))
    before = {file: file.stat().st_mtime_ns for file in project.rglob("*")}
    done = dmp("run", "-p", str(project))
    assert done.code == 2, done.everything
    assert f"DMP_JARS: there is no folder {tmp_path / 'none'} [no-jars]" in done.said
    assert "Traceback" not in done.said
    assert {file: file.stat().st_mtime_ns for file in project.rglob("*")} == before


def test_spark_submit_refuses_the_same_before_it_starts_anything(tmp_path: Path) -> None:
    ended = subprocess.run(
        [ROOT / "spark-submit.sh", ROOT / "jobs" / "pipeline.py", "-p", "nowhere"],
        env={**os.environ, "DMP_JARS": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 2, ended
    assert f"DMP_JARS: no jar of delta-spark in {tmp_path}" in ended.stderr
    assert ended.stdout == ""
