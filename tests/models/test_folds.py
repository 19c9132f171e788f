"""Which moments are trained on and tested."""

from datetime import date

from dmp_spark.models.folds import Fold, Outcomes, fewest, folds, trained_by

MONTHS = [date(2017, month, 1) for month in range(4, 13)]
OUTCOMES = dict.fromkeys(MONTHS, Outcomes(rows=550, positives=50))


def test_a_fold_trains_on_moments_whose_label_was_ripe_at_the_test():
    assert trained_by(MONTHS, 30, date(2017, 12, 1)) == tuple(MONTHS[:8])  # November's ends on the very day
    assert trained_by(MONTHS, 31, date(2017, 12, 1)) == tuple(MONTHS[:7])  # and would end a day too late
    assert trained_by(MONTHS, 60, date(2017, 12, 1)) == tuple(MONTHS[:7])
    assert trained_by(MONTHS, 30, date(2017, 4, 1)) == ()


def test_the_last_moments_are_tested_oldest_first():
    assert folds(OUTCOMES, 30, 3) == (
        Fold(1, date(2017, 10, 1), tuple(MONTHS[:6])),
        Fold(2, date(2017, 11, 1), tuple(MONTHS[:7])),
        Fold(3, date(2017, 12, 1), tuple(MONTHS[:8])),
    )


def test_no_test_moment_lies_within_the_horizon_of_a_training_moment():
    for horizon in (1, 7, 30, 45, 90):
        for fold in folds(OUTCOMES, horizon, 9):
            assert all((fold.moment - moment).days >= horizon for moment in fold.training)


def test_moments_from_which_nothing_can_be_learned_are_no_folds():
    rare = OUTCOMES | dict.fromkeys(MONTHS[:7], Outcomes(rows=501, positives=1))
    assert [fold.moment for fold in folds(rare, 30, 9)] == [date(2017, 12, 1)]
    without = OUTCOMES | {date(2017, 11, 1): Outcomes(rows=500, positives=0)}
    assert [(fold.number, fold.moment.month) for fold in folds(without, 30, 3)] == [(1, 10), (2, 12)]
    assert folds(dict(list(OUTCOMES.items())[:1]), 30, 3) == ()
    assert folds({}, 30, 3) == ()


def test_of_a_regression_rows_count_and_there_are_no_outcomes_to_lack():
    numbers = dict.fromkeys(MONTHS, Outcomes(rows=5))
    assert [fold.moment.month for fold in folds(numbers, 30, 9)] == [6, 7, 8, 9, 10, 11, 12]  # from ten rows on
    assert [fold.moment.month for fold in folds(numbers | {MONTHS[-1]: Outcomes(rows=1)}, 30, 2)] == [11]
    assert (fewest([Outcomes(5), Outcomes(2)]), fewest([Outcomes(9, 2), Outcomes(3, 3)]), fewest([])) == (7, 5, 0)
