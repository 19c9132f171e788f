"""How a comparison is told: who beats whom, which way is better, and what is left out where nothing is known."""

from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from dmp_spark.models.report_comparison import comparison
from dmp_spark.section import About, Gallery, IntervalChart, LineChart, Sentence, Table, Tone
from tests.operations.made_evaluation import evaluation as made

ABOUT = About(Path("nowhere"), datetime(2018, 1, 1, tzinfo=UTC), "UTC", person="household")
KEPT = made("v1", people=300, resamples=8)


def estimate(value: float, low: float, high: float) -> dict[str, float]:
    return {"value": value, "low": low, "high": high}


def told(found: dict[str, Any]) -> list[tuple[str, Tone]]:
    return [(part.text.replace("\u00a0", " "), part.tone) for part in comparison(found, ABOUT) if isinstance(part, Sentence)]


def changed(metric: str = "roc_auc", champion: str = "baseline", **differences: dict[str, float]) -> dict[str, Any]:
    """The evaluation with these differences, named `<one>_to_<other>`."""
    found = deepcopy(KEPT) | {"champion": champion, "choose_by": metric}
    for name, difference in differences.items():
        one, _, other = name.partition("_to_")
        found["names"][one]["against"][other] = {metric: difference}
    return found


@pytest.mark.parametrize(
    ("difference", "sentence", "tone"),
    [
        (estimate(0.013, 0.005, 0.02), "The baseline beats the rule without learning by 0.013 [0.005, 0.020] in AUC.", Tone.GOOD),
        (
            estimate(0.01, -0.001, 0.02),
            "The baseline does not beat the rule without learning: the difference in AUC, +0.010 [−0.001, +0.020], includes 0.",
            Tone.WARNING,
        ),
        (
            estimate(-0.02, -0.03, -0.01),
            "The baseline does worse than the rule without learning by −0.020 [−0.030, −0.010] in AUC.",
            Tone.WARNING,
        ),
    ],
)
def test_the_verdict_is_the_side_of_zero_on_which_the_whole_interval_lies(
    difference: dict[str, float], sentence: str, tone: Tone
) -> None:
    assert (sentence, tone) in told(changed(baseline_to_rule=difference))


def test_where_lower_is_better_a_difference_below_zero_wins() -> None:
    better = changed("log_loss", champion="forest", forest_to_baseline=estimate(-0.02, -0.03, -0.01))
    assert ("The forest beats the baseline by −0.020 [−0.030, −0.010] in log loss.", Tone.GOOD) in told(better)
    worse = changed("log_loss", champion="forest", forest_to_baseline=estimate(0.02, 0.01, 0.03))
    assert ("The forest does worse than the baseline by 0.020 [0.010, 0.030] in log loss.", Tone.WARNING) in told(worse)


def test_a_rule_that_only_ranks_is_compared_by_rank() -> None:
    by_rank = changed("log_loss")
    by_rank["names"]["baseline"]["against"]["rule"] = {"roc_auc": estimate(0.013, 0.005, 0.02)}
    assert ("The baseline beats the rule without learning by 0.013 [0.005, 0.020] in AUC.", Tone.GOOD) in told(by_rank)


def test_others_are_said_to_beat_the_baseline_only_where_they_do() -> None:
    no = estimate(0.001, -0.002, 0.004)
    none = changed(forest_to_baseline=no, gradient_boosting_to_baseline=no)
    assert ("None of the others beats it: gradient boosting, forest.", Tone.PLAIN) in told(none)
    one = changed(forest_to_baseline=estimate(0.01, 0.005, 0.02), gradient_boosting_to_baseline=no)
    assert any(text.startswith("Yet forest beats it") for text, _ in told(one))


def test_charts_have_bands_axes_and_a_line_to_compare_with() -> None:
    charts = {part.title: part for part in comparison(KEPT, ABOUT) if isinstance(part, IntervalChart)}
    assert list(charts) == [
        "How good they are: AUC, higher is better",
        "Difference to the rule, in AUC",
        "Difference to the baseline, in AUC",
    ]
    assert [name for name, _ in charts["Difference to the baseline, in AUC"].rows] == ["gradient boosting", "forest"]
    (gallery,) = (part for part in comparison(KEPT, ABOUT) if isinstance(part, Gallery))
    curves = {chart.title: chart for chart in gallery.charts if isinstance(chart, LineChart)}
    assert list(curves) == ["ROC", "Precision and recall", "Lift", "Reliability"]
    assert [line.label for line in curves["Reliability"].lines] == ["baseline", "gradient boosting", "forest"]
    assert {line.label: line.number for line in curves["ROC"].lines}["rule"] == 0
    point = KEPT["names"]["baseline"]["curves"]["reliability"][0]
    assert curves["Reliability"].lines[0].points[0] == (point[0], point[1], point[3], point[4]), (
        "rows stand between, and are not drawn"
    )
    assert curves["Precision and recall"].reference == ((0.0, 0.12), (1.0, 0.12))


def test_what_is_null_or_absent_is_left_out() -> None:
    bare = deepcopy(KEPT) | {"features": [], "rule": ""}
    for name in bare["names"]:
        bare["names"][name] = {"metrics": {"roc_auc": {"value": 0.7, "low": None, "high": None}}, "against": {}, "curves": {}}
    parts = comparison(bare, ABOUT)
    assert not [part for part in parts if isinstance(part, Gallery)]
    assert [part.title for part in parts if isinstance(part, Table)] == ["All measures", "Tests"]
    holed = deepcopy(KEPT)
    holed["names"]["rule"]["curves"]["roc"][3] = [None, None, None, None]
    assert comparison(holed, ABOUT)


def test_a_number_is_judged_by_its_errors_and_has_no_curve_but_reliability() -> None:
    metrics = {"mean_squared_error": estimate(1234.5, 1100.0, 1300.0), "mean_absolute_error": estimate(20.0, 18.0, 22.0)}
    reliability = {"reliability": [[10.0, 12.0, 40, 9.0, 15.0], [300.0, 290.0, 40, 250.0, 320.0]]}
    found = deepcopy(KEPT) | {"kind": "regression", "choose_by": "mean_squared_error"}
    found["names"] = {name: {"metrics": metrics, "against": {}, "curves": reliability} for name in ("baseline", "forest", "rule")}
    found["folds"] = [{"number": 1, "moment": "2017-10-01", "rows": 80, "positives": None, "trained_on": []}]
    parts = comparison(found, ABOUT)
    (gallery,) = (part for part in parts if isinstance(part, Gallery))
    (chart,) = gallery.charts
    assert isinstance(chart, LineChart)
    assert (chart.x.low, chart.x.high, chart.reference) == (9.0, 320.0, ((9.0, 9.0), (320.0, 320.0)))
    tests = next(part for part in parts if isinstance(part, Table) and part.title == "Tests")
    assert [column.title for column in tests.columns] == ["tested at", "households", "trained on moments", "from", "until"]
