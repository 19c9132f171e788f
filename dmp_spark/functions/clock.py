"""Instants and local days. Every time in a table is an instant (UTC); days are local days of a stated zone."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from pyspark.sql import Column
from pyspark.sql import functions as F


def midnight(day: date, zone: str) -> datetime:
    """The instant at which a local day begins."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def local_day(instant: datetime, zone: str) -> date:
    """The local day that an instant falls on."""
    return instant.astimezone(ZoneInfo(zone)).date()


def local_date(instant: Column, zone: str) -> Column:
    """The local day that an instant falls on; null stays null."""
    return F.from_utc_timestamp(instant, zone).cast("date")


def local_hour(instant: Column, zone: str) -> Column:
    """The local hour of an instant, 0 to 23; null stays null."""
    return F.hour(F.from_utc_timestamp(instant, zone))


def day_start(day: Column, zone: str) -> Column:
    """The instant at which a local day begins; null stays null."""
    return F.to_utc_timestamp(day.cast("timestamp"), zone)
