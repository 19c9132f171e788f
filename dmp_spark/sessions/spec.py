"""What `sessions.yml` says: where visits begin and end, and what is counted in them. No pyspark here."""

from typing import Annotated, Literal

from pydantic import Field

from dmp_spark.project.types import Duration, Name, Resolved, Text, Written

Types = str | tuple[str, ...]
OverCap = Literal["cut", "leave_out"]


class ActivityFile(Written):
    """Which events make visits: those of the types `of` (all, where none is named) but `without`, for which `where` holds."""

    of: Types = ()
    without: Types = ()
    where: str | None = None


class PageViewsFile(Written):
    """Which events are page views, and the expression that gives the page."""

    of: Types = "page_view"
    where: str | None = None
    page: Text | None = None


class HeartbeatsFile(Written):
    """Which events say that somebody is still there: the first after `first`, then one `every`; counted for `each` by itself."""

    of: Types = "page_ping"
    where: str | None = None
    every: Duration = Duration(10, "seconds")
    first: Duration = Duration(5, "seconds")
    each: Text | None = None


class ConversionsFile(Written):
    """Which events are what a visit is for."""

    of: Types
    where: str | None = None


class BounceFile(Written):
    """A visit without conversion, with at most so many page views and `shorter_than` that, is a bounce."""

    page_views: Annotated[int, Field(ge=0)] = 1
    shorter_than: Duration = Duration(10, "seconds")


class MachinesFile(Written):
    """A visit with more than `page_views` page views `within` some time, and without a heartbeat, is a machine's."""

    page_views: Annotated[int, Field(ge=1)]
    within: Duration


class SessionsFile(Written):
    """The file sessions.yml."""

    gap: Duration = Duration(30, "minutes")
    cap: Duration = Duration(1, "days")
    over_cap: OverCap = "cut"
    cut_at: tuple[Text, ...] = ()
    by: Text | None = None
    activity: ActivityFile = ActivityFile()
    page_views: PageViewsFile = PageViewsFile()
    heartbeats: HeartbeatsFile = HeartbeatsFile()
    conversions: ConversionsFile | None = None
    bounce: BounceFile = BounceFile()
    machines: MachinesFile | None = None
    columns: dict[Name, Text] = {}


class Kind(Resolved):
    """Events: those of the types `of` (all, where empty) but `without`, for which `where` holds; null does not hold."""

    of: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    where: str | None = None


class Heartbeats(Resolved):
    """Events that come every so many seconds, the first after `first` seconds; `each` is an expression or None."""

    kind: Kind
    every: int
    first: int
    each: str | None = None


class Machines(Resolved):
    """More page views than people look at in so many seconds."""

    page_views: int
    within: int


class Further(Resolved):
    """A column of the project's own: what the expression gives at the first event of a visit at which it gives anything."""

    name: str
    expression: str
    type: str


class SessionsSpec(Resolved):
    """All that the stage needs; lengths in seconds. `event_columns` has the type of each column that expressions name."""

    zone: str
    gap: int
    cap: int
    over_cap: OverCap = "cut"
    cut_at: tuple[str, ...] = ()
    by: str | None = None
    activity: Kind = Kind()
    page_views: Kind
    page: str | None = None
    heartbeats: Heartbeats | None = None
    conversions: Kind | None = None
    bounce_page_views: int = 1
    bounce_seconds: int = 10
    machines: Machines | None = None
    columns: tuple[Further, ...] = ()
    event_columns: dict[str, str] = {}

    @property
    def key(self) -> str:
        """The column that all events of a visit share, so that its rows are built together."""
        return "subject_id" if self.by is None else "visit_key"
