"""What is true of people holds of what they do: means of visits and orders, letters, channels, tastes, and being lost.

Sums over two thousand people, asked of visits without writing anything; each within five standard errors of what is stated.
"""

import math

import pytest
from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from dmp_spark.simulate.storefront import letters, people, visits
from dmp_spark.simulate.storefront.channels import CHANNELS, MEAN_FACTOR
from dmp_spark.simulate.storefront.world import LETTER_VISITS, World, world

WORLD: World = world(events=400_000, seed=5)


@pytest.fixture(scope="module")
def everybody(spark: SparkSession) -> DataFrame:
    return people.people(spark, WORLD, 2)


@pytest.fixture(scope="module")
def seen(spark: SparkSession, everybody: DataFrame, tmp_path_factory: pytest.TempPathFactory) -> DataFrame:
    """The visits, kept in a file for the tests here."""
    place = str(tmp_path_factory.mktemp("effects") / "visits")
    visits.visits(WORLD, everybody.where(~F.col("is_robot")), 2).write.parquet(place)
    return spark.read.parquet(place)


def near(counted: float, mean: float, spread: float = 1.0) -> bool:
    """Whether a count is as near to its mean as that of a Poisson distribution would be, times `spread`."""
    return abs(counted - mean) <= 5 * spread * math.sqrt(mean) + 1


def test_people_come_and_order_as_often_as_is_stated(everybody: DataFrame, seen: DataFrame) -> None:
    lost = F.coalesce(F.col("churn_day"), F.lit(WORLD.days))
    fading = F.least(lost - F.col("first_day"), F.lit(14))
    days = lost - F.col("first_day") - F.when(F.col("churn_day").isNotNull(), fading * 0.5).otherwise(0)
    wanted = (
        everybody.where(~F.col("is_robot"))
        .agg(
            F.sum(F.col("visits_a_day") * days).alias("visits"),
            F.sum(F.col("visits_a_day") * days * F.col("orders_a_visit")).alias("orders"),
        )
        .first()
    )
    plain = seen.where("first_page = 0 and not is_extra")
    found = plain.agg(F.count("*").alias("visits"), F.count_if(F.col("has_order") & ~F.col("is_caused")).alias("orders")).first()
    assert near(found.visits, wanted.visits)
    assert near(found.orders, wanted.orders, spread=1.2)  # letters that put people off take some away


def test_a_letter_does_to_each_half_what_is_stated(spark: SparkSession, everybody: DataFrame, seen: DataFrame) -> None:
    """Orders of the week, of who was sent it and of who was not; of the latter nothing is caused."""
    weeks = spark.createDataFrame(
        [(each.name, each.day, each.end) for each in WORLD.campaigns], "campaign string, begin int, end int"
    )
    who = letters.treatments(WORLD, everybody).join(weeks, on="campaign", how="inner")
    orders = seen.where("has_order and last_page = sitting_pages - 1").select("person", "day", "is_caused")
    within = (F.col("day") >= F.col("begin")) & (F.col("day") < F.col("end"))
    rows = who.join(orders, on="person", how="left").groupBy("is_sent", "campaign", "person", "orders_with", "orders_without")
    each = rows.agg(F.count_if(within).alias("orders"), F.count_if(within & F.col("is_caused")).alias("caused"))
    sums = each.groupBy("is_sent").agg(
        *[F.sum(name).alias(name) for name in ("orders", "caused", "orders_with", "orders_without")]
    )
    found: dict[bool, Row] = {row.is_sent: row for row in sums.collect()}
    assert near(found[True].orders, found[True].orders_with, spread=1.2)
    assert near(found[False].orders, found[False].orders_without, spread=1.2)
    assert found[False].caused == 0
    assert found[True].caused > 0
    assert found[True].orders_with > found[True].orders_without * 1.2 * LETTER_VISITS / 1.25


def test_channels_bring_visits_and_orders_as_stated(seen: DataFrame) -> None:
    plain = seen.where("first_page = 0 and cut_page is null and letter is null")
    rows = plain.groupBy("channel").agg(F.count("*").alias("visits"), F.count_if("has_order").alias("orders")).collect()
    total, ordered = sum(row.visits for row in rows), sum(row.orders for row in rows)
    wanted = {each.name: each for each in CHANNELS}
    assert {row.channel for row in rows} == set(wanted)
    for row in rows:
        assert near(row.visits, total * wanted[row.channel].share, spread=1.3), row.channel  # sittings that were cut are left out
        assert near(row.orders, ordered * wanted[row.channel].share * wanted[row.channel].factor / MEAN_FACTOR), row.channel


def test_visits_follow_tastes(everybody: DataFrame, seen: DataFrame) -> None:
    """The mean taste for the category of a visit is the mean sum of squares of tastes, as drawing by them makes it."""
    rows = seen.where("first_page = 0").join(everybody.select("person", "tastes"), on="person", how="inner")
    squares = F.aggregate("tastes", F.lit(0.0), lambda total, taste: total + taste * taste)
    row = rows.agg(F.avg(F.get("tastes", F.col("category"))).alias("liked"), F.avg(squares).alias("wanted")).first()
    assert row.liked == pytest.approx(row.wanted, abs=0.01)
    assert row.wanted > 0.3


def test_the_least_content_are_lost_first(everybody: DataFrame) -> None:
    half = everybody.where(~F.col("is_robot")).groupBy((F.col("content") > 0.5).alias("is_content"))
    lost = {
        row.is_content: row.share for row in half.agg(F.avg(F.col("churn_day").isNotNull().cast("int")).alias("share")).collect()
    }
    assert lost[False] > lost[True] + 0.1
