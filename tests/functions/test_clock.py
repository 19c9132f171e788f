"""Local days around the two nights of New York in which the clock jumps."""

from datetime import UTC, date, datetime

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from dmp_spark.functions.clock import day_start, local_date, local_day, local_hour, midnight

ZONE = "America/New_York"


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


MIDNIGHTS = [  # local day, the instant at which it begins
    (date(2017, 1, 1), at(2017, 1, 1, 5)),
    (date(2017, 3, 11), at(2017, 3, 11, 5)),
    (date(2017, 3, 12), at(2017, 3, 12, 5)),  # 23 hours long
    (date(2017, 3, 13), at(2017, 3, 13, 4)),
    (date(2017, 11, 5), at(2017, 11, 5, 4)),  # 25 hours long
    (date(2017, 11, 6), at(2017, 11, 6, 5)),
    (date(2018, 1, 1), at(2018, 1, 1, 5)),
]
INSTANTS = [  # instant, local day, local hour
    (at(2017, 3, 12, 4, 59, 59), date(2017, 3, 11), 23),
    (at(2017, 3, 12, 5), date(2017, 3, 12), 0),
    (datetime(2017, 3, 12, 5, 0, 0, 1, tzinfo=UTC), date(2017, 3, 12), 0),
    (at(2017, 3, 12, 6, 59), date(2017, 3, 12), 1),
    (at(2017, 3, 12, 7), date(2017, 3, 12), 3),
    (at(2017, 3, 13, 3, 59), date(2017, 3, 12), 23),
    (at(2017, 3, 13, 4), date(2017, 3, 13), 0),
    (at(2017, 11, 5, 4), date(2017, 11, 5), 0),
    (at(2017, 11, 5, 5, 30), date(2017, 11, 5), 1),
    (at(2017, 11, 5, 6, 30), date(2017, 11, 5), 1),  # the second 1:30 of that night
    (at(2017, 11, 6, 4, 59), date(2017, 11, 5), 23),
    (at(2017, 11, 6, 5), date(2017, 11, 6), 0),
    (at(2017, 12, 31, 23, 59, 59), date(2017, 12, 31), 18),
]


@pytest.mark.parametrize(("day", "instant"), MIDNIGHTS)
def test_a_local_day_begins_at_its_midnight_there(day: date, instant: datetime) -> None:
    assert midnight(day, ZONE) == instant
    assert local_day(instant, ZONE) == day


@pytest.mark.parametrize(("instant", "day"), [(one[0], one[1]) for one in INSTANTS])
def test_an_instant_falls_on_a_local_day(instant: datetime, day: date) -> None:
    assert local_day(instant, ZONE) == day


def test_columns_tell_days_and_hours_as_python_does(spark: SparkSession) -> None:
    rows = spark.createDataFrame([*INSTANTS, (None, None, None)], "at timestamp, day date, hour int")
    found = rows.select(
        "*",
        local_date(F.col("at"), ZONE).alias("a"),
        local_hour(F.col("at"), ZONE).alias("b"),
    )
    assert [row for row in found.collect() if (row.day, row.hour) != (row.a, row.b)] == []
    days = spark.createDataFrame([*MIDNIGHTS, (None, None)], "day date, at timestamp")
    assert [row for row in days.select("*", day_start(F.col("day"), ZONE).alias("a")).collect() if row.at != row.a] == []
