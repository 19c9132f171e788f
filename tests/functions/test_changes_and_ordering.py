"""Null-safe comparison, and the one row of many, on small frames."""

from chispa import assert_df_equality
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from dmp_spark.functions.changes import any_differs, differs
from dmp_spark.functions.ordering import latest_by


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
    found = joined.select(
        "expected", differs(F.col("l.v"), F.col("r.v")), any_differs(["v"], "l", "r"), any_differs([], "l", "r")
    ).collect()
    assert [tuple(row) for row in found if tuple(row) != (row.expected, row.expected, row.expected, False)] == []
    assert len(found) == len(cases)


def test_the_latest_row_of_a_key_does_not_depend_on_where_rows_lie(spark: SparkSession) -> None:
    data = [("a", 1, "x"), ("a", 2, "y"), ("a", 2, "z"), ("b", None, "w"), (None, 1, "n"), (None, 0, "m")]
    order = [F.col("at").desc_nulls_last(), F.col("id").desc()]
    expected = spark.createDataFrame([("a", 2, "z"), ("b", None, "w"), (None, 1, "n")], "k string, at int, id string")
    for rows in (data, data[::-1]):
        found = latest_by(spark.createDataFrame(rows, "k string, at int, id string").repartition(3), ["k"], order)
        assert_df_equality(found, expected, ignore_row_order=True)
