"""Means, intervals, differences, curves and the champion, on planted scores; and the file that keeps them."""

import json
from datetime import date

import numpy as np
import pytest

from dmp_spark.models.evaluation import RELATIVE, Estimate, Evaluation, Judged, champion, evaluate
from dmp_spark.models.evaluation_file import FILE, artifacts, document, read, read_run, text
from dmp_spark.models.fit_task import checks
from dmp_spark.models.folds import Fold
from dmp_spark.models.metrics import LIFT, binned
from dmp_spark.models.sentences import notes, trials
from dmp_spark.models.spec import Candidate, ModelsSpec, Preparation, Task

TASK = Task(
    name="leaves",
    question="",
    eligible=None,
    rule="feature.x",
    names={},
    label="",
    horizon_days=30,
    choose_by="roc_auc",
    candidates=tuple(Candidate(name=name, family="logistic_regression", parameters={}) for name in ("baseline", "good", "twin")),
    baseline="baseline",
)
SPEC = ModelsSpec(
    project="shop",
    zone="UTC",
    folds=2,
    confidence=0.95,
    preparation=Preparation(),
    tasks=(TASK,),
    numbers=("x",),
)


def judged(people: int = 300, folds: int = 2) -> list[Judged]:
    """Scores that know the label: `good` well, `baseline` and its `twin` less, `rule` not at all."""
    generator = np.random.default_rng(11)
    found = []
    for fold in range(1, folds + 1):
        labels = generator.integers(0, 2, people).astype(float)
        noise = generator.normal(0, 1, people)
        scores = {
            name: 1 / (1 + np.exp(-(know * labels + noise))) for name, know in [("baseline", 1.0), ("good", 3.0), ("twin", 1.0)]
        }
        persons = tuple(f"p{number:04d}" for number in range(people))
        found.append(Judged(fold, persons, labels, scores | {"rule": generator.normal(0, 1, people)}))
    return found


EVALUATION = evaluate(judged(), "classification", ["rule", "baseline"], 0.95, 300, 2017)

SPEND = TASK.model_copy(update={"name": "spend", "kind": "regression", "choose_by": "mean_squared_error"})


def amounts(people: int = 300, folds: int = 2) -> list[Judged]:
    """Amounts, and what is said of them: `good` knows them well, `baseline` and `twin` less, `rule` hardly."""
    generator = np.random.default_rng(12)
    persons = tuple(f"p{number:04d}" for number in range(people))
    found = []
    for fold in range(1, folds + 1):
        labels = np.round(generator.gamma(2, 50, people), 2)
        noise = generator.normal(0, 1, people)
        wide = {"baseline": 40, "good": 20, "twin": 40, "rule": 90}
        found.append(Judged(fold, persons, labels, {name: labels + size * noise for name, size in wide.items()}))
    return found


AMOUNTS = evaluate(amounts(), "regression", ["rule", "baseline"], 0.95, 300, 2017)
FOLDS = (Fold(1, date(2017, 10, 1), (date(2017, 8, 1), date(2017, 9, 1))), Fold(2, date(2017, 11, 1), (date(2017, 9, 1),)))


def test_the_mean_is_over_folds_and_lies_within_its_interval():
    for key, estimate in [*EVALUATION.means.items(), *AMOUNTS.means.items()]:
        folds = EVALUATION.folds if key in EVALUATION.folds else AMOUNTS.folds
        assert estimate.value == pytest.approx(np.mean(folds[key]))
        assert estimate.low < estimate.value < estimate.high


def test_the_rule_is_ranked_only():
    assert {metric for name, metric in EVALUATION.means if name == "rule"} == {"roc_auc", "average_precision", LIFT}
    assert ("good", "rule", "log_loss") not in EVALUATION.differences


def test_a_difference_is_paired_so_equal_scores_differ_by_nothing_and_for_sure():
    assert EVALUATION.differences["twin", "baseline", "roc_auc"] == Estimate(0, 0, 0)
    assert EVALUATION.differences["good", "baseline", "roc_auc"].is_above_zero
    assert (
        EVALUATION.differences["good", "baseline", "log_loss"].high < EVALUATION.differences["twin", "baseline", "log_loss"].high
    )


