"""Visits in plain Python: one loop over the events of each key in their order, and what a visit is by its list of events.

An independent twin: it knows nothing of dmp_spark. Values of expressions are given as functions of an event.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

Event = dict[str, Any]
Value = Callable[[Event], Any]


@dataclass(frozen=True)
class Rules:
    """How visits are cut and what is counted in them; the same things as in sessions.yml, said in Python."""

    zone: str = "America/New_York"
    gap: timedelta = timedelta(minutes=30)
    cap: timedelta = timedelta(days=1)
    leaves_out: bool = False
    cuts: Sequence[Value] = ()
    by: Value | None = None
    is_activity: Value = lambda event: True
    is_page_view: Value = lambda event: event["event_type"] == "page_view"
    page: Value = lambda event: None
    is_heartbeat: Value | None = None
    each: Value | None = None
    every: int = 10
    first: int = 5
    is_conversion: Value = lambda event: False
    bounce_page_views: int = 1
    bounce_seconds: int = 10
    machine_page_views: int | None = None
    machine_within: timedelta = timedelta(0)
    columns: dict[str, Value] = field(default_factory=dict)


def visits(events: Iterable[Event], as_of: datetime, rules: Rules) -> list[dict[str, Any]]:
    """A row a visit of the events known by then, in no order."""
    by_key: dict[Any, list[Event]] = {}
    for event in events:
        if event["known_time"] <= as_of and rules.is_activity(event):
            by_key.setdefault(key_of(event, rules), []).append(event)
    return [row(members, why, rules) for group in by_key.values() for members, why in parted(group, rules)]


def key_of(event: Event, rules: Rules) -> tuple[bool, str]:
    """Whether the tracker named the visit, and what its events share."""
    given = rules.by(event) if rules.by else None
    return (True, given) if given is not None and given.strip(" ") else (False, event["subject_id"])


def parted(group: list[Event], rules: Rules) -> list[tuple[list[Event], str]]:
    """The visits of one key, each with why it began."""
    is_given = key_of(group[0], rules)[0]
    stretches: list[tuple[list[Event], str]] = []
    last: dict[int, Any] = {}  # what each cut said last since the last gap
    for event in sorted(group, key=lambda event: (event["event_time"], event["event_id"])):
        why = ""
        if not stretches:
            why = "given" if is_given else "first"
        elif not is_given and event["event_time"] - stretches[-1][0][-1]["event_time"] >= rules.gap:
            why = "gap"
        if why:
            last = {}
        said = {place: cut(event) for place, cut in enumerate(rules.cuts) if cut(event) is not None}
        if not why and not is_given and any(place in last and last[place] != value for place, value in said.items()):
            why = "change"
        last |= said
        if why:
            stretches.append(([], why))
        stretches[-1][0].append(event)
    return [piece for members, why in stretches for piece in within_the_cap(members, why, rules)]


def within_the_cap(members: list[Event], why: str, rules: Rules) -> list[tuple[list[Event], str]]:
    """A stretch as it is, or at each local midnight, or without what comes too late."""
    begin, end = members[0]["event_time"], members[-1]["event_time"]
    if end - begin <= rules.cap:
        return [(members, why)]
    if rules.leaves_out:
        return [([event for event in members if event["event_time"] - begin <= rules.cap], why)]
    days: dict[date, list[Event]] = {}
    for event in members:
        days.setdefault(local_day(event["event_time"], rules.zone), []).append(event)
    return [(piece, why if number == 0 else "day") for number, piece in enumerate(days.values())]


def local_day(instant: datetime, zone: str) -> date:
    """The day on which an instant falls there."""
    return instant.astimezone(ZoneInfo(zone)).date()


def session_id(founder: str) -> str:
    """The id of a visit by its founder."""
    return hashlib.sha256(json.dumps(["session", founder], separators=(",", ":")).encode()).hexdigest()[:32]


def row(members: list[Event], why: str, rules: Rules) -> dict[str, Any]:
    """What a visit is by its events, in their order."""
    founder = min(members, key=lambda event: (event["known_time"], event["event_time"], event["event_id"]))
    begin, end = members[0]["event_time"], members[-1]["event_time"]
    viewed = [event for event in members if rules.is_page_view(event)]
    pages = [rules.page(event) for event in viewed if rules.page(event) is not None]
    converted = [event for event in members if rules.is_conversion(event)]
    orders = {(e["event_type"], e["order_id"], None if e["order_id"] is not None else e["event_id"]) for e in converted}
    money = [event["value"] for event in converted if event["value"] is not None]
    currencies = {e["currency"] for e in converted if e["value"] is not None and e["currency"] is not None}
    total = sum(money, Decimal(0)) if money and len(currencies) <= 1 else None
    engaged = seconds_engaged(members, rules)
    lasts = int((end - begin) / timedelta(seconds=1))
    judged = [event["is_bot"] for event in members if event["is_bot"] is not None]
    is_short = max(lasts, engaged or 0) < rules.bounce_seconds
    return {
        "session_id": session_id(founder["event_id"]),
        "subject_id": members[0]["subject_id"],
        **({"visit_key": key_of(members[0], rules)[1]} if rules.by else {}),
        "started_at": begin,
        "ended_at": end,
        "session_date": local_day(begin, rules.zone),
        "known_time": max(event["known_time"] for event in members),
        "began_by": why,
        "events": len(members),
        "page_views": len(viewed),
        "conversions": len(orders),
        "conversion_value": total,
        "currency": next(iter(currencies), None) if total is not None else None,
        "engaged_seconds": engaged,
        "duration_seconds": lasts,
        "is_bounce": not converted and len(viewed) <= rules.bounce_page_views and is_short,
        "is_bot": is_machine(members, viewed, rules) if rules.machine_page_views is not None else any(judged) if judged else None,
        "entry_page": pages[0] if pages else None,
        "exit_page": pages[-1] if pages else None,
        "channel": first_of(members, lambda event: event["channel"]),
        "device": first_of(members, lambda event: event["device"]),
        **{name: first_of(members, value) for name, value in rules.columns.items()},
    }


def is_machine(members: list[Event], viewed: list[Event], rules: Rules) -> bool:
    """Whether an event says so, or nobody was there who looked at too many pages in any time that long."""
    beats = any(rules.is_heartbeat(event) for event in members) if rules.is_heartbeat else False
    times = [event["event_time"] for event in viewed]
    most = max((sum(begin <= at < begin + rules.machine_within for at in times) for begin in times), default=0)
    assert rules.machine_page_views is not None
    return any(event["is_bot"] for event in members) or (most > rules.machine_page_views and not beats)


def seconds_engaged(members: list[Event], rules: Rules) -> int | None:
    """The sum over what heartbeats are of; None where there are no heartbeats at all."""
    if rules.is_heartbeat is None:
        return None
    beats: dict[Any, int] = {}
    for event in members:
        if rules.is_heartbeat(event):
            thing = rules.each(event) if rules.each else "the visit"
            beats[thing] = beats.get(thing, 0) + 1
    return sum(rules.every * (number - 1) + rules.first for number in beats.values())


def first_of(members: list[Event], value: Value) -> Any:
    """The first value that is there."""
    return next((value(event) for event in members if value(event) is not None), None)
