"""What is said of experiments, in sentences for people."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from dmp_spark.activation.tables import Variant
from dmp_spark.measurement.spec import Experiment, Metric
from dmp_spark.measures.windows import moved

SAMPLE_RATIO_ALARM = 0.001
"""Arms less likely than this are not what was drawn: the comparison is not to be trusted (GrowthBook's threshold)."""

Row = Mapping[str, Any]


def notes(experiment: Experiment, assigned: Mapping[date, int], rows: Sequence[Row]) -> tuple[str, ...]:
    """The lines about an experiment: what each metric shows, or from when on there will be something to show.

    `assigned` are the units by first day; `rows` are those of gold.experiments of this experiment, slice `all`.
    """
    name, everybody = experiment.name, sum(assigned.values())
    if not everybody:
        return (f"{name}: nobody is assigned yet",)
    if not rows:
        ends, ahead = first_ripe(experiment.metrics, assigned)
        return (f"{name}: {everybody:,} assigned, none of them {ahead} ago: nothing to compare before {ends.isoformat()}",)
    lines = [f"{name}: {experiment.question}"] if experiment.question else []
    alarm = sample_ratio_alarm(rows)
    lines += [f"{name}: {alarm}"] if alarm else []
    for metric in experiment.metrics:
        of_metric = {row["variant"]: row for row in rows if row["metric"] == metric.name}
        said = _said(metric, of_metric) if of_metric else f"none of {everybody:,} was assigned so long ago"
        lines.append(f"{name}: {metric.name} in {metric.ahead}: {said}")
    return tuple(lines)


def sample_ratio_holds(rows: Sequence[Row]) -> bool:
    """Whether the arms have sizes like those that were drawn for; true where that cannot be told."""
    return not sample_ratio_alarm(rows)


def first_ripe(metrics: Sequence[Metric], assigned: Mapping[date, int]) -> tuple[date, str]:
    """The day at whose midnight the first horizon of a unit ends, and that horizon; `assigned` has a day or more."""
    return min((moved(day, metric.ahead), metric.ahead) for day in assigned for metric in metrics)


def not_compared(treatment: Row, holdout: Row) -> str:
    """Why two arms have no interval of their difference; empty where they have one."""
    if not (treatment["units"] and holdout["units"]):
        return "nothing to compare: one arm is empty"
    if treatment["difference_low"] is None or treatment["difference_high"] is None:
        return "nothing to compare: nobody differs, or an arm has one person, or a value is too large"
    return ""


def is_seen(treatment: Row) -> bool:
    """Whether the interval of the difference leaves 0 out; of arms that are compared. One that ends at 0 holds it."""
    return not treatment["difference_low"] <= 0 <= treatment["difference_high"]


def sample_ratio_alarm(rows: Sequence[Row]) -> str:
    """What is wrong with the sizes of the arms; empty where nothing is, or it cannot be told."""
    treatment = next((row for row in rows if row["variant"] == Variant.TREATMENT), None)
    holdout = next((row for row in rows if row["variant"] == Variant.HOLDOUT), None)
    if treatment is None or holdout is None:
        return ""
    chance = treatment["sample_ratio_p_value"]
    if chance is None or chance >= SAMPLE_RATIO_ALARM:
        return ""
    everybody = treatment["assigned"] + holdout["assigned"]
    return (
        f"{holdout['assigned']:,} of {everybody:,} are held out, which is not what was drawn for (p < {SAMPLE_RATIO_ALARM}): "
        "find out why before any difference is believed"
    )


def _said(metric: Metric, rows: Mapping[str, Row]) -> str:
    treatment, holdout = rows[Variant.TREATMENT], rows[Variant.HOLDOUT]
    arms = f"{_arm(metric, holdout)} held out, {_arm(metric, treatment)} to be sent to; {_difference(metric, treatment, holdout)}"
    waiting = sum(row["assigned"] - row["units"] for row in (treatment, holdout))
    return arms + (f"; {waiting:,} more were assigned later" if waiting else "")


def _arm(metric: Metric, row: Row) -> str:
    if row["mean"] is None:
        return f"{row['units']:,} people"
    shown = f"{row['mean']:.1%}" if metric.is_condition else f"{row['mean']:,.2f}{_unit(metric)} each"
    return f"{shown} of {row['units']:,} people" if metric.is_condition else f"{row['units']:,} people with {shown}"


def _difference(metric: Metric, treatment: Row, holdout: Row) -> str:
    if reason := not_compared(treatment, holdout):
        return reason
    low, high = treatment["difference_low"], treatment["difference_high"]
    between = f"difference {_number(metric, treatment['difference'])} [{_number(metric, low)}, {_number(metric, high)}]"
    verdict = "an effect is seen" if is_seen(treatment) else "no effect seen"
    detectable = treatment["detectable"]
    could = "" if detectable is None else f", could have seen {_number(metric, detectable).lstrip('+')}"
    return f"{between}{' points' if metric.is_condition else _unit(metric)}{could}: {verdict}"


def _number(metric: Metric, value: float) -> str:
    return f"{100 * value:+.1f}" if metric.is_condition else f"{value:+,.2f}"


def _unit(metric: Metric) -> str:
    return f" {metric.measure.unit}" if metric.measure.unit else ""
