"""What people like, and what a visit of theirs is worth: tastes, prices and the probability of an order, each with its mean.

The mean orders a visit of a person follow from the same numbers as each order does, so the truth of a person is exact, not
estimated: a category is drawn by taste, a rank within it by Zipf's law, and both factors have a mean that can be written down.
"""

from functools import reduce
from operator import add

from pyspark.sql import Column
from pyspark.sql import functions as F

from dmp_spark.simulate.storefront import chance
from dmp_spark.simulate.storefront.vocabulary import CATEGORIES
from dmp_spark.simulate.storefront.world import World

ITEMS = 60
"""Items of a category; the item of a rank has the number category * ITEMS + rank."""
LADDER = (1.0, 0.75, 1.3, 0.6, 1.8, 0.9, 1.1)
"""What an item costs, in middle prices of its category, by its rank: over and over again."""
THRIFT_SHARES = (0.3, 0.4, 0.3)
THRIFT = (0.0, 0.5, 1.5)
"""How thrifty people are, in three classes: orders fall with the price to this power."""
LIKED_LEAST, LIKED = 0.5, 3.0
"""Orders a visit are .5 + 3 times the taste for its category."""


def weights(world: World, person: Column) -> Column:
    """How much a person likes each category beside the others: an array of doubles above 0, a few of them large.

    -ln(chance) to a power: of power 1 and divided by their sum they are a Dirichlet distribution with all parameters 1; a power
    above it makes tastes more pointed, as parameters below 1 would.
    """
    drawn = [chance.uniform(world.seed, f"taste.{place}", person) for place in range(len(CATEGORIES))]
    return F.array(*[F.pow(-F.log(each), F.lit(world.setting.taste_power)) for each in drawn])


def total(weights: Column) -> Column:
    """The sum of the weights, added in their order."""
    return reduce(add, [F.get(weights, F.lit(place)) for place in range(len(CATEGORIES))])


def tastes(weights: Column, total: Column) -> Column:
    """The weights as shares: they add up to 1."""
    return F.array(*[F.get(weights, F.lit(place)) / total for place in range(len(CATEGORIES))])


def liked(likes: Column, drawn: Column) -> Column:
    """The category of a uniform number by the tastes `likes`, an int from 0."""
    shares = [F.get(likes, F.lit(place)) for place in range(len(CATEGORIES) - 1)]
    bounds = [reduce(add, shares[: place + 1]) for place in range(len(shares))]
    return chance.above(drawn, bounds)


def taste_factor(likes: Column, category: Column) -> Column:
    """By how much the category of a visit raises or lowers its orders, a double."""
    return F.get(likes, category) * LIKED + LIKED_LEAST


def taste_factor_mean(likes: Column) -> Column:
    """The mean of `taste_factor` over the visits of a person, whose categories are drawn by the same tastes."""
    squares = [F.get(likes, F.lit(place)) * F.get(likes, F.lit(place)) for place in range(len(CATEGORIES))]
    return reduce(add, squares) * LIKED + LIKED_LEAST


def price_factor(thrift: Column, rank: Column) -> Column:
    """By how much the price of an item, beside the middle price of its category, raises or lowers orders, a double."""
    table = [F.lit(step**-power) for power in THRIFT for step in LADDER]
    return F.get(F.array(*table), (thrift * len(LADDER) + rank % len(LADDER)).cast("int"))


def price_factor_mean(thrift: Column) -> Column:
    """The mean of `price_factor` over ranks as they are drawn."""
    shares = chance.zipf_shares(ITEMS)
    means = [sum(share * LADDER[rank % len(LADDER)] ** -power for rank, share in enumerate(shares)) for power in THRIFT]
    return F.get(F.array(*[F.lit(mean) for mean in means]), thrift)


def cents(item: Column) -> Column:
    """The price of an item by its number: cents, a bigint."""
    middle = F.get(F.array(*[F.lit(each.price) for each in CATEGORIES]), category_of(item).cast("int"))
    step = F.get(F.array(*[F.lit(each) for each in LADDER]), (rank_of(item) % len(LADDER)).cast("int"))
    return F.round(middle * step * 100).cast("bigint")


def category_of(item: Column) -> Column:
    """The category of an item, a bigint from 0."""
    return F.floor(item / ITEMS)


def rank_of(item: Column) -> Column:
    """The place of an item in its category, a bigint from 0."""
    return F.pmod(item, F.lit(ITEMS))


def item(category: Column, drawn: Column) -> Column:
    """An item of the category by a uniform number, the first ranks the most often: its number, a bigint."""
    return category.cast("bigint") * ITEMS + chance.zipf(drawn, ITEMS)


def sku(item: Column) -> Column:
    """The article number of an item: TEA-001."""
    code = chance.pick([each.code for each in CATEGORIES], category_of(item))
    return F.concat(code, F.lit("-"), F.lpad((rank_of(item) + 1).cast("string"), 3, "0"))
