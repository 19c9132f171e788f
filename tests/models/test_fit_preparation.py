"""Preparation learns from training rows alone."""

from datetime import date

import numpy as np
import pytest

from dmp_spark.models.fit_candidates import _prepared
from dmp_spark.models.fit_preparation import FEATURES, Bounds, fit_bounds, fit_preparation, prepared_names, statement
from dmp_spark.models.spec import ModelsSpec, Preparation, Task

MAY, JUNE = date(2017, 5, 1), date(2017, 6, 1)
NUMBERS = ("even", "gone", "rare", "skewed")
SPEC = ModelsSpec(
    project="shop",
    zone="UTC",
    folds=1,
    confidence=0.95,
    preparation=Preparation(clip_factor=3.0),
    tasks=(),
    numbers=NUMBERS,
)
TASK = Task(name="leaves", question="", eligible=None, rule="0", names={}, label="", horizon_days=30, choose_by="roc_auc")


def rows(spark, may: float = 1.0, june: float = 1.0):
    """Twenty people in May and in June; the numbers of a month are multiplied."""
    made = [
        (
            f"p{n:02d}",
            moment,
            moment,
            True,
            float(n % 2),
            factor * 7.0,
            None,
            0.0 if n else factor,
            factor * n * n if n % 5 else None,
        )
        for moment, factor in ((MAY, may), (JUNE, june))
        for n in range(20)
    ]
    return spark.createDataFrame(
        made,
        "person_id string, as_of date, moment date, is_eligible boolean, label double, even double, gone double, rare double, skewed double",
    )


def test_bounds_are_exact_percentiles_and_what_is_constant_is_not_clipped(spark):
    even, gone, rare, skewed = fit_bounds(rows(spark).where("moment = '2017-05-01'"), NUMBERS, SPEC.preparation)
    assert even == Bounds("even", 7.0, None, None, False)
    assert gone == Bounds("gone", 0.0, None, None, True)
    assert rare == Bounds("rare", 0.0, None, None, False)  # 19 of 20 are 0: clipping would erase the other
    low, median, high = np.percentile([n * n for n in range(20) if n % 5], [25, 50, 75])
    assert skewed == Bounds("skewed", median, low - 3 * (high - low), high + 3 * (high - low), True)


def test_what_is_fitted_depends_on_training_rows_and_on_no_others(spark):
    def fitted(frame):
        preparation, _ = _prepared(frame, [MAY], 1, SPEC, TASK, lambda rows, name: rows)
        scaler = preparation.stages[-1]
        return preparation.stages[0].getStatement(), scaler.mean.toArray().tolist(), scaler.std.toArray().tolist()

    plain = fitted(rows(spark))
    assert fitted(rows(spark, june=100.0)) == plain
    other = fitted(rows(spark, may=100.0))
    assert other[0] != plain[0]
    assert other[1] != plain[1]


def test_numbers_are_filled_flagged_clipped_and_scaled(spark):
    training = rows(spark).where("moment = '2017-05-01'")
    model, made = fit_preparation(training, SPEC, TASK, lambda rows, name: rows)
    vectors = np.array([row[FEATURES].toArray() for row in model.transform(training).select(FEATURES).collect()])
    assert (vectors == np.array([row[FEATURES].toArray() for row in made.select(FEATURES).collect()])).all()
    names = prepared_names(fit_bounds(training, NUMBERS, SPEC.preparation))
    assert names == [*[f"prepared_{name}" for name in NUMBERS], "missing_gone", "missing_skewed"]
    assert not np.isnan(vectors).any()
    assert (vectors[:, 0] == 0).all()  # constant columns say nothing, and harm nothing
    assert (vectors[:, 1] == 0).all()
    assert vectors[:, 3].mean() == pytest.approx(0)
    assert vectors[:, 3].std(ddof=1) == pytest.approx(1)
    far = spark.createDataFrame([(None, 1.0, float("nan"), 1e9)], "even double, gone double, rare double, skewed double")
    row = model.stages[0].transform(far).first()
    bounds = fit_bounds(training, NUMBERS, SPEC.preparation)
    assert (row["prepared_even"], row["prepared_rare"], row["prepared_skewed"]) == (7.0, 0.0, bounds[3].high)
    assert (row["missing_gone"], row["missing_skewed"]) == (0.0, 0.0)


def test_the_statement_holds_numbers_to_the_last_digit():
    bounds = (Bounds("x", 0.1 + 0.2, -1e-17, 1e300, True),)
    text = statement(bounds)
    assert all(f"CAST('{value!r}' AS DOUBLE)" in text for value in (0.1 + 0.2, -1e-17, 1e300))
    assert text.endswith("AS `missing_x` FROM __THIS__")
