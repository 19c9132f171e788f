"""What moved a prediction away from the average one: a number for each slot of the vector, adding up to the prediction.

Numpy and Arrow only, because Spark's Python workers import it. The raw prediction is `base` plus the contributions of a
row: of a logistic regression and of boosted trees for classification in log-odds (boosting's as Spark scales them, half),
of a random forest for classification in probability, of a regression in the label's unit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from dmp_spark.functions.statistics import Numbers

Places = NDArray[np.int64]
REASONS = 3
_NOTHING = 1e-9
"""What is this small beside the largest contribution of its row is the rest of a calculation, and no reason."""


class Explainer(Protocol):
    """A model that says what each slot adds."""

    @property
    def base(self) -> float:
        """The raw prediction where nothing moves it."""

    def contributions(self, vectors: Numbers) -> Numbers:
        """What each slot adds to the raw prediction of each row: (rows, slots)."""


@dataclass(frozen=True)
class Linear:
    """Weights on the vector's slots. Scaled slots have mean 0 in training: weight × value is weight × (value − mean)."""

    base: float
    weights: Numbers

    def contributions(self, vectors: Numbers) -> Numbers:
        """Weight times value."""
        return vectors * self.weights


@dataclass(frozen=True)
class Trees:
    """The nodes of all trees in one numbering. A leaf's slot is −1; `values` are weighted, so that trees add up.

    Contributions are the changes of the node's value along the path, given to the slot that was asked (Saabas, 2014).
    """

    roots: Places
    slots: Places
    thresholds: Numbers
    left: Places
    right: Places
    values: Numbers

    @property
    def base(self) -> float:
        """The sum of the roots' values."""
        return float(self.values[self.roots].sum())

    def contributions(self, vectors: Numbers) -> Numbers:
        """The changes along each row's paths, by slot."""
        rows, slots = vectors.shape
        total = np.zeros(rows * slots)
        at, row = np.tile(self.roots, rows), np.repeat(np.arange(rows), len(self.roots))
        while True:
            inner = self.slots[at] >= 0
            if not inner.any():
                return total.reshape(rows, slots)
            at, row = at[inner], row[inner]
            slot = self.slots[at]
            following = np.where(vectors[row, slot] <= self.thresholds[at], self.left[at], self.right[at])
            changes = self.values[following] - self.values[at]
            total += np.bincount(row * slots + slot, weights=changes, minlength=len(total))
            at = following


def read_trees(folder: Path, weights: Sequence[float], of_class: bool) -> Trees:
    """The trees that Spark saved in `folder`, numbers only (no categorical splits), each weighted.

    `of_class`: a node's value is the share of the second class among its training rows, else its prediction.
    """
    rows = pq.read_table(folder).to_pylist()
    rows.sort(key=lambda row: (row["treeID"], row["nodeData"]["id"]))
    trees = np.array([row["treeID"] for row in rows], dtype=np.int64)
    nodes = [row["nodeData"] for row in rows]
    first = np.searchsorted(trees, trees)  # a tree's nodes are numbered from 0 without a gap, its root first
    values = [node["impurityStats"][1] / sum(node["impurityStats"]) if of_class else node["prediction"] for node in nodes]
    return Trees(
        roots=np.unique(first),
        slots=np.array([node["split"]["featureIndex"] for node in nodes], dtype=np.int64),
        thresholds=np.array([(*node["split"]["leftCategoriesOrThreshold"], np.nan)[0] for node in nodes]),
        left=first + np.array([node["leftChild"] for node in nodes], dtype=np.int64),
        right=first + np.array([node["rightChild"] for node in nodes], dtype=np.int64),
        values=np.array(values) * np.array(weights)[trees],
    )


@dataclass(frozen=True)
class Wording:
    """How contributions become reasons: the feature of each slot, and which features have a value worth showing."""

    slots: tuple[str, ...]
    shown: tuple[str, ...]

    @property
    def features(self) -> list[str]:
        """The features, in the order of their names."""
        return sorted(set(self.slots))

    def reasons(self, contributions: Numbers, values: Sequence[Numbers]) -> list[list[str]]:
        """For each row its three largest contributions in words, largest first and equal ones by name; less where fewer count.

        Slots of one feature are added up. `values` are those of `shown`, nan where unknown.
        """
        features = self.features
        place = np.array([features.index(name) for name in self.slots], dtype=np.int64)
        sums = np.zeros((len(contributions), len(features)))
        for slot, feature in enumerate(place):
            sums[:, feature] += contributions[:, slot]
        sums[np.abs(sums) <= _NOTHING * np.abs(sums).max(axis=1, keepdims=True, initial=0)] = 0
        best = np.argsort(-np.abs(sums), axis=1, kind="stable")[:, :REASONS]
        known = dict(zip(self.shown, values, strict=True))
        return [
            [
                _words(features[f], sums[row, f], known[features[f]][row] if features[f] in known else None)
                for f in found
                if sums[row, f]
            ]
            for row, found in enumerate(best)
        ]


def _words(feature: str, change: float, value: float | None) -> str:
    direction = "raises" if change > 0 else "lowers"
    return f"{feature} ({direction})" if value is None else f"{feature} = {number(value)} ({direction})"


def number(value: float) -> str:
    """A number as people write it: up to four decimals, `unknown` for nan."""
    if np.isnan(value):
        return "unknown"
    text = f"{value:.4f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def reasons_of(explainer: Explainer, wording: Wording, vectors: pa.Array, values: pa.Array) -> pa.Array:
    """Arrow in, Arrow out: the reasons of each row, from its vector as a list and a struct of its values."""
    flat = vectors.flatten().to_numpy(zero_copy_only=False).astype(np.float64)
    matrix = flat.reshape(len(vectors), len(wording.slots))
    columns = [values.field(name).to_numpy(zero_copy_only=False).astype(np.float64) for name in wording.shown]
    return pa.array(wording.reasons(explainer.contributions(matrix), columns), pa.list_(pa.string()))
