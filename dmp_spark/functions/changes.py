"""Whether something has changed, with null as a value like any other."""

from pyspark.sql import Column


def differs(left: Column, right: Column) -> Column:
    """True where two values are not the same, never null: null equals null and differs from all else.

    `differs(F.lit(None), F.lit(1))` is true, where `<>` gives null and a change goes unseen.
    """
    return ~left.eqNullSafe(right)
