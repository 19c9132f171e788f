"""Events joined to people, and the features and labels that follow from them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from dmp_spark.expressions.parse import parse
from dmp_spark.features.spec import FeaturesSpec, Lookup
from dmp_spark.functions.clock import day_start
from dmp_spark.measures.compute import forward
from dmp_spark.measures.events import Events
from dmp_spark.measures.lookups import Lookup as ReferenceRows
from dmp_spark.measures.reach import ripe_moments


def looked_up(inputs: Mapping[str, DataFrame], lookups: Sequence[Lookup]) -> dict[str, ReferenceRows]:
    """The reference rows of each lookup, with its key as parsed expressions."""
    return {lookup.name: _reference_rows(inputs[lookup.table], lookup) for lookup in lookups}


def _reference_rows(rows: DataFrame, lookup: Lookup) -> ReferenceRows:
    return ReferenceRows(
        rows,
        {column: parse(text, lookup.event_columns) for column, text in lookup.key.items()},
        {column: parse(text, {}) for column, text in lookup.missing.items()},
        rows.select(*lookup.covered_by).distinct() if lookup.covered_by else None,
    )


def at_midnight(measured: DataFrame, zone: str, columns: Sequence[str]) -> DataFrame:
    """Measures of people with `as_of`, the instant of the moment's midnight, in place of the moment."""
    return measured.select("person_id", day_start(F.col("moment"), zone).alias("as_of"), *columns)


def labels(events: Events, spec: FeaturesSpec, moments: Sequence[date], people: DataFrame, as_of: datetime) -> DataFrame:
    """gold.labels: one row a person of `people` (person_id, moment), a task and a moment whose horizon ended by `as_of`."""
    ripe = {label.task: ripe_moments(moments, str(label.measure.ahead), spec.zone, as_of) for label in spec.labels}
    judged = [label for label in spec.labels if ripe[label.task]]
    days = sorted({day for found in ripe.values() for day in found})
    if not judged:
        return people.select("person_id").where(F.lit(False)).selectExpr(*_EMPTY)
    measured = forward(events, [label.measure for label in judged], days, people.where(F.col("moment").isin(days)))
    tasks = [
        F.struct(
            F.lit(label.task).alias("task"),
            F.col(label.measure.name).cast("double").alias("label"),
            F.try_element_at(
                F.create_map(*[F.lit(value) for day, ends in ripe[label.task].items() for value in (day, ends)]), F.col("moment")
            ).alias("ripe_at"),
        )
        for label in judged
    ]
    rows = measured.select("person_id", "moment", F.inline(F.array(*tasks)))
    ripe_rows = at_midnight(rows.where(F.col("ripe_at").isNotNull()), spec.zone, ["task", "label", "ripe_at"])
    return ripe_rows.select("person_id", "task", "as_of", "label", "ripe_at")


_EMPTY = (
    "person_id",
    "cast(null as string) as task",
    "cast(null as timestamp) as as_of",
    "cast(null as double) as label",
    "cast(null as timestamp) as ripe_at",
)
