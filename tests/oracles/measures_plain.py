"""Measures in plain Python, written from docs/reference/measures.md: the twin that the Spark code is compared with.

An event is a dict with person_id, event_id, event_type, event_date, event_time, known_time and whatever else a function
looks at. A measure is a function over the list of events that a window takes, sorted by time and event_id.
"""

import math
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

Event = dict[str, Any]
Value = Callable[[Event], Any]


def usable_on(known_time: datetime, zone: str) -> date:
    """The first local day whose midnight is not before a time."""
    day = known_time.astimezone(ZoneInfo(zone)).date()
    while datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC) < known_time:
        day += timedelta(days=1)
    return day


def back(events: Sequence[Event], person: str, moment: date, start: date | None, zone: str) -> list[Event]:
    """The person's events from `start` to the day before the moment that were known by its midnight."""
    return _sorted(
        event
        for event in events
        if event["person_id"] == person
        and event["event_date"] < moment
        and usable_on(event["known_time"], zone) <= moment
        and (start is None or event["event_date"] >= start)
    )


def ahead(events: Sequence[Event], person: str, moment: date, end: date) -> list[Event]:
    """The person's events from the moment to the day before `end`."""
    return _sorted(event for event in events if event["person_id"] == person and moment <= event["event_date"] < end)


def _sorted(events: Any) -> list[Event]:
    return sorted(events, key=lambda event: (event["event_time"], event["event_id"]))


def known(rows: Sequence[Event], value: Value) -> list[Any]:
    """The values that are known."""
    return [found for row in rows if (found := value(row)) is not None]


def rounded(number: float | None) -> float | None:
    """Six digits, halves away from zero."""
    if number is None:
        return None
    return float(Decimal(repr(number)).quantize(Decimal("0.000001"), ROUND_HALF_UP)) + 0.0


def mean(rows: Sequence[Event], value: Value) -> float | None:
    values = known(rows, value)
    return float(sum(Decimal(str(one)) for one in values)) / len(values) if values else None


def share(rows: Sequence[Event], value: Value) -> float | None:
    values = known(rows, value)
    return sum(1 for one in values if one) / len(values) if values else None


def top(rows: Sequence[Event], value: Value, size: int) -> list[str] | None:
    counts = Counter(known(rows, value))
    return sorted(counts, key=lambda one: (-counts[one], str(one)))[:size] or None


def entropy(rows: Sequence[Event], value: Value) -> float | None:
    counts = Counter(known(rows, value))
    total = sum(counts.values())
    return -sum(count / total * math.log(count / total) for count in counts.values()) if counts else None


def tokens(text: str, stops: set[str]) -> list[str]:
    """The words of a text, letter by letter: `stops` are those that do not count, some with an apostrophe."""
    kept = "".join(one if _is_of_word(one) or one == "'" else " " for one in text.replace("’", "'").lower())
    whole = [word for word in kept.split() if word.strip("'") not in stops]
    return [part for word in whole for part in word.split("'") if len(part) > 1 and part not in stops]


def _is_of_word(character: str) -> bool:
    return unicodedata.category(character)[0] in "LM" or unicodedata.category(character) == "Nd"


def words(rows: Sequence[Event], value: Value, stops: set[str]) -> dict[str, int] | None:
    """How often each word stands in the texts."""
    return dict(Counter(word for text in known(rows, value) for word in tokens(text, stops))) or None


def slope(rows: Sequence[Event], value: Value, end: date, days: int) -> float | None:
    """Least squares through the totals of the whole weeks that end at `end`, solved the textbook way."""
    if not rows:
        return None
    weeks = days // 7
    totals = [0.0] * weeks
    for row in rows:
        week = ((end - row["event_date"]).days - 1) // 7
        if week < weeks and value(row) is not None:
            totals[weeks - 1 - week] += float(value(row))
    middle, level = (weeks - 1) / 2, sum(totals) / weeks
    return sum((x - middle) * (y - level) for x, y in enumerate(totals)) / sum((x - middle) ** 2 for x in range(weeks))


def mean_gap(rows: Sequence[Event], value: Value) -> float | None:
    dates = [row["event_date"] for row in rows if value(row) is not None]
    distinct = len(set(known(rows, value)))
    return (max(dates) - min(dates)).days / (distinct - 1) if distinct > 1 else None


def divided(above: float | Decimal | int, below: float | Decimal | int) -> float | None:
    return float(above) / float(below) if below else None
