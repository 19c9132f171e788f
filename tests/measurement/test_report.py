"""How experiments are told in the report: what is seen, what could have been, and when there is nothing to compare yet."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from dmp_spark.measurement.report import section
from dmp_spark.measurement.spec import Experiment, MeasurementSpec, Metric
from dmp_spark.page.document import Page, document
from dmp_spark.section import About, Estimate, Group, IntervalChart, Rows, Sentence, Table, Tone
from tests.measurement.test_sentences import BOUGHT, SPEND, metric
from tests.page.test_elements import EVIL, Read

ZONE = "America/New_York"
AS_OF = datetime(2017, 12, 1, 5, tzinfo=UTC)  # midnight in New York
ABOUT = About(Path("nowhere"), AS_OF, ZONE, currency="USD", person="household")
VISITS, CALLS, LATE = metric("visits", "count(*)"), metric("calls", "count(*)"), metric("late", "count(*)", "60 days")
NOTHING = dict.fromkeys(("difference", "difference_low", "difference_high", "lift", "p_value", "detectable"))
COMPARED = {"difference": 19.674, "difference_low": -30.1, "difference_high": 69.44, "lift": 0.0163, "p_value": 0.43}
SAME = COMPARED | {"detectable": 52.0}


def arms(name="spend", contrast=SAME, treatment=(225, 220, 1230.0), holdout=(25, 25, 1210.33), **changes):
    """The two rows of a metric by (assigned, units, mean), and what compares them."""
    known = {"experiment": "back", "metric": name, "as_of": AS_OF, "ahead": "30 days", "winsorised_at": None}
    known |= {"sent": 0, "sample_ratio_p_value": None, **NOTHING, **changes}
    rows = [
        known | {"variant": variant, "assigned": assigned, "units": units, "mean": mean}
        for variant, (assigned, units, mean) in (("holdout", holdout), ("treatment", treatment))
    ]
    rows[1] |= {"sent": 200, "sample_ratio_p_value": 0.55, **contrast} | changes
    return rows


def answer(rows):
    return Rows(tuple(rows[0]), tuple(tuple(row.values()) for row in rows), len(rows)) if rows else Rows()


def told(*metrics, rows=(), assigned=(), about=ABOUT, question=""):
    """The section about one experiment, of arms and of (assigned_at, units)."""
    experiment = Experiment(name="back", question=question, activation="mailing", metrics=metrics)
    found = [{"activation": "mailing", "assigned_at": when, "units": units} for when, units in assigned]
    other = [{"activation": "back", "assigned_at": datetime(2017, 1, 1, tzinfo=UTC), "units": 9}]  # another activation's
    return section(
        MeasurementSpec(zone=ZONE, experiments=(experiment,)), about, {"arms": answer(rows), "assigned": answer(found + other)}
    )


def group(said):
    (only,) = (part for part in said.parts if isinstance(part, Group))
    return only


def sentences(said):
    return [(part.text.replace("\u00a0", " "), part.tone) for part in group(said).parts if isinstance(part, Sentence)]


def charts(said):
    return [part for part in group(said).parts if isinstance(part, IntervalChart)]


def table(said, title):
    (found,) = (part for part in group(said).parts if isinstance(part, Table) and part.title == title)
    return [tuple(cell.replace("\u00a0", " ") if isinstance(cell, str) else cell for cell in row) for row in found.rows]


def test_what_is_seen_is_one_sentence_with_the_arms_and_the_interval_beside_it():
    said = told(SPEND, rows=arms(winsorised_at=Decimal("4321.5")), question="Did it?")
    assert said.parts[0].text.startswith("Everybody counts in the arm that was drawn, sent to or not")
    assert group(said).title == "Did it?"
    assert sentences(said) == [
        ("25 of 250 are held out, which fits what was drawn for (p = 0.55).", Tone.GOOD),
        (
            "Spend in 30 days: no difference is seen: +19.67 [−30.10, +69.44] USD; one of 52.00 USD or more would likely have been "
            "seen.",
            Tone.PLAIN,
        ),
    ]
    (chart,) = charts(said)
    assert (chart.title, chart.zero, chart.rows) == (
        "Difference, in USD", True, (("spend in 30 days", Estimate(19.674, -30.1, 69.44)),),
    )  # fmt: skip
    assert table(said, "The arms") == [
        ("spend in 30 days", "to be sent to", 225, 200, 220, "1,230.00 USD"),
        ("spend in 30 days", "held out", 25, 0, 25, "1,210.33 USD"),
    ]
    assert table(said, "How sure it is") == [("spend in 30 days", 0.0163, "0.43", "52.00 USD")]
    (note,) = (part.note for part in group(said).parts if isinstance(part, Table) and part.title == "The arms")
    assert note.endswith("Spend in 30 days: values above 4,321.50\u00a0USD count as that.")
    assert [(fact.title, fact.value, fact.note) for fact in said.facts] == [
        ("experiments", 1, ""), ("differences seen", 0, "of 1 compared"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (0.0, 40.0, "no difference is seen: +20.00 [0.00, +40.00] USD; one of 52.00 USD or more would likely have been seen."),
        (0.1, 40.0, "a difference is seen: +20.00 [+0.10, +40.00] USD for those to be sent to."),
        (-60.0, -0.1, "a difference is seen: −20.00 [−60.00, −0.10] USD for those to be sent to."),
        (-60.0, 0.0, "no difference is seen: −20.00 [−60.00, 0.00] USD; one of 52.00 USD or more would likely have been seen."),
    ],
)
def test_a_difference_is_seen_where_the_whole_interval_lies_on_one_side_of_zero(low, high, verdict):
    contrast = SAME | {"difference": 20.0 if high > 0.5 else -20.0, "difference_low": low, "difference_high": high}
    said = told(SPEND, rows=arms(contrast=contrast | {"p_value": 0.0}))
    assert sentences(said)[-1][0] == f"Spend in 30 days: {verdict}"
    assert said.facts[-1].value == int(verdict.startswith("a "))
    assert table(said, "How sure it is")[0][2] == "< 0.001", "a p value that was rounded away is not 0"


def test_shares_are_told_in_points_and_only_what_has_the_same_unit_shares_an_axis():
    shares = {"difference": -0.02, "difference_low": -0.035, "difference_high": -0.0051, "lift": -0.2, "detectable": 0.02}
    small = {"difference": 0.5, "difference_low": -1.0, "difference_high": 2.0, "detectable": 2.5}
    rows = arms("bought", shares, (225, 225, 0.08), (25, 25, 0.1)) + arms("visits", small) + arms("calls", small) + arms()
    said = told(SPEND, BOUGHT, VISITS, CALLS, rows=rows)
    assert sentences(said)[2] == (
        "Bought in 30 days: a difference is seen: −2.000 [−3.500, −0.510] percentage points for those to be sent to.", Tone.PLAIN,
    )  # fmt: skip
    assert sentences(said)[3][0] == (
        "Visits in 30 days: no difference is seen: +0.500 [−1.000, +2.000]; one of 2.5 or more would likely have been seen."
    )
    assert [(chart.title, [name for name, _ in chart.rows]) for chart in charts(said)] == [
        ("Difference, in USD", ["spend in 30 days"]),
        ("Difference, in percentage points", ["bought in 30 days"]),
        ("Difference in visits", ["visits in 30 days"]),
        ("Difference in calls", ["calls in 30 days"]),
    ]
    assert table(said, "How sure it is")[1] == ("bought in 30 days", -0.2, None, "2 percentage points")
    assert [row[5] for row in table(said, "The arms")][2:4] == ["8.0 %", "10 %"]
    euros = metric("gifts", "sum(value)", unit="USD")
    together = charts(told(SPEND, euros, rows=arms() + arms("gifts")))
    assert [[name for name, _ in chart.rows] for chart in together] == [["spend in 30 days", "gifts in 30 days"]]


def test_what_cannot_be_compared_says_why_and_is_in_no_chart():
    empty = told(SPEND, rows=arms(contrast=NOTHING, treatment=(250, 250, 3.0), holdout=(0, 0, None), sample_ratio_p_value=None))
    assert sentences(empty) == [
        (
            "0 of 250 are held out; whether that is what was drawn for cannot be tested, because chance had no part in it.",
            Tone.PLAIN,
        ),
        ("Spend in 30 days: nothing to compare: one arm is empty.", Tone.PLAIN),
    ]
    assert charts(empty) == []
    assert [row[4:] for row in table(empty, "The arms")] == [(250, "3.00 USD"), (0, None)]
    assert table(empty, "How sure it is") == [("spend in 30 days", None, None, None)]
    assert [fact.title for fact in empty.facts] == ["experiments"]
    alike = told(SPEND, rows=arms(contrast=NOTHING | {"difference": 0.0}))
    assert sentences(alike)[1][0] == (
        "Spend in 30 days: nothing to compare: nobody differs, or an arm has one person, or a value is too large."
    )
    assert charts(alike) == []
    nobody = NOTHING | {"difference": 0.0, "difference_low": -0.133, "difference_high": 0.017}  # Newcombe's of 0 of each arm
    said = told(BOUGHT, rows=arms("bought", nobody, (225, 225, 0.0), (25, 25, 0.0)))
    assert sentences(said)[1][0] == (
        "Bought in 30 days: no difference is seen: 0.00 [−13.30, +1.70] percentage points; nobody differs, so what could have "
        "been seen is not known."
    )
    assert len(charts(said)) == 1


@pytest.mark.parametrize(("chance", "is_alarm"), [(0.0009, True), (0.001, False)])
def test_arms_of_unlikely_sizes_come_first(chance, is_alarm):
    text, tone = sentences(told(SPEND, rows=arms(sample_ratio_p_value=chance)))[0]
    assert (tone is Tone.WARNING, "find out why before any difference is believed" in text) == (is_alarm, is_alarm)


def test_before_anything_is_ripe_one_sentence_says_when_that_will_be():
    midnight = datetime(2017, 11, 2, 4, tzinfo=UTC)  # of 2 November in New York: the window begins at once
    later = midnight.replace(second=1)  # and a second later with the day after
    both = told(LATE, SPEND, assigned=((later, 4), (midnight, 850)))
    assert [part.title for part in both.parts] == ["Back"], "no word on how differences are read, where there is none"
    assert sentences(both) == [
        (
            "854 households are assigned, none of them 30 days ago, so there is nothing to compare before 2 Dec 2017.",
            Tone.PLAIN,
        )
    ]
    assert sentences(told(SPEND, assigned=((later, 4),)))[0][0].endswith("nothing to compare before 3 Dec 2017.")
    assert sentences(told(SPEND)) == [("Nobody is assigned to an arm yet, so there is nothing to compare.", Tone.PLAIN)]
    early = datetime(2017, 11, 1, 4, tzinfo=UTC)
    assert sentences(told(SPEND, assigned=((early, 4),))) == [
        ("The first 30 days ended on 1 Dec 2017, and dmp run has yet to judge them.", Tone.WARNING)
    ]
    one_waits = sentences(told(LATE, SPEND, rows=arms(), assigned=((early, 250),)))
    assert one_waits[1] == (
        "Late in 60 days: 250 households are assigned, none of them 60 days ago, so there is nothing to compare before "
        "31 Dec 2017.",
        Tone.PLAIN,
    )
    assert len(one_waits) == 3


def test_what_was_judged_before_this_moment_says_so_with_the_horizon_of_then():
    said = told(SPEND, rows=arms(ahead="14 days"), about=replace(ABOUT, as_of=datetime(2018, 1, 1, 5, tzinfo=UTC)))
    assert sentences(said)[0] == ("This was judged as of 1 Dec 2017, and not since then.", Tone.WARNING)
    assert sentences(said)[2][0].startswith("Spend in 14 days: ")


def test_without_experiments_or_with_one_that_is_gone_there_is_nothing_but_that():
    nothing = section(MeasurementSpec(zone=ZONE), ABOUT, {"arms": answer(arms()), "assigned": Rows()})
    assert nothing.parts == (Sentence("There is no experiment."),)
    gone = [row | {"experiment": "gone"} for row in arms()]
    assert sentences(told(SPEND, rows=gone)) == [
        ("Nobody is assigned to an arm yet, so there is nothing to compare.", Tone.PLAIN)
    ]


def test_hostile_names_stay_text():
    measure = SPEND.measure.model_copy(update={"unit": EVIL})
    evil = Metric(name=EVIL, measure=measure)
    about = replace(ABOUT, person=EVIL)
    rows = arms(EVIL, ahead=EVIL, winsorised_at=Decimal(9))
    said = told(evil, LATE, rows=rows, assigned=((AS_OF, 1),), question=EVIL, about=about)
    read = Read(document(Page("t", (), (), (said,), (), ZONE)))
    assert "script" not in read.tags
    assert read.text.count("<script>alert(1)</script>") >= 15
    assert not [name for name, _ in read.attributes if name.startswith("on") or name == "style"]
