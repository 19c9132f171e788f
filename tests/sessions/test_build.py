"""Visits equal those of plain Python, whatever the order in which events came; and a few that anybody can follow."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from dmp_spark.functions.instants import instant_of
from dmp_spark.sessions.spec import SessionsSpec
from dmp_spark.sessions.stage import build
from dmp_spark.sessions.tables import contracts
from tests.oracles.sessions_plain import Event, Rules, session_id, visits
from tests.sessions.visitors import AS_OF, GIVEN, GIVEN_RULES, NOON, RICH, RICH_RULES, drawn, event, frame, spec_of

WORLDS = 300
PLAIN_RULES = Rules(is_heartbeat=lambda event: event["event_type"] == "page_ping")


def built(spark: SparkSession, events: list[Event], spec: SessionsSpec, as_of: datetime = AS_OF) -> list[dict[str, Any]]:
    """The rows, times as aware instants in UTC."""
    rows = build({"silver.events": frame(spark, events)}, spec, as_of)["silver.sessions"]
    (table,) = contracts(spec).values()
    assert rows.columns == [column.name for column in table.columns if not column.generated]
    times = [name for name, kind in rows.dtypes if kind == "timestamp"]
    found = rows.withColumns({name: F.unix_micros(name) for name in times}).collect()
    return [row.asDict() | {name: instant_of(row[name]) for name in times} for row in found]


def by_world(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in sorted(rows, key=lambda row: row["session_id"]):
        found.setdefault(row["subject_id"].split("-")[0], []).append(row)
    return found


@pytest.mark.parametrize(
    ("text", "rules"), [("", PLAIN_RULES), (RICH, RICH_RULES), (GIVEN, GIVEN_RULES)], ids=["plain", "rich", "given"]
)
def test_visits_are_those_of_plain_python(spark: SparkSession, tmp_path: Path, text: str, rules: Rules) -> None:
    draw = random.Random(2017)
    worlds = {str(number): drawn(draw, number) for number in range(WORLDS)}
    everything = [one for events in worlds.values() for one in events]
    draw.shuffle(everything)
    found = by_world(built(spark, everything, spec_of(tmp_path, text)))
    expected = {number: by_world(visits(events, AS_OF, rules)).get(number) for number, events in worlds.items()}
    differing = [number for number in worlds if found.get(number) != expected[number]]
    assert not differing, f"{len(differing)} worlds, such as {differing[0]}: {found.get(differing[0])} {expected[differing[0]]}"
    reasons = {row["began_by"] for rows in found.values() for row in rows}
    wanted = {"": {"first", "gap"}, RICH: {"first", "gap", "change", "day"}, GIVEN: {"first", "gap", "change", "given"}}
    assert reasons == wanted[text], "what is drawn has all of it in it"
    assert len({row["session_id"] for rows in found.values() for row in rows}) == sum(map(len, found.values()))


def said(rows: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    """These columns of the visits in their order of time."""
    return [tuple(row[name] for name in names) for row in sorted(rows, key=lambda row: (row["started_at"], row["subject_id"]))]


def test_a_visit_says_where_it_came_in_what_it_did_and_how_long_somebody_was_there(spark: SparkSession, tmp_path: Path) -> None:
    text = """
    page_views: {page: context.page}
    conversions: {of: purchase}
    columns: {campaign: context.campaign}
    """
    shop = {"event_type": "purchase", "order_id": "o", "currency": "USD", "value": Decimal("9.5000")}
    events = [
        event("e1", 0, context={"page": "/in"}),
        event("e2", 0.1, event_type="page_ping", context={"campaign": "spring"}, is_bot=False),
        event("e3", 0.3, event_type="page_ping", channel="mail", known_time=NOON + timedelta(hours=5)),
        event("e4", 2, context={"page": "/out"}, channel="web", device="phone"),
        event("e5", 2.505, **shop),
        event("e6", 2.505, **shop),
        event("e7", 90, subject_id="anna"),
        event("e8", 0, subject_id="bert", is_bot=True, known_time=AS_OF + timedelta(seconds=1)),
    ]
    rows = built(spark, events, spec_of(tmp_path, text))
    first = {
        "session_id": session_id("e1"),
        "subject_id": "anna",
        "started_at": NOON,
        "ended_at": NOON + timedelta(minutes=2.505),
        "session_date": NOON.date(),
        "known_time": NOON + timedelta(hours=5),
        "began_by": "first",
        "events": 6,
        "page_views": 2,
        "conversions": 1,
        "conversion_value": Decimal("19.0000"),
        "currency": "USD",
        "engaged_seconds": 15,
        "duration_seconds": 150,
        "is_bounce": False,
        "is_bot": False,
        "entry_page": "/in",
        "exit_page": "/out",
        "channel": "mail",
        "device": "phone",
        "campaign": "spring",
    }
    nothing = dict.fromkeys(first) | {"events": 1, "page_views": 1, "conversions": 0, "engaged_seconds": 0, "duration_seconds": 0}
    at = NOON + timedelta(minutes=90)
    second = {"session_id": session_id("e7"), "subject_id": "anna", "started_at": at, "ended_at": at, "known_time": at}
    second |= {"session_date": NOON.date(), "began_by": "gap", "is_bounce": True}
    assert sorted(rows, key=lambda row: row["started_at"]) == [first, nothing | second]


def test_money_of_several_currencies_is_not_added_up_and_none_is_null(spark: SparkSession, tmp_path: Path) -> None:
    paid = {"event_type": "purchase", "value": Decimal("1.0000")}
    events = [
        event("a1", 0, subject_id="a", currency="USD", **paid),
        event("a2", 1, subject_id="a", currency="EUR", **paid),
        event("b1", 0, subject_id="b", currency="EUR", event_type="purchase"),
        event("c1", 0, subject_id="c", currency="USD", **paid),
        event("c2", 1, subject_id="c", value=Decimal(7), currency="EUR"),
    ]
    rows = built(spark, events, spec_of(tmp_path, "conversions: {of: purchase}"))
    assert said(rows, "subject_id", "conversions", "conversion_value", "currency") == [
        ("a", 2, None, None),
        ("b", 1, None, None),
        ("c", 1, Decimal("1.0000"), "USD"),
    ]


def test_only_what_lasts_longer_than_the_cap_is_cut_at_midnight(spark: SparkSession, tmp_path: Path) -> None:
    """In the night in which New York has 1:30 twice; with a cap of an hour a visit of an hour is one, of a moment more two."""
    midnight = datetime(2017, 11, 5, 4, tzinfo=UTC)
    begin = midnight - timedelta(minutes=40)
    events = []
    for who, lasts in (("a", 60.0), ("b", 60.0001), ("c", 24 * 60.0 + 120)):
        times = [float(step) for step in range(0, int(lasts), 20)] + [lasts]
        named = enumerate(times)
        events += [event(f"{who}{n}", event_time=begin + timedelta(minutes=at), subject_id=who) for n, at in named]
    rows = built(spark, events, spec_of(tmp_path, "cap: 1 hour"))
    pieces = [(row["subject_id"], row["session_date"].day, row["began_by"], row["events"]) for row in rows]
    assert sorted(pieces) == [
        ("a", 4, "first", 4),
        ("b", 4, "first", 2),
        ("b", 5, "day", 2),
        ("c", 4, "first", 2),
        ("c", 5, "day", 75),  # 25 hours
        ("c", 6, "day", 2),
    ]


def test_a_change_is_of_what_was_said_last_and_nothing_is_no_change(spark: SparkSession, tmp_path: Path) -> None:
    names = [None, "x", None, "x", None, "y", "y", None, "x"]
    events = [event(f"e{n}", n, context={"campaign": name} if name else None) for n, name in enumerate(names)]
    events += [event("e91", 60), event("e92", 61, context={"campaign": "y"})]  # after a gap nothing was said before
    rows = built(spark, events, spec_of(tmp_path, "cut_at: [context.campaign]"))
    assert said(rows, "began_by", "events") == [("first", 5), ("change", 3), ("change", 1), ("gap", 2)]


def test_a_visit_that_a_tracker_names_has_no_gaps_and_the_subject_of_its_first_event(spark: SparkSession, tmp_path: Path) -> None:
    def named(name: str | None) -> dict[str, Any]:
        return {"context": {"visit": name} if name else None}

    events = [
        event("e1", 0, **named("v"), subject_id="cookie"),
        event("e2", 200, **named("v"), subject_id="login"),
        event("e3", 10, **named(None), subject_id="login"),
        event("e4", 20, **named("  "), subject_id="login"),
        event("e5", 60, **named(None), subject_id="login"),
    ]
    rows = built(spark, events, spec_of(tmp_path, "by: context.visit\n"))
    assert said(rows, "visit_key", "subject_id", "began_by", "events") == [
        ("v", "cookie", "given", 2),
        ("login", "login", "first", 2),
        ("login", "login", "gap", 1),
    ]


def test_a_machine_looks_at_more_than_people_do_and_shows_no_sign_of_life(spark: SparkSession, tmp_path: Path) -> None:
    views = {
        "in time": [0, 0.5, 59.999999],
        "a minute is over": [0, 0.5, 60],  # [t, t + within)
        "at once": [5, 5, 5],
        "later": [0, 100, 130, 159],
        "few": [0, 1],
        "beats": [0, 1, 2],
        "says so": [0],
        "two visits": [0, 1, 1801, 1802],
    }
    events = [
        event(f"{who}{number}", seconds / 60, subject_id=who, is_bot=True if who == "says so" else None)
        for who, times in views.items()
        for number, seconds in enumerate(times)
    ]
    events.append(event("beat", 0.5, subject_id="beats", event_type="page_ping"))
    events += [event(f"search{number}", 0.5, subject_id="searches", event_type="search") for number in range(5)]
    spec = spec_of(tmp_path, "machines: {page_views: 2, within: 1 minute}")
    rows = built(spark, events, spec)
    machines = {who: [row["is_bot"] for row in rows if row["subject_id"] == who] for who in (*views, "searches")}
    yes = {"in time", "at once", "later", "says so"}
    assert machines == {who: ([False, False] if who == "two visits" else [who in yes]) for who in machines}
    unasked = {row["subject_id"]: row["is_bot"] for row in built(spark, events, spec_of(tmp_path, ""))}
    assert unasked == dict.fromkeys(machines) | {"says so": True}


def test_nothing_at_all_makes_no_visit(spark: SparkSession, tmp_path: Path) -> None:
    assert built(spark, [], spec_of(tmp_path, RICH)) == []
