"""Windows of whole local days, back from a moment or ahead of it. No pyspark here."""

import calendar
from datetime import date, timedelta

from dmp_spark.project.types import Duration

EVER = "ever"


def duration(text: str) -> Duration:
    """The duration that a text such as `90 days` says."""
    return Duration.parse(text)


def fault(window: str) -> str | None:
    """Why a window or horizon cannot be had, as a sentence; null where it can."""
    if window == EVER:
        return None
    length = duration(window)
    if not length.is_of_days:
        return f"{window}: windows and horizons are whole local days"
    return f"{window} is empty" if length.amount < 1 else None


def suffix(window: str) -> str:
    """What a window adds to a column's name: `90d`, `1mo`, `ever`."""
    return EVER if window == EVER else duration(window).suffix


def moved(day: date, window: str, steps: int = 1) -> date:
    """The day `steps` windows later (earlier, where negative); a month ends on its last day where it is too short."""
    length = duration(window)
    if length.unit != "months":
        return day + timedelta(days=length.days * steps)
    month = day.year * 12 + day.month - 1 + length.amount * steps
    year, month = divmod(month, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def series(start: date, until: date, every: str) -> tuple[date, ...]:
    """The days from `start`, one each `every`, before `until`. Steps count from `start`, so short months shift none."""
    days: list[date] = []
    while (day := moved(start, every, len(days))) < until:
        days.append(day)
    return tuple(days)


def has_weeks(window: str) -> bool:
    """Whether a window has two whole weeks or more at every moment: what a slope over weeks needs."""
    if window == EVER:
        return False
    length = duration(window)
    return length.unit == "months" or length.days >= 14
