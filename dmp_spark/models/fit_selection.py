"""Which slots of the prepared vector learners see, chosen from training rows alone and kept as stages of Spark ML."""

import numpy as np
from numpy.typing import NDArray
from pyspark.ml import Transformer
from pyspark.ml.feature import VarianceThresholdSelector, VectorAssembler, VectorSlicer
from pyspark.ml.stat import Correlation
from pyspark.sql import DataFrame

from dmp_spark.models.spec import Selection

VARYING, SELECTED, _WITH_LABEL = "varying", "selected", "with_label"
DIGITS = 9
"""Correlations are compared with so many digits: the last ones depend on the order in which rows were added up."""


def fit_selection(rows: DataFrame, column: str, selection: Selection) -> list[Transformer]:
    """The stages that take the slots of `column` apart, in order; none where nothing is to be dropped.

    `rows` has the vector and `label`, without nulls. First go the slots whose variance (n - 1) is not above the bound;
    where none is above it, none goes. Of the others `chosen` are left.
    """
    stages: list[Transformer] = []
    if selection.variance_above is not None:
        threshold = VarianceThresholdSelector(featuresCol=column, outputCol=VARYING, varianceThreshold=selection.variance_above)
        varying = threshold.fit(rows)
        if varying.selectedFeatures:
            stages.append(varying)
            rows, column = varying.transform(rows), VARYING
    if selection.correlation_below is not None or selection.keep is not None:
        slots = chosen(correlations(rows, column), selection)
        stages.append(VectorSlicer(inputCol=column, outputCol=SELECTED, indices=slots))
    return stages


def correlations(rows: DataFrame, column: str) -> NDArray[np.float64]:
    """Pearson's correlations of the slots and, last, the label: a symmetric matrix, nan beside what does not vary."""
    joined = VectorAssembler(inputCols=[column, "label"], outputCol=_WITH_LABEL).transform(rows.select(column, "label"))
    row = Correlation.corr(joined, _WITH_LABEL).first()
    assert row is not None
    return np.asarray(row[0].toArray(), dtype=np.float64)


def chosen(matrix: NDArray[np.float64], selection: Selection) -> list[int]:
    """The slots that stay, in order, of a matrix whose last row is the label.

    Of two slots whose correlation is not below the bound the later one goes; what has gone takes no other with it. Of
    those left `keep` with the greatest F stay, of equal ones the earlier. F of one slot, by analysis of variance of two
    outcomes as by regression, is r^2 (n - 2) / (1 - r^2) with r its correlation with the label: it rises with |r|, so
    |r| is what is compared (docs/decisions/0008).
    """
    strength = np.round(np.abs(np.nan_to_num(matrix)), DIGITS)
    left: list[int] = []
    for slot in range(len(strength) - 1):
        if selection.correlation_below is None or bool((strength[slot, left] < selection.correlation_below).all()):
            left.append(slot)
    if selection.keep is None:
        return left
    return sorted(sorted(left, key=lambda slot: (-strength[slot, -1], slot))[: selection.keep])
