"""Null-safe comparison on a small frame."""

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from dmp_spark.functions.changes import differs


def test_null_differs_from_all_but_null(spark: SparkSession) -> None:
    cases = [(1, 1, False), (1, 2, True), (None, 1, True), (1, None, True), (None, None, False)]
    rows = spark.createDataFrame(
        [(str(number), *case) for number, case in enumerate(cases)], "id string, a int, b int, expected boolean"
    )
    joined = (
        rows.select("id", "expected", F.col("a").alias("v"))
        .alias("l")
        .join(rows.select("id", F.col("b").alias("v")).alias("r"), "id", how="inner")
    )
    found = joined.select("expected", differs(F.col("l.v"), F.col("r.v"))).collect()
    assert [tuple(row) for row in found if tuple(row) != (row.expected, row.expected)] == []
    assert len(found) == len(cases)
