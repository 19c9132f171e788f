"""`dmp deploy`: files that hand the project to a scheduler, generated from the graph of its stages."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dmp_spark.cli.call import project_folder
from dmp_spark.cli.options import ProjectOption, SetOption
from dmp_spark.errors import Problem, UserError

if TYPE_CHECKING:
    from dmp_spark.deploy.databricks import Compute
    from dmp_spark.deploy.tasks import Task
    from dmp_spark.project.load import Project

TargetArgument = Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the files go.")]
AtOption = Annotated[
    str | None, typer.Option("--at", metavar="HH:MM", help="When a run begins, in the project's time zone; else 04:00.")
]
ComputeOption = Annotated[str, typer.Option("--compute", help="classic, a cluster for the job, or serverless.")]

deploy = typer.Typer(help="Hand the project to a scheduler.", no_args_is_help=True, rich_markup_mode=None)


@deploy.command()
def databricks(
    target: TargetArgument,
    project: ProjectOption = None,
    overrides: SetOption = None,
    compute: ComputeOption = "classic",
    at: AtOption = None,
) -> None:
    """Write a bundle for Databricks: databricks.yml, and a job with a task a stage."""
    from dmp_spark.deploy.databricks import Bundle
    from dmp_spark.deploy.tasks import schedule, secrets_of

    known, tasks = _known(project, overrides)
    secrets = secrets_of(known)
    bundle = Bundle(
        project=known.settings.project,
        title=known.settings.title,
        tasks=tasks,
        when=schedule(known, at),
        compute=_compute(compute, secrets),
        overrides=tuple(overrides or ()),
        secrets=secrets,
    )
    _write(target, bundle.files())


@deploy.command()
def airflow(target: TargetArgument, project: ProjectOption = None, overrides: SetOption = None, at: AtOption = None) -> None:
    """Write a DAG for Airflow: one file, a task a stage."""
    from dmp_spark.deploy.airflow import files
    from dmp_spark.deploy.tasks import schedule

    known, tasks = _known(project, overrides)
    _write(target, files(known.settings, tasks, schedule(known, at), tuple(overrides or ())))


def _known(folder: Path | None, overrides: Sequence[str] | None) -> "tuple[Project, tuple[Task, ...]]":
    from dmp_spark import registry
    from dmp_spark.deploy.tasks import tasks_of

    project, resolution = registry.resolved(project_folder(folder), tuple(overrides or ()))
    return project, tasks_of(resolution.specs)


def _compute(text: str, secrets: Sequence[str]) -> "Compute":
    if text == "classic":
        return "classic"
    if text != "serverless":
        raise UserError(Problem("compute", f"there is no compute {text}", way_out="write classic or serverless"))
    if secrets:
        what = f"serverless compute gets no environment variables here, and the project reads secrets from {', '.join(secrets)}"
        raise UserError(Problem("compute", what, way_out="--compute classic"))
    return "serverless"


def _write(target: Path, texts: Mapping[str, str]) -> None:
    from dmp_spark.deploy.files import write

    changed = write(target, texts)
    for name in texts:
        print(f"{target / name}{'' if target / name in changed else ' (as it was)'}")
