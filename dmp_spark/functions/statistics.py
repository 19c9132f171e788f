"""Measures of how far predictions are from what came true, and their uncertainty. Pure numpy; no Spark.

Every metric takes optional `weights` of shape (resamples, rows), which count how often each row is in a resample, and
then gives one value a resample; without weights it gives an array of one value.
In Fortran's order weights are quickest. A value is nan where it has no meaning
(one of the two outcomes is absent, or all are alike).
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Metric = Callable[[Numbers, Numbers, Numbers | None], Numbers]

_CELLS_AT_ONCE = 4_000_000


def log_loss(labels: Numbers, scores: Numbers, weights: Numbers | None = None, smallest: float = 1e-6) -> Numbers:
    """Mean negative log likelihood of probabilities, in nats; scores are held within [smallest, 1 − smallest]."""
    held = np.clip(scores, smallest, 1 - smallest)
    return weighted_mean(-(labels * np.log(held) + (1 - labels) * np.log1p(-held)), weights)


def brier(labels: Numbers, scores: Numbers, weights: Numbers | None = None) -> Numbers:
    """Mean squared distance of probabilities from outcomes, 0 (best) to 1."""
    return mean_squared_error(labels, scores, weights)


def calibration_in_the_large(labels: Numbers, scores: Numbers, weights: Numbers | None = None) -> Numbers:
    """Mean of what came true minus mean of what was predicted: 0 where the level is right, above where it was too low."""
    return weighted_mean(labels - scores, weights)


def calibration_slope(labels: Numbers, scores: Numbers, weights: Numbers | None = None, smallest: float = 1e-6) -> Numbers:
    """The slope of outcomes on the log-odds of their probabilities (Cox, 1958), level left free: 1 where the shape is right.

    Below 1 predictions are too far apart, above 1 too close together. Resamples start at the solution of the whole sample
    and take three steps of Newton's method. nan where one outcome is absent or the scores are all equal.
    """
    held = np.clip(scores, smallest, 1 - smallest)
    odds = np.log(held) - np.log1p(-held)
    plain = np.ones((1, len(labels)))
    whole = _logistic_line(labels, odds, plain, np.zeros((1, 2)), steps=25, near=0.01)
    if weights is None or np.isnan(whole).any():
        return np.full(1 if weights is None else len(weights), whole[0, 1])
    return _logistic_line(labels, odds, weights, np.repeat(whole, len(weights), axis=0), steps=3, near=0.1)[:, 1]


def mean_squared_error(labels: Numbers, scores: Numbers, weights: Numbers | None = None) -> Numbers:
    """Mean squared distance of predictions from what came true, in the label's unit squared."""
    return weighted_mean((scores - labels) ** 2, weights)


def mean_absolute_error(labels: Numbers, scores: Numbers, weights: Numbers | None = None) -> Numbers:
    """Mean distance of predictions from what came true, in the label's unit."""
    return weighted_mean(np.abs(scores - labels), weights)


def r_squared(labels: Numbers, scores: Numbers, weights: Numbers | None = None) -> Numbers:
    """The share of the label's variance that predictions account for: 1 at best, 0 as good as its mean, below 0 worse."""
    if not len(labels):
        return weighted_mean(labels, weights)
    centred = labels - labels.mean()
    variance = weighted_mean(centred**2, weights) - weighted_mean(centred, weights) ** 2
    # what is left of equal labels is the noise of the last digits
    variance = np.where(variance > 1e-12 * max(float((centred**2).max()), 1e-300), variance, 0)
    return 1 - divided(mean_squared_error(labels, scores, weights), variance)


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
    return divided(np.where(known, stacked, 0).sum(axis=0), known.sum(axis=0).astype(np.float64))


def weighted_mean(values: Numbers, weights: Numbers | None = None) -> Numbers:
    """The mean of each resample; nan of no rows."""
    counts = np.ones((1, len(values))) if weights is None else weights
    return divided(_sums(counts, values), counts.sum(axis=1))


def divided(above: Numbers | float, below: Numbers) -> Numbers:
    """The quotient where the divisor is above 0, else nan."""
    quotient = np.full(np.broadcast(above, below).shape, np.nan)
    np.divide(above, below, out=quotient, where=below > 0)
    return quotient


def _sums(counts: Numbers, values: Numbers) -> Numbers:
    # not the matrix product: how it adds up depends on the number of cores
    sums: Numbers = np.einsum("ij,j->i", counts, values)
    return sums


def _logistic_line(labels: Numbers, values: Numbers, counts: Numbers, start: Numbers, steps: int, near: float) -> Numbers:
    """Level and slope of each resample's logistic regression on one variable (resamples, 2).

    nan where the last step still changed them by more than `near` of their size: outcomes that scores part without a rest
    have no such line.
    """
    line, step, rows = start, start, counts.T
    for _ in range(steps):
        with np.errstate(over="ignore"):
            expected = 1 / (1 + np.exp(-(line[:, 0] + values[:, None] * line[:, 1])))
        left = rows * (labels[:, None] - expected)
        spread = rows * (expected * (1 - expected))
        level, both, slope = spread.sum(axis=0), _sums(spread.T, values), _sums(spread.T, values**2)
        pull, tilt = left.sum(axis=0), _sums(left.T, values)
        size = level * slope - both**2
        size = np.where(size > 1e-12 * level * slope, size, np.nan)  # a line needs two different scores and outcomes
        step = np.stack([(slope * pull - both * tilt) / size, (level * tilt - both * pull) / size], axis=1)
        line = line + step
    is_near = np.abs(step) <= near * (1 + np.abs(line))
    return np.where(is_near.all(axis=1, keepdims=True), line, np.nan)
