"""How good each candidate is, how sure that is, and which one is the champion. Numpy only; no Spark."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dmp_spark.functions.statistics import (
    Metric,
    Numbers,
    average_precision,
    brier,
    cluster_resamples,
    interval,
    log_loss,
    mean_over,
    roc_auc,
)
from dmp_spark.models.spec import RULE

RANKING: dict[str, Metric] = {"roc_auc": roc_auc, "average_precision": average_precision}
METRICS: dict[str, Metric] = {**RANKING, "log_loss": log_loss, "brier": brier}
LOWER_IS_BETTER = frozenset({"log_loss", "brier"})


@dataclass(frozen=True)
class Judged:
    """The test rows of one fold: persons in order, their labels, and what each candidate and the rule say of them."""

    fold: int
    persons: tuple[str, ...]
    labels: Numbers
    scores: Mapping[str, Numbers]


@dataclass(frozen=True)
class Estimate:
    """A value with its interval; nan where it has no meaning."""

    value: float
    low: float
    high: float

    @property
    def is_above_zero(self) -> bool:
        """Whether the whole interval is above zero."""
        return self.low > 0

    @property
    def is_below_zero(self) -> bool:
        """Whether the whole interval is below zero."""
        return self.high < 0


@dataclass(frozen=True)
class Evaluation:
    """By name and metric: the value in each fold and the mean with its interval; by name, other and metric the difference."""

    folds: Mapping[tuple[str, str], tuple[float, ...]]
    means: Mapping[tuple[str, str], Estimate]
    differences: Mapping[tuple[str, str, str], Estimate]


def evaluate(judged: Sequence[Judged], others: Sequence[str], confidence: float, resamples: int, seed: int) -> Evaluation:
    """The evaluation of all names in `judged`, paired with each of `others` (the rule, the baseline).

    Intervals are percentile intervals of a bootstrap that draws persons with all their rows over all folds, because the
    rows of one person are not independent; a difference is taken within each resample.
    """
    persons = sorted({person for fold in judged for person in fold.persons})
    place = {person: index for index, person in enumerate(persons)}
    places = [np.array([place[person] for person in fold.persons], dtype=np.int64) for fold in judged]
    measured = [(name, metric) for name in judged[0].scores for metric in _metrics_of(name)]
    plain = {(n, m): [METRICS[m](fold.labels, fold.scores[n], None) for fold in judged] for n, m in measured}
    drawn: dict[tuple[str, str], list[Numbers]] = {key: [] for key in measured}
    for block in cluster_resamples(len(persons), resamples, seed):
        weights = [block[:, index] for index in places]
        for name, metric in measured:
            parts = [METRICS[metric](f.labels, f.scores[name], w) for f, w in zip(judged, weights, strict=True)]
            drawn[name, metric].append(mean_over(parts))
    means = {key: float(mean_over(plain[key])[0]) for key in measured}
    resampled = {key: np.concatenate(parts) for key, parts in drawn.items()}
    return Evaluation(
        folds={key: tuple(float(part[0]) for part in parts) for key, parts in plain.items()},
        means={key: Estimate(means[key], *interval(resampled[key], confidence)) for key in measured},
        differences={
            (name, other, metric): Estimate(
                means[name, metric] - means[other, metric],
                *interval(resampled[name, metric] - resampled[other, metric], confidence),
            )
            for other in others
            for name, metric in measured
            if name != other and name != RULE and (other, metric) in means
        },
    )


def champion(evaluation: Evaluation, names: Sequence[str], choose_by: str) -> str:
    """The name with the best mean over the folds; of equal ones the first."""
    sign = 1 if choose_by in LOWER_IS_BETTER else -1
    return min(names, key=lambda name: sign * evaluation.means[name, choose_by].value)


def _metrics_of(name: str) -> Mapping[str, Metric]:
    return RANKING if name == RULE else METRICS
