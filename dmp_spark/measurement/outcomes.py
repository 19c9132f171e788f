"""Who was assigned, and what came of each: every unit counts in the arm it was assigned to. Pure: nothing is read."""

from collections.abc import Sequence
from datetime import date, datetime

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.activation.tables import Decision, Variant
from dmp_spark.functions.clock import day_start, local_date
from dmp_spark.measurement.spec import Experiment, MeasurementSpec, Metric
from dmp_spark.measures.compute import forward
from dmp_spark.measures.events import Events
from dmp_spark.measures.reach import ripe_moments

VALUE = "decimal(20,6)"  # holds money with its four digits and every number of a measure with its six
_CHANCE = "decimal(9,6)"  # adds up in any order, which doubles do not


def first_day(assigned_at: Column, zone: str) -> Column:
    """The local day that begins at or first after an instant: no outcome may lie before the assignment.

    first_day('2017-11-01 04:00:00') is 2017-11-01 in New York, where that is midnight; a second later it is 2017-11-02.
    """
    day = local_date(assigned_at, zone)
    return F.when(day_start(day, zone) < assigned_at, F.date_add(day, 1)).otherwise(day)


def units(assignments: DataFrame, decisions: DataFrame, spec: MeasurementSpec, as_of: datetime) -> DataFrame:
    """experiment, unit_id (keys), variant, first_day, chance, is_sent: all who were assigned by `as_of`.

    `chance` is that of the holdout for this unit. `is_sent` is for reading: who was not sent to stays in the arm.
    """
    sent = decisions.where(F.col("decision") == Decision.SENT).select(
        F.col("activation").alias("of"), F.col("person_id").alias("unit_id"), F.lit(True).alias("_is_sent")
    )
    names = [F.when(F.col("of") == experiment.activation, F.lit(experiment.name)) for experiment in spec.experiments]
    is_held_out = F.col("variant") == Variant.HOLDOUT
    return (
        assignments.where(F.col("assigned_at") <= F.lit(as_of))
        .withColumnRenamed("experiment", "of")
        .join(sent.distinct(), on=["of", "unit_id"], how="left")
        .select(
            F.explode(F.array_compact(F.array(*names))).alias("experiment"),
            *("unit_id", "variant"),
            first_day(F.col("assigned_at"), spec.zone).alias("first_day"),
            F.when(is_held_out, F.col("propensity")).otherwise(1 - F.col("propensity")).cast(_CHANCE).alias("chance"),
            F.coalesce("_is_sent", F.lit(False)).alias("is_sent"),
        )
    )


def ripe_days(spec: MeasurementSpec, first_days: Sequence[date], as_of: datetime) -> dict[tuple[str, str], set[date]]:
    """Experiment and metric → the first days whose horizon has ended by `as_of`."""
    return {
        (experiment.name, metric.name): set(ripe_moments(first_days, metric.ahead, spec.zone, as_of))
        for experiment in spec.experiments
        for metric in experiment.metrics
    }


def outcomes(
    events: Events, assigned: DataFrame, spec: MeasurementSpec, first_days: Sequence[date], as_of: datetime
) -> DataFrame:
    """A row each unit and metric whose horizon has ended by `as_of`: experiment, metric, unit_id (keys), variant, first_day,
    ahead, is_condition, winsorise, value.

    `first_days` are those of `assigned`. A unit of which no event is known has the outcome of nothing: counts and sums
    are 0. `value` of a condition is 1 or 0.
    """
    ripe = ripe_days(spec, first_days, as_of)
    days = sorted(set().union(*ripe.values()))
    if not days:
        return assigned.where(F.lit(False)).select("*", *_said(None, F.lit(None)))
    counted = assigned.where(F.col("first_day").isin(days))
    people = counted.select(F.col("unit_id").alias("person_id"), F.col("first_day").alias("moment")).distinct()
    theirs = events.rows.join(people.select("person_id").distinct(), on="person_id", how="left_semi")
    measured = forward(Events(theirs, events.zone, events.lookups), spec.measures, days, people)
    rows = [
        _outcome(experiment, metric, ripe[experiment.name, metric.name])
        for experiment in spec.experiments
        for metric in experiment.metrics
    ]
    by_unit = measured.withColumnsRenamed({"person_id": "unit_id", "moment": "first_day"}).select(
        "unit_id", "first_day", F.inline(F.array(*rows))
    )
    joined = counted.join(by_unit.where("is_ripe"), on=["unit_id", "first_day"], how="inner")  # one a unit and metric
    return joined.where(F.col("of") == F.col("experiment")).drop("of", "is_ripe")


def _outcome(experiment: Experiment, metric: Metric, ripe: set[date]) -> Column:
    is_ripe = F.col("first_day").isin(sorted(ripe)) if ripe else F.lit(False)
    said = _said(metric, F.col(f"`{metric.measure.name}`"))
    return F.struct(F.lit(experiment.name).alias("of"), is_ripe.alias("is_ripe"), *said)


def _said(metric: Metric | None, value: Column) -> tuple[Column, ...]:
    return (
        F.lit(metric and metric.name).cast("string").alias("metric"),
        F.lit(metric and metric.ahead).cast("string").alias("ahead"),
        F.lit(metric and metric.is_condition).cast("boolean").alias("is_condition"),
        F.lit(metric and metric.winsorise).cast("double").alias("winsorise"),
        value.try_cast(VALUE).alias("value"),
    )
