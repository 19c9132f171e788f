"""Many small worlds in one frame, compared with plain Python."""

import random
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pyspark.sql import DataFrame, SparkSession

from dmp_spark.expressions.parse import parse
from dmp_spark.measures.compute import backward, forward, seen_people
from dmp_spark.measures.events import Events, Lookup
from dmp_spark.measures.resolve import resolve_measure
from dmp_spark.measures.spec import Measure, MeasureFile
from dmp_spark.measures.windows import moved
from tests.oracles import measures_plain as plain

ZONE = "America/New_York"
MOMENTS = (date(2020, 3, 1), date(2020, 3, 31), date(2020, 5, 1))
WORLDS = 25
SCHEMA = """event_id string, event_type string, event_time timestamp, event_date date, known_time timestamp, subject_id string,
    order_id string, item_id string, value decimal(18,4), quantity bigint, channel string, attributes map<string,string>,
    amounts map<string,decimal(18,4)>, person_id string"""
COLUMNS = {
    "event_id": "string", "event_type": "string", "order_id": "string", "item_id": "string", "value": "decimal(18,4)",
    "quantity": "bigint", "channel": "string", "attributes": "map<string,string>", "amounts": "map<string,decimal(18,4)>",
    "time": "timestamp", "event_date": "date", "is_weekend": "boolean", "local_hour": "int",
    "item.category": "string", "item.is_own": "boolean", "item.text": "string", "store.size": "bigint",
}  # fmt: skip
ITEMS = {
    "i1": ("tea", True, "Tea, the BLACK tea"),
    "i2": ("tea", False, "Crème-Brûlée tea: 2x250 g"),
    "i3": ("milk", None, None),
    "i4": (None, True, " - a "),  # no word
    "i5": ("ale", False, "ale that you don’t drink, men's l'eau"),
}
STOPS = {"the", "that", "you", "don't"}
STORES = {("s1", 1): 10, ("s1", 2): 20, ("s2", 1): 30}

Rows = list[plain.Event]
Twin = Callable[[Rows, date, int], Any]


def of(row: plain.Event, base: str, key: str) -> Any:
    return (row[base] or {}).get(key)


def category(row: plain.Event) -> Any:
    return ITEMS.get(row["item_id"], (None, None, None))[0]


def is_own(row: plain.Event) -> Any:
    return ITEMS.get(row["item_id"], (None, None, None))[1]


def text(row: plain.Event) -> Any:
    return ITEMS.get(row["item_id"], (None, None, None))[2]


def total(rows: Rows, value: plain.Value) -> Any:
    return sum((Decimal(str(one)) for one in plain.known(rows, value)), Decimal(0))


def weight(row: plain.Event) -> Any:
    text = of(row, "attributes", "weight")
    return float(text) if text is not None and text != "heavy" else None


def store_size(row: plain.Event) -> Any:
    floor = of(row, "attributes", "floor")
    return STORES.get((of(row, "attributes", "store"), int(floor))) if floor is not None and floor.isdigit() else None


