"""Who belongs to which segment now."""

from collections.abc import Mapping

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from dmp_spark.expressions.compile import to_column
from dmp_spark.expressions.parse import Call, Expression, parse
from dmp_spark.expressions.people import named
from dmp_spark.functions.keys import stable_id
from dmp_spark.segments.spec import Segment, SegmentsSpec, specials


def version(definition: str) -> Column:
    """The version of a segment: the first 12 digits of stable_id of its definition."""
    return F.substring(stable_id("segment", definition), 1, 12)


def members(people: DataFrame, spec: SegmentsSpec) -> DataFrame:
    """segment, person_id, version: a row for each segment that a person belongs to.

    `people` has one row a person and a column for each of `spec.known`. A predicate that is null counts as false.
    """
    parsed = {segment.name: _parse(segment, spec) for segment in spec.segments}
    judged, ranks = _with_percentiles(people, parsed)
    for level in sorted({segment.level for segment in spec.segments}):
        # one select a level: a level sees the segments of the levels below as columns
        columns = {f"segment.{s.name}": _belongs(parsed[s.name], ranks) for s in spec.segments if s.level == level}
        judged = judged.select("*", *[column.alias(name) for name, column in columns.items()])
    pairs = [
        F.when(named(f"segment.{s.name}"), F.struct(F.lit(s.name).alias("segment"), version(s.definition).alias("version")))
        for s in spec.segments
    ]
    exploded = judged.select("person_id", F.explode(F.array_compact(F.array(*pairs))).alias("stay"))
    return exploded.select("stay.segment", "person_id", "stay.version")


def _parse(segment: Segment, spec: SegmentsSpec) -> Expression:
    others = {f"segment.{name}": "boolean" for name in segment.needs}
    return parse(segment.where, spec.known | others, predicate=True, specials=specials(spec.known))


def _belongs(expression: Expression, ranks: Mapping[str, str]) -> Column:
    return F.coalesce(to_column(expression, named, lambda call: F.col(ranks[call.key])), F.lit(False))


def _with_percentiles(people: DataFrame, parsed: Mapping[str, Expression]) -> tuple[DataFrame, dict[str, str]]:
    """The people with a column for each different percentile(), and the name of that column by the call's key."""
    calls: dict[str, Call] = {call.key: call for expression in parsed.values() for call in expression.calls}
    ranks = {key: f"_percentile_{number}" for number, key in enumerate(calls)}
    values = {f"{ranks[key]}_of": to_column(call.arguments[0], named) for key, call in calls.items()}
    ranked = people.withColumns(values) if values else people
    columns = {ranks[key]: percentile(F.col(f"{ranks[key]}_of")) for key in calls}
    return (ranked.withColumns(columns).drop(*values) if columns else ranked), ranks


def percentile(value: Column) -> Column:
    """100 × percent_rank of a value among the rows that have one; null stays null, equal values have equal ranks.

    A rank needs all rows in order, so one task sorts those that have a value: there is no partition to cut them by,
    but a sort spills and is never held whole. Rows without a value are a partition of their own.
    """
    everyone = Window.partitionBy(value.isNull()).orderBy(value).rowsBetween(Window.unboundedPreceding, Window.currentRow)
    return F.when(value.isNotNull(), 100 * F.percent_rank().over(everyone))
