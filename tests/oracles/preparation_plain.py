"""Words hashed and weighed, and slots selected, by numpy and scikit-learn: the twin of a model's preparation."""

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_selection import VarianceThreshold, f_classif, f_regression

Counts = Mapping[str, int] | None
Matrix = NDArray[np.float64]


def hashed(rows: Sequence[Counts], bucket_of: Callable[[str], int], buckets: int) -> Matrix:
    """A row's words by bucket: of a word that came n times 1 + floor(log2(n))."""
    found = np.zeros((len(rows), buckets))
    for row, counts in enumerate(rows):
        for word, count in (counts or {}).items():
            found[row, bucket_of(word)] += 1 + math.floor(math.log2(count))
    return found


def weights(training: Matrix, in_at_least: int) -> NDArray[np.float64]:
    """ln((rows + 1) / (rows with it + 1)); 0 of what stands in too few rows."""
    rows_with = (training > 0).sum(axis=0)
    return np.where(rows_with >= in_at_least, np.log((len(training) + 1) / (rows_with + 1)), 0.0)


def selected(
    values: Matrix,
    labels: NDArray[np.float64],
    variance_above: float,
    correlation_below: float,
    keep: int,
    is_regression: bool = False,
) -> list[int]:
    """The slots that vary, of those like an earlier one none, of the rest those with the greatest F."""
    varying = np.flatnonzero(VarianceThreshold(variance_above * (len(values) - 1) / len(values)).fit(values).get_support())
    left: list[int] = []
    for slot in varying:
        if all(abs(np.corrcoef(values[:, slot], values[:, other])[0, 1]) < correlation_below for other in left):
            left.append(int(slot))
    strength = (f_regression if is_regression else f_classif)(values[:, left], labels)[0]
    return sorted(left[place] for place in np.argsort(-strength, kind="stable")[:keep])
