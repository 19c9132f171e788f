"""Facts over time, as deliveries that replace one another tell them."""

from datetime import UTC, datetime

from chispa import assert_df_equality
from pyspark.sql import DataFrame, SparkSession

from dmp_spark.ingest.attributes import history

FACTS = "source string, subject_id string, attribute string, value string, known_time timestamp"
HISTORY = "source string, subject_id string, attribute string, valid_from timestamp, value string, valid_until timestamp"
SAID = datetime(2017, 1, 1, tzinfo=UTC)
MAY, JUNE, JULY = (datetime(2018, month, 1, tzinfo=UTC) for month in (5, 6, 7))


def delivered(spark: SparkSession, known: datetime = SAID, **ages: str) -> DataFrame:
    return spark.createDataFrame([("crm", subject, "age", age, known) for subject, age in ages.items()], FACTS)


def test_facts_open_change_vanish_and_come_back(spark: SparkSession) -> None:
    none = spark.createDataFrame([], HISTORY)
    first = history(none, delivered(spark, stays="30", changes="30", vanishes="30"), MAY, SAID)
    second = history(first, delivered(spark, stays="30", changes="40", comes="20"), JUNE, SAID)
    third = history(second, delivered(spark, stays="30", changes="40", comes="20", vanishes="30"), JULY, SAID)

    expected = [
        ("crm", "stays", "age", SAID, "30", None),
        ("crm", "changes", "age", SAID, "30", JUNE),
        ("crm", "changes", "age", JUNE, "40", None),
        ("crm", "vanishes", "age", SAID, "30", JUNE),
        ("crm", "vanishes", "age", JULY, "30", None),
        ("crm", "comes", "age", SAID, "20", None),
    ]
    assert_df_equality(
        third, spark.createDataFrame(expected, HISTORY), ignore_row_order=True, ignore_nullable=True, ignore_column_order=True
    )


def test_a_run_at_the_same_moment_takes_back_what_it_opened_and_closed(spark: SparkSession) -> None:
    before = history(spark.createDataFrame([], HISTORY), delivered(spark, ann="30", bob="30"), MAY, SAID)
    mistaken = history(before, delivered(spark, ann="99", eve="20"), JUNE, SAID)

    again = history(mistaken, delivered(spark, ann="30", bob="30"), JUNE, SAID)
    assert_df_equality(again, before, ignore_row_order=True, ignore_nullable=True)
    twice = history(mistaken, delivered(spark, ann="99", eve="20"), JUNE, SAID)
    assert_df_equality(twice, mistaken, ignore_row_order=True, ignore_nullable=True)


def test_a_fact_with_a_time_of_its_own_begins_then(spark: SparkSession) -> None:
    first = history(spark.createDataFrame([], HISTORY), delivered(spark, SAID, ann="30", bob="30"), JUNE)
    second = history(first, delivered(spark, MAY, ann="31", bob="30"), JULY)

    expected = [
        ("crm", "ann", "age", SAID, "30", MAY),
        ("crm", "ann", "age", MAY, "31", None),
        ("crm", "bob", "age", SAID, "30", None),
    ]
    assert_df_equality(
        second, spark.createDataFrame(expected, HISTORY), ignore_row_order=True, ignore_nullable=True, ignore_column_order=True
    )


def test_another_moment_in_the_project_moves_where_the_facts_begin(spark: SparkSession) -> None:
    first = history(spark.createDataFrame([], HISTORY), delivered(spark, SAID, ann="30"), MAY, SAID)
    moved = datetime(2016, 1, 1, tzinfo=UTC)
    second = history(first, delivered(spark, moved, ann="30"), JUNE, moved)

    expected = [("crm", "ann", "age", moved, "30", None)]
    assert_df_equality(second, spark.createDataFrame(expected, HISTORY), ignore_nullable=True, ignore_column_order=True)
