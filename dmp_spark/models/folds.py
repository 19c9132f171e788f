"""Which moments a model learns from and which it is tested on. Plain values; no Spark."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

LEAST_OF_EACH = 10
"""The fewest training rows of each outcome (of a regression: of all) that a fold learns from."""


@dataclass(frozen=True)
class Outcomes:
    """How many eligible rows with a ripe label a moment has, and how many of them are positive; None of a regression."""

    rows: int
    positives: int | None = None


@dataclass(frozen=True)
class Fold:
    """A test moment and the moments whose label was ripe by then: the embargo is the horizon."""

    number: int
    moment: date
    training: tuple[date, ...]


def trained_by(moments: Sequence[date], horizon_days: int, test: date) -> tuple[date, ...]:
    """The moments whose label is ripe at `test`: their horizon ends on that local day or before it."""
    return tuple(sorted(moment for moment in moments if moment + timedelta(days=horizon_days) <= test))


def folds(outcomes: Mapping[date, Outcomes], horizon_days: int, count: int) -> tuple[Fold, ...]:
    """The folds of the last `count` moments, oldest first and numbered from 1; fewer where there is too little to learn.

    `outcomes` holds the moments with ripe labels. A moment is left out where training or test lack one of the two
    outcomes (`LEAST_OF_EACH` in training, one in the test), or of a regression as many rows (two in the test).
    """
    last = sorted(outcomes)[-count:]
    found = [(moment, trained_by(list(outcomes), horizon_days, moment)) for moment in last]
    usable = [(moment, training) for moment, training in found if _can_learn(outcomes, training) and _can_test(outcomes[moment])]
    return tuple(Fold(number, moment, training) for number, (moment, training) in enumerate(usable, start=1))


def before(first: Fold, outcomes: Mapping[date, Outcomes], horizon_days: int) -> Fold | None:
    """A fold within the training moments of the first one, numbered 0: its test is the last of them.

    What is chosen on it used nothing that was unknown at any fold's test. None where it has too little to learn from.
    """
    moment = first.training[-1]
    training = trained_by(list(outcomes), horizon_days, moment)
    return Fold(0, moment, training) if _can_learn(outcomes, training) and _can_test(outcomes[moment]) else None


def fewest(outcomes: Iterable[Outcomes]) -> int:
    """The rows of the rarer outcome; of a regression all rows."""
    found = list(outcomes)
    rows = sum(outcome.rows for outcome in found)
    if any(outcome.positives is None for outcome in found):
        return rows
    positives = sum(outcome.positives or 0 for outcome in found)
    return min(positives, rows - positives)


def _can_learn(outcomes: Mapping[date, Outcomes], training: Sequence[date]) -> bool:
    return fewest(outcomes[moment] for moment in training) >= LEAST_OF_EACH


def _can_test(test: Outcomes) -> bool:
    return fewest([test]) >= (2 if test.positives is None else 1)
