"""How close a run of conf/storefront comes to what is known to be true: python -m benchmarks.storefront_truth.

Prints people, identifiers, visits and duplicates as found and as they are. Exit 1 where one differs by more than is stated
beside it. Reads published tables and the truth's Parquet; starts no Spark.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from dmp_spark.lakehouse.location import Location
from dmp_spark.operations.sql import answer

PROJECT = Path(__file__).parents[1] / "conf" / "storefront"
AS_OF = "timestamptz '2026-03-06 00:00:00+00'"

# What a run can know of the truth: records that are not refused for what they are, and came by its as_of.
READABLE = "coalesce(dirt, '') not in ('clock_ahead', 'broken', 'text_for_number', 'no_id', 'no_subject', 'bad_bytes')"
TRUE: dict[str, str] = {
    "duplicates in the web log": "select count(*) from events where source = 'weblogs' and is_duplicate",
    "visits": f"""
        select count(distinct visit) from events
        where source = 'weblogs' and not is_duplicate and event_type <> 'login' and {READABLE} and received_at <= {AS_OF}""",
    "cookies": f"""
        select count(distinct cookie) from events join visits using (visit)
        where source = 'weblogs' and not is_duplicate and {READABLE} and received_at <= {AS_OF}""",
    "customers who logged in": f"""
        select count(distinct customer) from events join visits using (visit)
        where source = 'weblogs' and event_type = 'login' and not is_duplicate and {READABLE} and received_at <= {AS_OF}""",
    "people": "select count(distinct person) from visits where not is_robot",
}
KNOWN = "known_time <= timestamp '2026-03-06 00:00:00'"
FOUND: dict[str, str] = {
    "duplicates in the web log": "select sum(rows_duplicate) as n from bronze.files where source = 'weblogs' and state = 'taken'",
    "visits": "select count(*) as n from silver.sessions",
    "cookies": f"select count(distinct subject_id) as n from silver.events where event_type = 'page_view' and {KNOWN}",
    "customers who logged in": f"select count(distinct subject_id) n from silver.events where event_type = 'login' and {KNOWN}",
    "people": "select count(distinct person_id) as n from silver.identity_map",
}
MAY_DIFFER = {
    "duplicates in the web log": 0.0,
    "visits": 0.01,  # a rejected record may part a visit, or take the campaign that began one
    "cookies": 0.005,  # of a cookie with one page that page may be among the rejected
    "customers who logged in": 0.0,
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

    def no_session() -> Any:
        raise SystemExit("this query would start Spark")

    location = Location(lakehouse)
    return {
        name: int(answer(location, query, "auto", no_session).rows.read_all().to_pylist()[0]["n"] or 0)
        for name, query in FOUND.items()
    }


def of_the_truth(truth: Path) -> dict[str, int]:
    """What there is to be found."""
    with duckdb.connect() as database:
        database.execute("set timezone = 'UTC'")  # in which Spark wrote the times, without saying so
        for name in ("events", "visits"):
            database.execute(f"create view {name} as select * from read_parquet('{truth / name}/*.parquet')")
        return {name: int(database.execute(query).fetchone()[0]) for name, query in TRUE.items()}  # type: ignore[index]


def compared(found: dict[str, int], true: dict[str, int]) -> list[Compared]:
    """Found and true side by side."""
    return [Compared(name, found[name], true[name], MAY_DIFFER.get(name)) for name in TRUE]


def main(project: Path = PROJECT, lakehouse: Path | None = None, truth: Path | None = None) -> int:
    """Print what was found beside what is true; 0 where all that is judged holds."""
    rows = compared(of_the_lakehouse(lakehouse or project / "lakehouse"), of_the_truth(truth or project / "data" / "truth"))
    print(f"{'':28} {'found':>12} {'true':>12}   may differ by")
    for each in rows:
        allowed = "not judged: identifiers are not joined yet" if each.may_differ is None else f"{each.may_differ:.1%}"
        print(f"  {each.name:26} {each.found:12,} {each.true:12,}   {allowed}{'' if each.holds else '   MISSED'}")
    return 0 if all(each.holds for each in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
