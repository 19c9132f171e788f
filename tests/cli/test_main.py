"""The command `dmp` as a process: exit codes, what goes where, and what is never imported."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dmp_spark.lakehouse.location import Location
from dmp_spark.lakehouse.standing import standing
from tests.operations.small_lakehouse import published

HOME = Path(__file__).parents[2]
PROJECT = HOME / "conf" / "complete_journey"
WITHOUT_SPARK = (
    "import sys; from dmp_spark.cli.main import app\n"
    "try: app(sys.argv[1:])\n"
    "except SystemExit as end:\n"
    "    left = [name for name in ('pyspark', 'mlflow', 'pandas') if name in sys.modules]\n"
    "    print('imported', left, file=sys.stderr)\n"
    "    raise"
)


def dmp(*arguments, code=("-m", "dmp_spark.cli.main"), **environment):
    command = [sys.executable, *code, *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, cwd=HOME, env={**os.environ, **environment}, timeout=120, check=False
    )


@pytest.fixture(scope="module")
def lakehouse(tmp_path_factory):
    return published(tmp_path_factory.mktemp("lakehouse"))


def on(lakehouse):
    return ("-p", PROJECT, "--set", f"project.lakehouse.path={lakehouse}")


def test_help_names_the_commands():
    told = dmp("--help")
    assert told.returncode == 0
    assert [word for word in ("check", "run", "plan", "status", "sql") if word not in told.stdout] == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("run", "--bogus"), "No such option"),
        (("run", "-p", "/nowhere"), "there is no folder /nowhere"),
        (("run", "-p", PROJECT, "--stage", "nothing"), "the project has no stage 'nothing'"),
        (("run", "-p", PROJECT, "--as-of", "yesterday"), "no moment"),
        (("run", "-p", PROJECT, "--wait", "long"), "--wait"),
        (("run", "-p", PROJECT, "--started-at", "soon"), "--started-at: soon is no time"),
        (("plan", "-p", PROJECT, "--format", "xml"), "there is no format xml"),
        (("sql", "-p", PROJECT, "--engine", "presto", "select 1"), "there is no engine presto"),
        (("sql", "-p", PROJECT, "drop table silver.events"), "only SELECT is taken"),
    ],
)
def test_a_wrong_call_is_told_in_words_and_answers_2(arguments, said):
    told = dmp(*arguments)
    assert (told.returncode, told.stdout) == (2, "")
    assert said in told.stderr
    assert "Traceback" not in told.stderr


def test_a_query_prints_csv_and_imports_no_spark(lakehouse):
    query = "-- a comment first\nselect event_type, count(*), sum(value) as spend, bool_or(is_bot) from silver.events group by 1 order by 1"
    told = dmp("sql", *on(lakehouse), "--format", "csv", query, code=("-c", WITHOUT_SPARK))
    assert told.stdout == ("event_type,count(*),spend,bool_or(is_bot)\n,1,-1.0000,false\npurchase,2,3.7500,true\nvisit,1,,\n")
    assert told.stderr == "imported []\n"
    assert told.returncode == 0


def test_a_query_is_read_from_standard_input(lakehouse):
    command = [sys.executable, "-m", "dmp_spark.cli.main", "sql", *map(str, on(lakehouse)), "--format", "csv", "-"]
    told = subprocess.run(command, input="select 1 as x", capture_output=True, text=True, cwd=HOME, timeout=120, check=False)
    assert told.stdout == "x\n1\n"


def test_the_project_comes_from_the_environment_where_no_option_names_it(lakehouse):
    told = dmp(
        "sql", "--set", f"project.lakehouse.path={lakehouse}", "--format", "csv", "select 1 as x", DMP_PROJECT=str(PROJECT)
    )
    assert told.stdout == "x\n1\n"


def test_status_shows_tables_and_runs(lakehouse):
    told = dmp("status", *on(lakehouse), "--format", "json", code=("-c", WITHOUT_SPARK))
    assert told.stderr == "imported []\n"
    (standing,) = json.loads(told.stdout)
    tables = {table["table"]: (table["rows"], table["version"], table["published"]) for table in standing["tables"]}
    assert tables == {
        "gold.segment_membership": (3, 0, 0),
        "ops.runs": (1, 0, None),
        "silver.events": (4, 0, 0),
        "silver.identity_map": (3, 0, 0),
    }
    assert standing["as_of"] == "2018-01-01T05:00:00Z"
    assert [run["stage"] for run in standing["runs"]] == ["run"]
    table = dmp("status", *on(lakehouse)).stdout
    assert "silver.events" in table
    assert "last runs" in table
    assert (
        dmp("status", *on(lakehouse), "--format", "csv").stdout.splitlines()[0] == "table,rows,bytes,version,published,written_at"
    )


def test_the_plan_of_a_new_lakehouse_runs_everything_and_writes_nothing(tmp_path):
    told = dmp("plan", *on(tmp_path / "new"), "--format", "csv", code=("-c", WITHOUT_SPARK))
    assert told.stderr.splitlines()[-1] == "imported []"
    assert "as of 2018-01-01T00:00-05:00" in told.stderr
    rows = [line.split(",")[:2] for line in told.stdout.splitlines()[1:]]
    stages = ["ingest", "identity", "features", "profiles", "models", "segments", "activation", "measurement"]
    assert rows == [[stage, "run"] for stage in stages]
    assert not (tmp_path / "new").exists()


def test_an_earlier_moment_than_the_lakehouse_stands_at_is_refused(lakehouse):
    told = dmp("run", *on(lakehouse), "--as-of", "2017-12-31")
    assert told.returncode == 2
    assert "stands at 2018-01-01T00:00-05:00" in told.stderr


def test_a_run_without_news_is_skipped_without_spark(tmp_path):
    """Rows that say that everything was done stand in the ledger; so nothing runs, nothing is written, no JVM starts."""
    from dmp_spark import registry
    from dmp_spark.operations.ledger import Ledger, Row
    from dmp_spark.operations.steps import steps_of

    root = published(tmp_path / "lakehouse")
    moment = datetime(2018, 1, 1, 5, tzinfo=UTC)
    _, resolution = registry.resolved(PROJECT, (f"project.lakehouse.path={root}",))
    ledger = Ledger(Location(root))
    for step in steps_of(resolution):
        position = step.position(standing(Location(root)), moment, moment)
        ledger.append(
            Row(
                "r1",
                step.name,
                moment,
                moment,
                1.0,
                "done",
                versions_read=position.read,
                versions_written=position.written,
                inputs_hash=position.inputs_hash,
                spec_hash=position.spec_hash,
                code_hash=position.code_hash,
            )
        )
    tables = standing(Location(root))
    before = tables.versions(tables.names())
    told = dmp("run", *on(root), code=("-c", WITHOUT_SPARK))
    assert told.returncode == 0
    assert told.stderr.count("nothing new") == told.stdout.count("nothing new") == 8
    assert told.stderr.splitlines()[0].startswith("dmp run complete_journey as of 2018-01-01T00:00-05:00, lakehouse ")
    assert told.stderr.splitlines()[-1] == "imported []"
    assert ["lovers", "2"] in [line.split() for line in told.stdout.splitlines()]
    assert tables.versions(tables.names()) == before


def test_where_spark_is_not_installed_one_sentence_says_how_to_get_it(lakehouse):
    code = ("-c", "import sys; sys.modules['pyspark'] = None\nfrom dmp_spark.cli.main import main; main()")
    done = dmp("sql", "select 1", "--engine", "spark", *on(lakehouse), code=code)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "pyspark is not installed [no-pyspark]\n    pip install 'dmp-spark[spark]', or run it where Spark is\n"
    )


def test_what_goes_wrong_inside_is_one_sentence_and_a_traceback_on_demand(tmp_path):
    broken = tmp_path / "ops" / "runs" / "_delta_log"
    broken.mkdir(parents=True)
    (broken / "00000000000000000000.json").write_text("no json")
    told = dmp("status", *on(tmp_path))
    assert told.returncode == 1
    assert "Traceback" not in told.stderr
    assert len(told.stderr.splitlines()) == 1
    assert "Traceback" in dmp("status", *on(tmp_path), DMP_TRACEBACK="1").stderr
