"""What sessions reads and promises."""

from enum import StrEnum

from dmp_spark.contracts import Column, Contract, TableClass
from dmp_spark.sessions.spec import SessionsSpec

READS = ("silver.events",)
WRITES = ("silver.sessions",)
FOLLOWS = READS


class Begin(StrEnum):
    """Why a visit began where it did."""

    FIRST = "first"
    GAP = "gap"
    CHANGE = "change"
    DAY = "day"
    GIVEN = "given"


_HEAD = (
    Column(
        "session_id",
        "string",
        "stable_id of 'session' and the visit's earliest-known event, by known_time, event_time, event_id",
        nullable=False,
    ),
    Column("subject_id", "string", "the subject of its events; with `by` that of its first event", nullable=False),
)
_KEY = Column(
    "visit_key", "string", "what its events share: what `by` gives, of events without it their subject_id", nullable=False
)
_BODY = (
    Column("started_at", "timestamp", "event_time of its first event", nullable=False),
    Column("ended_at", "timestamp", "event_time of its last event", nullable=False),
    Column("session_date", "date", "the local day of the project on which it began", nullable=False),
    Column("session_month", "date", "first day of session_date's month", generated="trunc(session_date,'MM')"),
    Column("known_time", "timestamp", "from when it could have been used as it is: the latest of its events'", nullable=False),
    Column(
        "began_by",
        "string",
        "why it began there: first (nothing of its subject came before), gap, change (of cut_at), day (over the cap), given (by)",
        nullable=False,
    ),
    Column("events", "bigint", "how many events it has, of every kind that is activity", "events", nullable=False),
    Column("page_views", "bigint", "how many of them are page views", "page views", nullable=False),
    Column(
        "conversions",
        "bigint",
        "how many conversions: those of one type and order_id count once, and each without order_id",
        "conversions",
        nullable=False,
    ),
    Column(
        "conversion_value",
        "decimal(18,4)",
        "money that its conversions brought; null where none has a value, or they are in several currencies",
        "currency",
    ),
    Column("currency", "string", "ISO 4217 code of conversion_value; null where that is"),
    Column(
        "engaged_seconds",
        "bigint",
        "how long somebody was there by its heartbeats: every × (heartbeats − 1) + first; 0 without one, null where the project "
        "has none",
        "seconds",
    ),
    Column("duration_seconds", "bigint", "whole seconds from its first event to its last", "seconds", nullable=False),
    Column(
        "is_bounce",
        "boolean",
        "whether it had no conversion, few page views, and was short both by duration and by heartbeats",
        nullable=False,
    ),
    Column("is_bot", "boolean", "whether a machine made it, by what its events say or by `machines`; null where nobody judged"),
    Column("entry_page", "string", "page of its first page view that has one"),
    Column("exit_page", "string", "page of its last page view that has one"),
    Column("channel", "string", "channel of its first event that has one"),
    Column("device", "string", "device of its first event that has one"),
)
FIXED = frozenset(column.name for column in (*_HEAD, _KEY, *_BODY))
"""The names that columns of a project cannot have."""


def contracts(spec: SessionsSpec) -> dict[str, Contract]:
    """The contracts of this stage's tables, by name: with `by` also visit_key, and the project's own columns last."""
    further = [
        Column(one.name, one.type, f"{one.expression} of its first event that has one; null where none has")
        for one in spec.columns
    ]
    sessions = Contract(
        name="silver.sessions",
        owner="sessions",
        table_class=TableClass.STATE,
        meaning="Visits: the events of a subject without a long gap between them, one row a visit",
        key=("session_id",),
        partitioned_by=("session_month",),
        columns=(*_HEAD, *(() if spec.by is None else (_KEY,)), *_BODY, *further),
    )
    return {sessions.name: sessions}
