"""The only source of chance of the storefront: numbers that follow from (seed, name of the draw, keys) and from nothing else.

No draw knows a partition, an order of rows or a number of cores, so the same call gives the same rows on any of them. Two
draws with other names, or other keys, are independent for all that a statistic can tell: 64 bits of XXH64, whose bits all
depend on all bits of the keys.
"""

import math
from collections.abc import Sequence
from functools import reduce
from hashlib import sha256
from operator import add

from pyspark.sql import Column
from pyspark.sql import functions as F

_STEPS = 2.0**-52


def salt(seed: int, name: str) -> int:
    """The signed 64-bit number that stands for a draw: the first eight bytes of sha-256 of `seed:name`, big-endian.

    >>> salt(1, "people.rate") == salt(1, "people.rate") != salt(2, "people.rate")
    True
    """
    return int.from_bytes(sha256(f"{seed}:{name}".encode()).digest()[:8], "big", signed=True)


def bits(seed: int, name: str, *keys: Column | str) -> Column:
    """A bigint of which all 64 bits are chance. `keys` are bigint columns (or their names) that are never null.

    Of one key it is a bijection of the keys: XXH64 of eight bytes can be undone step by step, so no two keys share a number.
    """
    parts = [(F.col(key) if isinstance(key, str) else key).cast("bigint") for key in keys]
    return F.xxhash64(F.lit(salt(seed, name)).cast("bigint"), *parts)


def uniform(seed: int, name: str, *keys: Column | str) -> Column:
    """A double in (0, 1), both ends left out: the first 52 bits of `bits`, plus a half, times 2^-52. Exact in every step."""
    return (F.shiftrightunsigned(bits(seed, name, *keys), 12).cast("double") + 0.5) * _STEPS


def category(chance: Column, shares: Sequence[float]) -> Column:
    """Which of the shares the uniform number falls into, an int from 0; `len(shares)` where they do not add up to 1."""
    bounds = [sum(shares[: place + 1]) for place in range(len(shares))]
    if bounds[-1] > 1 - 1e-9:
        bounds = bounds[:-1]  # else the sum of the shares, a rounding below 1, would be a bound of its own
    return above(chance, [F.lit(bound) for bound in bounds])


def above(chance: Column, bounds: Sequence[Column]) -> Column:
    """How many of these bounds the number has reached, an int: the inverse of a distribution given by its cumulative sums."""
    return reduce(add, [(chance >= bound).cast("int") for bound in bounds], F.lit(0))


def normal(chance: Column) -> Column:
    """A standard normal number, to .012 of what it should be between -3 and 3: Tukey's lambda distribution with .135.

    Source: Joiner and Rosenblatt, Some properties of the range in samples from Tukey's symmetric lambda distributions, 1971.
    """
    return (F.pow(chance, F.lit(0.135)) - F.pow(1 - chance, F.lit(0.135))) / 0.1975


def exponential(chance: Column, mean: Column | float) -> Column:
    """A waiting time: a double above 0 with this mean."""
    return -F.log(chance) * mean


def geometric(chance: Column, goes_on: float) -> Column:
    """A bigint from 0: how often in a row something happened that happens with the probability `goes_on`."""
    return F.floor(F.log(chance) / math.log(goes_on))


def poisson(chance: Column, mean: float, most: int) -> Column:
    """An int from 0 to `most` by the Poisson distribution cut there."""
    terms = [math.exp(-mean) * mean**count / math.factorial(count) for count in range(most + 1)]
    return category(chance, [term / sum(terms) for term in terms])


def zipf(chance: Column, size: int) -> Column:
    """A rank, a bigint from 0 to `size` - 1, the first the most often: `zipf_shares` says how often each."""
    return F.floor(F.pow(F.lit(float(size + 1)), chance)) - 1


def zipf_shares(size: int) -> tuple[float, ...]:
    """How often each rank of `zipf` comes: ln((r + 2) / (r + 1)) / ln(size + 1), which falls like 1 / r."""
    return tuple(math.log((rank + 2) / (rank + 1)) / math.log(size + 1) for rank in range(size))


def pick(values: Sequence[str], place: Column) -> Column:
    """The text at a place, counted from 0; null where there is none."""
    # one literal that Spark takes apart once, where hundreds would be sent to the JVM one by one, at each place that asks
    return F.get(F.split(F.lit("\x1f".join(values)), "\x1f"), place.cast("int"))


def pick_any(values: Sequence[str], chance: Column) -> Column:
    """One of the texts, each as often as another."""
    return pick(values, F.floor(chance * len(values)))
