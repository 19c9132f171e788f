"""The small project over Spark Connect: `dmp` is a client, Spark another process, and the tables are the same."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.connect_server import Server
from tests.system.commands import ROOT, Done, dmp, small_copy

pytestmark = pytest.mark.connect

STARTED = (
    "from dmp_spark.lakehouse.session import start\n"
    "spark = start()\n"
    "print(type(spark).__module__, spark.conf.get('spark.sql.session.timeZone'), spark.range(3).count())\n"
    "spark.stop()\n"
    "import os\n"
    "print(open(f'/proc/self/task/{os.getpid()}/children').read() or 'no process of its own')\n"
)


def _ran(project: Path, name: str) -> Done:
    done = dmp("run", "-p", str(project), "--set", f"project.lakehouse.path={project.parent / name}", seconds=900)
    assert done.code == 0, done.everything
    return done


def _dumped(lakehouse: Path) -> list[str]:
    words = [sys.executable, str(ROOT / "tests" / "acceptance" / "dump"), str(lakehouse)]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()


def test_the_session_is_of_another_process_and_in_utc_whatever_the_server_says(connect_server: Server) -> None:
    os.kill(connect_server.process_id, 0)  # it lives
    assert connect_server.process_id != os.getpid()
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", STARTED], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.splitlines() == ["pyspark.sql.connect.session UTC 3", "no process of its own"]


def test_a_whole_run_over_connect_gives_the_tables_of_a_classic_one(
    connect_server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four minutes: both runs, models and exports included; a second run over Connect finds nothing new."""
    project = small_copy(tmp_path)
    _ran(project, "over_connect")
    again = _ran(project, "over_connect")
    assert "nothing new" in again.everything
    monkeypatch.delenv("SPARK_REMOTE")
    monkeypatch.delenv("SPARK_CONNECT_MODE_ENABLED", raising=False)  # pyspark's word that this process has been a client
    _ran(project, "classic")
    over_connect, classic = _dumped(tmp_path / "over_connect"), _dumped(tmp_path / "classic")
    assert {line.split()[-1] for line in over_connect} >= {"silver.events", "gold.features", "gold.scores", "gold.decisions"}
    assert over_connect == classic
