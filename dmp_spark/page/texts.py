"""Values as people read them: thousands, units, dates in the project's zone. A dash where nothing is known."""

import math
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from dmp_spark.section import Estimate, Kind

DASH = "–"
SPACE = "\u00a0"  # between a number and its unit no line may break
MINUS = "\u2212"
LONGEST = 300  # letters of a cell
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def text_of(value: Any, kind: Kind = Kind.TEXT, unit: str = "", zone: str = "UTC") -> str:
    """A value of any kind that is no picture; None, nan and infinite numbers are a dash."""
    if is_unknown(value):
        return DASH
    if isinstance(value, Estimate):
        return estimate(value, signed=kind is Kind.DIFFERENCE)
    if kind is Kind.SHARE:
        return share(float(value))
    if kind is Kind.SECONDS:
        return f"{value:,.1f}{SPACE}s"
    if kind is Kind.MONEY:
        return _with_unit(_signed(f"{value:,.2f}"), unit)
    if kind in (Kind.COUNT, Kind.NUMBER, Kind.BAR) and isinstance(value, int | float | Decimal):
        return _with_unit(number(value), unit)
    return _shortened(_plain(value, zone))


def is_unknown(value: Any) -> bool:
    """Whether there is nothing to show: None, or a number that is none."""
    return value is None or (isinstance(value, float | Decimal) and not math.isfinite(value))


def number(value: float | Decimal) -> str:
    """1,471,979; 4,186.83; 0.0124: whole numbers in full, others with two decimals or three digits that say something."""
    if is_unknown(value):
        return DASH
    if isinstance(value, int):
        return _signed(f"{value:,}")
    size = abs(float(value))
    if size == 0:
        return "0"
    decimals = 0 if size >= 100_000 else 2 if size >= 1 else min(12, 2 - math.floor(math.log10(size)))
    text = f"{value:,.{decimals}f}"
    return _signed(text.rstrip("0").rstrip(".") if "." in text else text)


def share(value: float) -> str:
    """83 %, 4.2 %, < 0.1 %: of a share, 0 to 1."""
    if is_unknown(value):
        return DASH
    percent = 100 * value
    if 0 < percent < 0.05:
        return f"<{SPACE}0.1{SPACE}%"
    if 99.95 <= percent < 100:
        return f">{SPACE}99.9{SPACE}%"
    is_short = percent >= 10 or percent == 0
    return _signed(f"{percent:.{0 if is_short and round(percent) != 100 or percent == 100 else 1}f}{SPACE}%")


def estimate(value: Estimate, signed: bool = False) -> str:
    """0.844 [0.828, 0.860]; without an interval the number alone."""
    if is_unknown(value.value):
        return DASH
    decimals = _decimals(value)
    shown, *ends = (_rounded(number_, decimals, signed) for number_ in (value.value, value.low, value.high))
    has_interval = not (is_unknown(value.low) or is_unknown(value.high))
    return f"{shown}{SPACE}[{', '.join(ends)}]" if has_interval else shown


def moment(instant: datetime, zone: str) -> str:
    """1 Jan 2018 for a local midnight, else with the local time."""
    local = instant.astimezone(ZoneInfo(zone))
    day = day_text(local.date())
    return day if (local.hour, local.minute, local.second) == (0, 0, 0) else f"{day}, {local:%H:%M}"


def day_text(day: date) -> str:
    """1 Jan 2018, whatever the machine's language."""
    return f"{day.day}{SPACE}{_MONTHS[day.month - 1]}{SPACE}{day.year}"


def _plain(value: Any, zone: str) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return moment(value, zone)
    if isinstance(value, date):
        return day_text(value)
    if isinstance(value, int | float | Decimal):
        return number(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_plain(item, zone)}" for key, item in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(DASH if is_unknown(item) else _plain(item, zone) for item in value)
    return DASH if value is None else str(value)


def _decimals(value: Estimate) -> int:
    """Three below ten, and one less for each digit more: the same for a number and the ends of its interval."""
    known = [abs(number_) for number_ in (value.value, value.low, value.high) if number_ is not None and math.isfinite(number_)]
    largest = max(known, default=0.0)
    return 3 if largest < 10 else max(0, 3 - math.floor(math.log10(largest)))


def _rounded(value: float | None, decimals: int, signed: bool) -> str:
    if value is None or not math.isfinite(value):
        return DASH
    text = f"{value:,.{decimals}f}"
    if float(text.replace(",", "")) == 0:
        text = text.removeprefix("-")
    elif signed and value > 0:
        text = f"+{text}"
    return _signed(text)


def _signed(text: str) -> str:
    return MINUS + text[1:] if text.startswith("-") else text


def _with_unit(text: str, unit: str) -> str:
    return f"{text}{SPACE}{unit}" if unit else text


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
