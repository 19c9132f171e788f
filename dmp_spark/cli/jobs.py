"""What jobs/*.py call under spark-submit: `dmp run` for all stages or one, with the session told in the first line."""

import typer

from dmp_spark.cli.call import Call, project_folder
from dmp_spark.cli.failing import told
from dmp_spark.cli.main import main as command
from dmp_spark.cli.options import (
    AsOfOption,
    FromOption,
    FullOption,
    PartOption,
    ProjectOption,
    SetOption,
    StageOption,
    StartedAtOption,
    UntilOption,
    WaitOption,
)
from dmp_spark.cli.run import run

TOLD_SETTINGS = {"spark.sql.shuffle.partitions": "shuffle.partitions", "spark.driver.memory": "driver.memory"}


def main(stage: str | None = None) -> None:
    """Run the pipeline, or one stage of it, with the options of `dmp run`."""
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)

    @app.command()
    def job(
        project: ProjectOption = None,
        overrides: SetOption = None,
        stages: StageOption = None,
        first: FromOption = None,
        last: UntilOption = None,
        as_of: AsOfOption = None,
        full: FullOption = False,
        wait: WaitOption = None,
        started_at: StartedAtOption = None,
        part: PartOption = False,
    ) -> None:
        only = (stage,) if stage else tuple(stages or ())
        call = Call(project_folder(project), tuple(overrides or ()), only, first, last, as_of, full, wait, started_at, part)
        raise typer.Exit(run(call, announce))

    told(app)


def task() -> None:
    """The command `dmp` as a task of Databricks calls it: it returns where all is well, for even an exit of 0 may fail a task."""
    try:
        command()
    except SystemExit as end:
        if end.code:
            raise


def announce(moment: str) -> None:
    """Print the first line of a job: the session it runs in, and the moment it judges at."""
    from dmp_spark.lakehouse.session import start

    spark = start()
    settings = ", ".join(f"{short}={spark.conf.get(name, '')}" for name, short in TOLD_SETTINGS.items())
    print(f"spark {spark.conf.get('spark.master', '')} {settings}, as of {moment}", flush=True)