# name → (what is written, the twin over the rows of a window that ends at `end` and has `days`)
MEASURES: Mapping[str, tuple[dict[str, Any], Twin]] = {
    "lines": ({"take": "count(*)"}, lambda rows, end, days: len(rows)),
    "pieces": ({"take": "sum(quantity)"}, lambda rows, end, days: int(total(rows, lambda r: r["quantity"]))),
    "counted": ({"take": "count(quantity)"}, lambda rows, end, days: len(plain.known(rows, lambda r: r["quantity"]))),
    "spend": ({"take": "sum(value)"}, lambda rows, end, days: total(rows, lambda r: r["value"])),
    "net": (
        {"take": "sum(value) - sum(amounts.discount)"},
        lambda rows, end, days: total(rows, lambda r: r["value"]) - total(rows, lambda r: of(r, "amounts", "discount")),
    ),
    "weight": ({"take": "sum(try_cast(attributes.weight as double))"}, lambda rows, end, days: plain.rounded(float(total(rows, weight)))),
    "mean_value": ({"take": "mean(value)"}, lambda rows, end, days: plain.mean(rows, lambda r: r["value"])),
    "mean_weight": ({"take": "mean(try_cast(attributes.weight as double))"}, lambda rows, end, days: plain.mean(rows, weight)),
    "least": ({"take": "min(value)"}, lambda rows, end, days: min(plain.known(rows, lambda r: r["value"]), default=None)),
    "most": ({"take": "max(quantity)"}, lambda rows, end, days: max(plain.known(rows, lambda r: r["quantity"]), default=None)),
    "least_channel": ({"take": "min(channel)"}, lambda rows, end, days: min(plain.known(rows, lambda r: r["channel"]), default=None)),
    "first_time": ({"take": "first(time)"}, lambda rows, end, days: rows[0]["event_time"] if rows else None),
    "last_time": ({"take": "last(time)"}, lambda rows, end, days: rows[-1]["event_time"] if rows else None),
    "first_channel": ({"take": "first(channel)"}, lambda rows, end, days: next(iter(plain.known(rows, lambda r: r["channel"])), None)),
    "last_channel": ({"take": "last(channel)"}, lambda rows, end, days: next(reversed(plain.known(rows, lambda r: r["channel"])), None)),
    "orders": ({"take": "count(distinct order_id)"}, lambda rows, end, days: len(set(plain.known(rows, lambda r: r["order_id"])))),
    "basket": (
        {"take": "sum(value) / count(distinct order_id)"},
        lambda rows, end, days: plain.divided(total(rows, lambda r: r["value"]), len(set(plain.known(rows, lambda r: r["order_id"])))),
    ),
    "weekend": ({"take": "share(is_weekend)"}, lambda rows, end, days: plain.share(rows, lambda r: r["event_date"].weekday() >= 5)),
    "many": (
        {"take": "share(quantity > 2)"},
        lambda rows, end, days: plain.share(rows, lambda r: None if r["quantity"] is None else r["quantity"] > 2),
    ),
    "evening": (
        {"take": "share(local_hour >= 17)"},
        lambda rows, end, days: plain.share(rows, lambda r: r["event_time"].astimezone(ZoneInfo(ZONE)).hour >= 17),
    ),
    "own": ({"take": "share(item.is_own)"}, lambda rows, end, days: plain.share(rows, is_own)),
    "own_lines": ({"take": "count(*)", "where": "item.is_own"}, lambda rows, end, days: sum(1 for r in rows if is_own(r))),
    "store_size": ({"take": "max(store.size)"}, lambda rows, end, days: max(plain.known(rows, store_size), default=None)),
    "favourites": ({"take": "top(item.category, 2)"}, lambda rows, end, days: plain.top(rows, category, 2)),
    "variety": ({"take": "entropy(item.category)"}, lambda rows, end, days: plain.entropy(rows, category)),
    "words": ({"take": "words(item.text)", "language": "en"}, lambda rows, end, days: plain.words(rows, text, STOPS)),
    "words_in_german": ({"take": "words(item.text)", "language": "de"}, lambda rows, end, days: plain.words(rows, text, set())),
    "own_words": (
        {"take": "words(concat('own ', item.text))", "language": "en", "where": "item.is_own"},
        lambda rows, end, days: plain.words([r for r in rows if is_own(r)], lambda r: "own " + text(r), {*STOPS, "own"}),
    ),
    "gap": ({"take": "mean_gap(order_id)"}, lambda rows, end, days: plain.mean_gap(rows, lambda r: r["order_id"])),
    "is_back": ({"take": "count(*) > 0"}, lambda rows, end, days: len(rows) > 0),
    "all_types": ({"take": "count(*)", "of": ["purchase", "visit"]}, lambda rows, end, days: len(rows)),
    "visits": ({"take": "count(*)", "of": "visit", "where": "channel <> 'app'"}, lambda rows, end, days: sum(1 for r in rows if r["channel"] not in (None, "app"))),
}  # fmt: skip
ONLY_BACK: Mapping[str, tuple[dict[str, Any], Twin]] = {
    "recency": (
        {"take": "days_since_last()"},
        lambda rows, end, days: (end - max(r["event_date"] for r in rows)).days if rows else None,
    ),
}
SLOPES: Mapping[str, tuple[dict[str, Any], Twin]] = {
    "slope": ({"take": "slope(value)"}, lambda rows, end, days: plain.slope(rows, lambda r: r["value"], end, days)),
    "pieces_slope": ({"take": "slope(quantity)"}, lambda rows, end, days: plain.slope(rows, lambda r: r["quantity"], end, days)),
}
IN_MONTHS = ("lines", "spend", "orders", "favourites", "words", "first_channel", "recency")


