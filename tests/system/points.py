"""The points at which a stage can be killed: which it must reach, which were injected, and both as a table. No Spark here."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

STAGES = ("ingest", "sessions", "identity", "features", "profiles", "models", "segments", "activation", "measurement")
PUBLISH = "publish"  # where the stages are parts of a run: the call that publishes what they made
OF_EACH_STAGE = ("before_write", "after_commit", "before_row")
AFTER_EXPORT, BEFORE_PUBLICATION = "activation.after_export", "run.before_publication"
Point = tuple[str, str]
"""The call (a stage, or PUBLISH) and the point that it reached: ("features", "features.after_commit:2")."""


def kind_of(point: str) -> str:
    """The point without its number, so that all commits of a stage are of one kind."""
    return point.partition(":")[0]


def kinds_of(call: str, calls: Sequence[str]) -> tuple[str, ...]:
    """The kinds of point that a call must reach; the last call of a plan publishes."""
    own = () if call == PUBLISH else tuple(f"{call}.{kind}" for kind in OF_EACH_STAGE)
    further = (*((AFTER_EXPORT,) if call == "activation" else ()), *((BEFORE_PUBLICATION,) if call == calls[-1] else ()))
    return (*own, *further)


@dataclass
class Seed:
    """What a seed's calls reached when nobody was killed, and where a run was killed.

    `calls` are all calls of its plan in order, `wanted` those in which runs are killed; `nothing_new` are calls of these in which
    the stage did not run, because its tables had no news; a first run, which does not go on from another, can have none of these.
    """

    number: int
    calls: tuple[str, ...]
    wanted: tuple[str, ...]
    goes_on: bool = True
    nothing_new: list[str] = field(default_factory=list)
    reached: list[Point] = field(default_factory=list)
    injected: list[Point] = field(default_factory=list)

    def mistakes(self) -> list[str]:
        """A sentence for each call that did not reach what it must, and for each that reached something without news."""
        found = (
            [] if self.goes_on else [f"seed {self.number}: {call} had nothing new in a first run" for call in self.nothing_new]
        )
        for call in self.wanted:
            there = {kind_of(point) for name, point in self.reached if name == call}
            if call in self.nothing_new:
                found += [f"seed {self.number}: {call} had nothing new, and reached {', '.join(sorted(there))}"] if there else []
                continue
            if missing := [kind for kind in kinds_of(call, self.calls) if kind not in there]:
                found.append(f"seed {self.number}: {call} did not reach {', '.join(missing)}")
        return found

    def not_injected(self, chosen: Iterable[Point]) -> list[str]:
        """A sentence for each point that was chosen and at which nobody was killed, or more often than once."""
        times = Counter(self.injected)
        wrong = {point: times[point] for point in {*chosen, *times} if times[point] != 1}
        return [f"seed {self.number}: {name}, {point}: {number} injections" for (name, point), number in sorted(wrong.items())]


def table(seeds: Sequence[Seed]) -> list[str]:
    """Lines: injections by stage, kind of point (a row each) and seed, with their sums; then the stages with nothing new.

    Where a stage had nothing new in a seed there stands "none new"; where a call was not among the wanted ones, a dot.
    """
    calls = [call for call in (*STAGES, PUBLISH) if any(call in seed.wanted for seed in seeds)]
    lines = [_line("injections", [f"seed {seed.number}" for seed in seeds], "sum")]
    for call in calls:
        kinds = dict.fromkeys(kind for seed in seeds for kind in _kinds_there(seed, call))
        for kind in kinds:
            counts = [_count(seed, call, kind) for seed in seeds]
            lines.append(_line(f"{call}: {kind}", [_cell(seed, call, kind) for seed in seeds], sum(counts)))
    lines.append(_line("sum", [len(seed.injected) for seed in seeds], sum(len(seed.injected) for seed in seeds)))
    without = [f"{call} (seed {seed.number})" for seed in seeds for call in seed.nothing_new]
    lines.append(f"stages with nothing new: {len(without)}{': ' if without else ''}{', '.join(without)}")
    return lines


def _kinds_there(seed: Seed, call: str) -> list[str]:
    must = kinds_of(call, seed.calls) if call in seed.wanted else ()
    return [*must, *(kind_of(point) for name, point in (*seed.reached, *seed.injected) if name == call)]


def _count(seed: Seed, call: str, kind: str) -> int:
    return sum(name == call and kind_of(point) == kind for name, point in seed.injected)


def _cell(seed: Seed, call: str, kind: str) -> str:
    if call in seed.nothing_new:
        return "none new"
    return str(_count(seed, call, kind)) if kind in _kinds_there(seed, call) else "."


def _line(name: str, cells: Iterable[object], last: object) -> str:
    return f"{name:<40}{''.join(f'{cell!s:>10}' for cell in cells)}{last!s:>8}"
