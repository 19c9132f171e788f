"""DAGs in a real Airflow: what it reads of one, and that of the small project run, with and without a gate that holds."""

import json
import os
import sqlite3
import subprocess
from contextlib import closing
from datetime import time

import pytest

from dmp_spark.deploy.airflow import files
from dmp_spark.deploy.files import write
from dmp_spark.deploy.tasks import Schedule, tasks_of
from dmp_spark.operations.ledger import Ledger
from dmp_spark.project.settings import ProjectFile
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


LOADED = """
import json, sys
from airflow.dag_processing.dagbag import DagBag
bag = DagBag(sys.argv[1])
(dag,) = bag.dags.values()
edges = [[task.task_id, sorted(task.upstream_task_ids)] for task in dag.tasks]
print(json.dumps([bag.import_errors, dag.timetable.expression, str(dag.timetable.timezone), edges]))
"""


def test_airflow_reads_the_schedule_and_the_edges(tmp_path):
    settings = ProjectFile(grammar=1, project="shop", title="A 'shop'", time_zone="Europe/Berlin")
    tasks = tasks_of(STAGES)
    write(tmp_path / "dags", files(settings, tasks, Schedule("weeks", time(5, 30), "Europe/Berlin"), ("project.title={{ x }}",)))
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {
        "AIRFLOW_HOME": str(tmp_path / "airflow"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    }
    ended = subprocess.run(
        [program("airflow"), "-c", LOADED, tmp_path / "dags"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    edges = [[task.name, sorted(task.needs)] for task in tasks]
    assert json.loads(ended.stdout.splitlines()[-1]) == [{}, "30 5 * * 1", "Europe/Berlin", edges]


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