def test_repeating_the_rows_of_a_person_makes_nothing_surer():
    once = judged(folds=1)[0]
    twice = [once, Judged(2, once.persons, once.labels, once.scores)]
    alone, repeated = (
        evaluate(rows, "classification", ["rule"], 0.95, 300, 1).means["good", "roc_auc"] for rows in ([once], twice)
    )
    assert repeated == alone


def test_the_champion_has_the_best_mean_and_the_first_wins_among_equals():
    assert champion(EVALUATION, ["baseline", "good", "twin"], "roc_auc") == "good"
    assert champion(EVALUATION, ["twin", "baseline"], "roc_auc") == "twin"
    losses = Evaluation({}, {("a", "log_loss"): Estimate(0.4, 0, 1), ("b", "log_loss"): Estimate(0.3, 0, 1)}, {}, {})
    assert champion(losses, ["a", "b"], "log_loss") == "b"


def test_a_champion_that_wins_is_said_to_beat_rule_and_baseline():
    lines = notes(EVALUATION, SPEC, TASK, (), "good")
    assert any(line.startswith("leaves: good beats the rule: difference in AUC +") for line in lines)
    assert any(line.startswith("leaves: good beats baseline: difference in AUC +") for line in lines)


def test_a_champion_that_does_not_win_is_said_not_to():
    lines = notes(EVALUATION, SPEC, TASK, (), "twin")
    assert "leaves: twin does not beat baseline: difference in AUC +0.000 [+0.000, +0.000] includes 0" in lines
    lines = notes(EVALUATION, SPEC, TASK, (), "baseline")
    assert "leaves: no other candidate does better than the linear baseline" in lines


def test_the_store_gets_each_candidate_and_the_rule_with_folds_means_intervals_and_differences():
    kept = {trial.name: trial for trial in trials(EVALUATION, TASK)}
    assert set(kept) == {"baseline", "good", "twin", "rule"}
    assert set(kept["good"].steps["roc_auc"]) == {1, 2}
    wanted = {
        f"{name}{end}"
        for name in ("mean_roc_auc", "roc_auc_minus_rule", "roc_auc_minus_baseline")
        for end in ("", "_low", "_high")
    }
    assert wanted <= set(kept["good"].metrics)
    assert kept["rule"].parameters == {"family": "no learning", "expression": "feature.x"}
    assert not any("minus" in name for name in kept["rule"].metrics)


def test_a_regression_is_measured_in_its_unit_rule_included_and_in_percent_of_the_rule():
    assert {metric for _, metric in AMOUNTS.means} == {"mean_squared_error", "mean_absolute_error", "r_squared"}
    assert {name for name, _ in AMOUNTS.means} == {"baseline", "good", "twin", "rule"}
    for fold in range(2):
        assert AMOUNTS.folds["good", "mean_squared_error"][fold] * 4 == pytest.approx(
            AMOUNTS.folds["baseline", "mean_squared_error"][fold]
        )
    assert AMOUNTS.differences["good", "baseline", RELATIVE].value == pytest.approx(-75)
    assert AMOUNTS.differences["good", "baseline", RELATIVE].high == pytest.approx(-75)  # the same noise, so it is sure
    assert champion(AMOUNTS, ["baseline", "good"], "mean_squared_error") == "good"
    assert champion(AMOUNTS, ["baseline", "good"], "r_squared") == "good"
    lines = notes(AMOUNTS, SPEC, SPEND, FOLDS, "good")
    assert any(line.startswith("spend: good beats the rule: difference in squared error -") for line in lines)
    assert any("its squared error differs from the rule's by -95" in line for line in lines)


def test_what_is_too_good_to_be_true_is_a_check_that_failed():
    leaks = {kind: checks(found, task, "good")[0] for kind, found, task in [("c", EVALUATION, TASK), ("r", AMOUNTS, SPEND)]}
    assert all(EVALUATION.means["good", "roc_auc"].value > limit for limit in (0.95,))
    assert not leaks["c"].passed and leaks["c"].detail.endswith(": a leak?")
    assert AMOUNTS.means["good", "r_squared"].value > 0.80
    assert not leaks["r"].passed
    assert checks(AMOUNTS, SPEND, "baseline")[0].passed == (AMOUNTS.means["baseline", "r_squared"].value <= 0.80)
    assert {check.name for check in checks(AMOUNTS, SPEND, "good")} == {
        "spend: no sign of a leak",
        "spend: good beats rule",
        "spend: good beats baseline",
    }


