"""Measures of how well scores tell outcomes apart, and their uncertainty. Pure numpy; no Spark.

Every metric takes optional `weights` of shape (resamples, rows), which count how often each row is in a resample, and
then gives one value a resample; without weights it gives an array of one value. A value is nan where it has no meaning
(one of the two outcomes is absent).
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Metric = Callable[[Numbers, Numbers, Numbers | None], Numbers]

_CELLS_AT_ONCE = 4_000_000


def roc_auc(labels: Numbers, scores: Numbers, weights: Numbers | None = None) -> Numbers:
    """The probability that a random positive has a higher score than a random negative; ties count one half."""
    positives, negatives = _by_score(labels, scores, weights)
    below = np.cumsum(negatives, axis=1) - negatives
    all_positives, all_negatives = positives.sum(axis=1), negatives.sum(axis=1)
    return _divide((positives * (below + negatives / 2)).sum(axis=1), all_positives * all_negatives)


def average_precision(labels: Numbers, scores: Numbers, weights: Numbers | None = None) -> Numbers:
    """Precision at each distinct score, weighted by the recall gained there; the step-wise area, not the trapezoid."""
    positives, negatives = _by_score(labels, scores, weights)
    found = np.cumsum(positives[:, ::-1], axis=1)
    taken = np.cumsum((positives + negatives)[:, ::-1], axis=1)
    precision = np.divide(found, taken, out=np.zeros_like(found), where=taken > 0)
    return _divide((precision * positives[:, ::-1]).sum(axis=1), positives.sum(axis=1))


def log_loss(labels: Numbers, scores: Numbers, weights: Numbers | None = None, smallest: float = 1e-6) -> Numbers:
    """Mean negative log likelihood of probabilities, in nats; scores are held within [smallest, 1 − smallest]."""
    held = np.clip(scores, smallest, 1 - smallest)
    return _weighted_mean(-(labels * np.log(held) + (1 - labels) * np.log1p(-held)), weights)


def brier(labels: Numbers, scores: Numbers, weights: Numbers | None = None) -> Numbers:
    """Mean squared distance of probabilities from outcomes, 0 (best) to 1."""
    return _weighted_mean((scores - labels) ** 2, weights)


def cluster_resamples(clusters: int, resamples: int, seed: int) -> Iterator[Numbers]:
    """Blocks of shape (some resamples, clusters): how often each cluster is drawn, with replacement.

    The blocks together have `resamples` rows and depend on the three arguments alone; a block holds at most about
    four million cells, so that memory does not grow with the number of clusters times resamples.
    """
    generator = np.random.default_rng(seed)
    block = max(1, _CELLS_AT_ONCE // max(1, clusters))
    even = np.full(clusters, 1 / clusters) if clusters else np.zeros(0)
    for first in range(0, resamples, block):
        yield generator.multinomial(clusters, even, size=min(block, resamples - first)).astype(np.float64)


def interval(values: Numbers, confidence: float) -> tuple[float, float]:
    """The percentile interval of resampled values, nan left out; (nan, nan) where none is left."""
    kept = values[~np.isnan(values)]
    if not len(kept):
        return float("nan"), float("nan")
    tail = (1 - confidence) / 2
    low, high = np.quantile(kept, [tail, 1 - tail])
    return float(low), float(high)


def mean_over(parts: Sequence[Numbers]) -> Numbers:
    """The mean of each resample's values over parts (folds), parts without meaning left out; nan where none has one."""
    stacked = np.vstack(parts)
    known = ~np.isnan(stacked)
    return _divide(np.where(known, stacked, 0).sum(axis=0), known.sum(axis=0).astype(np.float64))


def _by_score(labels: Numbers, scores: Numbers, weights: Numbers | None) -> tuple[Numbers, Numbers]:
    """Weights of positives and of negatives at each distinct score, ascending: arrays (resamples, distinct scores)."""
    counts = np.ones((1, len(labels))) if weights is None else weights
    if not len(labels):
        empty = np.zeros((len(counts), 0))
        return empty, empty
    order = np.argsort(scores, kind="stable")
    ranked = scores[order]
    starts = np.flatnonzero(np.r_[True, ranked[1:] != ranked[:-1]])
    sorted_counts, sorted_labels = counts[:, order], labels[order]
    positives = np.add.reduceat(sorted_counts * sorted_labels, starts, axis=1)
    return positives, np.add.reduceat(sorted_counts * (1 - sorted_labels), starts, axis=1)


def _weighted_mean(values: Numbers, weights: Numbers | None) -> Numbers:
    counts = np.ones((1, len(values))) if weights is None else weights
    return _divide((counts * values).sum(axis=1), counts.sum(axis=1))


def _divide(above: Numbers, below: Numbers) -> Numbers:
    quotient = np.full(np.shape(above), np.nan)
    np.divide(above, below, out=quotient, where=below > 0)
    return quotient
