"""What a scheduler has to know of a project: its tasks, which needs which, when they begin, and the secrets they read."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING

from dmp_spark import registry
from dmp_spark.errors import Problem, UserError
from dmp_spark.project.nodes import leaves
from dmp_spark.project.variables import names_secret

if TYPE_CHECKING:
    from dmp_spark.project.load import Project

PUBLISH = "publish"
"""The last task: a run of all stages, which have nothing new by then, so that what stands is published."""
BEGINS = "04:00"  # local: after midnight's deliveries, and no hour that is missing or twice where clocks change
WAIT = "6 hours"  # tasks of one run that do not need each other still take turns: one run at a time on a lakehouse

_ENVIRONMENT = re.compile(r"\$\{env:([^}]+)\}")


@dataclass(frozen=True)
class Task:
    """A stage of the project, or the publication after all of them; `needs` names the tasks that have to be done before."""

    name: str
    needs: tuple[str, ...]


@dataclass(frozen=True)
class Schedule:
    """When a run begins, in the project's zone: at a time of each day, Monday or first of a month."""

    unit: str
    at: time
    zone: str

    @property
    def cron(self) -> str:
        """In the five fields of cron."""
        days = {"days": "* * *", "weeks": "* * 1", "months": "1 * *"}[self.unit]
        return f"{self.at.minute} {self.at.hour} {days}"

    @property
    def quartz(self) -> str:
        """In the six fields of Quartz, which begin with the second."""
        days = {"days": "* * ?", "weeks": "? * MON", "months": "1 * ?"}[self.unit]
        return f"0 {self.at.minute} {self.at.hour} {days}"


def tasks_of(stages: Iterable[str]) -> tuple[Task, ...]:
    """A task a stage, in the order of the flow, by the tables that they read and write; then the publication."""
    named = set(stages)
    present = [name for name in registry.order() if name in named]
    needs = {name: tuple(other for other in present if registry.feeds(other, name)) for name in present}
    needed = {other for others in needs.values() for other in others}
    last = tuple(name for name in present if name not in needed)
    return (*(Task(name, needs[name]) for name in present), Task(PUBLISH, last))


def schedule(project: "Project", at: str | None = None) -> Schedule | None:
    """When the project's runs begin, by its cadence and `at`; None for a finished data set, whose `as_of` never moves.

    A cadence of several days, weeks or months cannot be said in cron: a run begins each day, Monday or first of a month,
    and one between two boundaries judges at the earlier again and finds nothing new but what came late.
    """
    settings, begins = project.settings, _time(at or BEGINS)
    return None if settings.as_of is not None else Schedule(settings.cadence.unit, begins, settings.time_zone)


def secrets_of(project: "Project") -> tuple[str, ...]:
    """The names of the environment variables in which the project expects secrets."""
    found = {
        match[1]
        for root in project.roots.values()
        for _, leaf in leaves(root)
        if names_secret(leaf)
        for match in _ENVIRONMENT.finditer(str(leaf.value))
    }
    return tuple(sorted(found))


def _time(text: str) -> time:
    try:
        return datetime.strptime(text, "%H:%M").time()
    except ValueError:
        raise UserError(Problem("at", f"--at: {text} is no time of day", way_out="write one like 04:00")) from None
