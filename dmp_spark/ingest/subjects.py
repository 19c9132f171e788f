"""The identifiers that records carry: their ids, and who of them is the subject."""

from collections.abc import Iterable, Mapping
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.functions.keys import MakeId, stable_id
from dmp_spark.ingest.compute import value
from dmp_spark.ingest.resolved import Computed


def carried(identifiers: Iterable[Computed], names: Mapping[str, str], make_id: MakeId = stable_id) -> Column:
    """array<struct<id,namespace,value>> of the identifiers that are there, by priority; blank text is none."""
    found = [_identifier(each, names, make_id) for each in identifiers]
    several = F.array_compact(F.array(*found))
    # array_compact is interpreted; the usual record carries all of its one or two identifiers
    return F.when(reduce(Column.__and__, [one.isNotNull() for one in found]), F.array(*found)).otherwise(several)


def _identifier(computed: Computed, names: Mapping[str, str], make_id: MakeId) -> Column:
    text = value(computed, names).cast("string")
    one = F.struct(
        make_id(computed.name, text).alias("id"),
        F.lit(computed.name).alias("namespace"),
        text.alias("value"),
    )
    return F.when(F.trim(text) != "", one)


def of_another_key(standing: DataFrame, make_id: MakeId) -> DataFrame:
    """The identifiers of the table whose id is not what their namespace and value give: keys as `seen`."""
    return standing.where(make_id(F.col("namespace"), F.col("value")) != F.col("identifier_id"))


def seen(rows: DataFrame) -> DataFrame:
    """identifier_id, namespace, value, first_known_time: a row an identifier in `_identifiers`, by earliest `known_time`."""
    each = rows.select(F.explode("_identifiers").alias("one"), "known_time")
    named = [F.col("one.id").alias("identifier_id"), F.col("one.namespace"), F.col("one.value")]
    # by all three, which are equal for equal ids: texts as aggregates would have Spark sort the rows
    return each.groupBy(*named).agg(F.min("known_time").alias("first_known_time"))


def earliest(fresh: DataFrame, standing: DataFrame) -> DataFrame:
    """The fresh identifiers with the earlier of both first known times: keys as `seen`."""
    before = standing.select("identifier_id", F.col("first_known_time").alias("_before"))
    return fresh.join(before, on="identifier_id", how="left").select(
        "identifier_id", "namespace", "value", F.least("first_known_time", "_before").alias("first_known_time")
    )


def referred(fresh: DataFrame, standing: DataFrame, events: DataFrame, facts: DataFrame) -> DataFrame:
    """The identifiers that events or facts still carry, with the earliest time of either: keys as `seen`.

    `fresh` and `standing` give the raw values; `events` and `facts` are the tables as they are now.
    """
    of_events = events.select(F.explode("identifier_ids").alias("identifier_id"), F.col("known_time").alias("at"))
    of_facts = facts.select(F.col("subject_id").alias("identifier_id"), F.col("valid_from").alias("at"))
    times = of_events.unionByName(of_facts).groupBy("identifier_id").agg(F.min("at").alias("first_known_time"))
    columns = ("identifier_id", "namespace", "value")
    named = fresh.select(*columns).unionByName(standing.select(*columns)).distinct()  # equal for equal ids
    return named.join(times, on="identifier_id", how="inner").select(*columns, "first_known_time")
