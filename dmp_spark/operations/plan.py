"""What a run would do, and why: decided on what stands, before anything is read or written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dmp_spark.lakehouse.location import Location
from dmp_spark.lakehouse.standing import standing
from dmp_spark.operations.ledger import Ledger
from dmp_spark.operations.position import causes, way
from dmp_spark.operations.steps import Step

NOTHING_NEW = "nothing new"
FULL = "asked for with --full"
FULL_HOW = f"all: {FULL}"


@dataclass(frozen=True)
class Planned:
    """What a run would do with a stage: `why` has its own causes, `reached` the stages before it that reach it.

    `how`: whether it would judge affected keys or all, and why; empty where it would not run.
    """

    stage: str
    runs: bool
    why: tuple[str, ...]
    reached: tuple[str, ...]
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    how: str = ""

    @property
    def reason(self) -> str:
        """Its own causes in one line, or what reaches it."""
        return "; ".join(self.why or self.reached) or NOTHING_NEW


def plan(
    steps: Sequence[Step], location: Location, as_of: datetime, now: datetime, zone: str, full: bool = False
) -> tuple[Planned, ...]:
    """The steps in order, each with whether it would run at `now` and why; a step reached by another counts as running."""
    tables, ledger = standing(location), Ledger(location)
    planned: list[Planned] = []
    running: list[Step] = []
    for step in steps:
        position, last = step.position(tables, as_of, now), ledger.last_done(step.name)
        own = causes(position, last, zone)
        reached = tuple(
            f"reads {', '.join(names)}, which {other.name} would write" for other in running if (names := step.needs(other))
        )
        why = ((FULL,) if full else ()) + own
        if why or reached:
            running.append(step)
        how = FULL_HOW if full else way(position, last, step.following, tables).said
        runs = bool(why or reached)
        planned.append(Planned(step.name, runs, why, reached, step.reads, step.writes, how if runs else ""))
    return tuple(planned)
