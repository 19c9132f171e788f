"""Whether something has changed, with null as a value like any other."""

from collections.abc import Iterable
from functools import reduce

from pyspark.sql import Column
from pyspark.sql import functions as F


def differs(left: Column, right: Column) -> Column:
    """True where two values are not the same, never null: null equals null and differs from all else.

    `differs(F.lit(None), F.lit(1))` is true, where `<>` gives null and a change goes unseen.
    """
    return ~left.eqNullSafe(right)


def any_differs(names: Iterable[str], left: str, right: str) -> Column:
    """True where one of the named columns differs between two aliases of a join; false where there is no name."""
    pairs = (differs(F.col(f"{left}.{name}"), F.col(f"{right}.{name}")) for name in names)
    return reduce(lambda a, b: a | b, pairs, F.lit(False))
