"""The only source of chance: numbers that anybody can compute again, and distributions that are what they say."""

import math

import pytest
from pyspark.sql import Row, SparkSession
from pyspark.sql import functions as F

from dmp_spark.simulate.storefront import chance
from tests.oracles import chance as oracle

KEYS = (0, 1, -1, 5, 4096, 2**31, 2**53 + 1, -(2**63), 2**63 - 1)
DRAWN = 200_000


@pytest.fixture(scope="module")
def drawn(spark: SparkSession) -> Row:
    """Moments of many draws, asked for at once."""
    one = chance.uniform(3, "one", "id")
    two, other = chance.uniform(3, "two", "id"), chance.uniform(3, "one", F.col("id") + 1)
    normal, waiting = chance.normal(one), chance.exponential(one, 40.0)
    lines, shelf = chance.poisson(one, 0.8, 4), chance.category(one, (0.5, 0.25, 0.25))
    asked = {
        "mean": F.mean(one),
        "variance": F.var_pop(one),
        "least": F.min(one),
        "most": F.max(one),
        "beside_another_draw": F.corr(one, two),
        "beside_the_next_key": F.corr(one, other),
        "normal_mean": F.mean(normal),
        "normal_spread": F.stddev(normal),
        "normal_above_2": F.mean((normal > 2).cast("int")),
        "waiting": F.mean(waiting),
        "goes_on": F.mean(chance.geometric(one, 0.72)),
        "lines": F.mean(lines),
        "lines_most": F.max(lines),
        "shelves": F.array(*[F.mean((shelf == place).cast("int")) for place in range(3)]),
        "ranks": F.array(*[F.mean((chance.zipf(one, 60) == rank).cast("int")) for rank in (0, 1, 10, 59)]),
        "rank_most": F.max(chance.zipf(one, 60)),
        "numbers": F.count_distinct(chance.bits(3, "id", "id")),
    }
    return spark.range(DRAWN).agg(*[column.alias(name) for name, column in asked.items()]).first()


def test_a_number_is_what_plain_python_computes(spark: SparkSession) -> None:
    pairs = [(first, second) for first in KEYS for second in KEYS[:4]]
    frame = spark.createDataFrame(pairs, "first bigint, second bigint")
    rows = frame.select(
        "*",
        chance.bits(11, "people.visits", "first").alias("bits"),
        chance.uniform(11, "people.visits", "first").alias("one"),
        chance.uniform(2**31 - 1, "devices.turn", "first", F.col("second")).alias("both"),
    ).collect()
    found = [(row.first, row.second, row.bits % 2**64, row.one, row.both) for row in rows]
    assert found == [
        (
            first,
            second,
            oracle.bits(11, "people.visits", first),
            oracle.uniform(11, "people.visits", first),
            oracle.uniform(2**31 - 1, "devices.turn", first, second),
        )
        for first, second in pairs
    ]


def test_an_int_and_a_bigint_are_one_key(spark: SparkSession) -> None:
    frame = spark.createDataFrame([(5, 5)], "small int, large bigint")
    row = frame.select(chance.uniform(1, "x", "small").alias("small"), chance.uniform(1, "x", "large").alias("large")).first()
    assert row.small == row.large == oracle.uniform(1, "x", 5)


def test_uniform_numbers_are_uniform_and_know_nothing_of_one_another(drawn: Row) -> None:
    """Within five standard errors of what is so."""
    error = 5 / math.sqrt(DRAWN)
    assert abs(drawn.mean - 0.5) < error * math.sqrt(1 / 12)
    assert abs(drawn.variance - 1 / 12) < error * math.sqrt(1 / 180)
    assert 0 < drawn.least < 1e-4
    assert 1 - 1e-4 < drawn.most < 1
    assert abs(drawn.beside_another_draw) < error
    assert abs(drawn.beside_the_next_key) < error
    assert drawn.numbers == DRAWN


def test_distributions_have_the_moments_that_they_should(drawn: Row) -> None:
    assert abs(drawn.normal_mean) < 0.012
    assert abs(drawn.normal_spread - 1) < 0.012
    assert abs(drawn.normal_above_2 - 0.02275) < 0.002
    assert abs(drawn.waiting - 40) < 0.5
    assert abs(drawn.goes_on - 0.72 / 0.28) < 0.04
    assert abs(drawn.lines - 0.8) < 0.02
    assert drawn.lines_most == 4
    assert drawn.rank_most == 59
    assert drawn.shelves == pytest.approx([0.5, 0.25, 0.25], abs=0.006)
    shares = chance.zipf_shares(60)
    assert drawn.ranks == pytest.approx([shares[rank] for rank in (0, 1, 10, 59)], abs=0.006)


def test_normal_numbers_are_near_the_quantiles(spark: SparkSession) -> None:
    places = [0.0014, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.9986]
    rows = (
        spark.createDataFrame([(place,) for place in places], "u double").select(chance.normal(F.col("u")).alias("z")).collect()
    )
    assert [row.z for row in rows] == pytest.approx([oracle.normal(place) for place in places], abs=0.012)


def test_shares_of_ranks_add_up_to_one() -> None:
    assert sum(chance.zipf_shares(60)) == pytest.approx(1)


def test_a_place_beyond_the_texts_is_null_and_each_text_comes(spark: SparkSession) -> None:
    rows = (
        spark.range(300)
        .select(
            chance.pick(("a", "b"), F.col("id")).alias("at"),
            chance.pick_any(("a", "b", "c"), chance.uniform(1, "t", "id")).alias("any"),
        )
        .collect()
    )
    assert [row["at"] for row in rows[:3]] == ["a", "b", None]
    assert {row["any"] for row in rows} == {"a", "b", "c"}
