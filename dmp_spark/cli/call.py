"""What every command that looks at a run is told: the project, what is set, and which stages at which moment."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from dmp_spark.errors import Problem, UserError

if TYPE_CHECKING:
    from dmp_spark.lakehouse.location import Location
    from dmp_spark.project.load import Project
    from dmp_spark.registry import Resolution


@dataclass(frozen=True)
class Call:
    """The options of `dmp run` and of the jobs, as they were written."""

    folder: Path
    overrides: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    first: str | None = None
    last: str | None = None
    as_of: str | None = None
    full: bool = False
    wait: str | None = None
    started_at: str | None = None
    part: bool = False
    replay: bool = False


def project_folder(option: Path | None) -> Path:
    """The project's folder or its zip: the option, else $DMP_PROJECT, else the current folder."""
    return option or Path(os.environ.get("DMP_PROJECT") or ".")


def lakehouse_of(folder: Path, overrides: Sequence[str] = ()) -> "Location":
    """Where a project's lakehouse lies; UserError where that place is none.

    Reads project.yml only, so that mistakes elsewhere do not hide the tables.
    """
    from dmp_spark import registry
    from dmp_spark.project.found import Found
    from dmp_spark.project.load import load

    own = [override for override in overrides if override.startswith("project.")]
    planned = (*registry.STAGES, *registry.BESIDE, *registry.PLANNED)
    found = Found()
    project = load(folder, {}, own, found, planned=planned, needed=())
    root, place = project.lakehouse, project.place("project.lakehouse.path")
    if nowhere := [problem for problem in found.problems if problem.where == place]:
        raise UserError(nowhere)
    return root


def judged_at(call: Call, project: "Project", now: datetime) -> datetime:
    """The cut-off: `--as-of`, else the project's, else the last boundary of its cadence closed by `--started-at`, else by now."""
    from dmp_spark.operations.moments import parsed, started
    from dmp_spark.project.settings import default_as_of

    if call.as_of:
        return parsed(call.as_of, project.settings.time_zone)
    return default_as_of(project.settings, started(call.started_at) if call.started_at else now)


def resolved(call: Call) -> "tuple[Project, Resolution]":
    """The project with all names resolved; UserError with every mistake there is."""
    from dmp_spark import registry

    return registry.resolved(call.folder, call.overrides)


def wait_seconds(text: str | None) -> float:
    """The seconds that a duration like `30 minutes` says; 0 where none is written."""
    from dmp_spark.project.types import Duration

    if text is None:
        return 0
    try:
        return Duration.parse(text).seconds
    except ValueError as error:
        raise UserError(Problem("wait", f"--wait: {error}")) from None


def now() -> datetime:
    """The clock of commands and jobs: nothing below them has one."""
    return datetime.now(UTC)
