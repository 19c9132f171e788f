"""People and robots as they are: a row a number, every column a function of that number alone.

Where a fact of somebody is needed beside another row, the same functions are asked again instead of a join: they are pure.
"""

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from dmp_spark.simulate.storefront import chance, tastes
from dmp_spark.simulate.storefront.agents import PLACES
from dmp_spark.simulate.storefront.world import BLOCK, BOT_RUNS_A_DAY, FADING_DAYS, HAZARD, World

CONSENTS = ("granted", "denied", "unknown")
EMAIL_CONSENT, ADS_CONSENT = (0.55, 0.25, 0.20), (0.40, 0.35, 0.25)
CONSENT_CHANGES = 0.10
"""Of people, of whom a day is drawn on which consent to e-mail changes, where they are registered by then: granted to denied,
anything else to granted."""
MOST_VISITS_A_DAY = 1.5
"""So no part of a day has a visit for certain."""


def people(spark: SparkSession, world: World, partitions: int) -> DataFrame:
    """Everybody, key `person` (a number; robots behind the people): facts that hold for good, and days counted from the period's.

    `churn_day` is the first day on which somebody no longer comes, null where that lies beyond the period; `orders_a_visit` is
    their mean without a letter; robots have neither, and no account.
    """
    person = F.col("person")
    everybody = spark.range(0, world.people + world.robots, 1, partitions).select(F.col("id").alias("person"))
    facts = everybody.select(
        "person",
        is_robot(world, person).alias("is_robot"),
        place(world, person).alias("place"),
        writes_chinese(world, person).alias("writes_chinese"),
        registered_day(world, person).alias("registered_day"),
        content(world, person).alias("content"),
        chance.category(chance.uniform(world.seed, "people.thrift", person), tastes.THRIFT_SHARES).alias("thrift"),
        tastes.weights(world, person).alias("weights"),
        chance.normal(chance.uniform(world.seed, "people.visits", person)).alias("deviation"),
        chance.uniform(world.seed, "people.churn", person).alias("churn_chance"),
        chance.uniform(world.seed, "people.effect", person).alias("effect_chance"),
    )
    # each in a select of its own, so that weights are drawn once and not once a use
    facts = facts.withColumns({"total": tastes.total(F.col("weights"))})
    facts = facts.withColumns({"tastes": tastes.tastes(F.col("weights"), F.col("total"))})
    return facts.select(
        "person",
        "is_robot",
        "place",
        "writes_chinese",
        "registered_day",
        F.greatest(F.col("registered_day"), F.lit(0)).alias("first_day"),
        _churn_day(world).alias("churn_day"),
        "content",
        "thrift",
        "tastes",
        _visits_a_day(world).alias("visits_a_day"),
        F.when(~F.col("is_robot"), _orders_a_visit(world)).alias("orders_a_visit"),
        _effect(world).alias("effect"),
    )


def is_robot(world: World, person: Column) -> Column:
    """Whether the number is a robot's: they stand behind the people."""
    return person >= world.people


def place(world: World, person: Column) -> Column:
    """Where somebody lives: the place in PLACES, an int. Neighbours of a block live in one place."""
    block = F.floor(person / BLOCK)
    return chance.category(chance.uniform(world.seed, "people.place", block), [each.share for each in PLACES])


def writes_chinese(world: World, person: Column) -> Column:
    """Whether somebody writes Chinese; else they write English."""
    share = F.get(F.array(*[F.lit(each.chinese) for each in PLACES]), place(world, person))
    return chance.uniform(world.seed, "people.chinese", person) < share


def content(world: World, person: Column) -> Column:
    """How content somebody is with the shop, a double in (0, 1): it shows in what they write, buy, and when they are lost."""
    return chance.uniform(world.seed, "people.content", person)


def registered_day(world: World, person: Column) -> Column:
    """The day of the period (from 0) on which somebody registered, a bigint; negative where it was before, down to -700."""
    is_new = chance.uniform(world.seed, "people.new", person) < world.setting.new_people
    drawn = chance.uniform(world.seed, "people.registered", person)
    return F.when(is_new, F.floor(drawn * world.days)).otherwise(-1 - F.floor(drawn * 700))


def neighbour(person: Column, distance: int) -> Column:
    """Who lives so many doors before somebody, going round in the block: a number."""
    within = F.pmod(person, F.lit(BLOCK))
    return person - within + F.pmod(within - distance, F.lit(BLOCK))


def consent(world: World, person: Column, kind: str, day: Column) -> Column:
    """What somebody said by the end of a day: granted, denied, or unknown; `kind` is email or ads."""
    shares = EMAIL_CONSENT if kind == "email" else ADS_CONSENT
    first = chance.pick(CONSENTS, chance.category(chance.uniform(world.seed, f"consent.{kind}", person), shares))
    if kind != "email":
        return first
    after = F.when(first == "granted", "denied").otherwise("granted")
    return F.when(day >= consent_day(world, person), after).otherwise(first)


def consent_day(world: World, person: Column) -> Column:
    """The day on which somebody's consent to e-mail changes, a bigint; null where it never does."""
    changes = chance.uniform(world.seed, "consent.changes", person) < CONSENT_CHANGES
    day = F.floor(chance.uniform(world.seed, "consent.day", person) * world.days)
    return F.when(changes & (day > registered_day(world, person)), day)


def fades_from(churn_day: Column) -> Column:
    """The day from which somebody comes half as often, a bigint; null where they are not lost within the period."""
    return churn_day - FADING_DAYS


def _churn_day(world: World) -> Column:
    sooner = F.lit(HAZARD[0]) - F.col("content") * HAZARD[1]
    stays = chance.exponential(F.col("churn_chance"), F.lit(world.setting.churn_days) / sooner)
    day = F.greatest(F.col("registered_day"), F.lit(0)) + 1 + F.floor(stays)
    return F.when(~F.col("is_robot") & (day < world.days), day)


def _visits_a_day(world: World) -> Column:
    spread = world.setting.visits_spread
    visits = F.exp(F.col("deviation") * spread - spread**2 / 2) * world.setting.visits_a_day
    return F.when(F.col("is_robot"), BOT_RUNS_A_DAY).otherwise(F.least(visits, F.lit(MOST_VISITS_A_DAY)))


def _orders_a_visit(world: World) -> Column:
    means = tastes.taste_factor_mean(F.col("tastes")) * tastes.price_factor_mean(F.col("thrift"))
    return (F.col("content") + 0.5) * means * world.setting.orders_a_visit


def _effect(world: World) -> Column:
    middle = F.get(F.array(*[F.lit(each) for each in world.setting.effects]), F.col("thrift"))
    return F.when(~F.col("is_robot"), middle + (F.col("effect_chance") * 2 - 1) * world.setting.effect_chance)
