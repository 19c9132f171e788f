"""Measures get their columns, types and meaning when the project is loaded, and mistakes name their place."""

import subprocess
import sys

import pytest

from dmp_spark.measures.resolve import MeasureError, resolve_measure, unresolved
from dmp_spark.measures.spec import MeasureFile

COLUMNS = {
    "event_id": "string",
    "value": "decimal(18,4)",
    "quantity": "bigint",
    "order_id": "string",
    "channel": "string",
    "text": "string",
    "is_bot": "boolean",
    "flags": "array<string>",
    "attributes": "map<string,string>",
    "amounts": "map<string,decimal(18,4)>",
    "time": "timestamp",
    "event_date": "date",
    "is_weekend": "boolean",
    "local_hour": "int",
    "item.category": "string",
    "item.is_private_label": "boolean",
    "item.text": "string",
}


def written(take: str = "count(*)", **changes: object) -> MeasureFile:
    return MeasureFile.model_validate({"of": "purchase", "take": take, "over": ["90 days"], **changes})


@pytest.mark.parametrize(
    ("take", "expected"),
    [
        ("count(*)", "bigint"),
        ("count(quantity)", "bigint"),
        ("count(distinct attributes.store_id)", "bigint"),
        ("sum(value)", "decimal(18,4)"),
        ("sum(value + amounts.retail_discount)", "decimal(18,4)"),
        ("sum(value) - sum(amounts.coupon)", "decimal(18,4)"),
        ("sum(quantity)", "bigint"),
        ("sum(cast(attributes.weight as double))", "double"),
        ("mean(value)", "double"),
        ("min(value)", "decimal(18,4)"),
        ("max(quantity)", "bigint"),
        ("max(local_hour)", "bigint"),
        ("min(channel)", "string"),
        ("first(time)", "timestamp"),
        ("last(event_date)", "date"),
        ("last(channel)", "string"),
        ("share(is_weekend)", "double"),
        ("share(local_hour >= 17)", "double"),
        ("top(item.category, 3)", "array<string>"),
        ("entropy(item.category)", "double"),
        ("slope(value)", "double"),
        ("mean_gap(order_id)", "double"),
        ("days_since_last()", "bigint"),
        ("sum(value) / count(distinct order_id)", "double"),
        ("count(*) > 0", "boolean"),
        ("count(*) = 0 or max(quantity) > 3", "boolean"),
    ],
)
def test_every_take_has_a_type(take: str, expected: str) -> None:
    measure = resolve_measure("m", written(take), COLUMNS)
    assert [(column.name, column.type) for column in measure.columns] == [("m_90d", expected)]


def test_words_are_counts_by_word_in_the_language_that_was_said() -> None:
    measure = resolve_measure("bought", written("words(item.text)", language="en"), COLUMNS)
    assert [(column.name, column.type) for column in measure.columns] == [("bought_90d", "map<string,bigint>")]
    assert measure.language == "en"


def test_a_measure_has_a_column_a_window() -> None:
    measure = resolve_measure("spend", written("sum(value)", over=["7 days", "1 month", "2 weeks", "ever"], unit="USD"), COLUMNS)
    assert [column.name for column in measure.columns] == ["spend_7d", "spend_1mo", "spend_2w", "spend_ever"]
    assert {column.unit for column in measure.columns} == {"USD"}
    assert measure.columns[0].meaning == "sum(value) of purchase, in the 7 days before the moment"
    assert measure.columns[3].meaning == "sum(value) of purchase, ever before the moment"


def test_a_measure_that_looks_ahead_has_one_column_named_like_it() -> None:
    measure = resolve_measure("goes_quiet", written("count(*) = 0", over=[], ahead="30 days"), COLUMNS)
    assert [(column.name, column.type, column.window) for column in measure.columns] == [("goes_quiet", "boolean", "30 days")]
    assert measure.windows == ("30 days",)


def test_only_the_columns_that_are_named_are_kept() -> None:
    measure = resolve_measure(
        "m", written("sum(amounts.coupon)", where="item.category = 'TEA' and attributes.store_id = '1'"), COLUMNS
    )
    assert set(measure.event_columns) == {"amounts", "attributes", "item.category"}


def test_event_types_stand_once_and_in_order() -> None:
    assert resolve_measure("m", written(of=["refund", "purchase", "refund"]), COLUMNS).of == ("purchase", "refund")


