"""Features: every measure of every person at every moment, and the labels of tasks."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from pyspark.sql import DataFrame

from dmp_spark.features.moments import at_midnight, labels, looked_up
from dmp_spark.features.spec import FeaturesSpec
from dmp_spark.features.tables import READS, WRITES, contracts, reads
from dmp_spark.functions.clock import local_day
from dmp_spark.measures.compute import backward, seen_people
from dmp_spark.measures.currencies import refuse_mixed_money
from dmp_spark.measures.events import Events, events_of_people
from dmp_spark.stage import RunContext, RunSummary

__all__ = ["READS", "WRITES", "build", "contracts", "run"]

LARGE = 1_000_000  # rows of a lookup: of fewer, joining all takes less time than looking which are needed


def build(inputs: Mapping[str, DataFrame], spec: FeaturesSpec, as_of: datetime) -> dict[str, DataFrame]:
    """gold.features and gold.labels at the moments in force: the declared ones up to `as_of`, and its own local midnight.

    A row of features uses only events that happened before its moment and were known by then; a label stands once its
    horizon has ended.
    """
    return _outputs(_events(inputs, spec, as_of), spec, as_of, spec.moments(local_day(as_of, spec.zone)))


def _outputs(events: Events, spec: FeaturesSpec, as_of: datetime, moments: Sequence[date]) -> dict[str, DataFrame]:
    columns = [column.name for measure in spec.measures for column in measure.columns]
    features = at_midnight(backward(events, spec.measures, moments), spec.zone, columns)
    return {
        "gold.features": features,
        "gold.labels": labels(events, spec, moments, seen_people(events, moments), as_of),
    }


def run(context: RunContext, spec: FeaturesSpec) -> RunSummary:
    """Build all, write the differences; only the tables that this project's lookups name are read.

    StageError where a measure would add up money of several currencies.
    """
    outputs = drawn(context, spec, spec.moments(local_day(context.as_of, spec.zone)))
    return RunSummary(changes={name: context.lakehouse.replace(name, rows) for name, rows in outputs.items()})


def drawn(context: RunContext, spec: FeaturesSpec, moments: Sequence[date]) -> dict[str, DataFrame]:
    """What `run` writes, of these moments and unwritten: a training set is drawn again by it."""
    inputs = {name: context.lakehouse.read(name) for name in reads(spec)}
    events = _narrowed(context, _events(inputs, spec, context.as_of))
    refuse_mixed_money("features", events, (*spec.measures, *[label.measure for label in spec.labels]))
    return _outputs(events, spec, context.as_of, moments)


def _narrowed(context: RunContext, events: Events) -> Events:
    """The same events, whose large lookups hold nothing but the rows that these events find: each is joined several times."""
    scratch, lookups = context.lakehouse.scratch, dict(events.lookups)
    for name, lookup in events.lookups.items():
        if lookup.rows.count() < LARGE:
            continue
        keys = scratch.write(lookup.keys(events.rows, events.column), f"{name}_keys")
        narrowed = lookup.narrowed(keys, keys.count())
        covered = scratch.write(lookup.covered, f"{name}_covered") if lookup.covered is not None else None
        lookups[name] = replace(narrowed, rows=scratch.write(narrowed.rows, name), covered=covered)
    return replace(events, lookups=lookups)


def _events(inputs: Mapping[str, DataFrame], spec: FeaturesSpec, as_of: datetime) -> Events:
    rows = events_of_people(inputs["silver.events"], inputs["silver.identity_map"], as_of)
    return Events(rows, spec.zone, looked_up(inputs, spec.lookups))
