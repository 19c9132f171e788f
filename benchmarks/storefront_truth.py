"""How close a run of conf/storefront comes to what is known to be true: python -m benchmarks.storefront_truth.

Prints people, identifiers, visits and duplicates as found and as they are; of the visits whose records are all right and all
there, how many were found as they are: begin, end, pages, attention, channel, and whether a machine made it. Exit 1 where a
number differs by more than is stated beside it. Reads published tables and the truth's Parquet; starts no Spark.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from benchmarks.shopping_truth import table

PROJECT = Path(__file__).parents[1] / "conf" / "storefront"
MOMENT = "2026-03-06 00:00:00"
AS_OF = f"timestamptz '{MOMENT}+00'"

# What a run can know of the truth: records that are not refused for what they are, and came by its as_of.
READABLE = "coalesce(dirt, '') not in ('clock_ahead', 'broken', 'text_for_number', 'no_id', 'no_subject', 'bad_bytes')"
CAME = f"{READABLE} and received_at <= {AS_OF}"
# A sitting that a campaign cuts is judged whole: without the first link nobody can know that the second is another one's.
WHOLE = f"""
    with logged as (select * from events where source = 'weblogs' and copy = 0),
    whole as (select sitting from logged join visits using (visit) group by sitting having bool_and({CAME})),
    seen as (
        select visit, min(happened_at) as begun, max(happened_at) as ended, count_if(event_type = 'page_view') as pages
        from logged where event_type <> 'login' group by visit)
    select cookie, begun, ended, seen.pages, engaged_seconds, channel, is_robot
    from visits join whole using (sitting) join seen using (visit)"""
TRUE: dict[str, str] = {
    "duplicates in the web log": "select count(*) from events where source = 'weblogs' and is_duplicate",
    "visits": f"""
        select count(distinct visit) from events
        where source = 'weblogs' and not is_duplicate and event_type <> 'login' and {CAME}""",
    "visits of machines": f"""
        select count(distinct visit) from events join visits using (visit)
        where source = 'weblogs' and is_robot and not is_duplicate and {CAME}""",
    "cookies": f"""
        select count(distinct cookie) from events join visits using (visit)
        where source = 'weblogs' and not is_duplicate and {CAME}""",
    "customers who logged in": f"""
        select count(distinct customer) from events join visits using (visit)
        where source = 'weblogs' and event_type = 'login' and not is_duplicate and {CAME}""",
    "whole visits, as they are": f"select count(*) from ({WHOLE})",
    "people": "select count(distinct person) from visits where not is_robot",
}
KNOWN = f"known_time <= timestamp '{MOMENT}'"
FOUND: dict[str, str] = {
    "duplicates in the web log": "select sum(rows_duplicate) as n from bronze.files where source = 'weblogs' and state = 'taken'",
    "visits": "select count(*) as n from silver.sessions",
    "visits of machines": "select count(*) as n from silver.sessions where is_bot",
    "cookies": f"select count(distinct subject_id) as n from silver.events where event_type = 'page_view' and {KNOWN}",
    "customers who logged in": f"select count(distinct subject_id) n from silver.events where event_type = 'login' and {KNOWN}",
    "people": "select count(distinct person_id) as n from silver.identity_map",
}
SESSIONS = """
    select i.value as cookie, s.started_at as begun, s.ended_at as ended, s.page_views as pages, s.engaged_seconds, s.channel,
        s.is_bot as is_robot
    from silver.sessions s join silver.identifiers i on i.identifier_id = s.subject_id"""
MAY_DIFFER = {
    "duplicates in the web log": 0.0,
    "visits": 0.01,  # a rejected record may part a visit, or take the campaign that began one
    "visits of machines": 0.01,  # by name or by what they do; of a short one too many records may be rejected
    "cookies": 0.005,  # of a cookie with one page that page may be among the rejected
    "customers who logged in": 0.0,
    "whole visits, as they are": 0.0,
}
"""The share by which found and true may differ; people are told and not judged, until identifiers are joined."""


@dataclass(frozen=True)
class Compared:
    """Something counted: how many were found, how many there are, and the share by which they may differ (None: any)."""

    name: str
    found: int
    true: int
    may_differ: float | None

    @property
    def holds(self) -> bool:
        """Whether they differ by no more than is allowed."""
        return self.may_differ is None or abs(self.found - self.true) <= self.may_differ * self.true


def of_the_lakehouse(lakehouse: Path) -> dict[str, int]:
    """What a run found, without Spark."""
    return {name: int(table(lakehouse, query).to_pylist()[0]["n"] or 0) for name, query in FOUND.items()}


def of_the_truth(truth: Path) -> dict[str, int]:
    """What there is to be found."""
    with _opened(truth) as database:
        return {name: int(database.execute(query).fetchone()[0]) for name, query in TRUE.items()}  # type: ignore[index]


def found_as_they_are(sessions: pa.Table, truth: Path) -> int:
    """How many of the visits that could be found as they are were: of `sessions`, as SESSIONS asks for them."""
    with _opened(truth) as database:
        database.register("sessions", sessions)
        # intersect tells neither zone nor order apart, and a visit that was found twice counts once
        query = f"select count(*) from (({WHOLE}) intersect (select * from sessions))"
        return int(database.execute(query).fetchone()[0])  # type: ignore[index]


def compared(found: dict[str, int], true: dict[str, int]) -> list[Compared]:
    """Found and true side by side."""
    return [Compared(name, found[name], true[name], MAY_DIFFER.get(name)) for name in TRUE]


def main(project: Path = PROJECT, lakehouse: Path | None = None, truth: Path | None = None) -> int:
    """Print what was found beside what is true; 0 where all that is judged holds."""
    lakehouse, truth = lakehouse or project / "lakehouse", truth or project / "data" / "truth"
    found = of_the_lakehouse(lakehouse)
    found["whole visits, as they are"] = found_as_they_are(table(lakehouse, SESSIONS), truth)
    rows = compared(found, of_the_truth(truth))
    print(f"{'':28} {'found':>12} {'true':>12}   may differ by")
    for each in rows:
        allowed = "not judged: identifiers are not joined yet" if each.may_differ is None else f"{each.may_differ:.1%}"
        print(f"  {each.name:26} {each.found:12,} {each.true:12,}   {allowed}{'' if each.holds else '   MISSED'}")
    return 0 if all(each.holds for each in rows) else 1


def _opened(truth: Path) -> duckdb.DuckDBPyConnection:
    database = duckdb.connect()
    database.execute("set timezone = 'UTC'")  # in which Spark wrote the times, without saying so
    for name in ("events", "visits"):
        database.execute(f"create view {name} as select * from read_parquet('{truth / name}/*.parquet')")
    return database


if __name__ == "__main__":
    sys.exit(main())