def test_a_resolved_measure_survives_its_json() -> None:
    measure = resolve_measure("m", written("top(item.category, 3)"), COLUMNS)
    assert type(measure).model_validate_json(measure.model_dump_json()) == measure


@pytest.mark.parametrize(
    ("changes", "part", "says"),
    [
        ({"take": "sum(valeu)"}, "take", "valeu"),
        ({"take": "sum(channel)"}, "take", "numbers"),
        ({"take": "mean(is_bot)"}, "take", "numbers"),
        ({"take": "slope(channel)"}, "take", "numbers"),
        ({"take": "share(quantity)"}, "take", "condition"),
        ({"take": "entropy(flags)"}, "take", "single values"),
        ({"take": "count(distinct attributes)"}, "take", "single values"),
        ({"take": "top(channel, 0)"}, "take", "whole number"),
        ({"take": "top(channel, quantity)"}, "take", "whole number"),
        ({"take": "top(channel)"}, "take", "top"),
        ({"take": "words(item.text)"}, "take", "needs the language"),
        ({"take": "words(item.text)", "language": "zh"}, "language", "no stop words of the language zh"),
        ({"take": "count(*)", "language": "en"}, "language", "take has none"),
        ({"take": "words(quantity)", "language": "en"}, "take", "takes text"),
        ({"take": "words(flags)", "language": "en"}, "take", "takes text"),
        ({"take": "words(item.text) + 1", "language": "en"}, "take", "map"),
        ({"take": "words(item.text) = words(channel)", "language": "en"}, "take", "map"),
        ({"take": "1 + 1"}, "take", "no aggregate"),
        ({"take": "value"}, "take", "value"),
        ({"take": "sum(value) + value"}, "take", "value"),
        ({"take": "sum(count(*))"}, "take", "count"),
        ({"take": "reflect('java.lang.System', 'getenv', 'HOME')"}, "take", "reflect"),
        ({"where": "value"}, "where", "condition"),
        ({"where": "count(*) > 1"}, "where", "count"),
        ({"where": "colour = 'red'"}, "where", "colour"),
        ({"over": []}, "over", "windows"),
        ({"over": ["36 hours"]}, "over", "whole local days"),
        ({"over": ["0 days"]}, "over", "empty"),
        ({"of": []}, "of", "types of events"),
        ({"ahead": "30 days"}, "over", "not both"),
        ({"over": [], "ahead": "5 minutes"}, "ahead", "whole local days"),
        ({"over": [], "ahead": "30 days", "take": "days_since_last()"}, "take", "looks back"),
        ({"over": ["90 days", "ever"], "take": "slope(value)"}, "take", "two weeks"),
        ({"over": ["7 days"], "take": "slope(value)"}, "take", "two weeks"),
    ],
)
def test_a_mistake_names_its_part_and_what_is_wrong(changes: dict[str, object], part: str, says: str) -> None:
    with pytest.raises(MeasureError, match=says) as caught:
        resolve_measure("m", written(**{"take": "count(*)", **changes}), COLUMNS)
    assert caught.value.part == part


def test_a_mistake_counts_into_the_text() -> None:
    with pytest.raises(MeasureError) as caught:
        resolve_measure("m", written("count(*) + sum(valeu)"), COLUMNS)
    assert caught.value.offset == len("count(*) + sum(")


def test_a_mistake_in_the_kind_of_an_argument_points_at_its_call() -> None:
    with pytest.raises(MeasureError) as caught:
        resolve_measure("m", written("count(*) + sum(channel)"), COLUMNS)
    assert caught.value.offset == len("count(*) + ")


def test_unknown_types_fit_everywhere() -> None:
    columns = {**COLUMNS, "item.weight": "unknown"}
    assert resolve_measure("m", written("sum(item.weight)"), columns).columns[0].type == "unknown"
    assert resolve_measure("m", written("share(item.weight)"), columns).columns[0].type == "double"


def test_a_measure_with_a_mistake_keeps_its_columns() -> None:
    measure = unresolved("m", written("sum(valeu)", over=["7 days", "ever"]))
    assert [(column.name, column.type) for column in measure.columns] == [("m_7d", "unknown"), ("m_ever", "unknown")]


def test_measures_are_resolved_without_pyspark() -> None:
    code = "import sys, dmp_spark.measures.resolve, dmp_spark.measures.requests, dmp_spark.features.check; sys.exit('pyspark' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
