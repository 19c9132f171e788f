"""The values that users write, as types: names, durations, windows, shares, moments. Messages are for people."""

import math
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainSerializer,
)
from pydantic_core import CoreSchema, core_schema

Unit = Literal["seconds", "minutes", "hours", "days", "weeks", "months"]

_SUFFIXES: dict[str, str] = {"seconds": "s", "minutes": "min", "hours": "h", "days": "d", "weeks": "w", "months": "mo"}
_DURATION = re.compile(r"([0-9]+) +(second|minute|hour|day|week|month)s?")
_PERCENT = re.compile(r"([0-9]+(?:\.[0-9]+)?) *%")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2})")
_SECRET = re.compile(r"\$\{(env:[A-Za-z_][A-Za-z0-9_]*|file:[^}]+|databricks:[^/}]+/[^}]+)\}")
NAME_PATTERN = r"^[a-z][a-z0-9_]*$"


class Written(BaseModel):
    """Base of everything users write: unknown keys are refused, values do not change.

    A key that is no Python name (`from`) is an alias; tests and code may use either name, files the alias only.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, validate_by_alias=True, validate_by_name=True, validate_default=True)


class Resolved(BaseModel):
    """Base of resolved specs: plain frozen values; the hash of a spec is over its JSON."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def all_because(self, before: datetime, now: datetime) -> str:
        """Why a stage that was done at `before` has to judge everybody at `now`, in a few words; empty: affected keys suffice."""
        return ""

    def new_moments(self, before: datetime, now: datetime) -> tuple[date, ...]:
        """The moments at which a stage that was done at `before` judges everybody, beside affected keys at those that stay."""
        return ()

    @property
    def secrets(self) -> dict[str, str]:
        """The secrets that the stage reads when it runs: address → what names them, never a value."""
        return {}


def _as_text(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


Name = Annotated[str, Field(pattern=NAME_PATTERN)]
Text = Annotated[
    str, BeforeValidator(_as_text, json_schema_input_type=str | int | float | bool)
]  # an expression; `quantity: 1` is one too


@dataclass(frozen=True)
class Duration:
    """A length of time with its unit; days and longer are local days, weeks and months of the project's zone."""

    amount: int
    unit: Unit

    @classmethod
    def parse(cls, text: object) -> "Duration":
        """The duration that a text like `90 days`, `1 month` or `30 minutes` says; ValueError with a sentence."""
        if isinstance(text, Duration):
            return text
        match = _DURATION.fullmatch(text.strip()) if isinstance(text, str) else None
        if match is None:
            units = "seconds, minutes, hours, days, weeks or months"
            raise ValueError(f"{_shown(text)} is no duration: write a whole number and {units}")
        return cls(int(match[1]), f"{match[2]}s")  # type: ignore[arg-type]

    def __str__(self) -> str:
        return f"{self.amount} {self.unit[:-1] if self.amount == 1 else self.unit}"

    @property
    def is_of_days(self) -> bool:
        """Whether it is counted in local days, not by the clock."""
        return self.unit in ("days", "weeks", "months")

    @property
    def days(self) -> int:
        """The number of local days; ValueError where it is not a whole number of days (seconds, minutes, hours, months)."""
        if self.unit == "days":
            return self.amount
        if self.unit == "weeks":
            return 7 * self.amount
        raise ValueError(f"{self} is not a whole number of days: write days or weeks")

    @property
    def seconds(self) -> int:
        """The number of seconds, a day taken as 24 hours; ValueError for months, whose length differs."""
        if self.unit == "months":
            raise ValueError(f"{self} has no fixed length: write days, hours or minutes")
        return self.amount * {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400, "weeks": 7 * 86400}[self.unit]

    @property
    def suffix(self) -> str:
        """The end of a column's name: `90d`, `2w`, `1mo`."""
        return f"{self.amount}{_SUFFIXES[self.unit]}"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(cls.parse, serialization=core_schema.to_string_ser_schema())

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^{_DURATION.pattern}$", "examples": ["90 days", "1 month", "30 minutes"]}


def _window(value: object) -> object:
    if value == "ever":
        return value
    try:
        return Duration.parse(value)
    except ValueError:
        raise ValueError(f"{_shown(value)} is no window: write a duration like 90 days, or ever") from None


Window = Annotated[Duration | Literal["ever"], BeforeValidator(_window, json_schema_input_type=Duration | Literal["ever"])]


def _of_percent(value: object, what: str, example: str, most: float = math.inf) -> float:
    if isinstance(value, float):  # a value from code or a default
        return value
    match = _PERCENT.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"{_shown(value)} is no {what}: write it in percent, like {example}")
    if float(match[1]) > most:
        raise ValueError(f"{value} is more than the whole: write 0 % to {most} %")
    return round(float(match[1]) / 100, 12)


def _share(value: object) -> float:
    return _of_percent(value, "share", "10 %", most=100)


def _multiple(value: object) -> float:
    return _of_percent(value, "multiple", "200 %")


def _in_percent(value: float) -> str:
    return f"{round(value * 100, 10):g} %"


_IN_PERCENT = PlainSerializer(_in_percent, when_used="json")
Multiple = Annotated[float, BeforeValidator(_multiple, json_schema_input_type=str), _IN_PERCENT]
Share = Annotated[float, BeforeValidator(_share, json_schema_input_type=str), _IN_PERCENT]


def _moment(value: str) -> str:
    try:
        if _DAY.fullmatch(value):
            date.fromisoformat(value)
            return value
        if _INSTANT.fullmatch(value):
            datetime.fromisoformat(value)
            return value
    except ValueError:
        pass
    raise ValueError(f"{value} is no moment: write a date like 2018-01-01, or a time with offset like 2018-01-01T00:00:00-05:00")


Moment = Annotated[str, AfterValidator(_moment)]


def moment_instant(text: str, zone: str) -> datetime:
    """The instant (UTC) that a Moment says: a date is the local midnight of `zone`. ValueError with a sentence."""
    if _DAY.fullmatch(_moment(text)):
        return datetime.combine(date.fromisoformat(text), time(), ZoneInfo(zone)).astimezone(UTC)
    return datetime.fromisoformat(text).astimezone(UTC)


def is_same_day(one: datetime, other: datetime, zone: str) -> bool:
    """Whether two instants fall on the same local day."""
    return one.astimezone(ZoneInfo(zone)).date() == other.astimezone(ZoneInfo(zone)).date()


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):  # OSError: a folder of zones, such as `Europe`
        raise ValueError(f"{_shown(value)} is no known time zone{_near_zone(value)}") from None
    return value


def _near_zone(value: str) -> str:
    from difflib import get_close_matches  # only where something is wrong

    near = get_close_matches(value, available_timezones(), n=1)
    return f": did you mean {near[0]}?" if near else ": write one like Europe/Berlin or UTC"


Zone = Annotated[str, AfterValidator(_zone)]


NO_SECRET_HERE = "a secret never stands in a file: write ${env:NAME}, ${file:PATH} or ${databricks:SCOPE/KEY}"


def _secret(value: str) -> str:
    if not _SECRET.fullmatch(value):
        raise ValueError(NO_SECRET_HERE)
    return value


@dataclass(frozen=True)
class SecretMark:
    """Marks a field whose value is read from a provider when it is needed."""


Secret = Annotated[str, AfterValidator(_secret), SecretMark()]


def _shown(value: object) -> str:
    return "true" if value is True else "false" if value is False else "nothing" if value is None else str(value)
