"""Measures that would add up money of several currencies are named, with the currencies; all others are let through."""

import pytest
from pyspark.sql import SparkSession

from dmp_spark.ingest.tables import EVENTS
from dmp_spark.measures.currencies import adds_money, currencies_met
from dmp_spark.measures.events import Events
from dmp_spark.measures.resolve import event_columns, resolve_measure
from dmp_spark.measures.spec import MeasureFile

EUROS_AND_DOLLARS = [("purchase", "EUR"), ("purchase", "USD"), ("purchase", None), ("donation", "CHF"), ("visit", None)]
MEASURES = {
    "spend": {"of": "purchase", "take": "sum(value)", "over": ["ever"]},
    "discount": {"of": ["purchase", "donation"], "take": "mean(amounts.discount)", "over": ["ever"]},
    "trend": {"of": "purchase", "take": "slope(value - amounts.discount)", "over": ["4 weeks"]},
    "dollars": {"of": "purchase", "where": "currency = 'USD'", "take": "sum(value)", "over": ["ever"]},
    "given": {"of": "donation", "take": "sum(value)", "over": ["ever"]},
    "pieces": {"of": "purchase", "take": "sum(quantity)", "over": ["ever"]},
    "largest": {"of": "purchase", "take": "max(value)", "over": ["ever"]},
}


def rows(spark: SparkSession, told: list[tuple[str, str | None]]) -> Events:
    types = {column.name: column.type for column in EVENTS.business}
    given = {"event_type": 0, "currency": 1}
    records = [tuple(one[given[name]] if name in given else None for name in types) for one in told]
    frame = spark.createDataFrame(records, ", ".join(f"{name} {kind}" for name, kind in types.items()))
    return Events(frame.selectExpr("*", "'p' as person_id"), "UTC")


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (
            EUROS_AND_DOLLARS,
            {"spend": ("EUR", "USD"), "discount": ("CHF", "EUR", "USD"), "trend": ("EUR", "USD")},
        ),
        ([("purchase", "EUR"), ("purchase", "EUR"), ("visit", None)], {}),
        ([], {}),
    ],
)
def test_money_of_several_currencies_is_not_added_up(
    spark: SparkSession, told: list[tuple[str, str | None]], expected: dict[str, tuple[str, ...]]
) -> None:
    columns = event_columns(EVENTS)
    measures = [resolve_measure(name, MeasureFile.model_validate(written), columns) for name, written in MEASURES.items()]
    adding = [measure for measure in measures if adds_money(measure)]
    assert [measure.name for measure in adding] == ["spend", "discount", "trend", "dollars", "given"]
    met = {row["measure"]: tuple(row["currencies"]) for row in currencies_met(rows(spark, told), adding).collect()}
    assert list(met) == [measure.name for measure in adding]
    assert {name: currencies for name, currencies in met.items() if len(currencies) > 1} == expected
