"""When an event happened and from when it could be used, as instants, from columns that are instants or wall clocks."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime

from pyspark.sql import Column
from pyspark.sql import functions as F

from dmp_spark.functions.clock import day_start, local_date
from dmp_spark.ingest.compute import named
from dmp_spark.ingest.resolved import Bounds, Known, Time

DAY = 86_400
SECONDS_OF = {"seconds": 1, "minutes": 60, "hours": 3600}
DAYS_OF = {"days": 1, "weeks": 7}


@dataclass(frozen=True)
class Clocks:
    """How time columns are read: the project's zone, the columns' types, which of them hold wall clocks, and within which
    bounds they make sense.

    Of `mixed_clocks` each value is one or the other: `_offsets` of the record says which is an instant.
    """

    zone: str
    types: dict[str, str]
    wall_clocks: AbstractSet[str] = frozenset()
    bounds: Bounds = Bounds()
    mixed_clocks: AbstractSet[str] = frozenset()


def instant(column: str, zone: str, clocks: Clocks) -> Column:
    """The instant of a time column: as it is, or its wall clock read in `zone`; null stays null."""
    value = named(column).cast("timestamp")
    if column in clocks.mixed_clocks:
        return F.when(F.col("_offsets")[column], value).otherwise(F.to_utc_timestamp(value, zone))
    return F.to_utc_timestamp(value, zone) if column in clocks.wall_clocks else value


def day(column: str, zone: str, clocks: Clocks) -> Column:
    """The date that a time column names: of an instant the date in `zone`, of a wall clock or date its own."""
    if column in clocks.wall_clocks or clocks.types.get(column) == "date":
        return named(column).cast("date")
    if column in clocks.mixed_clocks:
        own = named(column).cast("date")
        return F.when(F.col("_offsets")[column], local_date(named(column), zone)).otherwise(own)
    return local_date(named(column).cast("timestamp"), zone)


def event_time(time: Time, clocks: Clocks) -> Column:
    """When it happened; of a day the start of that local day of the project."""
    if time.precision == "day":
        return day_start(day(time.column, time.zone, clocks), clocks.zone)
    at = instant(time.column, time.zone, clocks)
    return F.date_trunc("second", at) if time.precision == "second" else at


def event_date(time: Time, clocks: Clocks) -> Column:
    """The local day of the project on which it happened."""
    if time.precision == "day":
        return day(time.column, time.zone, clocks)
    return local_date(event_time(time, clocks), clocks.zone)


def could_be_known(time: Time, clocks: Clocks) -> Column:
    """The earliest moment from which an event can be known: when it happened or, where only its day is known, the day's end."""
    if time.precision == "day":
        return day_start(F.date_add(day(time.column, time.zone, clocks), 1), clocks.zone)
    return event_time(time, clocks)


def known_time(known: Known, clocks: Clocks, landed_at: Column, time: Time | None = None) -> Column:
    """From when a record could be used; `after` counts from the event or, where only its day is known, the day's end.

    `landed_at` is when the record's file was first seen; `time` is needed for `after` alone.
    """
    if known.kind == "landing":
        return landed_at
    if known.kind == "moment":
        return F.lit(datetime.fromisoformat(known.moment)).cast("timestamp")
    if known.kind == "column":
        return instant(known.column, known.zone, clocks)
    if time is None:
        raise ValueError("`after` needs the time of an event")
    start = could_be_known(time, clocks)
    return plus(start, known.amount, known.unit, clocks.zone)


def within(name: str, at: Column, landed_at: Column, clocks: Clocks, precision: str = "exact") -> list[tuple[str, Column]]:
    """What must hold of an instant, by the reason where it does not: `<name>_too_early`, `<name>_in_future`; null holds.

    Nothing that a file tells can have happened after the file was there, up to `clock_ahead`; a day begins up to a day
    before in other zones. `landed_at` is kept for good, so a record is judged alike whenever it is read.
    """
    earliest = round(datetime.fromisoformat(clocks.bounds.earliest).timestamp()) * 1_000_000
    ahead = (clocks.bounds.clock_ahead + (DAY if precision == "day" else 0)) * 1_000_000
    micros = F.unix_micros(at)
    return [
        (f"{name}_too_early", at.isNull() | (micros >= F.lit(earliest))),
        (f"{name}_in_future", at.isNull() | (micros <= F.unix_micros(landed_at) + F.lit(ahead))),
    ]


def plus(at: Column, amount: int, unit: str, zone: str) -> Column:
    """The instant that much later: seconds, minutes and hours by the clock, days, weeks and months as local days of `zone`."""
    if not amount:
        return at
    if unit in SECONDS_OF:
        return F.timestamp_micros(F.unix_micros(at) + F.lit(amount * SECONDS_OF[unit] * 1_000_000))
    local = F.from_utc_timestamp(at, zone)
    if unit == "months":
        return F.to_utc_timestamp(local + F.make_ym_interval(F.lit(0), F.lit(amount)), zone)
    return F.to_utc_timestamp(local + F.make_dt_interval(F.lit(amount * DAYS_OF[unit])), zone)
