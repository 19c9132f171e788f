"""`dmp features list`: what features there are, what they mean, and how they are spread. By path it starts no JVM."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dmp_spark.cli.printing import Format, print_rows, value_text

if TYPE_CHECKING:
    from dmp_spark.operations.feature_catalogue import Feature, Value

STEPS = " ▁▂▃▄▅▆▇█"
SHORT = ("feature", "unit", "events", "missing", "low", "median", "high", "spread")
WHOLE = ("feature", "type", "unit", "window", "events", "meaning", "missing", "low", "median", "high", "bins")


def features_list(folder: Path, overrides: Sequence[str], form: Format) -> int:
    """Print the catalogue of features; 0. UserError where the project has mistakes."""
    from dmp_spark import registry
    from dmp_spark.operations.feature_catalogue import catalogue

    project, resolution = registry.resolved(folder, overrides)
    spec = resolution.specs.get("features")
    found = catalogue(project.lakehouse, getattr(spec, "measures", ()))
    if found.as_of is None:
        print("nothing of these is published yet, so their spread is not known: dmp run", file=sys.stderr)
    else:
        print(f"{found.people:,} people as of {value_text(found.as_of)}", file=sys.stderr)
    if form == "table":
        print_rows(SHORT, [_short(feature) for feature in found.features], form, sys.stdout, sys.stderr)
    else:
        print_rows(WHOLE, [_whole(feature) for feature in found.features], form, sys.stdout, sys.stderr)
    return 0


def plot(bins: Sequence[int]) -> str:
    """A small picture of counts: a letter each, of a height in eighths of the highest; what is not empty is seen."""
    highest = max(bins, default=0)
    return "".join(STEPS[-(-count * (len(STEPS) - 1) // highest)] if count else STEPS[0] for count in bins)


def _short(feature: "Feature") -> tuple[object, ...]:
    spread = feature.spread
    missing = None if spread.missing is None else f"{100 * spread.missing:.0f} %"
    values = (_text(value) for value in (spread.low, spread.median, spread.high))
    return (feature.name, feature.unit, ", ".join(feature.events), missing, *values, plot(spread.bins))


def _whole(feature: "Feature") -> tuple[object, ...]:
    spread = feature.spread
    own = (feature.name, feature.type, feature.unit, feature.window, list(feature.events), feature.meaning)
    return (*own, spread.missing, spread.low, spread.median, spread.high, list(spread.bins))


def _text(value: "Value | None") -> str:
    if value is None:
        return ""
    return f"{value:,.6g}" if isinstance(value, float) else value_text(value)[:10]
