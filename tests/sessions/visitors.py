"""Events of visitors with defaults, so that a test names what matters, and the specs that texts of sessions.yml give."""

import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from dmp_spark.ingest.tables import EVENTS
from dmp_spark.sessions.spec import SessionsSpec
from tests.oracles.sessions_plain import Event, Rules, local_day
from tests.written_project import resolved, told

ZONE = "America/New_York"
AS_OF = datetime(2018, 1, 1, 5, tzinfo=UTC)
NOON = datetime(2017, 6, 1, 16, tzinfo=UTC)
KINDS = ("page_view", "page_ping", "search", "purchase", "message_sent")
SCHEMA = (
    "event_id string, event_type string, event_time timestamp, event_date date, known_time timestamp, subject_id string, "
    "order_id string, value decimal(18,4), currency string, channel string, device string, is_bot boolean, "
    "context map<string,string>, attributes map<string,string>"
)
NAMES = [part.split()[0] for part in SCHEMA.split(", ")]
INGEST = """
sources:
  web:
    read: {path: web.parquet}
    arrives: appended
    columns: {visitor: string, at: timestamp, page: string}
    events:
""" + "".join(
    f"      {kind}: {{id: fingerprint, time: {{column: at, zone: UTC}}, known: {{after: 0 minutes}}, identifiers: {{cookie: visitor}}}}\n"
    for kind in KINDS
)
EMPTY: dict[str, Any] = dict.fromkeys(NAMES) | {"event_type": "page_view", "subject_id": "anna"}

RICH = """
cap: 1 hour
cut_at: [context.campaign, attributes.shop]
activity: {without: message_sent, where: "coalesce(channel, '') <> 'call'"}
page_views: {of: [page_view, search], where: context.page <> 'beacon', page: context.page}
heartbeats: {every: 20 seconds, first: 5 seconds, each: context.view}
conversions: {of: purchase, where: value > 0}
bounce: {page_views: 2, shorter_than: 40 seconds}
machines: {page_views: 2, within: 20 minutes}
columns: {campaign: context.campaign, shop: cast(attributes.shop as bigint), spent: value}
"""
RICH_RULES = Rules(
    cap=timedelta(hours=1),
    cuts=(lambda event: of(event, "context", "campaign"), lambda event: of(event, "attributes", "shop")),
    is_activity=lambda event: event["event_type"] != "message_sent" and event["channel"] != "call",
    is_page_view=lambda event: (
        event["event_type"] in ("page_view", "search") and of(event, "context", "page") not in (None, "beacon")
    ),
    page=lambda event: of(event, "context", "page"),
    is_heartbeat=lambda event: event["event_type"] == "page_ping",
    each=lambda event: of(event, "context", "view"),
    every=20,
    is_conversion=lambda event: event["event_type"] == "purchase" and event["value"] is not None and event["value"] > 0,
    bounce_page_views=2,
    bounce_seconds=40,
    machine_page_views=2,
    machine_within=timedelta(minutes=20),
    columns={
        "campaign": lambda event: of(event, "context", "campaign"),
        "shop": lambda event: int(of(event, "attributes", "shop")) if of(event, "attributes", "shop") else None,
        "spent": lambda event: event["value"],
    },
)
GIVEN = """
cap: 2 hours
over_cap: leave_out
by: context.visit
cut_at: [context.campaign]
page_views: {of: page_view, page: context.page}
"""
GIVEN_RULES = Rules(
    cap=timedelta(hours=2),
    leaves_out=True,
    by=lambda event: of(event, "context", "visit"),
    cuts=(lambda event: of(event, "context", "campaign"),),
    page=lambda event: of(event, "context", "page"),
    is_heartbeat=lambda event: event["event_type"] == "page_ping",
)


def of(event: Event, name: str, key: str) -> Any:
    """The value of a map's key, as an expression gives it."""
    return (event[name] or {}).get(key)


def spec_of(folder: Path, text: str) -> SessionsSpec:
    """The spec of a sessions.yml, which has no mistake."""
    spec, found = resolved(folder, "sessions", {EVENTS.name: EVENTS}, sessions=text or "{}", ingest=INGEST, models="")
    assert told(found) == []
    assert isinstance(spec, SessionsSpec)
    return spec


def event(event_id: str, minutes: float = 0.0, **changes: Any) -> Event:
    """A page view of anna so many minutes after noon, known at once, unless told otherwise."""
    made = EMPTY | {"event_id": event_id, "event_time": NOON + timedelta(minutes=minutes)} | changes
    made["event_date"] = local_day(made["event_time"], ZONE)
    return {**made, "known_time": made["known_time"] or made["event_time"]}


def frame(spark: SparkSession, events: Iterable[Event]) -> DataFrame:
    """The events as rows of silver.events."""
    return spark.createDataFrame([tuple(one[name] for name in NAMES) for one in events], SCHEMA)


NIGHTS = [  # hours (UTC) in which New York's day ends: an ordinary one, those in which clocks jump, a month's last
    datetime(2017, 6, 1, 4, tzinfo=UTC),
    datetime(2017, 3, 12, 5, tzinfo=UTC),
    datetime(2017, 3, 13, 4, tzinfo=UTC),
    datetime(2017, 11, 5, 4, tzinfo=UTC),
    datetime(2017, 11, 6, 5, tzinfo=UTC),
    datetime(2017, 7, 1, 4, tzinfo=UTC),
]
STEPS = [0, 0, 0.5, 5, 20, 29.9999, 30, 30.0001, 31, 95]  # minutes from one event to the next
LONG = [10, 20, 25, 29]


def drawn(draw: random.Random, number: int) -> list[Event]:
    """A world: events of two subjects around a midnight, some long without a gap, some known late or too late, in no order."""
    events = []
    for who in ("a", "b"):
        at = draw.choice(NIGHTS) - timedelta(minutes=draw.choice([0, 30, 100, 200]))
        steps = LONG if draw.random() < 0.3 else STEPS
        for count in range(draw.randint(0, 14 if steps is LONG else 7)):
            at += timedelta(minutes=draw.choice(steps))
            events.append(one(draw, f"{number}-{who}{count}", f"{number}-{who}", at))
    draw.shuffle(events)
    return events


def one(draw: random.Random, event_id: str, subject: str, at: datetime) -> Event:
    """An event with a little of everything, and often nothing."""
    number = event_id.split("-")[0]
    late = draw.choice([0, 0, 0, 0, 1, 60, 60 * 24 * 2])
    known = AS_OF + timedelta(seconds=1) if draw.random() < 0.05 else at + timedelta(minutes=late)
    context = {
        "campaign": draw.choice([None, None, None, "spring", "summer"]),
        "page": draw.choice([None, "/", "/about", "beacon"]),
        "view": draw.choice([None, "v1", "v2"]),
        "visit": draw.choice([None, " ", f"{number}-x", f"{number}-x", f"{number}-y"]),
    }
    return event(
        event_id,
        event_time=at,
        known_time=known,
        subject_id=subject,
        event_type=draw.choice([*KINDS, "page_view", "page_ping"]),
        order_id=draw.choice([None, "o1", "o2"]),
        value=draw.choice([None, Decimal("1.5000"), Decimal("0.1000"), Decimal("-2.0000")]),
        currency=draw.choice(["USD", "USD", "USD", "EUR"]),
        channel=draw.choice([None, "web", "call", "app"]),
        device=draw.choice([None, "phone"]),
        is_bot=draw.choice([None, False, False, True]),
        context=draw.choice([None, {name: value for name, value in context.items() if value is not None}]),
        attributes=draw.choice([None, None, {"shop": draw.choice(["1", "2"])}]),
    )
