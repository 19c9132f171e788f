"""How a run ended: each stage, the publication, and the exit code that follows."""

from dataclasses import dataclass
from pathlib import Path

DONE, FAILED, HELD, SKIPPED, NOTHING = "done", "failed", "held", "skipped", "nothing new"
EXIT_CODES = {FAILED: 1, HELD: 3}


@dataclass(frozen=True)
class Result:
    """How a stage ended; `detail` is what its line says."""

    stage: str
    status: str
    detail: str
    seconds: float | None = None
    rows_written: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """A whole run: its stages in order, and whether it published.

    `lets_others_go_on`: a part of a run in which no gate kept tables back that other stages read.
    """

    results: tuple[Result, ...] = ()
    published: bool = False
    log: Path | None = None
    lets_others_go_on: bool = False

    @property
    def wrote(self) -> bool:
        """Whether anything at all was written: where every stage had nothing new and stood published, nothing was."""
        return self.published or any(result.status != NOTHING for result in self.results)

    @property
    def exit_code(self) -> int:
        """0 done; 1 a stage failed; 3 a gate held something back; 1 beats 3. Of a part: 3 where no other stage may go on."""
        statuses = {result.status for result in self.results}
        if self.lets_others_go_on:
            statuses -= {HELD}
        return next((code for status, code in EXIT_CODES.items() if status in statuses), 0)
