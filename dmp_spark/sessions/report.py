"""What the report says of the visits: how many a day, how many were bounces, which channels brought them, why they began."""

from collections.abc import Iterable
from typing import Any

from dmp_spark.section import About, Answers, Column, Fact, Kind, Part, Section, Sentence, Table
from dmp_spark.sessions.spec import SessionsSpec
from dmp_spark.sessions.tables import Begin
from dmp_spark.wording import counted, plain, share

MOST_DAYS = 31
MOST_CHANNELS = 20
_COUNTED = """count(*) as visits, sum(page_views) as page_views, sum(case when is_bounce then 1 else 0 end) as bounces,
                   sum(case when conversions > 0 then 1 else 0 end) as converting, sum(engaged_seconds) as engaged"""
_OF_PEOPLE = "where is_bot is null or is_bot = false"
_REASONS = {
    Begin.FIRST: "nothing came before",
    Begin.GAP: "after a gap",
    Begin.CHANGE: "something declared changed",
    Begin.DAY: "midnight, in activity over the cap",
    Begin.GIVEN: "the tracker says so",
}


def queries(spec: SessionsSpec, about: About) -> dict[str, str]:
    """Visits of people by day and by channel, why they began, and those of machines."""
    return {
        "days": f"""
            select session_date as day, {_COUNTED}
            from silver.sessions {_OF_PEOPLE} group by session_date order by session_date""",
        "channels": f"""
            select channel, {_COUNTED}
            from silver.sessions {_OF_PEOPLE} group by channel order by visits desc, channel""",
        "reasons": f"""
            select began_by, count(*) as visits from silver.sessions {_OF_PEOPLE}
            group by began_by order by visits desc, began_by""",
        "machines": "select count(*) as visits from silver.sessions where is_bot",
    }


def section(spec: SessionsSpec, about: About, answers: Answers) -> Section:
    """The section; it shows counts, and names no visit."""
    days = answers["days"].named
    machines = answers["machines"].first.get("visits") or 0
    visits, bounces, converting = (sum(row[name] or 0 for row in days) for name in ("visits", "bounces", "converting"))
    facts = [Fact("visits", visits, note=f"on {counted(len(days), 'day')}"), Fact("bounces", share(bounces, visits), Kind.SHARE)]
    if spec.conversions is not None:
        facts.append(Fact("with a conversion", share(converting, visits), Kind.SHARE))
    parts: list[Part] = []
    if machines:
        parts.append(Sentence(f"Visits of machines are left out here: {machines:,}. silver.sessions keeps them (is_bot)."))
    parts += [_days(days, spec), _channels(answers["channels"].named, visits, spec), _reasons(answers["reasons"].rows, visits)]
    return Section("sessions", "Visits", tuple(parts), tuple(facts))


def _days(days: list[dict[str, Any]], spec: SessionsSpec) -> Table:
    shown = days[-MOST_DAYS:]
    note = f"The last {len(shown)} of {len(days)} days on which a visit began." if len(days) > len(shown) else ""
    rows = tuple((row["day"], *_figures(row, spec), row["visits"]) for row in shown)
    return Table("Visits a day", (Column("day", Kind.MOMENT), *_columns(spec), Column("", Kind.BAR)), rows, note)


def _channels(channels: list[dict[str, Any]], visits: int, spec: SessionsSpec) -> Table:
    shown = channels[:MOST_CHANNELS]
    rest = channels[MOST_CHANNELS:]
    rows = [(_named(row["channel"]), *_figures(row, spec), share(row["visits"], visits)) for row in shown]
    note = f"{counted(len(rest), 'channel')} more with {counted(sum(row['visits'] for row in rest), 'visit')}." if rest else ""
    columns = (Column("channel"), *_columns(spec), Column("of all", Kind.SHARE))
    return Table("By channel", columns, tuple(rows), note)


def _reasons(rows: Iterable[tuple[Any, ...]], visits: int) -> Table:
    told = tuple((_REASONS.get(began_by, began_by), count, share(count, visits), count) for began_by, count in rows)
    columns = (Column("began"), Column("visits", Kind.COUNT), Column("of all", Kind.SHARE), Column("", Kind.BAR))
    return Table("Why they began", columns, told)


def _columns(spec: SessionsSpec) -> tuple[Column, ...]:
    converting = (Column("with a conversion", Kind.SHARE),) if spec.conversions is not None else ()
    engaged = (Column("engaged, mean", Kind.NUMBER, "s"),) if spec.heartbeats is not None else ()
    return (
        Column("visits", Kind.COUNT),
        Column("page views", Kind.COUNT),
        Column("bounces", Kind.SHARE),
        *converting,
        *engaged,
    )


def _figures(row: dict[str, Any], spec: SessionsSpec) -> tuple[Any, ...]:
    """A row's numbers, as wide as `_columns`."""
    converting = (share(row["converting"], row["visits"]),) if spec.conversions is not None else ()
    engaged = (None if row["engaged"] is None else row["engaged"] / row["visits"],) if spec.heartbeats is not None else ()
    return (row["visits"], row["page_views"], share(row["bounces"], row["visits"]), *converting, *engaged)


def _named(channel: str | None) -> str:
    return "unknown" if channel is None else plain(channel)
