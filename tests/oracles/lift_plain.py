"""Outcomes of experiments in plain Python and scipy: from lists of assignments and events to arms, from values to intervals."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from scipy import stats


@dataclass(frozen=True)
class Assigned:
    """A unit, its arm, when it was assigned, its chance of this arm."""

    experiment: str
    unit: str
    variant: str
    at: datetime
    propensity: float


@dataclass(frozen=True)
class Event:
    """Something that somebody did."""

    subject: str
    kind: str
    at: datetime
    known: datetime
    value: float


@dataclass(frozen=True)
class Metric:
    """What is made of a unit's events of a kind within some days."""

    name: str
    kind: str
    days: int
    take: Callable[[list[float]], float]
    is_condition: bool = False
    winsorise: float | None = None


def first_day(at: datetime, zone: str) -> date:
    """The local day whose midnight is at or first after an instant."""
    local = at.astimezone(ZoneInfo(zone))
    day = local.date()
    return day if local.timetz().replace(tzinfo=None) == time() else day + timedelta(days=1)


def values(
    assigned: Iterable[Assigned], events: Iterable[Event], owners: dict[str, str], metric: Metric, zone: str, as_of: datetime
) -> dict[tuple[str, str], list[float]]:
    """Slice and variant → the value of each unit that was assigned long enough ago."""
    found: dict[tuple[str, str], list[float]] = {}
    everything = list(events)
    for one in assigned:
        start = first_day(one.at, zone)
        end = start + timedelta(days=metric.days)
        if one.at > as_of or datetime.combine(end, time(), ZoneInfo(zone)) > as_of:
            continue
        theirs = [
            event.value
            for event in everything
            if owners.get(event.subject) == one.unit
            and event.kind == metric.kind
            and event.known <= as_of
            and start <= event.at.astimezone(ZoneInfo(zone)).date() < end
        ]
        for where in ("all", f"first_day={start}"):
            found.setdefault((where, one.variant), []).append(float(metric.take(theirs)))
    if metric.winsorise is not None:
        pooled = [value for (where, _), of_arm in found.items() if where == "all" for value in of_arm]
        bound = float(np.quantile(pooled, metric.winsorise)) if pooled else 0.0
        if bound > 0:
            return {key: [min(value, round(bound, 6)) for value in of_arm] for key, of_arm in found.items()}
    return found


def compared(ours: list[float], theirs: list[float], is_condition: bool) -> tuple[float, float, float]:
    """Difference of means and the ends of its 95 % interval, from the values themselves."""
    difference = float(np.mean(ours) - np.mean(theirs))
    if not is_condition:
        low, high = stats.ttest_ind(ours, theirs, equal_var=False).confidence_interval(0.95)
        return difference, float(low), float(high)
    (a, c), (b, d) = [
        (share - interval.low, interval.high - share)
        for sample in (ours, theirs)
        for share, interval in [
            (np.mean(sample), stats.binomtest(int(sum(sample)), len(sample)).proportion_ci(0.95, method="wilson"))
        ]
    ]
    return difference, difference - float(np.hypot(a, d)), difference + float(np.hypot(c, b))
