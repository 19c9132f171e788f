"""Which of several rows of one key holds. Nothing here depends on the order in which rows came."""

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from dmp_spark.functions.keys import content_hash

PLACE = ("_file_id", "_position", "_ordinal")


def with_content(rows: DataFrame, types: dict[str, str]) -> DataFrame:
    """The rows with `_content`, a hash over the columns of `types` (name → type), to which they are cast first."""
    others = [name for name in rows.columns if name not in types]
    cast = rows.select(*others, *[F.col(f"`{name}`").cast(kind).alias(name) for name, kind in types.items()])
    return cast.withColumn("_content", content_hash(types))


def repeated(rows: DataFrame, key: Sequence[str], standing: DataFrame | None = None) -> DataFrame:
    """The keys that need a decision: those of several rows, and those that `standing` (unique by key) has too."""
    counted = rows.select(*key, F.lit(1).alias("n"))
    if standing is not None:
        counted = counted.unionByName(standing.select(*key, F.lit(1).alias("n")))
    # a key that only stands sums to 1 as well, so it is no candidate
    return counted.groupBy(*key).agg(F.sum("n").alias("n")).where(F.col("n") > 1).select(*key)


def decided(contested: DataFrame, key: Sequence[str], known: Column) -> DataFrame:
    """The contested rows with `_is_winner` and, per key, `_contents` (how many different contents it has).

    Of equal keys the smallest `known` wins, then the smallest `_content`; of equal rows one that stands already
    (`_is_standing`), then the first by place. Rows have `_content`, `_is_standing` and the columns of PLACE.
    """
    order = [known.asc_nulls_last(), F.col("_content"), F.col("_is_standing").desc(), *[F.col(name) for name in PLACE]]
    ranking = Window.partitionBy(*key).orderBy(*order)
    whole = Window.partitionBy(*key).rowsBetween(Window.unboundedPreceding, Window.unboundedFollowing)
    return contested.select(
        "*",
        (F.row_number().over(ranking) == 1).alias("_is_winner"),
        F.size(F.collect_set("_content").over(whole)).alias("_contents"),
    )


def without(rows: DataFrame, losers: DataFrame) -> DataFrame:
    """The rows that are not among `losers` by place."""
    return rows.join(losers.select(*PLACE), on=list(PLACE), how="left_anti")
