"""Facts over time, as deliveries that replace one another tell them."""

from datetime import UTC, datetime

from chispa import assert_df_equality
from pyspark.sql import DataFrame, SparkSession

from dmp_spark.ingest.attributes import history

FACTS = "source string, subject_id string, attribute string, value string, known_time timestamp"
HISTORY = "source string, subject_id string, attribute string, valid_from timestamp, value string, valid_until timestamp, _opened_as_of timestamp"
SAID = datetime(2017, 1, 1, tzinfo=UTC)
MAY, JUNE, JULY = (datetime(2018, month, 1, tzinfo=UTC) for month in (5, 6, 7))


def after(
    spark: SparkSession, standing: DataFrame | None, facts: DataFrame, as_of: datetime, begin: datetime | None = None
) -> DataFrame:
    """The history as a table would hold it, cut off from how it came about."""
    rows = history(spark.createDataFrame([], HISTORY) if standing is None else standing, facts, as_of, begin)
    return spark.createDataFrame([tuple(row) for row in rows.select(*HISTORY.split()[::2]).collect()], HISTORY)


def delivered(spark: SparkSession, known: datetime = SAID, **ages: str) -> DataFrame:
    return spark.createDataFrame([("crm", subject, "age", age, known) for subject, age in ages.items()], FACTS)


def test_facts_open_change_vanish_and_come_back(spark: SparkSession) -> None:
    first = after(spark, None, delivered(spark, stays="30", changes="30", vanishes="30"), MAY, SAID)
    second = after(spark, first, delivered(spark, stays="30", changes="40", comes="20"), JUNE, SAID)
    third = after(spark, second, delivered(spark, stays="30", changes="40", comes="20", vanishes="30"), JULY, SAID)

    expected = [
        ("crm", "stays", "age", SAID, "30", None, MAY),
        ("crm", "changes", "age", SAID, "30", JUNE, MAY),
        ("crm", "changes", "age", JUNE, "40", None, JUNE),
        ("crm", "vanishes", "age", SAID, "30", JUNE, MAY),
        ("crm", "vanishes", "age", JULY, "30", None, JULY),
        ("crm", "comes", "age", SAID, "20", None, JUNE),
    ]
    assert_df_equality(third, spark.createDataFrame(expected, HISTORY), ignore_row_order=True, ignore_nullable=True)


def test_a_run_at_the_same_moment_takes_back_what_it_opened_and_closed(spark: SparkSession) -> None:
    before = after(spark, None, delivered(spark, ann="30", bob="30"), MAY, SAID)
    mistaken = after(spark, before, delivered(spark, ann="99", eve="20"), JUNE, SAID)

    again = after(spark, mistaken, delivered(spark, ann="30", bob="30"), JUNE, SAID)
    assert_df_equality(again, before, ignore_row_order=True, ignore_nullable=True)

    of_its_own = after(spark, before, delivered(spark, datetime(2018, 5, 9, tzinfo=UTC), ann="31", bob="30"), JUNE)
    assert_df_equality(
        after(spark, of_its_own, delivered(spark, ann="30", bob="30"), JUNE, SAID),
        before,
        ignore_row_order=True,
        ignore_nullable=True,
    )
    twice = after(spark, mistaken, delivered(spark, ann="99", eve="20"), JUNE, SAID)
    assert_df_equality(twice, mistaken, ignore_row_order=True, ignore_nullable=True)


def test_a_fact_with_a_time_of_its_own_begins_then(spark: SparkSession) -> None:
    first = after(spark, None, delivered(spark, SAID, ann="30", bob="30"), JUNE)
    second = after(spark, first, delivered(spark, MAY, ann="31", bob="30"), JULY)

    expected = [
        ("crm", "ann", "age", SAID, "30", MAY, JUNE),
        ("crm", "ann", "age", MAY, "31", None, JULY),
        ("crm", "bob", "age", SAID, "30", None, JUNE),
    ]
    assert_df_equality(second, spark.createDataFrame(expected, HISTORY), ignore_row_order=True, ignore_nullable=True)


def test_another_moment_in_the_project_moves_where_the_facts_begin(spark: SparkSession) -> None:
    first = after(spark, None, delivered(spark, SAID, ann="30"), MAY, SAID)
    moved = datetime(2016, 1, 1, tzinfo=UTC)
    second = after(spark, first, delivered(spark, moved, ann="30"), JUNE, moved)

    expected = [("crm", "ann", "age", moved, "30", None, MAY)]
    assert_df_equality(second, spark.createDataFrame(expected, HISTORY), ignore_nullable=True)
