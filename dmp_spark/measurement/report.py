"""What the report says of experiments: what was seen and could have been, or from when on there is something to compare."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from dmp_spark.measurement.report_contrasts import Pair, arms, charts, contrasts, name_of, pairs_of, sizes, verdict
from dmp_spark.measurement.sentences import Row, first_ripe, is_seen
from dmp_spark.measurement.spec import Experiment, MeasurementSpec, Metric
from dmp_spark.measurement.tables import EVERYBODY
from dmp_spark.page.texts import day_text, moment
from dmp_spark.project.types import moment_instant
from dmp_spark.section import About, Answers, Fact, Group, Part, Section, Sentence, Tone
from dmp_spark.wording import plain, sentence_case

_COUNTED = (
    "Everybody counts in the arm that was drawn, sent to or not (by intent to treat), once the whole time after the "
    "assignment has passed. Differences are those to be sent to minus those held out, with 95 % intervals. Where there are "
    "many metrics, or somebody looks every day, some interval leaves 0 out by chance."
)


def queries(spec: MeasurementSpec, about: About) -> dict[str, str]:
    """The arms at the latest moment that was judged, days together; and how many were assigned when."""
    return {
        "arms": f"""
            select e.experiment, e.metric, e.variant, e.as_of, e.ahead, e.assigned, e.sent, e.units, e.winsorised_at, e.mean,
                   e.difference, e.difference_low, e.difference_high, e.lift, e.p_value, e.detectable, e.sample_ratio_p_value
            from gold.experiments e
            join (select max(l.as_of) as as_of from gold.experiments l) latest on latest.as_of = e.as_of
            where e.slice = '{EVERYBODY}' order by e.experiment, e.metric, e.variant""",
        "assigned": f"""
            select experiment as activation, assigned_at, count(*) as units from gold.assignments
            where assigned_at <= {about.moment} group by experiment, assigned_at order by experiment, assigned_at""",
    }


def section(spec: MeasurementSpec, about: About, answers: Answers) -> Section:
    """The section: a group an experiment of the project, in the order in which they are written; nobody is named."""
    assigned = answers["assigned"].named
    pairs = {experiment.name: pairs_of(experiment, answers["arms"].named) for experiment in spec.experiments}
    groups = tuple(
        _experiment(
            experiment,
            pairs[experiment.name],
            _first_days([row for row in assigned if row["activation"] == experiment.activation], spec.zone),
            about,
        )
        for experiment in spec.experiments
    )
    compared = [pair for of_experiment in pairs.values() for pair in of_experiment if not pair.reason]
    seen = sum(is_seen(pair.treatment) for pair in compared)
    facts = [Fact("experiments", len(spec.experiments))]
    facts += [Fact("differences seen", seen, note=f"of {len(compared):,} compared")] if compared else []
    lead = (Sentence(_COUNTED),) if compared else ()
    nothing = () if groups else (Sentence("There is no experiment."),)
    return Section("measurement", "What sending did", (*lead, *groups, *nothing), tuple(facts))


def _first_days(assigned: Sequence[Row], zone: str) -> dict[date, int]:
    """First day of a window → units: the local day that begins at or first after they were assigned."""
    found: dict[date, int] = {}
    for row in assigned:
        day = row["assigned_at"].astimezone(ZoneInfo(zone)).date()
        day += timedelta(days=1 if _midnight(day, zone) < row["assigned_at"] else 0)
        found[day] = found.get(day, 0) + row["units"]
    return found


def _midnight(day: date, zone: str) -> datetime:
    return moment_instant(day.isoformat(), zone)


def _experiment(experiment: Experiment, pairs: Sequence[Pair], assigned: Mapping[date, int], about: About) -> Group:
    title = experiment.question or plain(experiment.name).capitalize()
    if not pairs:
        return Group(title, (_waiting("", experiment.metrics, assigned, about),))
    parts: list[Part] = []
    judged_at = pairs[0].treatment["as_of"]
    if judged_at != about.as_of:
        parts.append(Sentence(f"This was judged as of {moment(judged_at, about.zone)}, and not since then.", Tone.WARNING))
    parts.append(sizes(pairs[0]))
    by_name = {pair.metric.name: pair for pair in pairs}
    for metric in experiment.metrics:
        if pair := by_name.get(metric.name):
            parts.append(Sentence(f"{sentence_case(pair.name)}: {verdict(pair)}."))
        else:
            parts.append(_waiting(f"{sentence_case(name_of(metric.name, metric.ahead))}: ", [metric], assigned, about))
    return Group(title, (*parts, *charts(pairs), arms(pairs, about), contrasts(pairs)))


def _waiting(which: str, metrics: Sequence[Metric], assigned: Mapping[date, int], about: About) -> Sentence:
    """Why there is nothing to compare yet, and from when on there will be."""
    if not assigned:
        return Sentence(f"{which}Nobody is assigned to an arm yet, so there is nothing to compare.")
    ends, ahead = first_ripe(metrics, assigned)
    if _midnight(ends, about.zone) <= about.as_of:
        return Sentence(f"{which}The first {ahead} ended on {day_text(ends)}, and dmp run has yet to judge them.", Tone.WARNING)
    told = f"{sum(assigned.values()):,} {about.people} are assigned, none of them {ahead} ago"
    return Sentence(f"{which}{told}, so there is nothing to compare before {day_text(ends)}.")
