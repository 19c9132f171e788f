"""Which value of an attribute counts, where a person has several."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.profiles.spec import Attribute


def latest_values(facts: DataFrame, attributes: Iterable[Attribute], as_of: datetime) -> DataFrame:
    """person_id and one column an attribute: the value with the latest `valid_from` up to `as_of`.

    `facts` has person_id and the columns of silver.person_attributes; closed rows do not count. Of equal times the
    source named first wins, then the greatest subject_id. People without any fact that counts have no row;
    null where no source says, or where the one that counts says null.
    """
    holding = facts.where(F.col("valid_until").isNull() & (F.col("valid_from") <= F.lit(as_of)))
    chosen = [_latest(attribute).alias(attribute.name) for attribute in attributes]
    return holding.groupBy("person_id").agg(*chosen) if chosen else holding.select("person_id").where(F.lit(False))


def _latest(attribute: Attribute) -> Column:
    counts = (F.col("attribute") == attribute.name) & F.col("source").isin(*attribute.sources)
    order = F.struct("valid_from", _preference(attribute.sources), "subject_id")
    return F.max_by("value", F.when(counts, order))  # rows without an order are passed over


def _preference(sources: Sequence[str]) -> Column:
    """Higher is better: the first source of n has n."""
    ranks = [F.when(F.col("source") == source, len(sources) - place) for place, source in enumerate(sources)]
    return F.coalesce(*ranks, F.lit(0))
