"""Instants of events: wall clocks, days, and the nights on which clocks change."""

from datetime import UTC, date, datetime

from chispa import assert_df_equality
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from dmp_spark.ingest.resolved import Known, Time
from dmp_spark.ingest.times import Clocks, event_date, event_time, known_time, plus

NEW_YORK = "America/New_York"
TYPES = {"at": "timestamp", "day": "date"}
AFTER = Known(kind="after")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_day_begins_at_local_midnight_and_is_known_at_its_end_also_when_clocks_change(spark: SparkSession) -> None:
    """Expected instants are written by hand: New York is UTC-5, from 12 March to 5 November 2017 UTC-4."""
    days = {  # midnight UTC of the day that the file names → begin and end of that local day
        "2017-01-10": ("2017-01-10 05:00", "2017-01-11 05:00"),
        "2017-03-12": ("2017-03-12 05:00", "2017-03-13 04:00"),  # 23 hours
        "2017-07-01": ("2017-07-01 04:00", "2017-07-02 04:00"),
        "2017-11-05": ("2017-11-05 04:00", "2017-11-06 05:00"),  # 25 hours
    }
    rows = [(utc(day), date.fromisoformat(day)) for day in days] + [(None, None)]
    frame = spark.createDataFrame(rows, "at timestamp, day date")
    of_instant, of_date = Time(column="at", zone="UTC", precision="day"), Time(column="day", zone="UTC", precision="day")
    clocks = Clocks(NEW_YORK, TYPES)

    told = frame.select(
        *[event_date(time, clocks).alias(f"d{n}") for n, time in enumerate((of_instant, of_date))],
        *[event_time(time, clocks).alias(f"t{n}") for n, time in enumerate((of_instant, of_date))],
        *[known_time(AFTER, clocks, F.lit(None), time).alias(f"k{n}") for n, time in enumerate((of_instant, of_date))],
    )
    expected = [(date.fromisoformat(day),) * 2 + (utc(begin),) * 2 + (utc(end),) * 2 for day, (begin, end) in days.items()] + [
        (None,) * 6
    ]
    assert_df_equality(told, spark.createDataFrame(expected, told.schema), ignore_nullable=True)


def test_an_instant_is_itself_and_a_wall_clock_is_read_in_its_zone(spark: SparkSession) -> None:
    frame = spark.createDataFrame([(utc("2017-07-01 02:30:00.5"),), (None,)], "at timestamp")
    exact, second = (Time(column="at", zone=NEW_YORK, precision=precision) for precision in ("exact", "second"))
    instants, walls = Clocks(NEW_YORK, TYPES), Clocks(NEW_YORK, TYPES, frozenset({"at"}))

    told = frame.select(
        event_time(exact, instants).alias("instant"),
        event_date(exact, instants).alias("instant_day"),
        event_time(exact, walls).alias("wall"),
        event_date(exact, walls).alias("wall_day"),
        event_time(second, walls).alias("wall_second"),
        known_time(Known(kind="column", column="at", zone="UTC"), walls, F.lit(None)).alias("arrived"),
        known_time(Known(kind="moment", moment="2017-01-01T05:00:00+00:00"), walls, F.lit(None)).alias("said"),
    )
    expected = [
        (
            utc("2017-07-01 02:30:00.5"),
            date(2017, 6, 30),
            utc("2017-07-01 06:30:00.5"),
            date(2017, 7, 1),
            utc("2017-07-01 06:30:00"),
            utc("2017-07-01 02:30:00.5"),
            utc("2017-01-01 05:00"),
        ),
        (None, None, None, None, None, None, utc("2017-01-01 05:00")),
    ]
    assert_df_equality(told, spark.createDataFrame(expected, told.schema), ignore_nullable=True)


def test_a_day_later_is_a_local_day_and_an_hour_an_hour(spark: SparkSession) -> None:
    at = F.col("at")
    frame = spark.createDataFrame(
        [(utc("2017-03-11 17:00"),), (utc("2017-01-31 05:00"),)], "at timestamp"
    )  # noon before clocks change
    told = frame.select(
        plus(at, 24, "hours", NEW_YORK).alias("hours"),
        plus(at, 1, "days", NEW_YORK).alias("day"),
        plus(at, 1, "weeks", NEW_YORK).alias("week"),
        plus(at, 1, "months", NEW_YORK).alias("month"),
        plus(at, 90, "minutes", NEW_YORK).alias("minutes"),
    )
    expected = [
        tuple(map(utc, ("2017-03-12 17:00", "2017-03-12 16:00", "2017-03-18 16:00", "2017-04-11 16:00", "2017-03-11 18:30"))),
        tuple(map(utc, ("2017-02-01 05:00", "2017-02-01 05:00", "2017-02-07 05:00", "2017-02-28 05:00", "2017-01-31 06:30"))),
    ]
    assert_df_equality(told, spark.createDataFrame(expected, told.schema), ignore_nullable=True)
