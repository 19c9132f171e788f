"""Comparisons from sums against scipy on the values themselves, published examples, and what is 95 % of the time."""

import numpy as np
import pytest
from scipy import stats

from dmp_spark.functions.contrasts import Arm, newcombe, sample_ratio, welch, wilson

SHARES = [  # treatment and control, with the interval of Newcombe 1998, table II, method 10
    (56, 70, 48, 80, 0.0524, 0.3339),
    (9, 10, 3, 10, 0.1705, 0.8090),
    (6, 7, 2, 7, 0.0582, 0.8062),
    (5, 56, 0, 29, -0.0381, 0.1926),
    (0, 10, 0, 20, -0.1611, 0.2775),
    (0, 10, 0, 10, -0.2775, 0.2775),
    (10, 10, 0, 20, 0.6791, 1.0000),
    (10, 10, 0, 10, 0.6075, 1.0000),
]


def arm(*samples):
    """One arm a sample, in arrays."""
    values = [np.asarray(sample, dtype=float) for sample in samples]
    return Arm(*[np.array([f(sample) for sample in values]) for f in (len, np.sum, lambda sample: np.sum(sample**2))])


def worlds():
    """Pairs of samples: even and uneven, skewed, tiny, far from 0."""
    generator = np.random.default_rng(11)
    yield generator.normal(10, 2, 50), generator.normal(11, 5, 20)
    yield generator.exponential(40, 900), generator.exponential(40, 90)
    yield np.array([1.0, 4.0]), np.array([2.0, 2.0])
    yield generator.normal(1e5, 1, 30), generator.normal(1e5, 2, 40)


def test_means_are_compared_as_scipy_compares_the_values_themselves():
    pairs = list(worlds())
    found = welch(arm(*[ours for ours, _ in pairs]), arm(*[theirs for _, theirs in pairs]))
    for place, (ours, theirs) in enumerate(pairs):
        oracle = stats.ttest_ind(ours, theirs, equal_var=False)
        low, high = oracle.confidence_interval(0.95)
        difference = [found.difference[place], found.low[place], found.high[place]]
        assert difference == pytest.approx([ours.mean() - theirs.mean(), low, high], rel=1e-3, abs=1e-9)
        assert found.p_value[place] == pytest.approx(oracle.pvalue, rel=1e-3)


def test_shares_are_compared_as_in_newcombe_s_paper():
    ones, units, others, of, low, high = np.array(SHARES, dtype=float).T
    found = newcombe(Arm(units, ones, ones), Arm(of, others, others))
    assert found.low == pytest.approx(low, abs=6e-5)
    assert found.high == pytest.approx(high, abs=6e-5)
    table = np.array([[56, 14], [48, 32]])
    assert found.p_value[0] == pytest.approx(stats.chi2_contingency(table, correction=False).pvalue)
    assert np.isnan(found.p_value[4])


def test_the_interval_of_one_share_is_that_of_scipy():
    found = wilson(Arm(np.array([10.0, 85.0]), np.array([0.0, 3.0]), np.array([0.0, 3.0])))
    for place, (ones, units) in enumerate([(0, 10), (3, 85)]):
        oracle = stats.binomtest(ones, units).proportion_ci(0.95, method="wilson")
        assert [found[0][place], found[1][place]] == pytest.approx([oracle.low, oracle.high], abs=1e-12)


def test_an_effect_as_large_as_detectable_is_seen_four_times_of_five():
    generator = np.random.default_rng(3)
    ours, theirs = generator.normal(0, 3, (4000, 60)), generator.normal(0, 1, (4000, 25))
    size = float(np.mean(welch(arm(*ours), arm(*theirs)).detectable))
    seen = welch(arm(*(ours + size)), arm(*theirs))
    assert np.mean(seen.low > 0) == pytest.approx(0.80, abs=0.02)
    shares = [(generator.random((4000, n)) < p).astype(float) for n, p in ((800, 0.5), (100, 0.5))]
    size = float(np.mean(newcombe(*[arm(*share) for share in shares]).detectable))
    more = (generator.random((4000, 800)) < 0.5 + size).astype(float)
    assert np.mean(newcombe(arm(*more), arm(*shares[1])).low > 0) == pytest.approx(0.80, abs=0.03)


def test_what_cannot_be_told_is_nan_and_nothing_else_is():
    constant = [0.1] * 3  # what subtracting leaves of its variance is no variance
    ours = arm([], [1, 2], [5], constant, constant, [1, 2, 4])
    theirs = arm([1, 2], [], [4, 6], [0.1] * 7, [1, 2], [3])
    with np.errstate(all="ignore"):
        found = welch(ours, theirs)
    assert [round(float(d), 6) for d in found.difference[2:]] == [0, 0, -1.4, -0.666667]
    assert list(np.isnan(found.difference)) == [True, True, False, False, False, False]
    for told in (found.low, found.high, found.p_value, found.detectable):
        assert list(np.isnan(told)) == [True, True, True, True, False, True]
    assert list(ours.variance[3:5]) == [0, 0]


def test_sizes_are_judged_as_by_pearson_and_with_chances_of_their_own():
    counted, everybody = np.array([96.0, 120.0, 85.0]), np.array([854.0, 854.0, 850.0])
    found = sample_ratio(counted, everybody * 0.1, everybody * 0.09)
    for place, (held_out, of) in enumerate([(96, 854), (120, 854), (85, 850)]):
        oracle = stats.chisquare([held_out, of - held_out], [of * 0.1, of * 0.9])
        assert found[place] == pytest.approx(oracle.pvalue)
    with np.errstate(all="ignore"):
        assert np.isnan(sample_ratio(np.array([0.0]), np.array([0.0]), np.array([0.0])))
