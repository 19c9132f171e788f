"""Problems that are told to people, and the exceptions that carry them. No pyspark here."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """Where something stands in a file; `line` and `column` count from 1."""

    file: str
    line: int
    column: int = 1
    text: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Problem:
    """One mistake: a stable code, what is wrong, where, and the way out."""

    code: str
    what: str
    where: Place | str | None = None
    way_out: str = ""

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        lines = [f"{head} [{self.code}]"]
        if isinstance(self.where, Place) and self.where.text.strip():
            lines += [f"    {self.where.text}", "    " + " " * (self.where.column - 1) + "^"]
        if self.way_out:
            lines.append(f"    {self.way_out}")
        return "\n".join(lines)


class UserError(Exception):
    """The project or the call is wrong: exit code 2, nothing was touched."""

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class StageError(Exception):
    """A stage could not do its work, for a reason that one sentence tells: exit code 1."""


class LockLostError(StageError):
    """Another run has taken the lakehouse: this one ends at once and commits nothing more, exit code 1."""
