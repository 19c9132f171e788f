"""`project.yml`: what holds for the whole project, and the moment at which a run judges when none is named."""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator, model_validator

from dmp_spark.project.types import Duration, Moment, Name, Secret, Written, Zone, moment_instant


class LakehouseFile(Written):
    """Where the lakehouse lies: a path that starts at the project's folder; with a catalog its tables lie there, by name."""

    path: Annotated[str, Field(min_length=1)] = "lakehouse"
    catalog: Name | None = None
    prefix: Name | None = None

    @model_validator(mode="after")
    def _a_prefix_is_of_a_catalog(self) -> Self:
        if self.prefix is not None and self.catalog is None:
            raise ValueError("a prefix goes before the schemas of a catalog, so say the catalog too: catalog: spark_catalog")
        return self

    @field_validator("path")
    @classmethod
    def _is_no_address_of_a_store(cls, value: str) -> str:
        if re.match(r"[a-z][a-z0-9+.-]*:/", value):
            raise ValueError(f"{value} is the address of a store, and a lakehouse lies on a path: mount it on every machine")
        return value


class ConsentFile(Written):
    """What it means that nothing is known of a person's consent to a purpose."""

    unknown_means: dict[Name, Literal["granted", "denied"]] = {}


class ProjectFile(Written):
    """The file project.yml."""

    grammar: Literal[1]
    project: Name
    title: str = ""
    person: Name = "person"
    as_of: Moment | None = None
    cadence: Duration = Duration(1, "days")
    time_zone: Zone
    currency: Annotated[str, Field(pattern=r"^([A-Z]{3})?$")] = ""
    variables: dict[Name, str] = {}
    lakehouse: LakehouseFile = LakehouseFile()
    identifier_key: Secret | None = None
    consent: ConsentFile = ConsentFile()

    @field_validator("cadence")
    @classmethod
    def _whole_days(cls, value: Duration) -> Duration:
        if not value.is_of_days or value.amount < 1:
            raise ValueError(f"{value} is no cadence: moments are local dates, so write days, weeks or months")
        return value


def default_as_of(settings: ProjectFile, now: datetime) -> datetime:
    """The instant (UTC) at which a run judges: the project's `as_of`, else the last boundary of `cadence` not after `now`.

    Boundaries are local midnights: days are counted from 1970-01-01, weeks from a Monday, months from a January.
    """
    if settings.as_of is not None:
        return moment_instant(settings.as_of, settings.time_zone)
    zone = ZoneInfo(settings.time_zone)
    boundary = _last_boundary(now.astimezone(zone).date(), settings.cadence)
    return datetime.combine(boundary, time(), zone).astimezone(UTC)


def _last_boundary(today: date, cadence: Duration) -> date:
    if cadence.unit == "months":
        months = (today.year * 12 + today.month - 1) // cadence.amount * cadence.amount
        return date(months // 12, months % 12 + 1, 1)
    start = date(1970, 1, 5) if cadence.unit == "weeks" else date(1970, 1, 1)
    days = (today - start).days
    return start + timedelta(days=days // cadence.days * cadence.days)
