"""The DAG of the small project in a real Airflow: it succeeds and publishes once; a gate that holds tables back skips the rest."""

import os
import re
import subprocess

import pytest

from dmp_spark.operations.ledger import Ledger
from tests.deploy.environments import ROOT, program
from tests.system.commands import dmp, replace_in, small_copy

pytestmark = pytest.mark.long  # nine calls of spark-submit, and Airflow's own start of 15 seconds each time


@pytest.fixture
def project(tmp_path):
    """A copy of the small project, with its DAG beside it."""
    copy = small_copy(tmp_path)
    done = dmp("deploy", "airflow", str(tmp_path / "dags"), "-p", str(copy))
    assert done.code == 0, done.everything
    return copy


@pytest.fixture
def states(tmp_path, project):
    """A function that runs the DAG as `airflow dags test` does, and gives the state of each task and of the run."""
    program("airflow", "airflow")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {
        "AIRFLOW_HOME": str(tmp_path / "airflow"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_FOLDER": str(tmp_path / "dags"),
        "AIRFLOW_VAR_DMP_HOME": str(ROOT),
        "AIRFLOW_VAR_DMP_PROJECT_SMALL": str(project),
        "NO_COLOR": "1",
    }

    def airflow(*words):
        return subprocess.run(
            [program("airflow", "airflow"), *words], env=environment, capture_output=True, text=True, timeout=900, check=False
        )

    migrated = airflow("db", "migrate")
    assert migrated.returncode == 0, migrated.stderr

    def run():
        ended = airflow("dags", "test", "dmp_small", "--dagfile-path", str(tmp_path / "dags" / "dmp_small.py"))
        print(ended.stdout, ended.stderr)
        return ended

    return run


def test_the_dag_runs_every_stage_in_order_and_publishes_once(project, states):
    ended = states()
    assert ended.returncode == 0
