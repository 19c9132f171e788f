"""Small frames of what is here already."""

from datetime import UTC, datetime

from pyspark.sql import SparkSession

from dmp_spark.functions.frames import few

COLUMNS = {"name": "string", "number": "bigint", "nothing": "string", "at": "timestamp"}


def test_a_few_rows_have_the_types_that_are_asked_for_and_nulls(spark: SparkSession) -> None:
    frame = few(spark, [("ann", 1, None, datetime(2024, 1, 2, 3, tzinfo=UTC)), (None, None, None, None)], COLUMNS)
    assert dict(frame.dtypes) == COLUMNS
    assert [tuple(row) for row in frame.collect()] == [("ann", 1, None, datetime(2024, 1, 2, 3)), (None, None, None, None)]


def test_no_row_has_any_type_and_any_name(spark: SparkSession) -> None:
    columns = {**COLUMNS, "a name": "map<string,string>", "parts": "array<struct<id:string,at:timestamp>>"}
    frame = few(spark, [], columns)
    assert dict(frame.dtypes) == columns
    assert frame.collect() == []
