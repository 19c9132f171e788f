"""One row of many, chosen by a total order, so that the same rows always give the same one."""

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F


def latest_by(rows: DataFrame, key: Sequence[str], order: Sequence[Column]) -> DataFrame:
    """The first row of each key by `order`, all columns kept; one row a key.

    `order` must tell any two different rows of a key apart (put the key of the rows last), and says itself where nulls
    go (`desc_nulls_last`). Null keys are a key of their own.
    """
    window = Window.partitionBy(*key).orderBy(*order)
    return rows.withColumn("_place", F.row_number().over(window)).where(F.col("_place") == 1).drop("_place")
