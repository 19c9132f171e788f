"""The catalogue tells of each feature how it is spread at the latest published moment, and what it is where nothing is published."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest

from dmp_spark.ingest.tables import EVENTS
from dmp_spark.lakehouse.location import Location
from dmp_spark.measures.resolve import event_columns, resolve_measure
from dmp_spark.measures.spec import Measure, MeasureFile
from dmp_spark.operations.feature_catalogue import Catalogue, Spread, catalogue, spread
from tests.operations.small_lakehouse import AS_OF, INSTANT, instant, write

BEFORE = datetime(2017, 12, 1, 5, tzinfo=UTC)


def measures(**written: dict[str, object]) -> list[Measure]:
    columns = event_columns(EVENTS)
    return [resolve_measure(name, MeasureFile.model_validate(one), columns) for name, one in written.items()]


MEASURES = measures(
    spend={"of": "purchase", "take": "sum(value)", "unit": "USD", "over": ["30 days", "ever"]},
    last={"of": ["visit", "purchase"], "take": "last(time)", "over": ["ever"]},
    words={"of": "visit", "take": "top(text, 3)", "over": ["ever"]},
    later={"of": "visit", "take": "count(*)", "over": ["ever"]},  # not published yet
)


def test_a_feature_is_what_it_means_and_how_it_is_spread_at_the_latest_moment(tmp_path: Path) -> None:
    write(
        tmp_path,
        "gold.features",
        {
            "person_id": pa.array(["a", "b", "c", "d", "a"]),
            "as_of": pa.array([AS_OF, AS_OF, AS_OF, AS_OF, BEFORE], INSTANT),
            "spend_30d": pa.array([Decimal("1.0000"), Decimal("2.0000"), Decimal("13.0000"), None, Decimal("999.0000")]),
            "spend_ever": pa.array([None, None, None, None, Decimal("1.0000")], pa.decimal128(18, 4)),
            "last_ever": pa.array([instant(2017, 1, 1), instant(2017, 1, 3), None, None, None], INSTANT),
            "words_ever": pa.array([["x"], [], None, None, None], pa.list_(pa.string())),
        },
    )
    found = catalogue(Location(tmp_path), MEASURES)
    assert (found.as_of, found.people) == (AS_OF, 4)
    assert [feature.name for feature in found.features] == ["spend_30d", "spend_ever", "last_ever", "words_ever", "later_ever"]
    assert {feature.name: feature.spread for feature in found.features} == {
        "spend_30d": Spread(0.25, 1.0, 2.0, 13.0, (1, 1, *[0] * 9, 1)),
        "spend_ever": Spread(missing=1.0),
        "last_ever": Spread(0.5, instant(2017, 1, 1), instant(2017, 1, 1), instant(2017, 1, 3), (1, *[0] * 10, 1)),
        "words_ever": Spread(missing=0.5),
        "later_ever": Spread(),
    }
    spend, last = found.features[0], found.features[2]
    assert (spend.type, spend.unit, spend.window, spend.events) == ("decimal(18,4)", "USD", "30 days", ("purchase",))
    assert spend.meaning == "sum(value) of purchase, in the 30 days before the moment"
    assert last.events == ("purchase", "visit")


def test_people_who_all_have_one_value_stand_in_the_middle_even_if_it_is_an_instant() -> None:
    noon = instant(2017, 1, 1, 12)
    middle = (*[0] * 6, 3, *[0] * 5)
    assert spread(pa.chunked_array([pa.array([noon] * 3, INSTANT)])) == Spread(0.0, noon, noon, noon, middle)
    assert spread(pa.chunked_array([pa.array([5.0] * 3)])) == Spread(0.0, 5.0, 5.0, 5.0, middle)


def test_before_anything_is_published_features_are_known_and_their_spread_is_not(tmp_path: Path) -> None:
    found = catalogue(Location(tmp_path), MEASURES)
    assert (found.as_of, found.people) == (None, 0)
    assert [feature.spread for feature in found.features] == [Spread()] * 5
    assert catalogue(Location(tmp_path), ()) == Catalogue(())


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (pa.array([], pa.float64()), Spread()),
        (pa.array([2.0, float("nan"), None, float("inf")]), Spread(0.75, 2.0, 2.0, 2.0, (*[0] * 6, 1, *[0] * 5))),
        (pa.array([[("tea", 3)], None], pa.map_(pa.string(), pa.int64())), Spread(0.5)),  # counts of words
        (pa.array(["United Kingdom", None], pa.string()), Spread(0.5)),
        (pa.array(["United Kingdom", None], pa.string_view()), Spread(0.5)),  # as deltalake reads a text
        (pa.array([True, False, False]), Spread(0.0, 0.0, 0.0, 1.0, (2, *[0] * 10, 1))),
        (pa.array([date(2017, 1, 1), date(2017, 1, 13)]), Spread(0.0, date(2017, 1, 1), date(2017, 1, 1), date(2017, 1, 13), (1, *[0] * 10, 1))),
        (pa.array([*range(1, 101)]), Spread(0.0, 5.0, 50.0, 95.0, (12, 7, 8, 7, 8, 7, 8, 7, 8, 7, 8, 13))),
    ],
)  # fmt: skip
def test_values_lie_between_their_outer_twentieths(values: pa.Array, expected: Spread) -> None:
    assert spread(pa.chunked_array([values])) == expected
