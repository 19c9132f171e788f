"""What `features.yml` says, and what the stage gets once names and types are known. No pyspark here."""

from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from dmp_spark.measures.spec import Measure, MeasureFile
from dmp_spark.measures.windows import series
from dmp_spark.project.types import Duration, Name, Resolved, Text, Written


class MomentsFile(Written):
    """When features are taken: local midnights from `from`, one each `every`, before `until`; and at the run's as_of."""

    every: Duration
    start: date = Field(alias="from")
    until: date
    also: tuple[Literal["as_of"], ...] = ()


class LookupFile(Written):
    """Reference data for expressions: `key` gives each column of the table's key an expression over an event.

    `missing` says what an event that finds no row has in a column, where the table has any row of `covered_by`.
    """

    table: Name
    key: dict[Name, str]
    missing: dict[Name, Text] = {}
    covered_by: tuple[Name, ...] = ()


class FeaturesFile(Written):
    """The shape of features.yml."""

    moments: MomentsFile
    lookups: dict[Name, LookupFile] = {}
    measures: dict[Name, MeasureFile] = {}


class Lookup(Resolved):
    """A lookup whose key was proven: `table` is the table's full name, `event_columns` are what its key's expressions name."""

    name: str
    table: str
    key: dict[str, str]
    event_columns: dict[str, str]
    missing: dict[str, str] = {}
    covered_by: tuple[str, ...] = ()


class Label(Resolved):
    """The label of a task: a measure that looks ahead."""

    task: str
    measure: Measure


class FeaturesSpec(Resolved):
    """All that the stage needs."""

    zone: str
    every: str
    start: date
    until: date
    at_as_of: bool
    lookups: tuple[Lookup, ...] = ()
    measures: tuple[Measure, ...] = ()
    labels: tuple[Label, ...] = ()

    def moments(self, today: date) -> tuple[date, ...]:
        """The moments in force at a run whose as_of falls on `today`: the declared ones up to it, and it, where asked for."""
        declared = {day for day in series(self.start, self.until, self.every) if day <= today}
        return tuple(sorted(declared | ({today} if self.at_as_of else set())))

    def new_moments(self, before: datetime, now: datetime) -> tuple[date, ...]:
        """The moments in force now that were not before."""
        then, these = (self.moments(as_of.astimezone(ZoneInfo(self.zone)).date()) for as_of in (before, now))
        return tuple(day for day in these if day not in then)
