"""The curves of a comparison, with their bands, from the points that were kept with the model."""

import math
from collections.abc import Mapping
from typing import Any

from dmp_spark.models.spec import RULE
from dmp_spark.section import Axis, Gallery, Kind, Line, LineChart
from dmp_spark.wording import plain

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


def curves(found: Mapping[str, Any], names: list[str]) -> Gallery | None:
    """The curves of these names, a chart a kind; None where none was kept. `names` give the order and the looks."""
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
    note = f"Means over the tests, reliability of all their people together; {bands}, dotted is chance or a perfect answer."
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


def _positives(found: Mapping[str, Any]) -> float | None:
    rows = sum(fold["rows"] for fold in found["folds"])
    positives = [fold.get("positives") for fold in found["folds"]]
    return sum(positives) / rows if rows and all(value is not None for value in positives) else None


def _number(value: float | None) -> float:
    return math.nan if value is None else float(value)
