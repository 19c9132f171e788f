"""`dmp check --engine`: what a project cannot run on an engine, where it stands, and a way out."""

import shutil
from pathlib import Path

import pytest

from dmp_spark.cli.check import check
from dmp_spark.models import check as models_check
from dmp_spark.project.engines import Need
from tests.system.commands import SMALL, replace_in


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the small project."""
    return Path(shutil.copytree(SMALL, tmp_path / "small", ignore=shutil.ignore_patterns("lakehouse")))


@pytest.mark.parametrize("engine", ["local", "standalone", "connect"])
def test_an_engine_that_gives_all_that_is_needed_has_nothing_to_say(
    project: Path, engine: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(project, engine=engine) == 0
    out, err = capsys.readouterr()
    assert out.endswith("no mistakes\n")
    assert err == ""


@pytest.mark.parametrize("engine", ["classic", "standard", "serverless"])
def test_what_needs_the_driver_s_disk_is_told_with_its_place_and_a_way_out(
    project: Path, engine: str, capsys: pytest.CaptureFixture[str]
) -> None:
    replace_in(project / "ingest.yml", '"${data}/transactions.parquet"', '"/Volumes/shop/files/transactions"')
    assert check(project, engine=engine) == 2
    err = capsys.readouterr().err.replace(f"{project}/", "")
    disk = f"needs a disk that the driver shares with Spark, which {engine} has not [engine]"
    assert "the source transactions" not in err  # a volume is at one path for all
    assert err.count("the source ") == 7
    assert (
        f"ingest.yml:55:35: the source campaigns {disk}\n"
        '        read: {format: parquet, path: "${data}/campaigns.parquet"}\n'
        "                                      ^\n"
        "    put the files into a volume (/Volumes/…), or run it on one of: local, standalone, connect\n"
    ) in err
    assert f"models.yml:15:1: the store of models, MLflow on a file in the lakehouse, {disk}\n" in err
    assert f"project.yml:13:9: a lakehouse at a path {disk}\n" in err
    assert err.endswith("\n9 mistakes\n")
    assert check(project, ["project.lakehouse.catalog=main"], engine=engine) == 2
    err = capsys.readouterr().err
    assert "a lakehouse at a path" not in err
    assert err.endswith("\n8 mistakes\n")


def test_a_learner_that_needs_the_jvm_is_refused_where_there_is_none(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(models_check.NEEDS, "gradient_boosted_trees", Need.CLASSIC)
    assert check(project, engine="local") == 0
    capsys.readouterr()
    assert check(project, engine="connect") == 2
    err = capsys.readouterr().err.replace(f"{project}/", "")
    assert "the learner gradient_boosted_trees needs Spark's JVM beside the driver, which connect has not [engine]\n" in err
    assert "    write another family, or run it on one of: local, standalone, classic\n" in err
    assert all(line.startswith("models.yml:") for line in err.splitlines() if "[engine]" in line)


def test_mistakes_come_before_engines_and_an_unknown_engine_is_one(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(project, engine="serverles") == 2
    assert capsys.readouterr().err == (
        "--engine: there is no engine serverles [engine]\n    did you mean serverless?\n1 mistake\n"
    )
    replace_in(project / "project.yml", "path: lakehouse", "paths: lakehouse")
    assert check(project, engine="serverless") == 2
    err = capsys.readouterr().err
    assert "unknown key paths" in err
    assert "[engine]" not in err
