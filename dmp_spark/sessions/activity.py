"""Which events make visits, and what of each the visits are made of."""

from collections.abc import Callable
from datetime import datetime
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.expressions.compile import to_column
from dmp_spark.expressions.parse import parse
from dmp_spark.measures.events import Events
from dmp_spark.sessions.spec import Kind, SessionsSpec

Value = Callable[[str], Column]
"""The Column of an expression over an event."""


def activity(events: DataFrame, spec: SessionsSpec, as_of: datetime) -> DataFrame:
    """One row an event that was known by `as_of` and is activity, key event_id; `events` as in silver.events.

    visit_key (what a visit's events share), event_time, event_date, known_time; `is_given` where a tracker named the visit;
    `cut_<n>` and `further_<name>` are the values of expressions, null where one gives none; `page` is null but of page views,
    `conversion` (what counts once) but of conversions, `value` and `currency` with it.
    """
    value = _value(events, spec)
    known = events.where(F.col("known_time") <= F.lit(as_of))
    shown = {"page_views": is_of(spec.page_views, value)}
    if spec.heartbeats is not None:
        shown["heartbeats"] = is_of(spec.heartbeats.kind, value)
    converts = F.lit(False) if spec.conversions is None else is_of(spec.conversions, value)
    each = spec.heartbeats.each if spec.heartbeats is not None else None
    return known.where(is_of(spec.activity, value)).select(
        visit_key(events, spec).alias("visit_key"),
        *([] if spec.by is None else [_given(spec.by, value).isNotNull().alias("is_given"), F.col("subject_id")]),
        "event_id",
        "event_time",
        "event_date",
        "known_time",
        "channel",
        "device",
        "is_bot",
        *[flag.alias(name) for name, flag in shown.items()],
        *([] if spec.page is None else [F.when(shown["page_views"], value(spec.page).cast("string")).alias("page")]),
        *([] if each is None else [value(each).cast("string").alias("heartbeat_of")]),
        F.when(converts, _counts_once()).alias("conversion"),
        F.when(converts, F.col("value")).alias("value"),
        F.when(converts & F.col("value").isNotNull(), F.col("currency")).alias("currency"),
        *[value(text).alias(f"cut_{place}") for place, text in enumerate(spec.cut_at)],
        *[value(one.expression).try_cast(one.type).alias(f"further_{one.name}") for one in spec.columns],
    )


def keys_of_visits(events: DataFrame, spec: SessionsSpec, as_of: datetime) -> DataFrame:
    """What the visits of these events share, one column `spec.key`, a row each event that is activity known by `as_of`."""
    return activity(events, spec, as_of).select(F.col("visit_key").alias(spec.key))


def keyed(events: DataFrame, spec: SessionsSpec) -> DataFrame:
    """The events with `spec.key` among their columns: subject_id is there, what `by` gives stands beside as visit_key."""
    return events if spec.by is None else events.withColumn(spec.key, visit_key(events, spec))


def visit_key(events: DataFrame, spec: SessionsSpec) -> Column:
    """What the events of a visit share: what `by` gives, where it gives any but blanks, else subject_id. Never null."""
    subject = F.col("subject_id")
    return subject if spec.by is None else F.coalesce(_given(spec.by, _value(events, spec)), subject)


def is_of(kind: Kind, value: Value) -> Column:
    """Whether an event is of a kind; never null."""
    event_type, said = F.col("event_type"), []
    if kind.of:
        said.append(event_type.isin(*kind.of))
    if kind.without:
        said.append(~event_type.isin(*kind.without))
    if kind.where is not None:
        said.append(value(kind.where))
    return F.coalesce(reduce(Column.__and__, said), F.lit(False)) if said else F.lit(True)


def _value(events: DataFrame, spec: SessionsSpec) -> Value:
    column = Events(events, spec.zone).column
    return lambda text: to_column(parse(text, spec.event_columns), column)


def _given(by: str, value: Value) -> Column:
    """The id of the visit as text; null where it is blank, or else the events of everybody would be one visit."""
    said = value(by).cast("string")
    return F.when(F.trim(said) != "", said)


def _counts_once() -> Column:
    """What conversions that count once have in common: their type and order, of one without an order its own id."""
    return F.struct("event_type", "order_id", F.when(F.col("order_id").isNull(), F.col("event_id")).alias("event_id"))
