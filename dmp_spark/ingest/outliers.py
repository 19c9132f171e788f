"""Outliers by bounds that were learned before: what a record is measured by, and what becomes of one beyond its bounds.

Bounds are reference data to a record: nothing that arrives with it moves them, and none is judged by what it taught.
"""

from collections.abc import Mapping
from datetime import datetime

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.functions.instants import micros_of
from dmp_spark.functions.keys import stable_id
from dmp_spark.functions.reasons import is_number
from dmp_spark.ingest.compute import expression, named
from dmp_spark.ingest.resolved import Outlier, Source
from dmp_spark.ingest.tables import BOUNDS

MEASURED = "_measured"
WHOLE_NUMBERS = ("tinyint", "smallint", "int", "bigint")
BOUND = "struct<lower:double,upper:double>"


def measured(records: DataFrame, source: Source) -> DataFrame:
    """The records with `_measured`, what each rule for outliers looks at: array<struct<rule, value, group_values>>.

    `value` is null where there is none, `group_values` where a part of the group is null: then it counts in the whole alone.
    """
    parts = [
        F.struct(F.lit(rule.name).alias("rule"), _number(rule, source).alias("value"), _group(rule).alias("group_values"))
        for rule in source.outliers
    ]
    return records.withColumn(MEASURED, F.array(*parts))


def place(source: Source, rule: str) -> str:
    """The name under which the bounds of a rule stand among the tables that a source needs."""
    return f"{BOUNDS.name} of {source.name}.{rule}"


def bounds_among(tables: Mapping[str, DataFrame], source: Source) -> dict[str, DataFrame]:
    """By rule the bounds that stand among `tables`."""
    places = {rule.name: place(source, rule.name) for rule in source.outliers}
    return {name: tables[key] for name, key in places.items() if key in tables}


def group_id(values: Column) -> Column:
    """The key of a group, from the values that make it; of no values the whole.

    >>> spark.range(1).select(group_id(F.array(F.lit("tea"))).alias("id")).first().id
    '673264032559e1a0d33f7b2d98e23023'
    """
    return stable_id("group", F.to_json(values))


def bounded(records: DataFrame, source: Source, bounds: Mapping[str, DataFrame]) -> DataFrame:
    """The records, one row each as before, with `_bounds_<rule>`: the bounds of its group at each moment of the rule.

    `bounds` by rule are rows of silver.outlier_bounds of one version. A group that has no row at a moment has those of the
    whole; null where there are none: nothing was learned yet, or from too little, or all was equal.
    """
    for rule in source.outliers:  # a handful, each with bounds of its own
        if rule.name in bounds:
            records = _with_bounds(records, rule, bounds[rule.name])
    return records


def _with_bounds(records: DataFrame, rule: Outlier, bounds: DataFrame) -> DataFrame:
    """The records with `_bounds_<rule>`, array<struct<lower, upper>> by the moments of the rule."""
    rows = bounds.withColumn("_bound", F.struct("lower", "upper").cast(BOUND))
    by_moment = F.array(*[F.max(F.when(F.col("learned_at") == _at(moment), F.col("_bound"))) for moment in rule.learned_at])
    whole_id = group_id(F.array().cast("array<string>"))
    whole = rows.where(F.col("group_id") == whole_id).agg(by_moment.alias("_whole"))  # one row, also of none
    placed = records.join(F.broadcast(whole), how="cross")
    name = f"_bounds_{rule.name}"
    if not rule.by:
        return placed.withColumnRenamed("_whole", name)
    groups = rows.where(F.col("group_id") != whole_id).groupBy(F.col("group_id").alias("_group_id"))
    placed = placed.withColumn("_group_id", group_id(_group(rule)))
    met = placed.join(groups.agg(by_moment.alias("_own")), on="_group_id", how="left")  # many to one
    nothing = F.array(*[F.lit(None).cast(BOUND) for _ in rule.learned_at])
    own = F.zip_with(F.coalesce("_own", nothing), "_whole", lambda group, every: F.coalesce(group, every))
    return met.withColumn(name, own).drop("_whole", "_own", "_group_id")


def applied(records: DataFrame, source: Source, known_time: Column) -> DataFrame:
    """The records of `bounded` by the bounds learned last before each was known: flagged, and clipped where a rule says so.

    `_flags` gets the names of the rules by which a record is an outlier; the column of a rule that clips is set to the bound
    that it is beyond (of a whole number the nearest one within). Where nothing was learned before, nothing is said.
    """
    new: dict[str, Column] = {}
    flags = F.col("_flags")
    for rule in source.outliers:
        if f"_bounds_{rule.name}" not in records.columns:
            continue
        number, bound = _number(rule, source), _bound(rule, known_time)
        below, above = number < bound["lower"], number > bound["upper"]
        flags = F.when(below | above, F.array_append(flags, F.lit(rule.name))).otherwise(flags)
        if rule.clips:
            kind = source.columns[rule.of]
            low, high = bound["lower"], bound["upper"]
            if kind in WHOLE_NUMBERS:
                low, high = F.ceil(low), F.floor(high)
            new[rule.of] = F.when(below, low.cast(kind)).when(above, high.cast(kind)).otherwise(named(rule.of))
    return records.withColumns(new | {"_flags": flags})


def _bound(rule: Outlier, known_time: Column) -> Column:
    """The bounds learned last before it was known."""
    known = F.unix_micros(known_time)
    last = sum((F.when(known >= F.lit(_micros(moment)), 1).otherwise(0) for moment in rule.learned_at), F.lit(0)) - F.lit(1)
    return F.get(F.col(f"_bounds_{rule.name}"), last)


def _number(rule: Outlier, source: Source) -> Column:
    number = expression(rule.of, source.names).cast("double")
    return F.when(is_number(number), number)


def _group(rule: Outlier) -> Column:
    """The values that make a record's group; null where one of them is null."""
    values = [named(name).cast("string") for name in rule.by]
    whole = F.array(*values).cast("array<string>")
    return F.when(~F.exists(whole, lambda value: value.isNull()), whole)


def _at(moment: str) -> Column:
    return F.lit(datetime.fromisoformat(moment)).cast("timestamp")


def _micros(moment: str) -> int:
    return micros_of(datetime.fromisoformat(moment))
