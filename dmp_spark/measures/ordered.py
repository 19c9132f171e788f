"""Aggregates that need the order of events, or compare text: first, last, least and greatest of any value."""

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.expressions.nodes import Expression
from dmp_spark.measures.events import Events
from dmp_spark.measures.reach import Reach
from dmp_spark.measures.requests import Population, Request


def by_person(events: Events, requests: Sequence[Request], reach: Reach) -> DataFrame:
    """One row a person and moment that sees any event: a column a request, keys person_id, moment.

    First and last are of the events where the value is known, by time and then event_id.
    """
    populations: dict[str, Population] = {f"p_{request.name}": request.population for request in requests}
    arguments: dict[str, Expression] = {f"a_{request.name}": request.argument for request in requests}
    rows = reach.within(events.seen_by(populations, arguments))
    tiles = rows.groupBy("person_id", *reach.day_keys).agg(
        *[_merge(request, _ranked(request)).alias(request.name) for request in requests]
    )
    windows = [_merge(request, reach.inside(request.window, F.col(request.name))).alias(request.name) for request in requests]
    seen = reach.by_moment(tiles).groupBy("person_id", "moment").agg(*windows)
    values = [F.col(request.name)["value"].alias(request.name) for request in requests]
    return seen.select("person_id", "moment", *values)


def _merge(request: Request, ranked: Column) -> Column:
    return F.min(ranked) if request.call.name in ("min", "first") else F.max(ranked)


def _ranked(request: Request) -> Column:
    value = F.col(f"a_{request.name}")
    order = [F.col("event_time"), F.col("event_id")] if request.call.name in ("first", "last") else []
    return F.when(F.col(f"p_{request.name}") & value.isNotNull(), F.struct(*order, value.alias("value")))
