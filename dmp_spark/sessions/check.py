"""Whether `sessions.yml` fits the events that there are: lengths, types of events, expressions over one event."""

from collections.abc import Iterable, Mapping

from dmp_spark.contracts import Contract
from dmp_spark.expressions.parse import Expression, ExpressionError, parse
from dmp_spark.expressions.types import family
from dmp_spark.measures.check import event_types, tell_unknown
from dmp_spark.measures.resolve import event_columns, stored_type
from dmp_spark.measures.spec import listed
from dmp_spark.project.load import Found, Project
from dmp_spark.project.types import Duration
from dmp_spark.sessions.spec import (
    ConversionsFile,
    Further,
    Heartbeats,
    HeartbeatsFile,
    Kind,
    Machines,
    MachinesFile,
    PageViewsFile,
    SessionsFile,
    SessionsSpec,
    Types,
)
from dmp_spark.sessions.tables import FIXED

_EVENTS = "silver.events"


def resolve(project: Project, contracts: Mapping[str, Contract], found: Found) -> SessionsSpec:
    """The stage's spec; mistakes go to `found`, and what is wrong is left out of it."""
    written: SessionsFile = project.written("sessions") or SessionsFile()
    known = event_columns(contracts[_EVENTS]) if _EVENTS in contracts else {}
    file = _File(known, event_types(project), found)
    activity = file.activity(written)
    spec = SessionsSpec(
        zone=project.settings.time_zone,
        gap=file.seconds(written.gap, "gap", least=1),
        cap=file.seconds(written.cap, "cap", least=1),
        over_cap=written.over_cap,
        cut_at=tuple(
            text for place, text in enumerate(written.cut_at) if file.value(text, f"cut_at[{place}]", "something to compare")
        ),
        by=written.by if file.value(written.by, "by", "the id of a visit") else None,
        activity=activity,
        page_views=file.page_views(written.page_views, activity),
        page=written.page_views.page if file.value(written.page_views.page, "page_views.page", "a page") else None,
        heartbeats=file.heartbeats(written.heartbeats, activity),
        conversions=file.conversions(written.conversions, activity),
        bounce_page_views=written.bounce.page_views,
        bounce_seconds=file.seconds(written.bounce.shorter_than, "bounce.shorter_than", least=0),
        machines=file.machines(written.machines),
        columns=file.further(written.columns),
    )
    return spec.model_copy(update={"event_columns": {name: kind for name, kind in known.items() if name in file.used}})


class _File:
    """Checks the parts of the file one by one, and keeps which columns of events the right expressions name."""

    def __init__(self, known: Mapping[str, str], types: set[str], found: Found) -> None:
        self.known, self.types, self.found = known, types, found
        self.used: set[str] = set()

    def seconds(self, said: Duration, address: str, least: int) -> int:
        """The length in seconds, at least `least`; of one that has none a problem, and an hour."""
        try:
            seconds = said.seconds
        except ValueError as error:
            self.found.add("duration", str(error), f"sessions.{address}")
            return 3600
        if seconds < least:
            self.found.add("duration", f"{said} is no length", f"sessions.{address}", "write one of a second or longer")
            return 3600
        return seconds

    def expression(self, text: str, address: str, predicate: bool = False) -> Expression | None:
        """The expression over one event; None, and a problem, where it is wrong."""
        try:
            parsed = parse(text, self.known, predicate=predicate)
        except ExpressionError as error:
            self.found.add("expression", error.message, f"sessions.{address}", error.way_out, error.offset)
            return None
        self.used |= {name.partition(".")[0] for name in parsed.names}
        return parsed

    def value(self, text: str | None, address: str, what_for: str) -> Expression | None:
        """The expression, if it gives one value; of a list or map a problem, and None; None of none."""
        parsed = self.expression(text, address) if text is not None else None
        if parsed is not None and family(parsed.type) in ("array", "map", "other", "null"):
            what = f"{what_for} is one value, and this is {parsed.type}"
            self.found.add("expression-type", what, f"sessions.{address}", "name a key of a map: context.page")
            return None
        return parsed

    def activity(self, written: SessionsFile) -> Kind:
        """Which events make visits."""
        said = written.activity
        if said.of and said.without:
            what = "`activity` says either `of` or `without`"
            self.found.add("one-of", what, "sessions.activity", "types that are named in `of` need no `without`")
        of, without = self._known_types(said.of, "activity.of"), self._known_types(said.without, "activity.without")
        return Kind(of=of, without=without, where=self._where(said.where, "activity"))

    def page_views(self, said: PageViewsFile, activity: Kind) -> Kind:
        """Which events are page views; a warning where nothing is said of them and there are none."""
        if said != PageViewsFile():
            return self._kind(said.of, said.where, "page_views", activity)
        of = listed(said.of)
        if self.types and not _within(of, activity) & self.types:
            what = f"no source writes {of[0]} as activity, so no visit has page views"
            self.found.warn("no-page-views", what, "sessions.page_views", "name yours: page_views: {of: <type>}")
        return Kind(of=of)

    def heartbeats(self, said: HeartbeatsFile, activity: Kind) -> Heartbeats | None:
        """The heartbeats; None where nothing is said of them and no source writes any."""
        every = self.seconds(said.every, "heartbeats.every", least=1)
        first = self.seconds(said.first, "heartbeats.first", least=0)
        each = said.each if self.value(said.each, "heartbeats.each", "what heartbeats are of") else None
        if said == HeartbeatsFile() and not _within(listed(said.of), activity) & self.types:
            return None
        return Heartbeats(kind=self._kind(said.of, said.where, "heartbeats", activity), every=every, first=first, each=each)

    def conversions(self, said: ConversionsFile | None, activity: Kind) -> Kind | None:
        """What a visit is for; None where nothing is."""
        return None if said is None else self._kind(said.of, said.where, "conversions", activity)

    def machines(self, said: MachinesFile | None) -> Machines | None:
        """What people do not do; None where nothing is said of it."""
        if said is None:
            return None
        return Machines(page_views=said.page_views, within=self.seconds(said.within, "machines.within", least=1))

    def further(self, written: Mapping[str, str]) -> tuple[Further, ...]:
        """The project's own columns, with the type in which they are kept."""
        columns = []
        for name, text in written.items():
            address = f"columns.{name}"
            if name in FIXED:
                what = f"{name} is a column of silver.sessions already"
                self.found.add("name-taken", what, f"sessions.{address}", "give it another name")
                continue
            parsed = self.value(text, address, "a column of a visit")
            if parsed is not None:
                columns.append(Further(name=name, expression=text, type=stored_type(parsed.type)))
        return tuple(columns)

    def _kind(self, of: Types, where: str | None, address: str, activity: Kind) -> Kind:
        """Events of these types, each of which is activity."""
        types = self._known_types(of, f"{address}.of")
        for name in types:
            if not _within((name,), activity):
                what = f"{name} is no activity, so no visit has any"
                self.found.add("no-activity", what, f"sessions.{address}.of", "let `activity` take it in")
        return Kind(of=types, where=self._where(where, address))

    def _known_types(self, of: Types, address: str) -> tuple[str, ...]:
        """The types, each once, in order of the alphabet; one that no source writes is told."""
        types = listed(of)
        tell_unknown(types, self.types, f"sessions.{address}", self.found)
        return types

    def _where(self, text: str | None, address: str) -> str | None:
        return text if text and self.expression(text, f"{address}.where", predicate=True) else None


def _within(types: Iterable[str], activity: Kind) -> set[str]:
    """Those of the types that can be activity."""
    return {name for name in types if name not in activity.without and (not activity.of or name in activity.of)}
