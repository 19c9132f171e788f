"""The DAG of the small project in a real Airflow: one run, published once; and where a gate holds tables back, the rest is skipped."""

import os
import sqlite3
import subprocess
from contextlib import closing

import pytest

from dmp_spark.operations.ledger import Ledger
from dmp_spark.registry import STAGES
from tests.deploy.environments import ROOT, program
from tests.system.commands import dmp, replace_in, small_copy

pytestmark = pytest.mark.long  # nine calls of spark-submit, and Airflow's own start


@pytest.fixture
def project(tmp_path):
    """A copy of the small project, with its DAG beside it."""
    copy = small_copy(tmp_path)
    done = dmp("deploy", "airflow", str(tmp_path / "dags"), "-p", str(copy))
    assert done.code == 0, done.everything
    return copy


@pytest.fixture
def airflow(tmp_path, project):
    """A function that calls Airflow, with a home and a database of its own; and its answer."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {
        "AIRFLOW_HOME": str(tmp_path / "airflow"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_FOLDER": str(tmp_path / "dags"),
        "AIRFLOW_VAR_DMP_HOME": str(ROOT),
        "AIRFLOW_VAR_DMP_PROJECT_SMALL": str(project),
    }

    def called(*words):
        command = [program("airflow", "airflow"), *words]
        ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=1500, check=False)
        assert ended.returncode == 0, ended.stdout + ended.stderr
        return ended

    called("db", "migrate")
    return called


@pytest.fixture
def states(tmp_path, airflow):
    """A function that runs the DAG: the state of each task in the order in which they began, and that of the run."""

    def run():
        airflow("dags", "test", "dmp_small", "--dagfile-path", str(tmp_path / "dags" / "dmp_small.py"))
        with closing(sqlite3.connect(tmp_path / "airflow" / "airflow.db")) as database:
            tasks = dict(database.execute("select task_id, state from task_instance order by start_date, task_id"))
            ((of_the_run,),) = database.execute("select state from dag_run")
        return tasks, of_the_run

    return run


def test_the_dag_runs_every_stage_in_order_and_publishes_once(project, states):
    tasks, of_the_run = states()
    assert (list(tasks)[0], list(tasks)[-1]) == ("ingest", "publish")
    assert (tasks, of_the_run) == (dict.fromkeys((*STAGES, "publish"), "success"), "success")
    rows = Ledger(project / "lakehouse").rows()
    assert sorted(row.stage for row in rows if row.stage != "run") == sorted(STAGES)
    published = [row for row in rows if row.stage == "run" and row.versions_written]
    assert published == rows[-1:]
    assert {table.split(".")[0] for table in published[0].versions_written} == {"bronze", "silver", "gold"}
    assert len({row.as_of for row in rows}) == 1


def test_a_gate_that_holds_tables_back_skips_the_rest_and_fails_nothing(project, states):
    replace_in(project / "ingest.yml", "timestamp '2016-01-01'", "timestamp '2030-01-01'")
    tasks, of_the_run = states()
    assert (tasks, of_the_run) == (dict.fromkeys((*STAGES, "publish"), "skipped"), "success")
    rows = Ledger(project / "lakehouse").rows()
    assert [(row.stage, row.status) for row in rows] == [("ingest", "held"), ("run", "held")]
    assert not any(row.versions_written for row in rows if row.stage == "run")
