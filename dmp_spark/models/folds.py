"""Which moments a model learns from and which it is tested on. Plain values; no Spark."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

LEAST_OF_EACH = 10
"""The fewest training rows of each outcome from which anything is learned."""


@dataclass(frozen=True)
class Outcomes:
    """How many eligible persons had the outcome at a moment, and how many had not."""

    positives: int
    negatives: int


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
    outcomes (`LEAST_OF_EACH` in training, one in the test).
    """
    last = sorted(outcomes)[-count:]
    found = [(moment, trained_by(list(outcomes), horizon_days, moment)) for moment in last]
    usable = [(moment, training) for moment, training in found if enough(outcomes, training) and _has_both(outcomes[moment])]
    return tuple(Fold(number, moment, training) for number, (moment, training) in enumerate(usable, start=1))


def enough(outcomes: Mapping[date, Outcomes], training: Sequence[date]) -> bool:
    """Whether both outcomes occur at least `LEAST_OF_EACH` times in these moments."""
    positives = sum(outcomes[moment].positives for moment in training)
    negatives = sum(outcomes[moment].negatives for moment in training)
    return min(positives, negatives) >= LEAST_OF_EACH


def _has_both(test: Outcomes) -> bool:
    return test.positives > 0 and test.negatives > 0
