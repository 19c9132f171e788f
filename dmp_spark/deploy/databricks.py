"""A project as a Databricks bundle: databricks.yml, and a job with a task a stage, on a cluster of its own or serverless."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any, Literal

from dmp_spark.deploy.files import stamped
from dmp_spark.deploy.tasks import PUBLISH, WAIT, Schedule, Task

Compute = Literal["classic", "serverless"]
WHEEL = "../dist/*.whl"  # as seen from resources/
KEY = "dmp"  # of the job's cluster, or of its environment
ENVIRONMENT = "5"  # of serverless compute: Python 3.12, Spark 4.1's client
STARTED_AT = "{{job.start_time.iso_datetime}}"

_VARIABLES = {
    "catalog": {"description": "catalog of Unity Catalog in which the tables lie", "default": "main"},
    "prefix": {"description": "what the names of the schemas begin with"},
    "volume": {"description": "folder of a volume for all that is no table: /Volumes/CATALOG/SCHEMA/VOLUME"},
    "operators": {"description": "group that may start and stop the job", "default": "admins"},
    "readers": {"description": "group that may see the job and its runs", "default": "users"},
}
_OF_A_CLUSTER = {
    "spark_version": {"description": "runtime with Spark 4.1 and Python 3.12, as databricks clusters spark-versions names it"},
    "node_type": {"description": "machines of the cluster, as databricks clusters list-node-types names them"},
    "workers": {"description": "workers of the cluster", "default": 2},
}
_LAKEHOUSE = (
    "project.lakehouse.catalog=${var.catalog}",
    "project.lakehouse.prefix=${var.prefix}",
    "project.lakehouse.path=${var.volume}/${var.prefix}",
)
_SCOPE = {"secret_scope": {"description": "scope that holds the project's secrets, each under the name of its variable"}}


@dataclass(frozen=True)
class Bundle:
    """What a bundle is made of; `secrets` are the names of environment variables that the project reads secrets from."""

    project: str
    title: str
    tasks: Sequence[Task]
    when: Schedule | None = None
    compute: Compute = "classic"
    overrides: Sequence[str] = ()
    secrets: Sequence[str] = ()

    def files(self) -> dict[str, str]:
        """A file's path in the bundle → its text; the same bytes for the same project, and no path of this machine."""
        parts = {"databricks.yml": self._bundle(), "resources/job.yml": {"resources": {"jobs": {self.project: self._job()}}}}
        return {name: stamped("databricks", _yaml(data)) for name, data in parts.items()}

    def _bundle(self) -> dict[str, Any]:
        scope = _SCOPE if self.secrets else {}
        cluster = _OF_A_CLUSTER if self.compute == "classic" else {}
        return {
            "bundle": {"name": self.project},
            "include": ["resources/*.yml"],
            "variables": {**_VARIABLES, **cluster, **scope},
            "targets": {
                "development": {
                    "mode": "development",
                    "default": True,
                    "variables": {"prefix": f"${{workspace.current_user.short_name}}_{self.project}"},
                },
                "production": {
                    "mode": "production",
                    "workspace": {"root_path": "/Workspace/Shared/.bundle/${bundle.name}/${bundle.target}"},
                    "variables": {"prefix": self.project},
                },
            },
        }

    def _job(self) -> dict[str, Any]:
        job: dict[str, Any] = {
            "name": f"dmp_{self.project}",
            "description": self.title or self.project,
            "max_concurrent_runs": 1,
            "permissions": [
                {"level": "CAN_MANAGE_RUN", "group_name": "${var.operators}"},
                {"level": "CAN_VIEW", "group_name": "${var.readers}"},
            ],
        }
        if self.when:
            job["schedule"] = {"quartz_cron_expression": self.when.quartz, "timezone_id": self.when.zone}
        if self.compute == "classic":
            job["job_clusters"] = [{"job_cluster_key": KEY, "new_cluster": self._cluster()}]
        else:
            job["environments"] = [
                {"environment_key": KEY, "spec": {"environment_version": ENVIRONMENT, "dependencies": [WHEEL]}}
            ]
        job["tasks"] = [self._task(task) for task in self.tasks]
        return job

    def _cluster(self) -> dict[str, Any]:
        cluster: dict[str, Any] = {
            "spark_version": "${var.spark_version}",
            "node_type_id": "${var.node_type}",
            "num_workers": "${var.workers}",
            "data_security_mode": "SINGLE_USER",
            "spark_conf": {"spark.sql.session.timeZone": "UTC"},
        }
        if self.secrets:
            cluster["spark_env_vars"] = {name: f"{{{{secrets/${{var.secret_scope}}/{name}}}}}" for name in self.secrets}
        return cluster

    def _task(self, task: Task) -> dict[str, Any]:
        described: dict[str, Any] = {"task_key": task.name}
        if task.needs:
            described["depends_on"] = [{"task_key": name} for name in task.needs]
        if self.compute == "classic":
            described |= {"job_cluster_key": KEY, "libraries": [{"whl": WHEEL}]}
        else:
            described["environment_key"] = KEY
        described["python_wheel_task"] = {
            "package_name": "dmp_spark",
            "entry_point": "dmp-task",
            "parameters": self._parameters(task),
        }
        return described

    def _parameters(self, task: Task) -> list[str]:
        part = [] if task.name == PUBLISH else ["--part", f"--stage={task.name}"]
        settings = [f"--set={setting}" for setting in (*self.overrides, *_LAKEHOUSE)]
        moment = f"--started-at={STARTED_AT}"
        return ["run", *part, "--project=${workspace.file_path}/project.zip", *settings, moment, f"--wait={WAIT}"]


def _yaml(data: dict[str, Any]) -> str:
    from ruamel.yaml import YAML

    writer = YAML()
    writer.indent(mapping=2, sequence=4, offset=2)
    writer.width = 200
    out = StringIO()
    writer.dump(data, out)
    return out.getvalue()
