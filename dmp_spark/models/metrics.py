"""What is measured of candidates and the rule, by kind of task, fold by fold. Numpy only; no Spark.

A classification's rule is no probability, so it is ranked only; a regression's rule is a prediction like any other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dmp_spark.functions.ranking import Ranking, ranking
from dmp_spark.functions.statistics import (
    Metric,
    Numbers,
    brier,
    calibration_in_the_large,
    calibration_slope,
    log_loss,
    mean_absolute_error,
    mean_squared_error,
    r_squared,
    weighted_mean,
)
from dmp_spark.models.spec import RULE, Kind

LIFT = "lift_at_10_percent"
LOWER_IS_BETTER = frozenset({"log_loss", "brier", "mean_squared_error", "mean_absolute_error"})
OF_PROBABILITIES: dict[str, Metric] = {
    "log_loss": log_loss,
    "brier": brier,
    "mean_predicted": lambda labels, scores, weights: weighted_mean(scores, weights),
    "mean_observed": lambda labels, scores, weights: weighted_mean(labels, weights),
    "calibration_in_the_large": calibration_in_the_large,
    "calibration_slope": calibration_slope,
}
OF_NUMBERS: dict[str, Metric] = {
    "mean_squared_error": mean_squared_error,
    "mean_absolute_error": mean_absolute_error,
    "r_squared": r_squared,
}
RATES = np.linspace(0, 1, 101)
SHARES = np.linspace(0.01, 1, 100)
TENTH = 9
"""The place of 10 % in SHARES."""
BINS = 10


@dataclass(frozen=True)
class Measured:
    """Metrics (one value a resample) and curves (resamples, points) of one name on one fold."""

    metrics: Mapping[str, Numbers]
    curves: Mapping[str, Numbers]


def measured(kind: Kind, name: str, labels: Numbers, scores: Numbers, weights: Numbers | None) -> Measured:
    """What is measured of a candidate, or the rule, on the rows of one fold."""
    if kind == "regression":
        return Measured({metric: measure(labels, scores, weights) for metric, measure in OF_NUMBERS.items()}, {})
    found = ranking(labels, scores, weights)
    curves = _curves(found)
    metrics = {"roc_auc": found.area(), "average_precision": found.average_precision(), LIFT: curves["lift"][:, TENTH]}
    if name != RULE:
        metrics |= {metric: measure(labels, scores, weights) for metric, measure in OF_PROBABILITIES.items()}
    return Measured(metrics, curves)


def abscissae(curve: str) -> Numbers:
    """Where a curve of `measured` is taken: false positive rates, recalls, shares of the people."""
    return RATES if curve == "roc" else SHARES


def _curves(found: Ranking) -> dict[str, Numbers]:
    return {"roc": found.true_positive_rate(RATES), "precision_recall": found.precision(SHARES), "lift": found.lift(SHARES)}


@dataclass(frozen=True)
class Bins:
    """Rows of all folds by equal shares of what was predicted; equal predictions lie in one bin, and empty bins are left out.

    `order` sorts the rows, `starts` are the bins' first places in it.
    """

    order: np.ndarray
    starts: np.ndarray
    labels: Numbers
    scores: Numbers

    def predicted(self) -> Numbers:
        """The mean prediction of each bin."""
        sums: Numbers = np.add.reduceat(self.scores[self.order], self.starts)
        return sums / self.rows()

    def rows(self) -> Numbers:
        """The number of rows of each bin."""
        counts: Numbers = np.diff(np.r_[self.starts, len(self.order)]).astype(np.float64)
        return counts

    def observed(self, weights: Sequence[Numbers] | None = None) -> Numbers:
        """The mean of what came true in each bin (resamples, bins); `weights` are those of the folds."""
        counts = np.ones((len(self.order), 1)) if weights is None else np.vstack([of.T for of in weights])[self.order]
        sums = np.add.reduceat(counts * self.labels[self.order, None], self.starts, axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            means: Numbers = (sums / np.add.reduceat(counts, self.starts, axis=0)).T
        return means


def binned(labels: Numbers, scores: Numbers) -> Bins:
    """Ten bins of as many rows each, where predictions are distinct."""
    order = np.argsort(scores, kind="stable")
    ranked = scores[order]
    edges = ranked[(np.arange(BINS) * len(ranked)) // BINS]
    starts = np.unique(np.searchsorted(ranked, edges, side="left"))
    return Bins(order, starts, labels, scores)
