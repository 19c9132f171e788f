"""Rules over records: every record keeps its place and learns what it broke, in one pass."""

from collections.abc import Iterable
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.ingest.compute import expression
from dmp_spark.ingest.spec import Lookup, Rule, Source

FLOATS = ("float", "double")
PAYLOAD_OPTIONS = {"ignoreNullFields": "false", "timestampFormat": "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX"}


def broken(rules: Iterable[tuple[str, Column]]) -> Column:
    """array<string> of the names whose predicate is not true, in order: null counts as false; empty where all hold."""
    certain = [(name, F.coalesce(holds, F.lit(False))) for name, holds in rules]
    none = F.array().cast("array<string>")
    if not certain:
        return none
    reasons = F.array_compact(F.array(*[F.when(~holds, F.lit(name)) for name, holds in certain]))
    # array_compact is interpreted, and nearly all records break nothing
    return F.when(reduce(Column.__and__, [holds for _, holds in certain]), none).otherwise(reasons)


def judged(records: DataFrame, source: Source) -> DataFrame:
    """The records with `_reasons` (why they are rejected; empty where they are not), `flags` and `_raw`.

    Rules see the record as it came; then columns of broken set_null rules become null, and a float that is no number
    then is `unreadable_<column>`. `_raw` is the record as it came, by column, for the payload of what is rejected.
    Columns that start with `_` are kept. Where `_misread` has reasons no rule is asked: its columns are not what came.
    """
    names = source.names
    holds = {rule.name: expression(rule.require, names, predicate=True) for rule in source.rules}
    rejecting = [(rule.name, holds[rule.name]) for rule in source.rules if rule.action == "reject"]
    rejecting += [_was_found(lookup) for lookup in source.lookups if lookup.missing == "reject"]
    flagging = [(rule.name, holds[rule.name]) for rule in source.rules if rule.action == "flag"]
    kept = [name for name in records.columns if name.startswith("_") and name != "_misread"]
    nulled = {
        name: _unless_broken(F.col(f"`{name}`"), [holds[rule.name] for rule in _nulling(source.rules, name)])
        for name in source.columns
    }
    rejecting += [(f"unreadable_{name}", is_number(nulled[name])) for name, kind in source.columns.items() if kind in FLOATS]
    return records.select(
        *[column.alias(name) for name, column in nulled.items()],
        *[F.col(f"`{lookup.name}`") for lookup in source.lookups],
        *kept,
        F.when(F.size("_misread") > 0, F.col("_misread")).otherwise(broken(rejecting)).alias("_reasons"),
        broken(flagging).alias("flags"),
    )


def payload(reasons: Column) -> Column:
    """JSON of the record as it came, where there are reasons to keep it; else null."""
    return F.when(F.size(reasons) > 0, F.to_json("_raw", PAYLOAD_OPTIONS))


def is_number(column: Column) -> Column:
    """Whether a float is a number or null: neither NaN nor infinite."""
    return column.isNull() | (F.abs(column) < F.lit(float("inf")))  # NaN is greater than all numbers


def _nulling(rules: Iterable[Rule], column: str) -> list[Rule]:
    return [rule for rule in rules if rule.action == "set_null" and column in rule.columns]


def _unless_broken(column: Column, holds: list[Column]) -> Column:
    for each in holds:
        column = F.when(each, column)  # when() without otherwise: null where it is false or null
    return column


def _was_found(lookup: Lookup) -> tuple[str, Column]:
    return f"missing_{lookup.name}", F.col(f"`{lookup.name}`").isNotNull()
