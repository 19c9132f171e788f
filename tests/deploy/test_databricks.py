"""The bundle of the small project, whole; what Databricks' own models say of it; and what they do not look at."""

import json
import re
import subprocess
import time
from datetime import time as clock

import pytest
from ruamel.yaml import YAML

from dmp_spark.cli.deploy import _compute
from dmp_spark.deploy.databricks import Bundle
from dmp_spark.deploy.tasks import Schedule, Task, tasks_of
from dmp_spark.errors import UserError
from dmp_spark.registry import STAGES
from tests.deploy.environments import ROOT, program
from tests.system.commands import SMALL, dmp

GOLDEN = (
    ROOT / "tests" / "deploy" / "golden"
)  # after a wanted change: dmp deploy databricks FOLDER [--compute serverless] writes it again
JUDGE = """
import json, sys
from databricks.bundles.jobs import Job
for job in json.load(sys.stdin):
    try:
        print(json.dumps(Job.from_dict(job).as_dict()))
    except (TypeError, ValueError) as error:
        print(json.dumps(str(error)))
"""


def parts(files):
    return {name: YAML(typ="safe").load(text) for name, text in files.items()}


def read(folder):
    return {path.relative_to(folder).as_posix(): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}


def bundle(**changes):
    wanted = {"project": "shop", "title": "A shop", "tasks": tasks_of(STAGES)} | changes
    return Bundle(**wanted)


@pytest.mark.parametrize("compute", ["classic", "serverless"])
def test_the_bundle_of_the_small_project_is_this_and_no_spark_is_imported(tmp_path, compute):
    done = dmp("deploy", "databricks", str(tmp_path), "-p", str(SMALL), "--compute", compute, watched=True)
    assert (done.code, done.said) == (0, "pyspark imported: False\n"), done.everything
    assert done.shown == f"{tmp_path}/databricks.yml\n{tmp_path}/resources/job.yml\n"
    assert read(tmp_path) == read(GOLDEN / compute)


def test_it_answers_in_three_seconds(tmp_path):
    def seconds():
        begin = time.monotonic()
        dmp("deploy", "databricks", str(tmp_path), "-p", str(SMALL))
        return time.monotonic() - begin

    assert any(seconds() < 3 for _ in range(3)), "others may be busy on this machine, but not three times"


def test_a_bundle_is_written_again_and_not_over_a_change_by_hand(tmp_path):
    words = ("deploy", "databricks", str(tmp_path), "-p", str(SMALL))
    dmp(*words)
    (tmp_path / "databricks.yml").write_text((tmp_path / "databricks.yml").read_text() + "# mine\n")
    done = dmp(*words, "--compute", "serverless")
    assert (done.code, done.shown) == (2, "")
    assert done.said.startswith(f"{tmp_path}/databricks.yml: it was not written by dmp deploy")
    assert "job_clusters" in (tmp_path / "resources/job.yml").read_text()


def judged(jobs):
    """What Databricks' own models make of each job: the job as they understand it, or what is wrong with it."""
    ended = subprocess.run(
        [program("bundles"), "-c", JUDGE], input=json.dumps(jobs), capture_output=True, text=True, check=True, timeout=60
    )
    return [json.loads(line) for line in ended.stdout.splitlines()]


@pytest.mark.parametrize("compute", ["classic", "serverless"])
def test_the_models_of_databricks_know_every_word_of_the_small_project_s_job(compute):
    """The files that `dmp deploy databricks` writes, compared above word for word."""
    jobs = parts(read(GOLDEN / compute))["resources/job.yml"]["resources"]["jobs"]
    assert list(jobs) == ["small"]
    assert judged([jobs["small"]]) == [jobs["small"]]


def test_the_models_of_databricks_know_every_word_of_the_jobs():
    """What the small project has none of: a schedule, an override, a secret; and mistakes, so that the judge is seen to judge."""
    when = Schedule("weeks", clock(4), "Europe/Berlin")
    bundles = [bundle(when=when, compute=compute, overrides=("segments.new.title=New",)) for compute in ("classic", "serverless")]
    bundles.append(bundle(secrets=("IDENTIFIER_KEY",)))
    jobs = [parts(each.files())["resources/job.yml"]["resources"]["jobs"]["shop"] for each in bundles]
    mistaken = [json.loads(json.dumps(jobs[0])) for _ in range(3)]
    mistaken[0]["tasks"][1]["depend_on"] = []
    mistaken[1]["permissions"][0]["level"] = "CAN_SEE"
    del mistaken[2]["schedule"]["timezone_id"]
    said = judged([*jobs, *mistaken])
    assert said[:3] == jobs
    assert [each.split(" ", 1)[0] for each in said[3:]] == ["Unexpected", "'CAN_SEE'", "CronSchedule.__init__()"]


def test_a_job_has_the_edges_of_the_graph_and_each_part_its_stage():
    job = parts(bundle().files())["resources/job.yml"]["resources"]["jobs"]["shop"]
    tasks = tuple(Task(task["task_key"], tuple(each["task_key"] for each in task.get("depends_on", ()))) for task in job["tasks"])
    assert tasks == tasks_of(STAGES)
    words = {task["task_key"]: task["python_wheel_task"]["parameters"] for task in job["tasks"]}
    assert {name: told[1:3] for name, told in words.items() if name != "publish"} == {
        name: ["--part", f"--stage={name}"] for name in STAGES
    }
    assert not [word for word in words["publish"] if word.startswith(("--part", "--stage"))]


@pytest.mark.parametrize(
    "changes", [{}, {"compute": "serverless"}, {"secrets": ("IDENTIFIER_KEY",)}], ids=["classic", "serverless", "secrets"]
)
def test_every_variable_is_declared_used_and_has_a_value_or_is_asked_for(changes):
    files = bundle(**changes).files()
    main = parts(files)["databricks.yml"]
    used = set(re.findall(r"\$\{var\.(\w+)\}", files["resources/job.yml"]))
    assert used == set(main["variables"])
    without = {name for name, variable in main["variables"].items() if "default" not in variable}
    asked = {"volume", "secret_scope"} if "secrets" in changes else {"volume"}
    asked |= {"spark_version", "node_type"} if "compute" not in changes else set()
    assert [without - set(target["variables"]) for target in main["targets"].values()] == [asked, asked]
    assert all(path.startswith("resources/") for path in files if path != "databricks.yml")
    assert main["include"] == ["resources/*.yml"]


def test_a_secret_reaches_the_cluster_by_its_scope_and_no_serverless_job():
    cluster = parts(bundle(secrets=("IDENTIFIER_KEY",)).files())["resources/job.yml"]["resources"]["jobs"]["shop"][
        "job_clusters"
    ][0]
    assert cluster["new_cluster"]["spark_env_vars"] == {"IDENTIFIER_KEY": "{{secrets/${var.secret_scope}/IDENTIFIER_KEY}}"}
    with pytest.raises(UserError, match="reads secrets from IDENTIFIER_KEY"):
        _compute("serverless", ("IDENTIFIER_KEY",))
    with pytest.raises(UserError, match="there is no compute gpu"):
        _compute("gpu", ())