def test_curves_have_their_points_within_their_bands_and_end_where_they_must():
    assert {curve for name, curve in EVALUATION.curves if name == "rule"} == {"roc", "precision_recall", "lift"}
    assert {key for key in AMOUNTS.curves} == {(name, "reliability") for name in ("baseline", "good", "twin", "rule")}
    for (_, curve), points in EVALUATION.curves.items():
        low, high = np.array(points)[:, -2:].T
        assert (low <= high).all()
        assert len(points) == {"roc": 101, "precision_recall": 100, "lift": 100, "reliability": 10}[curve]
    assert EVALUATION.curves["good", "roc"][-1] == (1, 1, 1, 1)
    assert EVALUATION.curves["good", "lift"][-1] == pytest.approx((1, 1, 1, 1))
    assert EVALUATION.curves["good", "lift"][9][1] == pytest.approx(EVALUATION.means["good", LIFT].value)


def test_reliability_is_over_equal_shares_of_all_rows_and_equal_predictions_stay_together():
    labels, scores = np.arange(20.0), np.repeat([1.0, 2.0], [13, 7])
    bins = binned(labels, scores)
    assert (list(bins.predicted()), list(bins.rows())) == ([1, 2], [13, 7])
    assert bins.observed()[0] == pytest.approx([6, 16])
    weights = [np.array([[2.0] * 10, [0.0] * 10]), np.array([[1.0] * 10, [0.0] * 10])]
    once, none = bins.observed(weights)
    assert once == pytest.approx([(2 * 45 + 33) / 23, 16])
    assert np.isnan(none).all()
    assert list(binned(labels, labels).rows()) == [2] * 10


def test_the_file_holds_all_of_it_with_null_for_what_has_no_meaning_and_is_found_by_its_version(tmp_path):
    features = [{"name": "x", "importance": 1.0, "direction": "raises"}]
    content = document(EVALUATION, judged(), FOLDS, SPEC, TASK, "abc", "good", features)
    assert content["folds"][0] == {
        "number": 1,
        "moment": "2017-10-01",
        "rows": 300,
        "positives": int(judged()[0].labels.sum()),
        "trained_on": ["2017-08-01", "2017-09-01"],
    }
    good = content["names"]["good"]
    assert set(good) == {"metrics", "against", "curves"}
    assert set(good["metrics"]["roc_auc"]) == {"value", "low", "high", "folds"}
    assert set(good["against"]) == {"rule", "baseline"}
    assert content["names"]["rule"]["against"] == {}
    assert [len(point) for points in good["curves"].values() for point in points[:1]] == [4, 4, 4, 5]
    amount = document(AMOUNTS, amounts(), FOLDS, SPEC, SPEND, "abd", "good", [])
    assert amount["folds"][0]["positives"] is None
    one_outcome = [Judged(1, ("p", "q"), np.ones(2), {"baseline": np.array([0.5, 0.4]), "rule": np.zeros(2)})]
    without = evaluate(one_outcome, "classification", ["rule"], 0.95, 5, 1)
    assert (
        document(without, one_outcome, (), SPEC, TASK, "abe", "baseline", [])["names"]["rule"]["metrics"]["roc_auc"]["value"]
        is None
    )

    for number, kept in enumerate((content, amount)):
        folder = artifacts(tmp_path, "leaves") / f"run{number}" / "artifacts"
        folder.mkdir(parents=True)
        (folder / FILE).write_text(text(kept), encoding="utf-8")
    assert read(tmp_path, "leaves", "abd") == json.loads(text(amount)) == read_run(tmp_path, "leaves", "run1")
    assert read(tmp_path, "leaves", "xyz") is None
    assert read(tmp_path, "other", "abd") is None
    assert read_run(tmp_path, "leaves", "run7") is None
