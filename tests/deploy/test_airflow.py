"""The DAG of the small project, whole; its edges; and what the shell gets to see of its calls."""

import shlex
import sys
from types import ModuleType

import jinja2
import pytest

from dmp_spark.deploy import airflow
from dmp_spark.deploy.tasks import tasks_of
from dmp_spark.project.settings import ProjectFile
from dmp_spark.registry import STAGES
from tests.deploy.environments import ROOT
from tests.system.commands import SMALL, dmp

GOLDEN = ROOT / "tests" / "deploy" / "golden" / "airflow"  # after a wanted change: dmp deploy airflow FOLDER writes it again


class Operator:
    """A stand-in for BashOperator that keeps its words and its edges."""

    made = []

    def __init__(self, task_id, bash_command):
        self.name, self.command, self.needs = task_id, bash_command, ()
        Operator.made.append(self)

    def __rshift__(self, other):
        other.needs += (self.name,)

    def __rrshift__(self, others):
        self.needs += tuple(other.name for other in others)


class Dag:
    """A stand-in for DAG that keeps its settings."""

    settings = {}

    def __init__(self, **settings):
        Dag.settings = settings

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None


@pytest.fixture
def loaded(monkeypatch):
    """A function that loads a DAG's text without Airflow: (settings, operators)."""
    for name in ("airflow", "airflow.sdk", "airflow.providers", "airflow.providers.standard", "pendulum"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    for name in ("airflow.providers.standard.operators", "airflow.providers.standard.operators.bash"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    sys.modules["airflow.sdk"].DAG = Dag
    sys.modules["airflow.providers.standard.operators.bash"].BashOperator = Operator
    sys.modules["pendulum"].datetime = lambda *day, tz: (*day, tz)

    def load(text):
        Operator.made = []
        exec(compile(text, "dag", "exec"), {})
        return Dag.settings, Operator.made

    return load


def settings(**changes):
    return ProjectFile(**{"grammar": 1, "project": "shop", "time_zone": "Europe/Berlin"} | changes)


def test_the_dag_of_the_small_project_is_this_and_no_spark_is_imported(tmp_path):
    done = dmp("deploy", "airflow", str(tmp_path), "-p", str(SMALL), watched=True)
    assert (done.code, done.said) == (0, "pyspark imported: False\n"), done.everything
    assert done.shown == f"{tmp_path}/dmp_small.py\n"
    assert (tmp_path / "dmp_small.py").read_text() == (GOLDEN / "dmp_small.py").read_text()
    again = dmp("deploy", "airflow", str(tmp_path), "-p", str(SMALL))
    assert again.shown == f"{tmp_path}/dmp_small.py (as it was)\n"


def test_a_dag_has_the_edges_of_the_graph_and_each_task_its_job(loaded):
    tasks = tasks_of(STAGES)
    (text,) = airflow.files(settings(title='A "shop"'), tasks, None, ()).values()
    dag, made = loaded(text)
    assert {(operator.name, operator.needs) for operator in made} == {(task.name, task.needs) for task in tasks}
    jobs = {operator.name: operator.command.partition(" -p ")[0].partition("./spark-submit.sh ")[2] for operator in made}
    assert jobs == {name: f"jobs/{name}.py --part" for name in STAGES} | {"publish": "jobs/pipeline.py"}
    assert all((ROOT / job.split()[0]).is_file() for job in jobs.values())
    assert dag["description"] == 'A "shop"'
    assert (dag["max_active_tasks"], dag["default_args"]) == (1, {"skip_on_exit_code": 3})


def test_what_is_set_reaches_the_shell_as_it_was_written(loaded):
    overrides = ("segments.new.where=feature.spend > 3 and name <> 'O''Neil'", "project.title={{ template }} $HOME {# none #}")
    (text,) = airflow.files(settings(), tasks_of(["ingest", "identity"]), None, overrides).values()
    _, made = loaded(text)
    run = type("Run", (), {"run_after": type("Time", (), {"isoformat": lambda self: "2026-01-01T04:00:00+01:00"})()})()
    values = type("Values", (), {"value": {"dmp_home": "/srv/dmp spark", "dmp_project_shop": "/srv/my shop"}})()
    told = jinja2.Template(made[0].command).render(dag_run=run, var=values)
    assert shlex.split(told) == [
        *("cd", "/srv/dmp spark", "&&", "./spark-submit.sh", "jobs/ingest.py", "--part", "-p", "/srv/my shop"),
        *("--set", overrides[0], "--set", overrides[1]),
        *("--started-at", "2026-01-01T04:00:00+01:00", "--wait", "6 hours"),
    ]
