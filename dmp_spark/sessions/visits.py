"""One row a visit, of the events that were put into it."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.functions.keys import stable_id
from dmp_spark.measures.tiles import MONEY
from dmp_spark.sessions.cuts import VISIT, seconds_between
from dmp_spark.sessions.machines import is_bot, with_views_ahead
from dmp_spark.sessions.spec import Heartbeats, SessionsSpec
from dmp_spark.sessions.tables import Begin


def visits(rows: DataFrame, spec: SessionsSpec) -> DataFrame:
    """The columns of silver.sessions, one row a visit, key session_id, of the rows of `in_visits`.

    A visit is named after its founder, the event of it that was known first (docs/architecture.md, "The laws").
    """
    made = with_views_ahead(rows, spec).groupBy(*VISIT).agg(*[column.alias(name) for name, column in _sums(spec).items()])
    lasts = seconds_between(F.col("started_at"), F.col("ended_at"))
    has_one_currency = F.col("least_currency").eqNullSafe(F.col("greatest_currency"))
    money = F.when(has_one_currency, F.col("total").try_cast(MONEY))
    lasted = F.greatest(lasts, F.col("engaged_seconds"))  # greatest passes nulls over
    is_bounce = (
        (F.col("conversions") == 0)
        & (F.col("page_views") <= F.lit(spec.bounce_page_views))
        & (lasted < F.lit(spec.bounce_seconds))
    )
    return made.select(
        stable_id("session", F.col("founder")).alias("session_id"),
        *([F.col("visit_key").alias("subject_id")] if spec.by is None else ["subject_id", "visit_key"]),
        "started_at",
        "ended_at",
        "session_date",
        "known_time",
        F.coalesce("began_by", F.lit(Begin.DAY.value)).alias("began_by"),
        "events",
        "page_views",
        "conversions",
        money.alias("conversion_value"),
        F.when(money.isNotNull(), F.col("least_currency")).alias("currency"),
        "engaged_seconds",
        lasts.alias("duration_seconds"),
        is_bounce.alias("is_bounce"),
        "is_bot",
        "entry_page",
        "exit_page",
        "channel",
        "device",
        *[F.col(f"further_{one.name}").alias(one.name) for one in spec.columns],
    )


def _sums(spec: SessionsSpec) -> dict[str, Column]:
    """What a visit is by its events: `place` is their order."""
    no_page = F.lit(None).cast("string")
    return {
        **({} if spec.by is None else {"subject_id": F.min_by("subject_id", "place")}),
        "founder": F.min_by("event_id", F.struct("known_time", "place")),
        "started_at": F.min("event_time"),
        "ended_at": F.max("event_time"),
        "session_date": F.min("event_date"),
        "known_time": F.max("known_time"),
        "began_by": F.min_by("reason", "place"),
        "events": F.count("*"),
        "page_views": F.count_if("page_views"),
        "conversions": F.lit(0).cast("bigint") if spec.conversions is None else _distinct("conversion"),
        "total": F.sum("value"),
        "least_currency": F.min("currency"),
        "greatest_currency": F.max("currency"),
        "engaged_seconds": _engaged(spec.heartbeats),
        "is_bot": is_bot(spec),
        "entry_page": no_page if spec.page is None else _first("page"),
        "exit_page": no_page if spec.page is None else F.max_by("page", F.when(F.col("page").isNotNull(), F.col("place"))),
        "channel": _first("channel"),
        "device": _first("device"),
        **{f"further_{one.name}": _first(f"further_{one.name}") for one in spec.columns},
    }


def _first(name: str) -> Column:
    """The value of the first event that has one; rows without an order are passed over."""
    return F.min_by(name, F.when(F.col(name).isNotNull(), F.col("place")))


def _distinct(values: Column | str) -> Column:
    return F.size(F.collect_set(values)).cast("bigint")


def _engaged(heartbeats: Heartbeats | None) -> Column:
    """Seconds in which somebody was there: a thing's n heartbeats prove every × (n − 1) + first of them.

    Source: Snowplow's engaged time of a page view, https://docs.snowplow.io (10 and 5 seconds are its tracker's defaults).
    """
    if heartbeats is None:
        return F.lit(None).cast("bigint")
    beats = F.count_if("heartbeats")
    if heartbeats.each is None:
        things = F.when(beats > 0, F.lit(1)).otherwise(F.lit(0))
    else:  # a struct is never null: heartbeats that say of nothing what they are of are of one thing
        things = _distinct(F.when(F.col("heartbeats"), F.struct("heartbeat_of")))
    return beats * F.lit(heartbeats.every) + things * F.lit(heartbeats.first - heartbeats.every)
