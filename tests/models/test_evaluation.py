"""Means, intervals, differences and the champion, on planted scores."""

import numpy as np
import pytest

from dmp_spark.models.evaluation import Estimate, Evaluation, Judged, champion, evaluate
from dmp_spark.models.sentences import notes, trials
from dmp_spark.models.spec import Candidate, ModelsSpec, Preparation, Task

TASK = Task(name="leaves", question="", eligible=None, rule="feature.x", names={}, label="", horizon_days=30, choose_by="roc_auc")
SPEC = ModelsSpec(
    project="shop",
    zone="UTC",
    folds=2,
    confidence=0.95,
    preparation=Preparation(),
    candidates=tuple(Candidate(name=name, family="logistic_regression", parameters={}) for name in ("baseline", "good", "twin")),
    baseline="baseline",
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


EVALUATION = evaluate(judged(), ["rule", "baseline"], 0.95, 300, 2017)


def test_the_mean_is_over_folds_and_lies_within_its_interval():
    for key, estimate in EVALUATION.means.items():
        assert estimate.value == pytest.approx(np.mean(EVALUATION.folds[key]))
        assert estimate.low < estimate.value < estimate.high


def test_the_rule_is_ranked_only():
    assert {metric for name, metric in EVALUATION.means if name == "rule"} == {"roc_auc", "average_precision"}
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
    alone, repeated = (evaluate(rows, ["rule"], 0.95, 300, 1).means["good", "roc_auc"] for rows in ([once], twice))
    assert repeated == alone


def test_the_champion_has_the_best_mean_and_the_first_wins_among_equals():
    assert champion(EVALUATION, ["baseline", "good", "twin"], "roc_auc") == "good"
    assert champion(EVALUATION, ["twin", "baseline"], "roc_auc") == "twin"
    losses = Evaluation({}, {("a", "log_loss"): Estimate(0.4, 0, 1), ("b", "log_loss"): Estimate(0.3, 0, 1)}, {})
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
    kept = {trial.name: trial for trial in trials(EVALUATION, SPEC, TASK)}
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
