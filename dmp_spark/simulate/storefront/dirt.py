"""How records are delivered, and what is wrong with them: the same for every source, each kind on record in the truth."""

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.simulate.storefront import chance
from dmp_spark.simulate.storefront.world import World

DELIVERED_TWICE = ("again", "changed")
LATE_HOURS = {"late_hours": (2, 20), "late_days": (48, 60), "late_weeks": (960, 961)}
AGAIN_HOURS, CHANGED_HOURS, CLOCK_AHEAD_HOURS = (24, 72), (1, 24), (26, 72)
LATENCY_MS = (200, 3_000)
"""What every record needs to arrive."""
OF_ORDERS_ALONE = "outlier"
BAD_BYTES = ("C328", "00")
"""Bytes that no UTF-8 has, and a NUL, which no JSON may have; in hex digits."""


def shares(world: World, source: str) -> dict[str, float]:
    """The share of each kind of dirt among the records of a source."""
    every = world.setting.dirt.shares
    return {kind: share for kind, share in every.items() if kind != OF_ORDERS_ALONE or source == "orders"}


def delivered(world: World, records: DataFrame, source: str) -> DataFrame:
    """The records as they are delivered, a row a record and `copy` (0, and 1 of what is delivered twice).

    `records` has the key `number` and when each happened, `at_ms`. Added: `dirt` (null: nothing is wrong), `shown_ms` (what the
    record says of when it happened), `received_ms` (what it says of when it was received), `delivered` (the day, in UTC) and
    `late_seconds` (from happening to delivery). What is delivered `again` says the same of itself, and lies in a later day.
    """
    wanted = shares(world, source)
    drawn = chance.category(chance.uniform(world.seed, f"{source}.dirt", "number"), list(wanted.values()))
    rows = records.withColumns({"dirt": chance.pick(list(wanted), drawn)})
    copies = F.when(F.col("dirt").isin(*DELIVERED_TWICE), F.array(F.lit(0), F.lit(1))).otherwise(F.array(F.lit(0)))
    rows = rows.select("*", F.explode(copies).alias("copy"))
    part = chance.uniform(world.seed, f"{source}.lateness", "number")
    received = F.col("at_ms") + _latency(world, source) + _lateness(part)
    again = F.when((F.col("dirt") == "again") & (F.col("copy") == 1), _hours(part, AGAIN_HOURS)).otherwise(0)
    ahead = F.when(F.col("dirt") == "clock_ahead", _hours(part, CLOCK_AHEAD_HOURS)).otherwise(0)
    rows = rows.withColumns({"shown_ms": F.col("at_ms") + ahead, "received_ms": received, "delivered_ms": received + again})
    return rows.withColumns(
        {
            "delivered": F.date_format(F.timestamp_millis("delivered_ms"), "yyyy-MM-dd"),
            "late_seconds": F.floor((F.col("delivered_ms") - F.col("at_ms")) / 1000),
        }
    )


def unless(kind: str, column: Column) -> Column:
    """The column, null where a record has this kind of dirt."""
    return F.when(F.col("dirt").isNull() | (F.col("dirt") != kind), column)


def is_other_content() -> Column:
    """Whether this copy has the id of another record, and other content."""
    return F.coalesce((F.col("dirt") == "changed") & (F.col("copy") == 1), F.lit(False))


def soiled(world: World, line: Column, source: str, number: str) -> Column:
    """A line of JSON with what is wrong with it as text; `number` is the field that may hold a word, and is null there.

    A broken line ends somewhere within; bad bytes stand in a further text at its end; the word stands in front.
    """
    drawn = chance.uniform(world.seed, f"{source}.soiled", "number")
    cut = F.substring(line, F.lit(1), (F.length(line) * (drawn * 0.6 + 0.3)).cast("int"))
    bad = F.when(drawn < 0.5, _bytes(BAD_BYTES[0])).otherwise(_bytes(BAD_BYTES[1]))
    marked = F.concat(F.substring(line, F.lit(1), F.length(line) - 1), F.lit(',"note":"'), bad, F.lit('"}'))
    word = F.concat(F.lit(f'{{"{number}":"n/a",'), F.substring(line, F.lit(2), F.length(line)))
    dirty = F.when(F.col("dirt") == "broken", cut).when(F.col("dirt") == "bad_bytes", marked)
    return dirty.when(F.col("dirt") == "text_for_number", word).otherwise(line)


def instant(milliseconds: str) -> Column:
    """An instant as text: 2026-01-05T13:14:15.123Z."""
    return F.date_format(F.timestamp_millis(milliseconds), "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'")


def _latency(world: World, source: str) -> Column:
    least, most = LATENCY_MS
    return least + F.floor(chance.uniform(world.seed, f"{source}.latency", "number") * (most - least))


def _lateness(part: Column) -> Column:
    late = F.when((F.col("dirt") == "changed") & (F.col("copy") == 1), _hours(part, CHANGED_HOURS))
    for kind, hours in LATE_HOURS.items():
        late = late.when(F.col("dirt") == kind, _hours(part, hours))
    return late.otherwise(0)


def _hours(part: Column, bounds: Sequence[int]) -> Column:
    least, most = bounds
    return F.floor((part * (most - least) + least) * 3_600_000)


def _bytes(digits: str) -> Column:
    return F.unhex(F.lit(digits)).cast("string")
