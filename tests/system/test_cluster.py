"""Two workers of Spark's standalone cluster give what one machine gives, also where one of them is lost: `make test-cluster`.

Code and libraries reach the executors as an archive with the wheel in it, the project reaches the driver as a zip. All
processes lie on the loopback of one machine, so what a network does is not seen here.
"""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.acceptance.tables import dump
from tests.system.cluster import Cluster, cluster, events, properties, submit, wait_for
from tests.system.commands import ROOT, dmp
from tests.system.conftest import Finished
from tests.system.faults import exports

pytestmark = [pytest.mark.long, pytest.mark.cluster]  # minutes: the small project once here and once on the cluster
TABLES = ("silver", "gold")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Libraries and wheel as executors get them."""
    file = tmp_path_factory.mktemp("archive") / "environment.tar.gz"
    subprocess.run([ROOT / "bin" / "environment-archive", file], check=True, stdout=subprocess.DEVNULL, timeout=600)
    return file


def run_on(
    running: Cluster,
    finished: Finished,
    archive: Path,
    folder: Path,
    meanwhile: Callable[["subprocess.Popen[bytes]", Path], None] = lambda job, log: None,
) -> str:
    """Run the zipped small project on a cluster into `folder`/lakehouse; what the job said."""
    package = folder / "small.zip"
    packed = dmp("package", "-p", str(finished.project), "--out", str(package))
    assert packed.code == 0, packed.everything
    paths = {"project.variables.data": finished.project / "data", "project.lakehouse.path": folder / "lakehouse"}
    words = ["-p", str(package), *(word for name, path in paths.items() for word in ("--set", f"{name}={path}"))]
    options = ["--master", running.url, "--properties-file", str(properties(folder)), "--archives", f"{archive}#environment"]
    log = folder / "job.log"
    job = submit(options, words, log, PYSPARK_PYTHON="./environment/bin/python")
    try:
        meanwhile(job, log)
        code = job.wait(timeout=900)
    finally:
        if job.poll() is None:
            job.terminate()
            job.wait(timeout=30)
    said = log.read_text(encoding="utf-8")
    assert code == 0, said
    return said


def assert_equal(finished: Finished, folder: Path) -> None:
    """The tables and the files handed out are those of the run on one machine."""
    lakehouse = folder / "lakehouse"
    assert dump(lakehouse, folder / "here", TABLES) == dump(finished.lakehouse, folder / "there", TABLES)
    assert exports(lakehouse) == exports(finished.lakehouse)


def test_two_workers_give_what_one_machine_gives(finished: Finished, archive: Path, tmp_path: Path) -> None:
    with cluster(tmp_path / "cluster") as running:
        assert len(running.alive()) == 2
        said = run_on(running, finished, archive, tmp_path)
    assert f"spark {running.url} shuffle.partitions=4" in said
    tasks = events(tmp_path, "TaskEnd")
    assert {task["Task Info"]["Executor ID"] for task in tasks} == {"0", "1"}
    assert not events(tmp_path, "ExecutorRemoved")
    assert_equal(finished, tmp_path)


def test_a_worker_killed_while_a_stage_runs_changes_nothing_but_the_time(
    finished: Finished, archive: Path, tmp_path: Path
) -> None:
    with cluster(tmp_path / "cluster") as running:
        assert len(running.alive()) == 2

        def kill_in_features(job: "subprocess.Popen[bytes]", log: Path) -> None:
            wait_for("the end of identity", lambda: b"\nidentity " in log.read_bytes(), 600, job)
            jobs = len(events(tmp_path, "JobStart"))
            wait_for("jobs of features", lambda: len(events(tmp_path, "JobStart")) > jobs + 1, of=job)
            running.kill_worker(0)

        run_on(running, finished, archive, tmp_path, kill_in_features)
        assert len(running.alive()) == 1
    (lost,) = events(tmp_path, "ExecutorRemoved")
    stages = [stage["Stage Info"] for stage in events(tmp_path, "StageCompleted")]
    assert any(stage["Submission Time"] <= lost["Timestamp"] <= stage["Completion Time"] for stage in stages), lost
    after = {
        task["Task Info"]["Executor ID"]
        for task in events(tmp_path, "TaskStart")
        if task["Task Info"]["Launch Time"] > lost["Timestamp"]
    }
    assert after == {"0", "1"} - {lost["Executor ID"]}
    assert_equal(finished, tmp_path)


def test_a_driver_inside_the_cluster_is_refused_in_sparks_own_words(tmp_path: Path) -> None:
    job = submit(["--master", "spark://127.0.0.1:7077", "--deploy-mode", "cluster"], ["-p", "small.zip"], tmp_path / "log")
    assert job.wait(timeout=60) != 0
    said = (tmp_path / "log").read_text(encoding="utf-8")
    assert "Cluster deploy mode is currently not supported for python applications on standalone clusters." in said
