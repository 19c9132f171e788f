"""A task's comparison in sentences, intervals and curves, from the evaluation that was kept with the model."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from dmp_spark.models.metrics import LOWER_IS_BETTER
from dmp_spark.models.report_curves import curves
from dmp_spark.models.spec import RULE
from dmp_spark.page.texts import estimate
from dmp_spark.section import About, Axis, Column, Estimate, IntervalChart, Kind, Part, Sentence, Table, Tone
from dmp_spark.wording import plain, share

METRICS = {
    "roc_auc": "AUC",
    "average_precision": "average precision",
    "log_loss": "log loss",
    "brier": "Brier score",
    "mean_squared_error": "mean squared error",
    "mean_absolute_error": "mean absolute error",
    "r_squared": "R²",
    "lift_at_10_percent": "lift among the highest 10 %",
    "mean_predicted": "mean expected",
    "mean_observed": "mean of what came",
}
MEANINGS = {
    "roc_auc": "AUC: how often one of whom it came true is ranked above one of whom it did not; 0.5 is chance, 1 is perfect.",
    "average_precision": "Average precision: how many of those ranked highest are right, over all depths.",
}
MOST_FEATURES = 15


def comparison(found: Mapping[str, Any], about: About) -> tuple[Part, ...]:
    """The parts of a task: verdict, intervals, all metrics, curves, features, folds."""
    names = _ordered(found)
    metric = found["choose_by"]
    parts: list[Part] = [*_verdict(found, metric)]
    parts += [_means(found, names, metric), *_differences(found, names, metric), _metrics(found, names)]
    parts += [part for part in (curves(found, names), _features(found), _folds(found, about)) if part is not None]
    return tuple(parts)


def word(metric: str) -> str:
    """The metric as people call it."""
    return METRICS.get(metric, plain(metric))


def _ordered(found: Mapping[str, Any]) -> list[str]:
    """The champion, then the other candidates in their order, then the rule."""
    champion = found["champion"]
    others = [name for name in found["names"] if name not in (champion, RULE)]
    return [name for name in (champion, *others, RULE) if name in found["names"]]


def _baseline(found: Mapping[str, Any]) -> str | None:
    """The candidate that others are compared with: the one that stands in `against` beside the rule."""
    others = (other for of in found["names"].values() for other in of.get("against") or {} if other != RULE)
    return next(others, None)


def _verdict(found: Mapping[str, Any], metric: str) -> list[Part]:
    """Who is the champion, and whom it beats: the rule, and the baseline; or which others beat it, where it is the baseline."""
    champion, baseline = found["champion"], _baseline(found)
    tests = "one test" if len(found["folds"]) == 1 else f"{len(found['folds'])} tests"
    best = f"its {word(metric)} is the best on average over {tests}, which is slightly kind to it"
    said: list[Part] = [Sentence(f"The champion is the {plain(champion)}: {best}.")]
    rule = _difference(found, champion, RULE)
    compared = metric if metric in rule else next(iter(rule), None)  # a rule is no probability: then it is compared by rank
    if compared is not None:
        said.append(_against(champion, "the rule without learning", rule[compared], compared))
    if baseline is not None and champion != baseline and metric in _difference(found, champion, baseline):
        other = _difference(found, champion, baseline)[metric]
        said.append(_against(champion, "the baseline" if baseline == "baseline" else plain(baseline), other, metric))
    if baseline is not None and champion == baseline:
        said += _others(found, baseline, metric)
    return said


def _others(found: Mapping[str, Any], baseline: str, metric: str) -> list[Part]:
    others = [name for name in _ordered(found) if name not in (baseline, RULE)]
    better = [name for name in others if _side(_difference(found, name, baseline).get(metric), metric) > 0]
    if better:
        return [Sentence(f"Yet {', '.join(map(plain, better))} beats it where the same people are compared.", Tone.WARNING)]
    return [Sentence(f"None of the others beats it: {', '.join(map(plain, others))}.")] if others else []


def _difference(found: Mapping[str, Any], one: str, other: str) -> Mapping[str, Any]:
    """Metric → the paired difference of one candidate to another; empty where they were not compared."""
    known: Mapping[str, Any] = (found["names"][one].get("against") or {}).get(other) or {}
    return known


def _against(one: str, other: str, difference: Mapping[str, Any], metric: str) -> Sentence:
    shown = f"by {estimate(_estimate(difference))} in {word(metric)}"
    side = _side(difference, metric)
    if side > 0:
        return Sentence(f"The {plain(one)} beats {other} {shown}.", Tone.GOOD)
    if side < 0:
        return Sentence(f"The {plain(one)} does worse than {other} {shown}.", Tone.WARNING)
    includes = f"the difference in {word(metric)}, {estimate(_estimate(difference), signed=True)}, includes 0"
    return Sentence(f"The {plain(one)} does not beat {other}: {includes}.", Tone.WARNING)


def _side(difference: Mapping[str, Any] | None, metric: str) -> int:
    """1 where the whole interval is on the better side of zero, -1 where it is on the worse, else 0."""
    if difference is None or difference.get("low") is None or difference.get("high") is None:
        return 0
    above = 1 if difference["low"] > 0 else -1 if difference["high"] < 0 else 0
    return -above if metric in LOWER_IS_BETTER else above


def _means(found: Mapping[str, Any], names: list[str], metric: str) -> IntervalChart:
    rows = tuple((plain(name), _estimate(found["names"][name]["metrics"].get(metric))) for name in names)
    better = "lower is better" if metric in LOWER_IS_BETTER else "higher is better"
    confidence = f"Mean over the folds with the {found['confidence']:.0%} interval, by person."
    return IntervalChart(
        f"How good they are: {word(metric)}, {better}",
        Axis(word(metric)),
        tuple(row for row in rows if row[1].value is not None),
        marked=plain(found["champion"]),
        note=f"{MEANINGS.get(metric, '')} {confidence}".strip(),
    )


def _differences(found: Mapping[str, Any], names: list[str], metric: str) -> list[Part]:
    charts: list[Part] = []
    for other in (RULE, _baseline(found)):
        if other is None:
            continue
        known = [(name, _difference(found, name, other).get(metric)) for name in names if name not in (other, RULE)]
        rows = tuple((plain(name), _estimate(value)) for name, value in known if value is not None)
        if rows:
            note = "Each difference is of the same people, so it is surer than the two means beside each other."
            title = f"Difference to the {plain(other)}, in {word(metric)}"
            charts.append(IntervalChart(title, Axis("difference"), rows, zero=True, marked=plain(found["champion"]), note=note))
    return charts


def _metrics(found: Mapping[str, Any], names: list[str]) -> Table:
    known = {metric for of in found["names"].values() for metric in of["metrics"]}
    metrics = [*[name for name in METRICS if name in known], *sorted(known - set(METRICS))]
    columns = [Column(f"{word(m)}{' (lower is better)' if m in LOWER_IS_BETTER else ''}", Kind.ESTIMATE) for m in metrics]
    rows = tuple((plain(name), *[_estimate(found["names"][name]["metrics"].get(m)) for m in metrics]) for name in names)
    told = f"The rule is: {found['rule']}." if found.get("rule") else ""
    if found["kind"] == "classification":
        told += " It only ranks, so what needs a probability is not known of it."
    return Table("All measures", (Column(""), *columns), rows, told.strip())


def _features(found: Mapping[str, Any]) -> Table | None:
    features = [feature for feature in found.get("features") or [] if feature.get("importance") is not None]
    if not features:
        return None
    shown = sorted(features, key=lambda feature: (-abs(feature["importance"]), feature["name"]))[:MOST_FEATURES]
    signs = {"raises": "↑ raises it", "lowers": "↓ lowers it"}
    rows = tuple((plain(f["name"]), abs(f["importance"]), f["importance"], signs.get(f.get("direction") or "")) for f in shown)
    columns = (Column("feature"), Column("", Kind.BAR), Column("weight", Kind.NUMBER), Column("a higher value"))
    left_out = f"The first {MOST_FEATURES} of {len(features)}." if len(features) > MOST_FEATURES else ""
    return Table(f"What the {plain(found['champion'])} goes by", columns, rows, left_out)


def _folds(found: Mapping[str, Any], about: About) -> Table | None:
    rows: list[tuple[Any, ...]] = []
    for fold in found["folds"]:
        trained, positives = fold.get("trained_on") or [], fold.get("positives")
        ends = (_day(trained[0]), _day(trained[-1])) if trained else (None, None)
        rows.append((_day(fold["moment"]), fold["rows"], positives, share(positives, fold["rows"]), len(trained), *ends))
    columns: tuple[Column, ...] = (
        Column("tested at", Kind.LABEL),
        Column(about.people, Kind.COUNT),
        Column("came true", Kind.COUNT),
        Column("share", Kind.SHARE),
        Column("trained on moments", Kind.COUNT),
        Column("from", Kind.LABEL),
        Column("until", Kind.LABEL),
    )
    if all(row[2] is None for row in rows):  # a number came of it, and nothing came true or not
        columns, rows = columns[:2] + columns[4:], [row[:2] + row[4:] for row in rows]
    return Table("Tests", columns, tuple(rows), "Trained only on what was known before each test.") if rows else None


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _estimate(value: Mapping[str, Any] | None) -> Estimate:
    return Estimate(None) if value is None else Estimate(value.get("value"), value.get("low"), value.get("high"))
