"""The aggregates that `take` may use: what they are given and what they give. No pyspark here."""

from collections.abc import Mapping
from dataclasses import dataclass

from dmp_spark.expressions.nodes import Call, Name, Special
from dmp_spark.expressions.types import family as kind_of
from dmp_spark.expressions.types import is_number

FIXED_WIDTH = ("integer", "decimal", "double", "boolean", "date", "timestamp")
TOP_AT_MOST = 100
WORDS_AT_MOST = 1000
"""The most words of a person and window that are kept: those that stood there most often."""
COUNTED_WORDS = "map<string,bigint>"


@dataclass(frozen=True)
class Aggregate:
    """An aggregate: `argument` is what its first argument must be (`any`, `scalar`, `number`, `text`, `boolean`, `none`).

    `result` is a type or `same` (as the argument). `zero`: 0 where nothing happened, else null.
    `only_back`: has no meaning ahead of a moment. `weeks`: needs a window of two whole weeks or more.
    """

    name: str
    argument: str
    result: str
    arguments: int = 1
    zero: bool = False
    only_back: bool = False
    weeks: bool = False


AGGREGATES = {
    aggregate.name: aggregate
    for aggregate in (
        Aggregate("count", "any", "bigint", zero=True),
        Aggregate("sum", "number", "same", zero=True),
        Aggregate("mean", "number", "double"),
        Aggregate("min", "scalar", "same"),
        Aggregate("max", "scalar", "same"),
        Aggregate("first", "scalar", "same"),
        Aggregate("last", "scalar", "same"),
        Aggregate("share", "boolean", "double"),
        Aggregate("top", "scalar", "array<string>", arguments=2),
        Aggregate("words", "text", COUNTED_WORDS),
        Aggregate("entropy", "scalar", "double"),
        Aggregate("slope", "number", "double", weeks=True),
        Aggregate("mean_gap", "scalar", "double"),
        Aggregate("days_since_last", "none", "bigint", arguments=0, only_back=True),
    )
}


def specials(event_columns: Mapping[str, str]) -> dict[str, Special]:
    """The aggregates for `expressions.parse`, with the columns of an event known inside their arguments."""
    return {
        name: Special(
            name=name,
            arguments=event_columns,
            result=aggregate.result,
            allows_star=name == "count",
            allows_distinct=name == "count",
            arity=(aggregate.arguments, aggregate.arguments),
        )
        for name, aggregate in AGGREGATES.items()
    }


def fault(call: Call) -> str | None:
    """Why a call cannot be computed, as a sentence; null where it can. Arguments of unknown type pass."""
    if call.is_star or not call.arguments:
        return None
    wanted, kind = AGGREGATES[call.name].argument, call.arguments[0].type
    if kind in ("unknown", "null"):
        return None if kind == "unknown" else f"{call.name}() of null is nothing"
    if wanted == "number" and not is_number(kind):
        return f"{call.name}() takes numbers, and this is {kind}"
    if wanted == "text" and kind != "string":
        return f"{call.name}() takes text, and this is {kind}"
    if wanted == "boolean" and kind != "boolean":
        return f"{call.name}() takes a condition, and this is {kind}"
    if kind_of(kind) in ("array", "map", "other") and (wanted == "scalar" or call.is_distinct):
        return f"{call.name}() takes single values, and this is {kind}"
    if call.name == "top" and not is_rank(size_of(call)):
        return f"top(x, k) takes a whole number from 1 to {TOP_AT_MOST} as k"
    return None


def size_of(call: Call) -> object:
    """The k of `top(x, k)`; null where it is no literal."""
    return call.literals[-1] if call.literals else None


def is_rank(size: object) -> bool:
    """Whether a literal can be the k of top(x, k)."""
    return isinstance(size, int) and not isinstance(size, bool) and 1 <= size <= TOP_AT_MOST


def is_zero_where_nothing_happened(call: Call) -> bool:
    """Counts and sums are 0 where nothing happened; all else is null."""
    return AGGREGATES[call.name].zero


class Family:
    """How a call is computed: from sums a day, from values a day, or from the order of events."""

    TILES = "tiles"
    VALUES = "values"
    ORDERED = "ordered"


def family(call: Call) -> str:
    """The family of a call, from its name and the type of its argument."""
    if call.name in ("top", "words", "entropy", "mean_gap") or call.is_distinct:
        return Family.VALUES
    if call.name in ("first", "last") and not is_time(call):
        return Family.ORDERED
    if call.name in ("min", "max") and kind_of(call.arguments[0].type) not in FIXED_WIDTH:
        return Family.ORDERED
    return Family.TILES


def is_time(call: Call) -> bool:
    """Whether the argument is the event's time itself: its first and last are its least and greatest."""
    tree = call.arguments[0].tree
    return isinstance(tree, Name) and tree.name == "time"
