"""Two arms side by side in the report: what is seen in a sentence, intervals, tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from dmp_spark.activation.tables import Variant
from dmp_spark.measurement.sentences import Row, is_seen, not_compared, sample_ratio_alarm
from dmp_spark.measurement.spec import Experiment, Metric
from dmp_spark.page.texts import SPACE, estimate, is_unknown, number, text_of
from dmp_spark.section import About, Axis, Column, Estimate, IntervalChart, Kind, Sentence, Table, Tone
from dmp_spark.wording import plain, sentence_case

_ARMS = {Variant.TREATMENT: "to be sent to", Variant.HOLDOUT: "held out"}
_POINTS = "percentage points"
_LEAST = 0.001  # p values below this are told as below it


@dataclass(frozen=True)
class Pair:
    """A metric that was judged, with the rows of its arms in gold.experiments."""

    metric: Metric
    treatment: Row
    holdout: Row

    @property
    def name(self) -> str:
        """The metric with the horizon that it was judged by."""
        return name_of(self.metric.name, self.treatment["ahead"])

    @property
    def reason(self) -> str:
        """Why they are not compared; empty where they are."""
        return not_compared(self.treatment, self.holdout)


def pairs_of(experiment: Experiment, arms: Sequence[Row]) -> list[Pair]:
    """The metrics of which there are arms, in the order in which they are written."""
    known = {(row["metric"], row["variant"]): row for row in arms if row["experiment"] == experiment.name}
    judged = [(metric, [known.get((metric.name, variant)) for variant in _ARMS]) for metric in experiment.metrics]
    return [Pair(metric, ours, theirs) for metric, (ours, theirs) in judged if ours is not None and theirs is not None]


def sizes(pair: Pair) -> Sentence:
    """Whether the arms have the sizes that were drawn for; they are the same for every metric."""
    treatment, holdout = pair.treatment, pair.holdout
    if alarm := sample_ratio_alarm((treatment, holdout)):
        return Sentence(f"{alarm}.", Tone.WARNING)
    held_out = f"{holdout['assigned']:,} of {treatment['assigned'] + holdout['assigned']:,} are held out"
    chance = treatment["sample_ratio_p_value"]
    if is_unknown(chance):
        return Sentence(f"{held_out}; whether that is what was drawn for cannot be tested, because chance had no part in it.")
    return Sentence(f"{held_out}, which fits what was drawn for (p{SPACE}={SPACE}{number(chance)}).", Tone.GOOD)


def verdict(pair: Pair) -> str:
    """What the interval says; the p value may disagree with it at the border."""
    metric, treatment = pair.metric, pair.treatment
    if pair.reason:
        return pair.reason
    unit = _unit(metric)
    shown = estimate(_difference(metric, treatment), signed=True) + (f"{SPACE}{unit}" if unit else "")
    if is_seen(treatment):
        return f"a difference is seen: {shown} for those to be sent to"
    if is_unknown(treatment["detectable"]):
        return f"no difference is seen: {shown}; nobody differs, so what could have been seen is not known"
    could = f"one of {_detectable(metric, treatment)} or more would likely have been seen"
    return f"no difference is seen: {shown}; {could}"


def charts(pairs: Sequence[Pair]) -> list[IntervalChart]:
    """Differences against zero: metrics of one unit on one axis, those without a unit each on its own."""
    by_axis: dict[tuple[str, str], list[tuple[str, Estimate]]] = {}
    for pair in pairs:
        if not pair.reason:
            metric, unit = pair.metric, _unit(pair.metric)
            row = (pair.name, _difference(metric, pair.treatment))
            by_axis.setdefault((unit, "" if unit else metric.name), []).append(row)
    axis = Axis("difference")
    return [
        IntervalChart(f"Difference, in {unit}" if unit else f"Difference in {plain(name)}", axis, tuple(rows), zero=True)
        for (unit, name), rows in by_axis.items()
    ]


def arms(pairs: Sequence[Pair], about: About) -> Table:
    """A row each metric and arm: assigned, sent to, counted, mean."""
    columns = (
        Column("metric"),
        Column("arm", Kind.LABEL),
        Column("assigned", Kind.COUNT),
        Column("of these sent to", Kind.COUNT),
        Column("counted", Kind.COUNT),
        Column("mean", Kind.NUMBER),
    )
    rows = tuple(
        (pair.name, word, arm["assigned"], arm["sent"], arm["units"], _mean(pair.metric, arm["mean"]))
        for pair in pairs
        for word, arm in zip(_ARMS.values(), (pair.treatment, pair.holdout), strict=True)
    )
    held = [
        f" {sentence_case(pair.name)}: values above {_amount(pair.metric, bound)} count as that."
        for pair in pairs
        if not is_unknown(bound := pair.treatment["winsorised_at"])
    ]
    note = f"Counted: those whose time has passed. Mean: of one {about.person}; of what is true or false, the share."
    return Table("The arms", columns, rows, note + "".join(held))


def contrasts(pairs: Sequence[Pair]) -> Table:
    """A row each metric: the relative difference, the p value, and what would likely have been seen."""
    columns = (
        Column("metric"),
        Column("difference, of those held out", Kind.SHARE),
        Column("p value", Kind.NUMBER),
        Column("smallest effect likely seen", Kind.NUMBER),
    )
    rows = tuple(
        (
            pair.name,
            pair.treatment["lift"],
            _p_value(pair.treatment["p_value"]),
            _detectable(pair.metric, pair.treatment),
        )
        for pair in pairs
    )
    note = "The smallest true difference that would be seen four times out of five: a smaller one could have hidden."
    return Table("How sure it is", columns, rows, note)


def name_of(metric: str, ahead: str) -> str:
    """A metric in words: `spend in 30 days`."""
    return f"{plain(metric)} in {ahead}"


def _unit(metric: Metric) -> str:
    """The unit of a difference."""
    return _POINTS if metric.is_condition else metric.measure.unit


def _difference(metric: Metric, treatment: Row) -> Estimate:
    """The difference in the metric's unit: of shares, in percentage points."""
    ends = (treatment[name] for name in ("difference", "difference_low", "difference_high"))
    return Estimate(*[end if end is None or not metric.is_condition else 100 * end for end in ends])


def _detectable(metric: Metric, treatment: Row) -> str | None:
    value = treatment["detectable"]
    if is_unknown(value):
        return None
    return text_of(100 * value, Kind.NUMBER, _POINTS) if metric.is_condition else _amount(metric, value)


def _mean(metric: Metric, value: float | None) -> str | None:
    if value is None:
        return None
    return text_of(value, Kind.SHARE) if metric.is_condition else _amount(metric, value)


def _amount(metric: Metric, value: Any) -> str:
    """A number with its unit; decimals are money."""
    is_money = metric.measure.columns[0].type.startswith("decimal")
    return text_of(value, Kind.MONEY if is_money else Kind.NUMBER, metric.measure.unit)


def _p_value(value: float | None) -> str | None:
    if value is None:
        return None
    return f"<{SPACE}{_LEAST}" if value < _LEAST else number(value)
