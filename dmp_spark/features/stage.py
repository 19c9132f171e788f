"""Features: every measure of every person at every moment, and the labels of tasks."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from dmp_spark.features.changed import FEATURES_FROM, LABELS_FROM, Part, moved, people_reached
from dmp_spark.features.moments import at_midnight, labels, looked_up
from dmp_spark.features.spec import FeaturesSpec
from dmp_spark.features.tables import READS, WRITES, contracts, reads
from dmp_spark.functions.clock import local_day
from dmp_spark.measures.compute import backward, seen_people
from dmp_spark.measures.currencies import refuse_mixed_money
from dmp_spark.measures.events import Events, events_of_people
from dmp_spark.stage import ChangedRows, RunContext, RunSummary, affected_keys

__all__ = ["READS", "WRITES", "affected", "build", "contracts", "run"]

LARGE = 1_000_000  # rows of a lookup: of fewer, joining all takes less time than looking which are needed


def build(inputs: Mapping[str, DataFrame], spec: FeaturesSpec, as_of: datetime) -> dict[str, DataFrame]:
    """gold.features and gold.labels at the moments in force: the declared ones up to `as_of`, and its own local midnight.

    A row of features uses only events that happened before its moment and were known by then; a label stands once its
    horizon has ended.
    """
    return _outputs(_events(inputs, spec, as_of), spec, as_of, spec.moments(local_day(as_of, spec.zone)))


def _outputs(events: Events, spec: FeaturesSpec, as_of: datetime, moments: Sequence[date]) -> dict[str, DataFrame]:
    return {
        "gold.features": _features(events, spec, moments),
        "gold.labels": labels(events, spec, moments, seen_people(events, moments), as_of),
    }


def _features(events: Events, spec: FeaturesSpec, moments: Sequence[date]) -> DataFrame:
    columns = [column.name for measure in spec.measures for column in measure.columns]
    return at_midnight(backward(events, spec.measures, moments), spec.zone, columns)


def affected(changes: ChangedRows, state: Mapping[str, DataFrame], spec: FeaturesSpec, as_of: datetime) -> DataFrame:
    """One row a person whose rows may differ at moments that stay: person_id, features_from, labels_from.

    Moments that are new, or at which labels ripen, are everybody's (`features.changed.moved`): as_of alone tells them.
    """
    return people_reached(changes, state, spec, as_of)


def parts(spec: FeaturesSpec, before: datetime, as_of: datetime, keys: DataFrame) -> dict[str, Part]:
    """What of each table is computed again, by `keys` as `affected` gives them; one row of them is read."""
    moments = moved(spec, before, as_of)
    least = keys.agg(F.min(FEATURES_FROM).alias(FEATURES_FROM), F.min(LABELS_FROM).alias(LABELS_FROM)).first()
    first: Mapping[str, date | None] = least.asDict() if least else {}
    described = {
        "gold.features": (FEATURES_FROM, moments.new, moments.kept),
        "gold.labels": (LABELS_FROM, moments.ripened, tuple(moments.horizons)),
    }
    found = {}
    for table, (name, anew, kept) in described.items():
        begin = first[name]
        again = tuple(day for day in kept if begin is not None and day >= begin)
        people = keys.select("person_id", F.col(name).alias("first")).where("first is not null")
        found[table] = Part(anew, again, moments.gone, people)
    return found


def build_parts(events: Events, spec: FeaturesSpec, as_of: datetime, again: Mapping[str, Part]) -> dict[str, DataFrame]:
    """The rows that `build` would make of these parts; a table whose part has no moment is left out."""
    outputs = {}
    features, ripe = again["gold.features"], again["gold.labels"]
    if features.moments:
        outputs["gold.features"] = _features(features.events(events), spec, features.moments)
    if ripe.moments:
        theirs = ripe.events(events)
        people = ripe.of(seen_people(theirs, ripe.moments))
        outputs["gold.labels"] = labels(theirs, spec, ripe.moments, people, as_of)
    return outputs


def run(context: RunContext, spec: FeaturesSpec) -> RunSummary:
    """Build all, or what changes and time affect, and write the differences; tables that no lookup names are not read.

    StageError where a measure would add up money of several currencies.
    """
    lakehouse, today = context.lakehouse, local_day(context.as_of, spec.zone)
    inputs = _inputs(context, spec)
    everybody = _events(inputs, spec, context.as_of)
    keys = affected_keys(context, spec, sys.modules[__name__], inputs)
    if context.since is None or keys is None:
        outputs = _outputs(_usable(context, spec, everybody), spec, context.as_of, spec.moments(today))
        return RunSummary(changes={name: lakehouse.replace(name, rows) for name, rows in outputs.items()})
    again = parts(spec, context.since.as_of, context.as_of, keys)
    is_of_everybody = any(part.anew for part in again.values())
    events = _usable(context, spec, everybody, None if is_of_everybody else keys)
    outputs = build_parts(events, spec, context.as_of, again)
    changes = {}
    for name, part in again.items():
        if part.moments or part.gone:
            rows = outputs.get(name, lakehouse.read(name).limit(0))
            changes[name] = lakehouse.replace(name, rows, *part.rows(spec.zone))
    return RunSummary(changes=changes)


def drawn(context: RunContext, spec: FeaturesSpec, moments: Sequence[date]) -> dict[str, DataFrame]:
    """What `run` writes where it builds all, of these moments and unwritten: a training set is drawn again by it."""
    events = _events(_inputs(context, spec), spec, context.as_of)
    return _outputs(_usable(context, spec, events), spec, context.as_of, moments)


def _inputs(context: RunContext, spec: FeaturesSpec) -> dict[str, DataFrame]:
    return {name: context.lakehouse.read(name) for name in reads(spec)}


def _usable(context: RunContext, spec: FeaturesSpec, events: Events, keys: DataFrame | None = None) -> Events:
    """The events, or those of the people among keys, with lookups that are fit to be joined often.

    StageError where money would be added up that must not be: looked for in all events, since two people may differ.
    """
    if keys is None:
        events = _narrowed(context, events)
    refuse_mixed_money("features", events, (*spec.measures, *[label.measure for label in spec.labels]))
    if keys is None or keys.isEmpty():
        return events
    theirs = events.rows.join(keys.select("person_id"), on="person_id", how="left_semi")
    return _narrowed(context, replace(events, rows=theirs))


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
