"""How well scores put positives first: areas, lift and curves, of a sample and of its resamples. Pure numpy; no Spark.

Positives and negatives are counted at each distinct score, so equal scores are never put into an order: what lies inside
a group of ties is what a random order of them gives on average.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from dmp_spark.functions.statistics import Numbers, divided

_HARDLY = 1e-9


@dataclass(frozen=True)
class Ranking:
    """Weights of positives and of negatives at each distinct score, highest first: arrays (distinct scores, resamples).

    `holding` are the places at which the sample has a positive at all: a resample has none elsewhere.
    """

    positives: Numbers
    negatives: Numbers
    holding: NDArray[np.int64]

    @cached_property
    def found(self) -> Numbers:
        """Positives at this score or above it."""
        return np.cumsum(self.positives, axis=0)

    @cached_property
    def passed(self) -> Numbers:
        """Negatives at this score or above it."""
        return np.cumsum(self.negatives, axis=0)

    @cached_property
    def lines(self) -> tuple[Numbers, Numbers, Numbers]:
        """`found`, `passed` and their sum from nothing on: arrays (resamples, 1 + distinct scores)."""
        found, passed = _from_nothing(self.found), _from_nothing(self.passed)
        return found, passed, found + passed

    @cached_property
    def totals(self) -> tuple[Numbers, Numbers]:
        """All positives and all negatives of each resample."""
        return self.positives[self.holding].sum(axis=0), self.negatives.sum(axis=0)

    def area(self) -> Numbers:
        """The probability that a random positive has a higher score than a random negative; ties count one half."""
        all_positives, all_negatives = self.totals
        above = self.passed[self.holding] - self.negatives[self.holding] / 2
        outranked = all_positives * all_negatives - _products(self.positives[self.holding], above)
        return divided(outranked, all_positives * all_negatives)

    def average_precision(self) -> Numbers:
        """Precision at each distinct score, weighted by the recall gained there; the step-wise area, not the trapezoid."""
        found, passed = self.found[self.holding], self.passed[self.holding]
        precision = np.divide(found, found + passed, out=np.zeros_like(found), where=found > 0)
        return divided(_products(precision, self.positives[self.holding]), self.totals[0])

    def lift(self, shares: Numbers) -> Numbers:
        """How many times more positives the best-scored share of the people holds than as many random ones.

        (resamples, shares), shares above 0 up to 1. Of a group of ties at the border the missing part is taken with
        the group's mean, which is what a random choice among them gives on average.
        """
        all_positives, all_negatives = self.totals
        found, _, taken = self.lines
        held = _along(np.outer(all_positives + all_negatives, shares), taken, found)
        return divided(held, np.outer(all_positives, shares))

    def true_positive_rate(self, false_positive_rates: Numbers) -> Numbers:
        """The ROC curve's height at these abscissae (resamples, rates): of several at one abscissa the highest."""
        all_positives, all_negatives = self.totals
        found, passed, _ = self.lines
        # just behind a count, so that of several heights at one abscissa the last is reached
        height = _along(np.outer(all_negatives, false_positive_rates) + _HARDLY, passed, found)
        return divided(height, np.outer(np.where(all_negatives > 0, all_positives, 0), np.ones(len(false_positive_rates))))

    def precision(self, recalls: Numbers) -> Numbers:
        """Precision where this share of the positives is found (resamples, recalls), recalls above 0.

        Between two scores both counts grow evenly (Davis and Goadrich, 2006): precision itself is not interpolated.
        """
        found, _, taken = self.lines
        wanted = np.outer(self.totals[0], recalls)
        # just before a count is reached, so that the negatives behind the last positive are not taken with it
        return np.minimum(1, divided(wanted, _along(wanted - _HARDLY, found, taken)))


def ranking(labels: Numbers, scores: Numbers, weights: Numbers | None = None) -> Ranking:
    """The ranking of rows with these labels (1 or 0) and scores; `weights` (resamples, rows) count each row."""
    counts = np.ones((1, len(labels))) if weights is None else weights
    if not len(labels):
        empty = np.zeros((0, len(counts)))
        return Ranking(empty, empty, np.zeros(0, dtype=np.int64))
    order = np.argsort(-scores, kind="stable")
    ranked, is_positive = scores[order], labels[order] > 0
    is_new = np.r_[True, ranked[1:] != ranked[:-1]]
    sorted_counts = np.ascontiguousarray(counts.T)[order]
    everybody = np.add.reduceat(sorted_counts, np.flatnonzero(is_new), axis=0)
    positives = np.zeros_like(everybody)
    of_positives = (np.cumsum(is_new) - 1)[is_positive]  # the place of each positive row
    holding, starts = np.unique(of_positives, return_index=True)
    if len(holding):
        positives[holding] = np.add.reduceat(sorted_counts[is_positive], starts, axis=0)
    return Ranking(positives, everybody - positives, holding)


def roc_auc(labels: Numbers, scores: Numbers, weights: Numbers | None = None) -> Numbers:
    """`Ranking.area`, as a metric."""
    return ranking(labels, scores, weights).area()


def average_precision(labels: Numbers, scores: Numbers, weights: Numbers | None = None) -> Numbers:
    """`Ranking.average_precision`, as a metric."""
    return ranking(labels, scores, weights).average_precision()


def _products(left: Numbers, right: Numbers) -> Numbers:
    """The sum of products of each resample, added up one after another: the same on any number of cores."""
    sums: Numbers = np.einsum("ij,ij->j", left, right)
    return sums


def _from_nothing(counts: Numbers) -> Numbers:
    line = np.zeros((counts.shape[1], counts.shape[0] + 1))
    line[:, 1:] = counts.T
    return line


def _along(wanted: Numbers, steps: Numbers, heights: Numbers) -> Numbers:
    """Resample by resample, the heights at `wanted` on the line through (steps, heights); of equal steps the last counts."""
    return np.vstack([np.interp(at, step, height) for at, step, height in zip(wanted, steps, heights, strict=True)])
