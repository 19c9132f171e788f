"""`dmp check`: every mistake of a project at once, or what it holds. No pyspark here."""

import sys
from collections.abc import Sequence
from pathlib import Path

from dmp_spark import registry
from dmp_spark.errors import Problem, UserError
from dmp_spark.project.engines import checked_engine, refused
from dmp_spark.project.found import Found
from dmp_spark.project.load import Project
from dmp_spark.project.show import show as shown
from dmp_spark.wording import counted

_COUNTED = (
    ("ingest", "sources"),
    ("features", "measures"),
    ("models", "tasks"),
    ("segments", "segments"),
    ("activation", "activations"),
    ("measurement", "experiments"),
)


def check(project_folder: Path, overrides: Sequence[str] = (), show: bool = False, engine: str | None = None) -> int:
    """0 where the project has no mistake, else 2: one line or, with `show`, the project with defaults on standard output.

    With `engine` what cannot run there is a mistake too. Mistakes and warnings go to standard error, by file and line; a
    warning alone leaves the answer 0.
    """
    found = Found()
    try:
        runs_on = None if engine is None else checked_engine(engine)
        project = registry.read(project_folder, overrides, found)
        resolution = registry.resolve(project, found)
    except UserError as error:
        return _tell(error.problems)
    if runs_on is not None and not found.problems:
        refused(runs_on, registry.needed(resolution, project.lakehouse.is_by_name), found)
    if found.problems:
        return _tell(found.sorted())
    for warning in found.warnings:
        sys.stderr.write(f"warning: {warning}\n")
    sys.stdout.write(shown(project) if show else f"{summary(project)}\n")
    return 0


def summary(project: Project) -> str:
    """What a project without mistakes holds, in one line."""
    counts = [counted(sum(len(files) for files in project.files.values()), "file")]
    for stage, section in _COUNTED:
        things = getattr(project.written(stage), section, None)
        if things:
            counts.append(counted(len(things), section.removesuffix("s")))
    return f"{project.settings.project}: {', '.join(counts)}, no mistakes"


def _tell(problems: Sequence[Problem]) -> int:
    sys.stderr.writelines(f"{problem}\n" for problem in problems)
    sys.stderr.write(f"{counted(len(problems), 'mistake')}\n")
    return 2
