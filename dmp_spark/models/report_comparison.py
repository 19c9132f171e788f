"""A task's comparison in sentences, intervals and curves, from the evaluation that was kept with the model."""

import math
from collections.abc import Mapping
from datetime import date
from typing import Any

from dmp_spark.models.evaluation import LOWER_IS_BETTER
from dmp_spark.models.spec import RULE
from dmp_spark.section import (
    About,
    Axis,
    Column,
    Estimate,
    Gallery,
    IntervalChart,
    Kind,
    Line,
    LineChart,
    Part,
    Sentence,
    Table,
    Tone,
    plain,
)

METRICS = {
    "roc_auc": "AUC",
    "average_precision": "average precision",
    "log_loss": "log loss",
    "brier": "Brier score",
    "mean_squared_error": "mean squared error",
    "mean_absolute_error": "mean absolute error",
    "r_squared": "R²",
}
MEANINGS = {
    "roc_auc": "AUC: how often one of whom it came true is ranked above one of whom it did not; 0.5 is chance, 1 is perfect.",
    "average_precision": "Average precision: how many of those ranked highest are right, over all depths.",
}
MOST_FEATURES = 15
_CURVES = {
    "roc": ("ROC", "How many are found, for how many false alarms.", "false alarms", "found"),
    "precision_recall": (
        "Precision and recall",
        "How many of those named are right, for how many are found.",
        "found (recall)",
        "right (precision)",
    ),
    "lift": (
        "Lift",
        "How many times more often it comes true among those ranked highest.",
        "share of people, highest first",
        "times as often",
    ),
    "reliability": ("Reliability", "Whether what is expected is what comes.", "expected", "came true"),
}
_EQUAL = ((0.0, 0.0), (1.0, 1.0))


def comparison(found: Mapping[str, Any], about: About) -> tuple[Part, ...]:
    """The parts of a task: verdict, intervals, all metrics, curves, features, folds."""
    names = _ordered(found)
    metric = found["choose_by"]
    parts: list[Part] = [*_verdict(found, metric)]
    parts += [_means(found, names, metric), *_differences(found, names, metric), _metrics(found, names)]
    parts += [part for part in (_curves(found, names), _features(found), _folds(found, about)) if part is not None]
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
    champion = found["champion"]
    lead = f"The champion is the {plain(champion)}: it has the best mean {word(metric)} over {_times(len(found['folds']))}, "
    said: list[Part] = [Sentence(f"{lead}which is slightly kind to it.")]
    rule = found["names"][champion].get("against", {}).get(RULE) or {}
    for compared in [metric, *(name for name in rule if name != metric)][: 1 if metric in rule else 2]:
        if compared in rule:
            said.append(_against(champion, "the rule without learning", rule[compared], compared))
    baseline = _baseline(found)
    if baseline is not None and champion != baseline:
        difference = (found["names"][champion].get("against", {}).get(baseline) or {}).get(metric)
        if difference is not None:
            said.append(
                _against(champion, f"the {plain(baseline)}" if baseline == "baseline" else plain(baseline), difference, metric)
            )
    elif baseline is not None:
        others = [name for name in _ordered(found) if name not in (champion, RULE)]
        better = [n for n in others if _side((found["names"][n].get("against", {}).get(baseline) or {}).get(metric), metric) > 0]
        if others:
            told = (
                f"{', '.join(map(plain, better))} beats it."
                if better
                else f"None of the others beats it: {', '.join(map(plain, others))}."
            )
            said.append(Sentence(told))
    return said


def _against(one: str, other: str, difference: Mapping[str, Any], metric: str) -> Sentence:
    shown = f"by {_unsigned(difference)} in {word(metric)}"
    side = _side(difference, metric)
    if side > 0:
        return Sentence(f"The {plain(one)} beats {other} {shown}.", Tone.GOOD)
    if side < 0:
        return Sentence(f"The {plain(one)} does worse than {other} {shown}.", Tone.WARNING)
    return Sentence(
        f"The {plain(one)} does not beat {other}: the difference in {word(metric)}, {_signed(difference)}, includes 0.",
        Tone.WARNING,
    )


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
        known = [
            (name, (found["names"][name].get("against", {}).get(other) or {}).get(metric))
            for name in names
            if name not in (other, RULE)
        ]
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
    rule = (
        f"The rule is: {found['rule']}. It only ranks, so what needs a probability is not known of it."
        if found.get("rule")
        else ""
    )
    return Table("All measures", (Column(""), *columns), rows, rule)


