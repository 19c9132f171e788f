"""Lift and curves: against scikit-learn, against every order of the ties, and against repeated rows."""

from itertools import permutations

import numpy as np
import pytest
from sklearn import metrics

from dmp_spark.functions.ranking import ranking


def world(rows=300, digits=6, seed=3):
    generator = np.random.default_rng(seed)
    labels = (generator.random(rows) < 0.3).astype(float)
    return labels, np.round(labels * 0.3 + generator.random(rows), digits)


def test_lift_is_the_mean_over_every_order_of_the_ties():
    labels, scores = np.array([1.0, 0, 0, 1, 0, 0]), np.array([0.9, 0.5, 0.5, 0.5, 0.5, 0.1])
    shares = np.array([1 / 6, 2 / 6, 3 / 6, 5 / 6, 1.0])
    every = []
    for order in permutations(range(6)):
        if all(scores[a] >= scores[b] for a, b in zip(order, order[1:], strict=False)):
            taken = np.cumsum(labels[list(order)])
            every.append([taken[round(6 * share) - 1] / 2 / share for share in shares])
    assert ranking(labels, scores).lift(shares)[0] == pytest.approx(np.mean(every, axis=0))


def test_lift_takes_a_part_of_a_person_where_a_share_is_no_whole_number():
    labels, scores = np.array([1.0, 0, 1]), np.array([3.0, 2.0, 1.0])
    assert ranking(labels, scores).lift(np.array([0.1, 0.5, 1.0]))[0] == pytest.approx(
        [1 / 3 * 0.3 / 0.1 * 3 / 2, 1 / 2 / 0.5, 1]
    )


@pytest.mark.parametrize("digits", [6, 1])
def test_the_roc_curve_passes_through_every_point_of_scikit_learns(digits):
    labels, scores = world(digits=digits)
    rates, heights, _ = metrics.roc_curve(labels, scores, drop_intermediate=False)
    highest = [heights[rates == rate].max() for rate in np.unique(rates)]
    assert ranking(labels, scores).true_positive_rate(np.unique(rates))[0] == pytest.approx(highest)


@pytest.mark.parametrize("digits", [6, 1])
def test_precision_passes_through_the_best_point_of_scikit_learns_at_each_recall(digits):
    labels, scores = world(digits=digits)
    precision, recall, _ = metrics.precision_recall_curve(labels, scores)
    recalls = np.unique(recall[recall > 0])
    best = [precision[recall == at].max() for at in recalls]
    assert ranking(labels, scores).precision(recalls)[0] == pytest.approx(best)


def test_weights_count_rows_so_a_resample_is_the_curve_of_repeated_rows():
    labels, scores = world(80, digits=1)
    weights = np.random.default_rng(1).integers(0, 4, (4, 80)).astype(float)
    at = np.array([0.05, 0.1, 0.37, 1.0])
    for name in ("lift", "true_positive_rate", "precision"):
        found = getattr(ranking(labels, scores, weights), name)(at)
        repeated = [
            getattr(ranking(np.repeat(labels, counts), np.repeat(scores, counts)), name)(at)[0] for counts in weights.astype(int)
        ]
        assert found == pytest.approx(np.array(repeated))


def test_without_positives_there_is_nothing_to_find():
    alone = ranking(np.zeros(4), np.arange(4.0))
    assert np.isnan(alone.lift(np.array([0.5]))).all()
    assert np.isnan(alone.true_positive_rate(np.array([0.5]))).all()
    assert np.isnan(alone.precision(np.array([0.5]))).all()
    assert np.isnan(ranking(np.ones(4), np.arange(4.0)).true_positive_rate(np.array([0.5]))).all()
    empty = ranking(np.zeros(0), np.zeros(0), np.zeros((3, 0)))
    assert np.isnan(empty.area()).all() and np.isnan(empty.average_precision()).all()
