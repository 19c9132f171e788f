"""DAGs in a real Airflow: what it reads of one, what it makes of each exit code, and the small project run by it."""

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
from dmp_spark.lakehouse.location import Location
from dmp_spark.operations.ledger import Ledger
from dmp_spark.project.settings import ProjectFile
from dmp_spark.registry import STAGES
from tests.deploy.environments import ROOT, program
from tests.system.commands import dmp, small_copy

pytestmark = pytest.mark.long  # Airflow takes ten seconds to start, and the whole DAG calls spark-submit ten times

TASKS = (*STAGES, "publish")
LOADED = """
import json, sys
from airflow.dag_processing.dagbag import DagBag
bag = DagBag(sys.argv[1])
(dag,) = bag.dags.values()
edges = [[task.task_id, sorted(task.upstream_task_ids)] for task in dag.tasks]
print(json.dumps([bag.import_errors, dag.timetable.expression, str(dag.timetable.timezone), edges]))
"""
SUBMIT = """#!/usr/bin/env bash
echo "$@" >>calls.txt
exit "$(cat "codes/$(basename "$1" .py)" 2>/dev/null || echo 0)"
"""


@pytest.fixture
def environment(tmp_path):
    """The environment of an Airflow with a home, a folder of DAGs and a database of its own."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"} | {
        "AIRFLOW_HOME": str(tmp_path / "airflow"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_FOLDER": str(tmp_path / "dags"),
    }


@pytest.fixture
def states(tmp_path, environment):
    """A function that runs a DAG, which finds its jobs in `home`: the state of each task, first begun first, and of the run."""
    program("airflow")

    def airflow(*words, **variables):
        return subprocess.run(
            [program("airflow", "airflow"), *words],
            env=environment | variables,
            capture_output=True,
            text=True,
            timeout=1500,
            check=False,
        )

    def run(name, home, project):
        migrated = airflow("db", "migrate")
        assert migrated.returncode == 0, migrated.stderr
        dag = str(tmp_path / "dags" / f"dmp_{name}.py")
        variables = {"AIRFLOW_VAR_DMP_HOME": str(home), f"AIRFLOW_VAR_DMP_PROJECT_{name.upper()}": str(project)}
        ended = airflow("dags", "test", f"dmp_{name}", "--dagfile-path", dag, **variables)
        with closing(sqlite3.connect(tmp_path / "airflow" / "airflow.db")) as database:
            tasks = dict(database.execute("select task_id, state from task_instance order by start_date, task_id"))
            runs = [state for (state,) in database.execute("select state from dag_run")]
        assert len(runs) == 1, ended.stdout + ended.stderr
        return tasks, runs[0]

    return run


def shop(folder, when=None):
    """A DAG of all stages, in the folder."""
    settings = ProjectFile(grammar=1, project="shop", title="A 'shop'", time_zone="Europe/Berlin")
    write(folder, files(settings, tasks_of(STAGES), when, ("project.title={{ x }}",)))


def test_airflow_reads_the_schedule_and_the_edges(tmp_path, environment):
    shop(tmp_path / "dags", Schedule("weeks", time(5, 30), "Europe/Berlin"))
    command = [program("airflow"), "-c", LOADED, tmp_path / "dags"]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=True)
    edges = [[task.name, sorted(task.needs)] for task in tasks_of(STAGES)]
    assert json.loads(ended.stdout.splitlines()[-1]) == [{}, "30 5 * * 1", "Europe/Berlin", edges]


@pytest.mark.parametrize(
    ("codes", "odd", "of_the_run"),
    [
        ({}, {}, "success"),
        ({"ingest": 3}, dict.fromkeys(TASKS, "skipped"), "success"),
        ({"pipeline": 3}, {"publish": "skipped"}, "success"),
        (
            {"profiles": 1},
            {"profiles": "failed"} | dict.fromkeys(("segments", "activation", "measurement", "publish"), "upstream_failed"),
            "failed",
        ),
    ],
    ids=["done", "tables held back", "an export held back", "failed"],
)
def test_what_a_job_answers_decides_what_follows(tmp_path, states, codes, odd, of_the_run):
    """With jobs that only answer: which of them are called, at which one moment, and what becomes of the others."""
    shop(tmp_path / "dags")
    home = tmp_path / "home of dmp"
    (home / "codes").mkdir(parents=True)
    (home / "spark-submit.sh").write_text(SUBMIT)
    (home / "spark-submit.sh").chmod(0o755)
    for job, code in codes.items():
        (home / "codes" / job).write_text(str(code))
    assert states("shop", home, "/srv/my shop") == (dict.fromkeys(TASKS, "success") | odd, of_the_run)
    calls = (home / "calls.txt").read_text().splitlines()
    jobs = {name: "pipeline" if name == "publish" else name for name in TASKS}
    stopped = {
        jobs[name]
        for name, state in odd.items()
        if state == "upstream_failed" or (state == "skipped" and jobs[name] not in codes)
    }
    assert sorted(call.split()[0] for call in calls) == sorted(f"jobs/{job}.py" for job in {*jobs.values()} - stopped)
    assert all("-p /srv/my shop --set project.title={{ x }} --started-at 20" in call for call in calls)
    assert len({call.partition("--started-at ")[2] for call in calls}) == 1


def test_the_small_project_runs_every_stage_in_order_and_is_published_once(tmp_path, states):
    project = small_copy(tmp_path)
    done = dmp("deploy", "airflow", str(tmp_path / "dags"), "-p", str(project))
    assert done.code == 0, done.everything
    tasks, of_the_run = states("small", ROOT, project)
    assert (list(tasks)[0], list(tasks)[-1]) == ("ingest", "publish")
    assert (tasks, of_the_run) == (dict.fromkeys(TASKS, "success"), "success")
    rows = Ledger(Location(project / "lakehouse")).rows()
    assert sorted(row.stage for row in rows if row.stage != "run") == sorted(STAGES)
    published = [row for row in rows if row.stage == "run" and row.versions_written]
    assert published == [rows[-1]]
    assert {table.split(".")[0] for table in published[0].versions_written} == {"bronze", "silver", "gold"}
    assert len({row.as_of for row in rows}) == 1
