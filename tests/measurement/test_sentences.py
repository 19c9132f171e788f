"""What is said of experiments."""

from datetime import date

from dmp_spark.measurement.sentences import notes, sample_ratio_holds
from dmp_spark.measurement.spec import Experiment, Metric
from dmp_spark.measures.resolve import resolve_measure
from dmp_spark.measures.spec import MeasureFile

FIRST = date(2017, 11, 1)
ASSIGNED = {FIRST: 250}


def metric(name, take, ahead="30 days", unit=""):
    written = MeasureFile.model_validate({"of": "purchase", "take": take, "ahead": ahead, "unit": unit})
    return Metric(name=name, measure=resolve_measure(f"back.{name}", written, {"value": "decimal(18,4)"}))


SPEND, BOUGHT = metric("spend", "sum(value)", unit="USD"), metric("bought", "count(*) > 0")


def experiment(*metrics, question=""):
    return Experiment(name="back", question=question, activation="back", metrics=metrics or (SPEND,))


def rows(name, treatment, holdout, p_value=0.5, **contrast):
    """Two arms by (assigned, units, mean), and what compares them."""
    shown = {"metric": name, "sample_ratio_p_value": None, "difference_low": None, "difference_high": None}
    arms = [
        {**shown, "variant": variant, "assigned": assigned, "units": units, "mean": mean}
        for variant, (assigned, units, mean) in (("treatment", treatment), ("holdout", holdout))
    ]
    arms[0] |= {"sample_ratio_p_value": p_value, "detectable": None, **contrast}
    return arms


def test_a_comparison_is_one_line_with_its_verdict():
    contrast = {"difference": 19.674, "difference_low": -30.1, "difference_high": 69.44, "detectable": 52.0}
    told = rows("spend", (225, 225, 1230.004), (25, 25, 1210.33), **contrast)
    assert notes(experiment(question="Do they?"), ASSIGNED, told) == (
        "back: Do they?",
        "back: spend in 30 days: 25 people with 1,210.33 USD each held out, 225 people with 1,230.00 USD each to be sent to; "
        "difference +19.67 [-30.10, +69.44] USD, could have seen 52.00: no effect seen",
    )
    contrast = {"difference": -0.02, "difference_low": -0.035, "difference_high": -0.0051, "detectable": 0.02}
    told = rows("bought", (300, 225, 0.13), (30, 25, 0.15), **contrast)
    assert notes(experiment(BOUGHT), ASSIGNED, told) == (
        "back: bought in 30 days: 15.0% of 25 people held out, 13.0% of 225 people to be sent to; "
        "difference -2.0 [-3.5, -0.5] points, could have seen 2.0: an effect is seen; 80 more were assigned later",
    )


def test_what_cannot_be_compared_says_why():
    empty = rows("spend", (250, 250, 3.0), (0, 0, None), difference=None)
    assert notes(experiment(), ASSIGNED, empty) == (
        "back: spend in 30 days: 0 people held out, 250 people with 3.00 USD each to be sent to; "
        "nothing to compare: one arm is empty",
    )
    same = rows("spend", (200, 200, 3.0), (50, 50, 3.0), difference=0.0)
    assert notes(experiment(), ASSIGNED, same)[0].endswith(
        "; nothing to compare: nobody differs, or an arm has one person, or a value is too large"
    )
    assert notes(experiment(), {}, []) == ("back: nobody is assigned yet",)


def test_before_anything_is_ripe_one_line_says_when_that_will_be():
    both = experiment(metric("late", "count(*)", "60 days"), SPEND)
    assert notes(both, {date(2017, 11, 3): 10, FIRST: 844}, []) == (
        "back: 854 assigned, none of them 30 days ago: nothing to compare before 2017-12-01",
    )
    contrast = {"difference": 1.0, "difference_low": -1.0, "difference_high": 3.0, "detectable": 2.0}
    told = notes(both, ASSIGNED, rows("spend", (225, 225, 2.0), (25, 25, 1.0), **contrast))
    assert told[0] == "back: late in 60 days: none of 250 was assigned so long ago"
    assert len(told) == 2


def test_arms_of_unlikely_sizes_are_told_first():
    contrast = {"difference": 1.0, "difference_low": -1.0, "difference_high": 3.0, "detectable": 2.0}
    for chance, holds in ((0.0009, False), (0.001, True), (None, True)):
        told = rows("spend", (1800, 225, 2.0), (50, 25, 1.0), p_value=chance, **contrast)
        assert sample_ratio_holds(told) is holds
        alarm = (
            "back: 50 of 1,850 are held out, which is not what was drawn for (p < 0.001): find out why before any "
            "difference is believed"
        )
        assert (notes(experiment(), ASSIGNED, told)[0] == alarm) is not holds
    assert sample_ratio_holds([])