def drawn(world: int, draw: random.Random) -> Rows:
    """The events of one world: few people, nulls, ties in time, days around the change of clocks, known hours or weeks late."""
    rows: Rows = []
    for number in range(draw.choice([0, 1, 3, 12, 40])):
        local = datetime(2020, 1, 20, tzinfo=ZoneInfo(ZONE)) + timedelta(
            days=draw.randrange(140), minutes=draw.choice([0, 61, 700, 1410])
        )
        time = local.astimezone(UTC)
        late = draw.choice([timedelta(0), timedelta(0), timedelta(minutes=29), timedelta(days=3), timedelta(days=45)])
        rows.append(
            {
                "event_id": f"w{world}-{draw.randrange(10**9):09d}-{number}",
                "event_type": draw.choice(["purchase", "purchase", "purchase", "visit"]),
                "event_time": time,
                "event_date": time.astimezone(ZoneInfo(ZONE)).date(),
                "known_time": time + late,
                "subject_id": "unused",
                "order_id": draw.choice([None, *(f"o{one}" for one in range(6))]),
                "item_id": draw.choice([None, "unknown", *ITEMS]),
                "value": draw.choice([None, Decimal("0.0000"), Decimal("-3.5000"), Decimal(draw.randrange(100000)) / 100]),
                "quantity": draw.choice([None, 0, 1, 5]),
                "channel": draw.choice([None, "web", "app", "store"]),
                "attributes": draw.choice([None, {"weight": "0.1"}, {"weight": "heavy", "store": "s1", "floor": "2"}, {"weight": "2.75", "store": "s2", "floor": "x"}]),
                "amounts": draw.choice([None, {"discount": Decimal("1.2500")}, {"other": Decimal("9.0000")}]),
                "person_id": f"w{world}-p{draw.randrange(2)}",
            }
        )  # fmt: skip
    return rows


def resolved(measures: Mapping[str, tuple[dict[str, Any], Twin]], **span: Any) -> list[Measure]:
    return [
        resolve_measure(name, MeasureFile.model_validate({"of": "purchase", **written, **span}), COLUMNS)
        for name, (written, _) in measures.items()
    ]


@pytest.fixture(scope="module")
def rows() -> Rows:
    return [row for world in range(WORLDS) for row in drawn(world, random.Random(world))]


def events_of(spark: SparkSession, rows: Rows) -> Events:
    names = [column.split()[0] for column in SCHEMA.replace("\n", " ").split(", ")]
    frame = spark.createDataFrame([tuple(row[name] for name in names) for row in rows], SCHEMA)
    items = spark.createDataFrame(
        [(key, *values) for key, values in ITEMS.items()], "item_id string, category string, is_own boolean, text string"
    )
    stores = spark.createDataFrame([(*key, size) for key, size in STORES.items()], "store string, floor bigint, size bigint")
    texts = {"store": "attributes.store", "floor": "attributes.floor"}
    return Events(
        frame,
        ZONE,
        {
            "item": Lookup(items, {"item_id": parse("item_id", COLUMNS)}),
            "store": Lookup(stores, {column: parse(text, COLUMNS) for column, text in texts.items()}),
        },
    )


def compare(actual: Mapping[tuple[str, date], Mapping[str, Any]], expected: Mapping[tuple[str, date], Mapping[str, Any]]) -> None:
    assert set(actual) == set(expected)
    wrong = [
        (key, name, actual[key][name], value)
        for key, values in expected.items()
        for name, value in values.items()
        if not _is_same(actual[key][name], value)
    ]
    assert wrong == []


def _is_same(actual: Any, expected: Any) -> bool:
    if isinstance(expected, float) and actual is not None:
        return isinstance(actual, float) and abs(actual - expected) <= 1e-6
    if isinstance(expected, datetime):
        return actual is not None and actual.replace(tzinfo=UTC) == expected
    return actual == expected and type(actual) in (type(expected), list, dict, type(None))


def collected(frame: DataFrame) -> dict[tuple[str, date], dict[str, Any]]:
    found = frame.collect()
    keyed = {(row["person_id"], row["moment"]): row.asDict() for row in found}
    assert len(keyed) == len(found)
    return keyed


