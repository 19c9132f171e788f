"""Rules over records: every record keeps its place and learns what it broke, in one pass."""

from collections.abc import Iterable

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.enrichment.truncation import truncated_ip
from dmp_spark.functions.keys import MakeId, pseudonym, stable_id
from dmp_spark.functions.reasons import FLOATS, broken, is_number
from dmp_spark.ingest.compute import expression, value
from dmp_spark.ingest.resolved import Lookup, Rule, Source

PAYLOAD_OPTIONS = {"ignoreNullFields": "false", "timestampFormat": "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX"}


def judged(records: DataFrame, source: Source, make_id: MakeId = stable_id) -> DataFrame:
    """The records with `_reasons` (why they are rejected; empty where they are not), `_flags` and `_raw`.

    Rules see the record as it came; then columns of broken set_null rules become null, and a float that is no number
    then is `unreadable_<column>`; last of all addresses are cut, and pseudonyms take their columns. `_raw` is the record as
    it came, by column and whole, for the payload of what is rejected: a replay derives from it what the first run would have.
    Columns that start with `_` are kept. Where `_misread` has reasons no rule is asked: its columns are not what came.
    """
    names = source.names
    holds = {rule.name: expression(rule.require, names, predicate=True) for rule in source.rules}
    rejecting = [(rule.name, holds[rule.name]) for rule in source.rules if rule.action == "reject"]
    rejecting += [_was_found(lookup) for lookup in source.lookups if lookup.missing != "null"]
    flagging = [(rule.name, holds[rule.name]) for rule in source.rules if rule.action == "flag"]
    kept = [name for name in records.columns if name.startswith("_") and name != "_misread"]
    nulled = {
        name: _unless_broken(F.col(f"`{name}`"), [holds[rule.name] for rule in _nulling(source.rules, name)])
        for name in source.columns
    }
    cut = nulled | {name: truncated_ip(nulled[name]) for name in source.truncate_ip}
    for each in source.pseudonymize:
        hidden = pseudonym(value(each, names).cast("string"), make_id)
        cut[each.name] = F.when(nulled[each.name].isNotNull(), hidden)
    rejecting += [(f"unreadable_{name}", is_number(nulled[name])) for name, kind in source.columns.items() if kind in FLOATS]
    return records.select(
        *[column.alias(name) for name, column in cut.items()],
        *[F.col(f"`{name}`") for name in source.structs],
        *kept,
        F.when(F.size("_misread") > 0, F.col("_misread")).otherwise(broken(rejecting)).alias("_reasons"),
        broken(flagging).alias("_flags"),  # `flags` may be a column, an enrichment or a lookup
    )


def payload(reasons: Column) -> Column:
    """JSON of the record as it came, where there are reasons to keep it; else null. What no column names is its `_extra`."""
    whole = F.to_json("_raw", PAYLOAD_OPTIONS)
    beside = F.concat(F.substring(whole, F.lit(1), F.length(whole) - 1), F.lit(',"_extra":'), F.to_json("_extra"), F.lit("}"))
    return F.when(F.size(reasons) > 0, F.when(F.size("_extra") > 0, beside).otherwise(whole))


def _nulling(rules: Iterable[Rule], column: str) -> list[Rule]:
    return [rule for rule in rules if rule.action == "set_null" and column in rule.columns]


def _unless_broken(column: Column, holds: list[Column]) -> Column:
    for each in holds:
        column = F.when(each, column)  # when() without otherwise: null where it is false or null
    return column


def _was_found(lookup: Lookup) -> tuple[str, Column]:
    return f"missing_{lookup.name}", F.col(f"`{lookup.name}`").isNotNull()
