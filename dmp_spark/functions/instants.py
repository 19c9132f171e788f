"""Instants as the whole microseconds since 1970 that Spark, Arrow and Delta keep, and back. No pyspark here."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant_of(micros: int) -> datetime:
    """The aware instant (UTC) so many microseconds after 1970."""
    return EPOCH + timedelta(microseconds=micros)


def micros_of(instant: datetime) -> int:
    """The microseconds from 1970 to an aware instant."""
    return (instant - EPOCH) // timedelta(microseconds=1)
