"""Metrics against scikit-learn, their resampled twins against repeated rows."""

import numpy as np
import pytest
from sklearn import metrics
from sklearn.linear_model import LogisticRegression

from dmp_spark.functions.ranking import average_precision, roc_auc
from dmp_spark.functions.statistics import (
    brier,
    calibration_in_the_large,
    calibration_slope,
    cluster_resamples,
    interval,
    log_loss,
    mean_absolute_error,
    mean_over,
    mean_squared_error,
    r_squared,
)

ORACLES = {
    roc_auc: metrics.roc_auc_score,
    average_precision: metrics.average_precision_score,
    log_loss: metrics.log_loss,
    brier: metrics.brier_score_loss,
    mean_squared_error: metrics.mean_squared_error,
    mean_absolute_error: metrics.mean_absolute_error,
    r_squared: metrics.r2_score,
    calibration_in_the_large: lambda labels, scores: labels.mean() - scores.mean(),
    calibration_slope: lambda labels, scores: slope_by_scikit_learn(labels, scores),
}
CLOSE = {calibration_slope: 1e-5}


def slope_by_scikit_learn(labels, scores):
    odds = np.log(scores / (1 - scores))[:, None]
    return LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(odds, labels).coef_[0, 0]


def worlds():
    """Random labels and scores: distinct ones, many ties, all equal."""
    generator = np.random.default_rng(7)
    for rows, digits in [(50, 6), (200, 1), (40, 0), (1000, 2)]:
        labels = generator.integers(0, 2, rows).astype(float)
        yield labels, np.round(generator.uniform(0.001, 0.999, rows), digits)


@pytest.mark.parametrize("metric", list(ORACLES), ids=lambda metric: metric.__name__)
def test_a_metric_is_what_scikit_learn_says_ties_included(metric):
    for labels, scores in worlds():
        held = np.clip(scores, 1e-6, 1 - 1e-6)
        if metric is calibration_slope and len(set(held)) < 3:
            continue  # 0 and 1 alone: a line through two points, at the end of what is held
        assert metric(labels, held) == pytest.approx([ORACLES[metric](labels, held)], abs=CLOSE.get(metric, 1e-12))


@pytest.mark.parametrize("metric", list(ORACLES), ids=lambda metric: metric.__name__)
def test_weights_count_rows_so_a_resample_is_the_metric_of_repeated_rows(metric):
    labels, scores = next(iter(worlds()))
    weights = np.random.default_rng(1).integers(0, 4, (5, len(labels))).astype(float)
    expected = []
    for counts in weights.astype(int):
        expected += list(metric(np.repeat(labels, counts), np.repeat(scores, counts)))
    assert metric(labels, scores, weights) == pytest.approx(expected, rel=2e-3 if metric is calibration_slope else 1e-12)
    assert metric(labels, scores, np.asfortranarray(weights)) == pytest.approx(metric(labels, scores, weights), rel=1e-12)


def test_one_outcome_alone_has_no_auc_and_no_precision_but_a_loss():
    ones, scores = np.ones(3), np.array([0.1, 0.2, 0.3])
    assert np.isnan(roc_auc(ones, scores)).all()
    assert np.isnan(average_precision(1 - ones, scores)).all()
    assert log_loss(ones, scores) == pytest.approx([-np.log(scores).mean()])
    assert np.isnan(roc_auc(ones[:0], scores[:0])).all()


def test_a_rule_may_say_minus_infinity():
    labels, scores = np.array([0.0, 0.0, 1.0, 1.0]), np.array([-np.inf, 1.0, 2.0, -np.inf])
    assert roc_auc(labels, scores) == pytest.approx([(0.5 + 0 + 1 + 1) / 4])


def test_a_sure_and_wrong_score_costs_what_its_last_digit_allows():
    assert log_loss(np.array([1.0]), np.array([0.0])) == pytest.approx([-np.log(1e-6)])


def test_resamples_draw_as_many_clusters_as_there_are_and_depend_on_the_seed_alone(monkeypatch):
    at_once = np.vstack(list(cluster_resamples(20, 50, seed=3)))
    assert at_once.shape == (50, 20)
    assert (at_once.sum(axis=1) == 20).all()
    monkeypatch.setattr("dmp_spark.functions.statistics._CELLS_AT_ONCE", 100)
    blocks = list(cluster_resamples(20, 50, seed=3))
    assert len(blocks) == 10
    assert (np.vstack(blocks) == at_once).all()
    assert not (np.vstack(list(cluster_resamples(20, 50, seed=4))) == at_once).all()


def test_an_interval_leaves_out_what_has_no_meaning():
    values = np.r_[np.arange(101.0), np.nan]
    assert interval(values, 0.9) == pytest.approx((5, 95))
    assert np.isnan(interval(np.array([np.nan]), 0.9)).all()


def test_the_mean_over_folds_leaves_out_folds_without_meaning():
    assert mean_over([np.array([1.0, np.nan, np.nan]), np.array([3.0, 5.0, np.nan])])[:2] == pytest.approx([2, 5])
    assert np.isnan(mean_over([np.array([np.nan])])).all()


def test_the_interval_of_a_mean_is_close_to_what_theory_says():
    values = np.random.default_rng(5).normal(10, 2, 400)
    weights = np.vstack(list(cluster_resamples(400, 2000, seed=1)))
    low, high = interval((weights * values).sum(axis=1) / 400, 0.95)
    assert (high - low) / 2 == pytest.approx(1.96 * values.std() / 20, rel=0.1)


def test_a_slope_needs_both_outcomes_different_scores_and_some_that_are_wrong():
    scores = np.array([0.1, 0.2, 0.7, 0.8])
    for labels, given in [(np.ones(4), scores), (np.array([0.0, 1, 0, 1]), np.full(4, 0.3)), (np.array([0.0, 0, 1, 1]), scores)]:
        assert np.isnan(calibration_slope(labels, given)).all()
    assert np.isnan(calibration_slope(scores[:0], scores[:0])).all()


def test_equal_labels_have_no_variance_to_account_for():
    assert np.isnan(r_squared(np.full(5, 0.1), np.arange(5.0))).all()
    assert np.isnan(r_squared(np.zeros(0), np.zeros(0))).all()
    assert r_squared(np.array([1.0, 2.0, 3.0]), np.full(3, 2.0)) == pytest.approx([0])
