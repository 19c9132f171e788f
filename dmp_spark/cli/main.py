"""The command `dmp`. Answers 0 done, 1 a stage failed, 2 the project or the call is wrong, 3 a gate held something back."""

from pathlib import Path
from typing import Annotated

import typer

from dmp_spark.cli.call import Call, project_folder
from dmp_spark.cli.deploy import deploy
from dmp_spark.cli.failing import told
from dmp_spark.cli.options import (
    AsOfOption,
    FormatOption,
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

app = typer.Typer(
    name="dmp",
    help="People out of events: audiences, scores and exports by Spark jobs over Delta tables, described in YAML.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the project goes.")],
    files: Annotated[list[Path], typer.Option("--from", metavar="FILE", help="A file to read; once for each file.")],
) -> None:
    """Look at files, and draft a project that reads them."""
    from dmp_spark.cli.init import init as drafted

    raise typer.Exit(drafted(folder, tuple(files)))


@app.command()
def check(
    project: ProjectOption = None,
    overrides: SetOption = None,
    show: Annotated[bool, typer.Option("--show", help="Print the project with all defaults filled in.")] = False,
    engine: Annotated[str | None, typer.Option("--engine", help="Also find what cannot run there: local, connect, …")] = None,
) -> None:
    """Find every mistake of the project, each with file, line and a way out."""
    from dmp_spark.cli.check import check as checked

    raise typer.Exit(checked(project_folder(project), tuple(overrides or ()), show, engine))


