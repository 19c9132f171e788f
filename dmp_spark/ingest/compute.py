"""Checked expressions of a source as Columns: what spec texts become once Spark is there."""

from collections.abc import Iterable, Mapping
from functools import reduce

from pyspark.sql import Column
from pyspark.sql import functions as F

from dmp_spark.expressions.compile import to_column
from dmp_spark.expressions.parse import parse
from dmp_spark.ingest.resolved import Computed


def named(name: str) -> Column:
    """The column of a name that expressions use: `week`, or `campaign.start_date` of a lookup's struct."""
    return F.col(".".join(f"`{part}`" for part in name.split(".")))


def expression(text: str, names: Mapping[str, str], predicate: bool = False) -> Column:
    """The expression over the names (name → type) as a Column."""
    return to_column(parse(text, names, predicate=predicate), named)


def value(computed: Computed, names: Mapping[str, str]) -> Column:
    """The value of one Computed."""
    return F.lit(computed.expression) if computed.is_fixed else expression(computed.expression, names)


def text_map(computed: Iterable[Computed], names: Mapping[str, str], kind: str) -> Column:
    """map<string,kind> of the values that are there; null where none is declared."""
    entries = {each.name: value(each, names).try_cast(kind) for each in computed}
    if not entries:
        return F.lit(None).cast(f"map<string,{kind}>")
    whole = F.create_map(*[part for name, entry in entries.items() for part in (F.lit(name), entry)])
    # map_filter is interpreted, and most records have all entries
    is_whole = reduce(Column.__and__, [entry.isNotNull() for entry in entries.values()])
    return F.when(is_whole, whole).otherwise(F.map_filter(whole, lambda _, entry: entry.isNotNull()))


def id_text(column: Column, kind: str) -> Column:
    """A part of a key as text: times as epoch micros, all else as it is cast."""
    return F.unix_micros(column).cast("string") if kind == "timestamp" else column.cast("string")
