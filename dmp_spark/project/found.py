"""All mistakes of a project, collected; the way out is often the name that was meant."""

import re
from collections.abc import Callable, Iterable
from difflib import get_close_matches

from dmp_spark.errors import Place, Problem

_MOST_KNOWN = 20  # names listed where none is close
_OF_NAMES = ("unknown", "expression", "measure")  # codes of problems that may only say that a broken thing is not there


class Found:
    """Collects problems and warnings; a warning is worth reading and stops nothing.

    `broken` are the names of things that were left out because they are wrong themselves: that they are unknown
    elsewhere is not told again.
    """

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self.broken: set[str] = set()
        self.locate: Callable[[str, int], Place | None] | None = None

    def add(self, code: str, what: str, address: str | None = None, way_out: str = "", offset: int = 0) -> None:
        """Add a problem at an address; `offset` counts the characters into its value, for the caret."""
        if not (code.startswith(_OF_NAMES) and self._names_broken(what)):
            self.tell(Problem(code, what, self._where(address, offset), way_out))

    def warn(self, code: str, what: str, address: str | None = None, way_out: str = "", offset: int = 0) -> None:
        """Add a warning at an address."""
        warning = Problem(code, what, self._where(address, offset), way_out)
        if warning not in self.warnings:
            self.warnings.append(warning)

    def tell(self, problem: Problem) -> None:
        """Add a problem that knows its place; the same one is kept once."""
        if problem not in self.problems:
            self.problems.append(problem)

    def sorted(self) -> list[Problem]:
        """The problems by file, line and column; what has no line comes first in its file, what has no file last."""
        return sorted(self.problems, key=_order)

    @staticmethod
    def suggest(word: str, choices: Iterable[str]) -> str:
        """`did you mean X?`, else the names that are known; empty where there are none."""
        known = sorted({str(choice) for choice in choices})
        near = get_close_matches(word, known, n=1) or get_close_matches(word.lower(), known, n=1)
        if near:
            return f"did you mean {near[0]}?"
        more = f", and {len(known) - _MOST_KNOWN} more" if len(known) > _MOST_KNOWN else ""
        return f"known: {', '.join(known[:_MOST_KNOWN])}{more}" if known else ""

    def _where(self, address: str | None, offset: int) -> Place | str | None:
        if address is None or self.locate is None:
            return address
        return self.locate(address, offset) or address

    def _names_broken(self, what: str) -> bool:
        return any(re.search(rf"(?<![a-z0-9_]){re.escape(name)}(?![a-z0-9])", what) for name in self.broken)


def _order(problem: Problem) -> tuple[int, str, int, int]:
    where = problem.where
    if isinstance(where, Place):
        return (0, where.file, where.line, where.column)
    return (0, where, 0, 0) if where else (1, "", 0, 0)
