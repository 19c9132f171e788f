"""A project as an Airflow DAG: one file of Python, a task a stage, each a call of spark-submit.sh."""

from collections.abc import Sequence
from shlex import quote
from typing import TYPE_CHECKING

from dmp_spark.deploy.files import stamped
from dmp_spark.deploy.tasks import PUBLISH, WAIT, Schedule, Task

if TYPE_CHECKING:
    from dmp_spark.project.settings import ProjectFile

_STARTED_AT = "{{ dag_run.run_after.isoformat() }}"
_DAG = '''"""{project}: a task a stage, in the order of its tables.

Airflow 3. Variables: `dmp_home`, the folder of the checkout of dmp_spark on the workers; `dmp_project_{project}`, that of the
project. A task ends failed where its stage failed, and skipped where a gate of the project held something back (exit code 3):
what needs it is then skipped too, and the run has not failed.
"""

import pendulum
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

SUBMIT = 'cd "{{{{ var.value.dmp_home }}}}" && ./spark-submit.sh'
OPTIONS = {options!r}

with DAG(
    dag_id="dmp_{project}",
    description={description!r},
    schedule={schedule!r},
    start_date=pendulum.datetime(2020, 1, 1, tz={zone!r}),
    catchup=False,
    max_active_runs=1,
    max_active_tasks=1,  # one run at a time on a lakehouse
    default_args={{"skip_on_exit_code": 3}},
    tags=["dmp_spark"],
):
{tasks}

{edges}
'''


def files(settings: "ProjectFile", tasks: Sequence[Task], when: Schedule | None, overrides: Sequence[str]) -> dict[str, str]:
    """The DAG of a project: a file's name → its text; the same bytes for the same project, and no path of this machine."""
    body = _DAG.format(
        project=settings.project,
        options=_options(settings.project, overrides),
        description=settings.title or settings.project,
        schedule=when.cron if when else None,
        zone=settings.time_zone,
        tasks="\n".join(map(_task, tasks)),
        edges="\n".join(f"    {_list(task.needs)} >> {task.name}" for task in tasks if task.needs),
    )
    return {f"dmp_{settings.project}.py": stamped("airflow", body)}


def _task(task: Task) -> str:
    job, part = ("pipeline", "") if task.name == PUBLISH else (task.name, "--part ")
    return f'    {task.name} = BashOperator(task_id="{task.name}", bash_command=f"{{SUBMIT}} jobs/{job}.py {part}{{OPTIONS}}")'


def _options(project: str, overrides: Sequence[str]) -> str:
    """What every call is told. All judge at one moment, which follows from when the run began and not from their clocks."""
    words = [_literal(word) for override in overrides for word in ("--set", override)]
    return " ".join(
        [f'-p "{{{{ var.value.dmp_project_{project} }}}}"', *words, f"--started-at {_STARTED_AT}", f"--wait {quote(WAIT)}"]
    )


def _literal(word: str) -> str:
    """A word as the shell takes it, kept from Airflow's templates where it could be taken for one."""
    return f"{{% raw %}}{quote(word)}{{% endraw %}}" if "{" in word else quote(word)


def _list(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"[{', '.join(names)}]"