def _curves(found: Mapping[str, Any], names: list[str]) -> Gallery | None:
    looks = {name: 0 if name == RULE else 1 + number for number, name in enumerate(names)}
    charts = []
    drawn: set[str] = set()
    for kind in _CURVES:
        lines = [_line(kind, name, (found["names"][name].get("curves") or {}).get(kind), looks[name]) for name in names]
        known = tuple(line for line in lines if line is not None)
        if known:
            charts.append(_chart(kind, known, found))
            drawn |= {line.label for line in known}
    legend = tuple((plain(name), looks[name]) for name in names if plain(name) in drawn)
    bands = f"bands are {found['confidence']:.0%} intervals"
    note = f"Of the people of all folds together; {bands}, dotted is what chance or a perfect answer gives."
    return Gallery(tuple(charts), legend, note) if charts else None


def _chart(kind: str, lines: tuple[Line, ...], found: Mapping[str, Any]) -> LineChart:
    title, meaning, x, y = _CURVES[kind]
    is_share = found["kind"] == "classification"
    if kind == "lift":
        return LineChart(title, meaning, Axis(x, 0, 1, Kind.SHARE), Axis(y, 0), lines, ((0.0, 1.0), (1.0, 1.0)), "chance")
    if kind == "reliability":
        return _reliability(title, meaning, lines, is_share)
    if kind == "precision_recall":
        share = _positives(found)
        reference = None if share is None else ((0.0, share), (1.0, share))
        return LineChart(title, meaning, Axis(x, 0, 1, Kind.SHARE), Axis(y, 0, 1, Kind.SHARE), lines, reference, "chance")
    return LineChart(title, meaning, Axis(x, 0, 1, Kind.SHARE), Axis(y, 0, 1, Kind.SHARE), lines, _EQUAL, "chance")


def _reliability(title: str, meaning: str, lines: tuple[Line, ...], is_share: bool) -> LineChart:
    """Both axes from the same least to the same greatest value, so that the diagonal is what a perfect answer gives."""
    values = [value for line in lines for point in line.points for value in point if value is not None and math.isfinite(value)]
    low = 0.0 if is_share else min(values, default=0.0)
    high = min(1.0, max(values, default=1.0)) if is_share else max(values, default=1.0)
    kind = Kind.SHARE if is_share else Kind.NUMBER
    y = "came true" if is_share else "was"
    diagonal = ((low, low), (high, high))
    return LineChart(title, meaning, Axis("expected", low, high, kind), Axis(y, low, high, kind), lines, diagonal, "as expected")


def _line(kind: str, name: str, points: list[list[float | None]] | None, look: int) -> Line | None:
    """The points as (x, y, low, high); reliability carries its number of rows between, which is not drawn."""
    if not points:
        return None
    at = (0, 1, 3, 4) if kind == "reliability" else (0, 1, 2, 3)
    drawn = tuple(tuple(point[place] if place < len(point) else None for place in at) for point in points)
    known = tuple((_number(x), _number(y), low, high) for x, y, low, high in drawn)
    return Line(plain(name), known, look, has_dots=kind == "reliability")


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
        share = positives / fold["rows"] if positives is not None and fold["rows"] else None
        ends = (_day(trained[0]), _day(trained[-1])) if trained else (None, None)
        rows.append((_day(fold["moment"]), fold["rows"], positives, share, len(trained), *ends))
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


def _positives(found: Mapping[str, Any]) -> float | None:
    rows = sum(fold["rows"] for fold in found["folds"])
    positives = [fold.get("positives") for fold in found["folds"]]
    return sum(positives) / rows if rows and all(value is not None for value in positives) else None


def _estimate(value: Mapping[str, Any] | None) -> Estimate:
    return Estimate(None) if value is None else Estimate(value.get("value"), value.get("low"), value.get("high"))


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _signed(difference: Mapping[str, Any]) -> str:
    low, value, high = (difference[end] for end in ("low", "value", "high"))
    return f"{value:+.3f} [{low:+.3f}, {high:+.3f}]".replace("-", "\u2212")


def _unsigned(difference: Mapping[str, Any]) -> str:
    return _signed(difference).replace("+", "")


def _times(folds: int) -> str:
    return "one test" if folds == 1 else f"{folds} tests"
