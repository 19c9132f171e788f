"""Measurement: what came of the arms of experiments, everybody in the arm they were assigned to, sent to or not."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from dmp_spark.measurement.arms import arms, held, sizes, sums
from dmp_spark.measurement.contrast import results
from dmp_spark.measurement.outcomes import outcomes, ripe_days, units
from dmp_spark.measurement.sentences import notes, sample_ratio_holds
from dmp_spark.measurement.spec import MeasurementSpec
from dmp_spark.measurement.tables import EVERYBODY, READS, WRITES, contracts
from dmp_spark.measures.currencies import refuse_mixed_money
from dmp_spark.measures.events import Events, events_of_people
from dmp_spark.stage import Check, RunContext, RunSummary

__all__ = ["READS", "WRITES", "build", "contracts", "run"]

Assigned = Mapping[str, Mapping[date, int]]


def build(
    inputs: Mapping[str, DataFrame], spec: MeasurementSpec, as_of: datetime, first_days: Sequence[date]
) -> dict[str, DataFrame]:
    """gold.experiments at `as_of`: two rows an experiment, metric and slice with a unit whose horizon has ended.

    `first_days` are the days on which windows of units begin: horizons are computed for these and no others.
    """
    assigned = units(inputs["gold.assignments"], inputs["gold.decisions"], spec, as_of)
    values = outcomes(_events(inputs, spec, as_of), assigned, spec, first_days, as_of)
    return {"gold.experiments": results(arms(sums(held(values, spec.shares))), sizes(assigned), as_of)}


def run(context: RunContext, spec: MeasurementSpec) -> RunSummary:
    """Write what differs of this as_of's rows; those of earlier ones stay. StageError where money of several currencies meets."""
    if not spec.experiments:
        return RunSummary()
    lakehouse = context.lakehouse
    inputs = {table: lakehouse.read(table) for table in READS}
    assigned = _assigned(inputs, spec, context.as_of)
    first_days = sorted({day for days in assigned.values() for day in days})
    if any(ripe_days(spec, first_days, context.as_of).values()):
        refuse_mixed_money("measurement", _events(inputs, spec, context.as_of), spec.measures)
    rows = lakehouse.scratch.write(build(inputs, spec, context.as_of, first_days)["gold.experiments"], "results")
    scope = F.col("as_of") == F.lit(context.as_of)
    changes = {"gold.experiments": lakehouse.replace("gold.experiments", rows, scope)}
    told = [row.asDict() for row in rows.where(F.col("slice") == EVERYBODY).collect()]  # bounded: arms × metrics
    by_experiment = {e.name: [row for row in told if row["experiment"] == e.name] for e in spec.experiments}
    return RunSummary(
        changes=changes,
        checks=tuple(
            Check(f"{name}: arms are as large as they were drawn", sample_ratio_holds(rows_))
            for name, rows_ in by_experiment.items()
            if rows_
        ),
        notes=tuple(line for e in spec.experiments for line in notes(e, assigned.get(e.name, {}), by_experiment[e.name])),
    )


def _assigned(inputs: Mapping[str, DataFrame], spec: MeasurementSpec, as_of: datetime) -> Assigned:
    """Experiment → first day of a window → units."""
    everybody = units(inputs["gold.assignments"], inputs["gold.decisions"], spec, as_of)
    counted = everybody.groupBy("experiment", "first_day").count().collect()  # bounded: one an experiment and run that assigned
    found: dict[str, dict[date, int]] = {}
    for row in counted:
        found.setdefault(row["experiment"], {})[row["first_day"]] = row["count"]
    return found


def _events(inputs: Mapping[str, DataFrame], spec: MeasurementSpec, as_of: datetime) -> Events:
    return Events(events_of_people(inputs["silver.events"], inputs["silver.identity_map"], as_of), spec.zone)