@app.command()
def run(
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
    """Run the stages that have anything new, and publish."""
    from dmp_spark.cli.run import run as ran

    raise typer.Exit(ran(_call(project, overrides, stages, first, last, as_of, full, wait, started_at, part)))


@app.command()
def replay(project: ProjectOption = None, overrides: SetOption = None, as_of: AsOfOption = None, wait: WaitOption = None) -> None:
    """Try rejected records again by today's rules; what passes becomes events, with its original times."""
    from dmp_spark.cli.run import run as ran

    chosen = ("ingest",)
    call = Call(project_folder(project), tuple(overrides or ()), chosen, as_of=as_of, wait=wait, replay=True)
    raise typer.Exit(ran(call))


@app.command()
def plan(
    project: ProjectOption = None,
    overrides: SetOption = None,
    stages: StageOption = None,
    first: FromOption = None,
    last: UntilOption = None,
    as_of: AsOfOption = None,
    full: FullOption = False,
    form: FormatOption = "table",
) -> None:
    """Say what a run would read, write and skip, and why."""
    from dmp_spark.cli.plan import plan as planned
    from dmp_spark.cli.printing import checked_format

    raise typer.Exit(planned(_call(project, overrides, stages, first, last, as_of, full), checked_format(form)))


@app.command()
def status(project: ProjectOption = None, overrides: SetOption = None, form: FormatOption = "table") -> None:
    """Show tables, rows, versions and the last runs."""
    from dmp_spark.cli.printing import checked_format
    from dmp_spark.cli.status import status as shown

    raise typer.Exit(shown(project_folder(project), tuple(overrides or ()), checked_format(form)))


@app.command()
def dictionary(
    project: ProjectOption = None,
    overrides: SetOption = None,
    form: Annotated[str, typer.Option("--format", help="markdown, table, csv or json.")] = "markdown",
) -> None:
    """Describe every table and column of the project."""
    from dmp_spark.cli.dictionary import dictionary as described

    raise typer.Exit(described(project_folder(project), tuple(overrides or ()), form))


app.add_typer(deploy, name="deploy")

features = typer.Typer(help="What features there are.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(features, name="features")


@features.command("list")
def features_list(project: ProjectOption = None, overrides: SetOption = None, form: FormatOption = "table") -> None:
    """List the features: meaning, unit, window, and how they are spread among people."""
    from dmp_spark.cli.features import features_list as listed
    from dmp_spark.cli.printing import checked_format

    raise typer.Exit(listed(project_folder(project), tuple(overrides or ()), checked_format(form)))


@features.command("rebuild")
def features_rebuild(
    training_set: Annotated[str, typer.Option("--training-set", help="Its id, as dmp features training-sets lists it.")],
    out: Annotated[Path | None, typer.Option("--out", help="A folder for the rows, as parquet.")] = None,
    project: ProjectOption = None,
    overrides: SetOption = None,
    form: FormatOption = "table",
) -> None:
    """Draw the rows that a model learned from again, and say whether they are the same."""
    from dmp_spark.cli.printing import checked_format
    from dmp_spark.cli.training_sets import rebuild

    raise typer.Exit(rebuild(project_folder(project), tuple(overrides or ()), training_set, out, checked_format(form)))


@features.command("training-sets")
def features_training_sets(project: ProjectOption = None, overrides: SetOption = None, form: FormatOption = "table") -> None:
    """List the training sets that models learned from."""
    from dmp_spark.cli.printing import checked_format
    from dmp_spark.cli.training_sets import training_sets

    raise typer.Exit(training_sets(project_folder(project), tuple(overrides or ()), checked_format(form)))


model = typer.Typer(help="What models there are, and what they say.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(model, name="model")
TaskArgument = Annotated[str, typer.Argument(help="A task of models.yml.")]


@model.command("list")
def model_list(project: ProjectOption = None, overrides: SetOption = None, form: FormatOption = "table") -> None:
    """List every registered version of each task, with its main metric."""
    from dmp_spark.cli.model import model_list as listed
    from dmp_spark.cli.printing import checked_format

    raise typer.Exit(listed(project_folder(project), tuple(overrides or ()), checked_format(form)))


@model.command("compare")
def model_compare(
    task: TaskArgument,
    version: Annotated[str | None, typer.Option("--version", help="Another version than the champion.")] = None,
    project: ProjectOption = None,
    overrides: SetOption = None,
    form: FormatOption = "table",
) -> None:
    """Compare the candidates of a task with one another and with the rule."""
    from dmp_spark.cli.model import model_compare as compared
    from dmp_spark.cli.printing import checked_format

    raise typer.Exit(compared(project_folder(project), tuple(overrides or ()), task, version, checked_format(form)))


@model.command("explain")
def model_explain(
    task: TaskArgument,
    person: Annotated[str, typer.Argument(help="namespace:value, or a person_id.")],
    project: ProjectOption = None,
    overrides: SetOption = None,
    form: FormatOption = "table",
) -> None:
    """Say what score a person has, and why."""
    from dmp_spark.cli.model import model_explain as explained
    from dmp_spark.cli.printing import checked_format

    raise typer.Exit(explained(project_folder(project), tuple(overrides or ()), task, person, checked_format(form)))


@app.command(context_settings={"ignore_unknown_options": True})  # a query may begin with a comment: -- …
def sql(
    query: Annotated[str, typer.Argument(help="One SELECT in Spark's dialect; - reads it from standard input.")],
    project: ProjectOption = None,
    overrides: SetOption = None,
    engine: Annotated[str, typer.Option("--engine", help="auto, or spark to start a session.")] = "auto",
    form: FormatOption = "table",
) -> None:
    """Ask what was published."""
    from dmp_spark.cli.printing import checked_format
    from dmp_spark.cli.sql import sql as asked
    from dmp_spark.operations.sql import checked_engine

    raise typer.Exit(asked(project_folder(project), tuple(overrides or ()), query, checked_engine(engine), checked_format(form)))


@app.command()
def report(
    project: ProjectOption = None,
    overrides: SetOption = None,
    out: Annotated[Path | None, typer.Option("--out", help="The file to write; else report/index.html in the lakehouse.")] = None,
) -> None:
    """Write what was published as one HTML file."""
    from dmp_spark.cli.report import report as reported

    raise typer.Exit(reported(project_folder(project), tuple(overrides or ()), out))


@app.command()
def package(
    project: ProjectOption = None,
    out: Annotated[Path | None, typer.Option("--out", help="The zip to write; else PROJECT.zip in the current folder.")] = None,
) -> None:
    """Write the project as one zip, for clusters."""
    from dmp_spark.cli.package import package as packed

    raise typer.Exit(packed(project_folder(project), out))


def _call(
    project: Path | None,
    overrides: list[str] | None,
    stages: list[str] | None,
    first: str | None,
    last: str | None,
    as_of: str | None,
    full: bool,
    wait: str | None = None,
    started_at: str | None = None,
    part: bool = False,
) -> Call:
    chosen = tuple(stages or ())
    return Call(project_folder(project), tuple(overrides or ()), chosen, first, last, as_of, full, wait, started_at, part)


def main() -> None:
    """The entry point of `dmp`."""
    told(app)


if __name__ == "__main__":
    main()
