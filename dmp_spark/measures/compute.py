"""Measures of people at moments: backward for features, forward for labels. All windows in one pass over day tiles."""

from collections.abc import Sequence
from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.expressions.compile import to_column
from dmp_spark.measures import ordered, tiles, values
from dmp_spark.measures.aggregates import Family, family, is_zero_where_nothing_happened
from dmp_spark.measures.events import Events
from dmp_spark.measures.reach import Reach, reach
from dmp_spark.measures.requests import Parsed, Request, Requests, collect
from dmp_spark.measures.spec import Measure, MeasureColumn

KEYS = ["person_id", "moment"]
DIGITS = 6
HAS_EVENTS = "has_events"


def backward(events: Events, measures: Sequence[Measure], moments: Sequence[date]) -> DataFrame:
    """One row a person and moment by which any event of the person had happened and was known; keys person_id, moment.

    A column a measure and window (`spend_30d`). A window of 90 days at moment d takes the local days from d - 90 to d - 1,
    of events whose known time is not after d's midnight. Counts and sums are 0 where nothing happened, all else is null.
    """
    requests = collect(measures)
    people, *frames = _families(events, requests, reach(moments, requests.windows, events.zone))
    return _measured(people, frames, requests)


def forward(events: Events, measures: Sequence[Measure], moments: Sequence[date], people: DataFrame) -> DataFrame:
    """One row each of `people` (person_id and moment, unique, of these moments), with a column a measure, named like it.

    A horizon of 30 days at moment d takes the local days from d to d + 29, whenever their events were known. Counts and
    sums are 0 where nothing happened, all else is null.
    """
    requests = collect(measures)
    days = reach(moments, requests.windows, events.zone, ahead=True)
    return _measured(people.select(*KEYS), _families(events, requests, days), requests)


def seen_people(events: Events, moments: Sequence[date]) -> DataFrame:
    """One row a person and moment by which any event had happened and was known: the rows of `backward`, for less."""
    days = reach(moments, (), events.zone)
    people = days.within(events.seen_by({}, {})).groupBy("person_id").agg(F.min("first_moment").alias("first_moment"))
    return days.by_moment(people).select(*KEYS)


def _families(events: Events, requests: Requests, days: Reach) -> list[DataFrame]:
    """A frame a way of computing; the first has every person and moment that sees an event."""
    counted = requests.of_family(Family.VALUES)
    gaps = tuple(request for request in counted if request.call.name == "mean_gap")
    frames = [tiles.by_person(events, requests.of_family(Family.TILES) + gaps, days).withColumn(HAS_EVENTS, F.lit(True))]
    by_argument: dict[str, list[Request]] = {}
    for request in counted:
        by_argument.setdefault(request.argument_key, []).append(request)
    frames += [values.by_person(events, shared, days) for shared in by_argument.values()]
    if requested := requests.of_family(Family.ORDERED):
        frames.append(ordered.by_person(events, requested, days))
    return frames


def _measured(people: DataFrame, frames: Sequence[DataFrame], requests: Requests) -> DataFrame:
    joined = people
    for frame in frames:
        joined = joined.join(frame, KEYS, how="left")
    columns = [
        _result(parsed, requests, column).alias(column.name) for parsed in requests.parsed for column in parsed.measure.columns
    ]
    return joined.select(*KEYS, *columns)


def _result(parsed: Parsed, requests: Requests, column: MeasureColumn) -> Column:
    """The arithmetic of `take` over the aggregates of one window, in the column's type."""
    result = to_column(parsed.take, _no_column, lambda call: _value(requests.request(parsed, call, column.window)))
    if column.type == "double":
        return F.round(result.cast("double"), DIGITS)
    return result.try_cast(column.type)


def _value(request: Request) -> Column:
    """One aggregate of one window; a person of whom the window knows nothing has no row in the frames."""
    value, call = F.col(request.name), request.call
    if call.name == "mean_gap":
        days = F.date_diff(F.col(tiles.last_day(request)), F.col(tiles.first_day(request))).cast("double")
        return F.when(value > 1, F.try_divide(days, (value - F.lit(1)).cast("double")))
    if not is_zero_where_nothing_happened(call):
        return value
    is_missing = value.isNull() if family(call) == Family.VALUES else F.col(HAS_EVENTS).isNull()
    return F.when(is_missing, F.lit(0)).otherwise(value)


def _no_column(name: str) -> Column:
    raise KeyError(f"{name}: outside its aggregates, take has no columns")
