"""Days and clocks: days of the period and milliseconds since 1970, as instants, as texts, and by the clocks of places."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from dmp_spark.simulate.storefront.agents import PLACES
from dmp_spark.simulate.storefront.world import DAY_MS, HOUR_MS, World


def midnight(world: World, day: Column) -> Column:
    """The midnight in UTC that begins a day of the period, a timestamp; null of no day."""
    return F.timestamp_millis(F.lit(world.begin) + day.cast("bigint") * DAY_MS)


def date(milliseconds: str) -> Column:
    """The day of an instant in UTC, as text: 2026-01-05."""
    return F.date_format(F.timestamp_millis(milliseconds), "yyyy-MM-dd")


def instant(milliseconds: str) -> Column:
    """An instant as text: 2026-01-05T13:14:15.123Z."""
    return F.date_format(F.timestamp_millis(milliseconds), "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'")


def ahead(place: Column) -> Column:
    """By how many milliseconds the clocks of a place (one of PLACES) are ahead of UTC, by its standard time; a bigint."""
    return F.get(F.array(*[F.lit(int(each.hours * HOUR_MS)).cast("bigint") for each in PLACES]), place)
