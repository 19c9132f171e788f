"""Metrics against scikit-learn, their resampled twins against repeated rows."""

import numpy as np
import pytest
from sklearn import metrics

from dmp_spark.functions.statistics import average_precision, brier, cluster_resamples, interval, log_loss, mean_over, roc_auc

ORACLES = {
    roc_auc: metrics.roc_auc_score,
    average_precision: metrics.average_precision_score,
    log_loss: metrics.log_loss,
    brier: metrics.brier_score_loss,
}


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
        assert metric(labels, held) == pytest.approx([ORACLES[metric](labels, held)], abs=1e-12)


@pytest.mark.parametrize("metric", list(ORACLES), ids=lambda metric: metric.__name__)
def test_weights_count_rows_so_a_resample_is_the_metric_of_repeated_rows(metric):
    labels, scores = next(iter(worlds()))
    weights = np.random.default_rng(1).integers(0, 4, (5, len(labels))).astype(float)
    expected = []
    for counts in weights.astype(int):
        expected += list(metric(np.repeat(labels, counts), np.repeat(scores, counts)))
    assert metric(labels, scores, weights) == pytest.approx(expected, abs=1e-12)


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
