"""Values that Parquet can hold and no table should: text that is none, or too long, and times that no calendar has."""

from collections.abc import Mapping
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.functions.reasons import broken

LONGEST = 131_072  # characters of one text: what Python's csv takes for a cell
KEPT = 1_000  # characters of a text that is none or too long, in the payload of its record
YEAR_1, YEAR_10000 = -62_135_596_800, 253_402_300_800  # seconds since 1970 at their begin
DAY = 86_400


def is_text(column: Column) -> Column:
    """Whether a text is one: UTF-8 without NUL, which many readers take for its end; null stays null."""
    return F.is_valid_utf8(column) & ~F.contains(column, F.lit("\0"))


def is_short(column: Column) -> Column:
    """Whether a text is short enough to be taken; null stays null."""
    return (F.octet_length(column) <= LONGEST) | (F.length(column) <= LONGEST)  # bytes are known, characters counted


def readable(records: DataFrame, columns: Mapping[str, str]) -> DataFrame:
    """The records with `_misread` and `_raw`, columns (name → type) that cannot be used as null.

    `_misread` are reasons, empty where there are none: `unreadable_<column>` of a text that is no UTF-8 or holds NUL
    and of a time outside the years 1 to 9999, `too_long_<column>` of a text of more than LONGEST characters. `_raw` is
    the record as it came, by column, of such a text the first KEPT characters.
    """
    came = {name: F.col(f"`{name}`") for name in columns}
    holds = {name: _holds(came[name], name, kind) for name, kind in columns.items()}
    usable = {name: reduce(Column.__and__, [each for _, each in pairs]) for name, pairs in holds.items() if pairs}
    used = {name: F.when(usable[name], came[name]) if name in usable else came[name] for name in columns}
    kept = {name: _kept(came[name], usable[name]) if kind == "string" else came[name] for name, kind in columns.items()}
    return records.select(
        *[column.alias(name) for name, column in used.items()],
        *[name for name in records.columns if name not in columns],
        broken([each for pairs in holds.values() for each in pairs]).alias("_misread"),
        F.struct(*[column.alias(name) for name, column in kept.items()]).alias("_raw"),
    )


def _holds(column: Column, name: str, kind: str) -> list[tuple[str, Column]]:
    """What must hold of a value, by the reason where it does not."""
    if kind == "string":
        return [
            (f"unreadable_{name}", column.isNull() | is_text(column)),
            (f"too_long_{name}", column.isNull() | is_short(column)),
        ]
    if kind == "timestamp":
        micros = F.unix_micros(column)
        in_years = (micros >= F.lit(YEAR_1 * 1_000_000)) & (micros < F.lit(YEAR_10000 * 1_000_000))
        return [(f"unreadable_{name}", column.isNull() | in_years)]
    if kind == "date":
        days = F.unix_date(column)
        return [(f"unreadable_{name}", column.isNull() | ((days >= F.lit(YEAR_1 // DAY)) & (days < F.lit(YEAR_10000 // DAY))))]
    return []


def _kept(text: Column, is_usable: Column) -> Column:
    return F.when(is_usable, text).otherwise(F.left(F.make_valid_utf8(text), F.lit(KEPT)))