def of_types(rows: Rows, written: Mapping[str, Any]) -> Rows:
    types = written.get("of", "purchase")
    return [row for row in rows if row["event_type"] in ([types] if isinstance(types, str) else types)]


def copies(rows: Rows, prefix: str) -> Rows:
    return [{**row, "person_id": prefix + row["person_id"]} for row in rows]


def test_measures_that_look_back_equal_plain_python(spark: SparkSession, rows: Rows) -> None:
    """Beside the worlds stand two copies: `again` in another order, `past` without what came or was known after one moment."""
    back, middle = {**MEASURES, **ONLY_BACK}, MOMENTS[1]
    measures = [
        *resolved({name: back[name] for name in back if name not in IN_MONTHS}, over=["30 days", "ever"]),
        *resolved({name: back[name] for name in IN_MONTHS}, over=["7 days", "1 month", "ever"]),
        *resolved(SLOPES, over=["30 days", "1 month"]),
    ]
    expected = {}
    for person in {row["person_id"] for row in rows}:
        for moment in MOMENTS:
            if plain.back(rows, person, moment, None, ZONE):
                expected[(person, moment)] = expected_back(rows, person, moment, measures)
    again = random.Random(7).sample(rows, len(rows))
    past = [row for row in rows if row["event_date"] < middle and plain.usable_on(row["known_time"], ZONE) <= middle]
    assert 0 < len(past) < len(rows)
    events = events_of(spark, copies(again, "again-") + rows + copies(past, "past-"))
    actual = collected(backward(events, measures, MOMENTS))
    own = {key: values for key, values in actual.items() if key[0].startswith("w")}
    compare(own, expected)
    assert without_person(actual, "again-") == without_person(own, "")
    assert without_person(actual, "past-", middle) == without_person(own, "", middle)
    assert set(collected(seen_people(events, MOMENTS))) == set(actual)


def expected_back(rows: Rows, person: str, moment: date, measures: list[Measure]) -> dict[str, Any]:
    values = {}
    for measure in measures:
        written, twin = {**MEASURES, **ONLY_BACK, **SLOPES}[measure.name]
        for column in measure.columns:
            start = None if column.window == "ever" else moved(moment, column.window, -1)
            seen = of_types(plain.back(rows, person, moment, start, ZONE), written)
            values[column.name] = twin(seen, moment, (moment - start).days if start else 0)
    return values


def without_person(
    actual: Mapping[tuple[str, date], Mapping[str, Any]], prefix: str, moment: date | None = None
) -> dict[Any, Any]:
    """The rows of the persons of one prefix, as if they had none."""
    return {
        (person.removeprefix(prefix), day): {name: value for name, value in values.items() if name != "person_id"}
        for (person, day), values in actual.items()
        if person.startswith(f"{prefix}w") and moment in (None, day)
    }


def test_measures_that_look_ahead_equal_plain_python(spark: SparkSession, rows: Rows) -> None:
    """Of each world the third person has no event: counts and sums are 0, all else is null."""
    measures = resolved(MEASURES, over=[], ahead="30 days") + resolved(SLOPES, over=[], ahead="1 month")
    people = [(f"w{world}-p{number}", moment) for world in range(WORLDS) for number in range(3) for moment in MOMENTS[:2]]
    expected: dict[tuple[str, date], dict[str, Any]] = {}
    for person, moment in people:
        values = expected[(person, moment)] = {}
        for measure in measures:
            written, twin = {**MEASURES, **SLOPES}[measure.name]
            end = moved(moment, measure.columns[0].window)
            seen = of_types(plain.ahead(rows, person, moment, end), written)
            values[measure.name] = twin(seen, end, (end - moment).days)
    given = spark.createDataFrame(people, "person_id string, moment date")
    actual = collected(forward(events_of(spark, rows), measures, MOMENTS[:2], given))
    compare(actual, expected)
    nobody = actual[("w0-p2", MOMENTS[0])]
    zeros = {"lines", "pieces", "counted", "spend", "net", "weight", "orders", "own_lines", "is_back", "all_types", "visits"}
    assert {name for name in MEASURES if nobody[name] is not None} == zeros
    assert all(nobody[name] == 0 for name in zeros)
