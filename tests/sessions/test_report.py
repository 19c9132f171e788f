"""What the report says of visits: people's alone, with shares of what there is, and nothing where there is nothing."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from dmp_spark.section import About, Rows, Section, Sentence, Table
from dmp_spark.sessions.report import MOST_CHANNELS, MOST_DAYS, section
from dmp_spark.sessions.spec import Heartbeats, Kind, SessionsSpec

ABOUT = About(Path("nowhere"), datetime(2018, 1, 1, 5, tzinfo=UTC), "America/New_York")
PLAIN = SessionsSpec(zone="America/New_York", gap=1800, cap=86400, page_views=Kind(of=("page_view",)))
FULL = PLAIN.model_copy(
    update={"conversions": Kind(of=("purchase",)), "heartbeats": Heartbeats(kind=Kind(of=("page_ping",)), every=10, first=5)}
)
COUNTS = ("visits", "page_views", "bounces", "converting", "engaged")


def rows(first: str, *given: tuple[Any, ...]) -> Rows:
    """Answers as DuckDB gives them: sums are decimals."""
    names = (first, *COUNTS)
    return Rows(names, tuple((*row[:2], *(None if v is None else Decimal(v) for v in row[2:])) for row in given), len(given))


def told(spec: SessionsSpec, **answers: Rows) -> tuple[Section, dict[str, Table], list[str]]:
    nothing = dict.fromkeys(("days", "channels", "reasons", "machines"), Rows())
    said = section(spec, ABOUT, nothing | answers)
    tables = {part.title: part for part in said.parts if isinstance(part, Table)}
    return said, tables, [part.text for part in said.parts if isinstance(part, Sentence)]


def test_shares_are_of_the_visits_of_people_and_machines_are_counted_apart() -> None:
    days = rows("day", (date(2017, 6, 1), 4, 9, 1, 2, 30), (date(2017, 6, 2), 6, 6, 4, 0, None))
    channels = rows("channel", (None, 7, 9, 4, 1, 30), ("organic_search", 3, 6, 1, 1, 0))
    reasons = Rows(("began_by", "visits"), (("gap", 8), ("first", 2)), 2)
    said, tables, sentences = told(FULL, days=days, channels=channels, reasons=reasons, machines=Rows(("visits",), ((3,),), 1))
    assert [(fact.title, float(fact.value)) for fact in said.facts] == [
        ("visits", 10),
        ("bounces", 0.5),
        ("with a conversion", 0.2),
    ]
    assert sentences == ["Visits of machines are left out here: 3. silver.sessions keeps them (is_bot)."]
    assert tables["Visits a day"].rows == (
        (date(2017, 6, 1), 4, 9, 0.25, 0.5, 7.5, 4),
        (date(2017, 6, 2), 6, 6, Decimal(4) / 6, 0, None, 6),
    )
    assert [(row[0], row[1], row[-1]) for row in tables["By channel"].rows] == [("unknown", 7, 0.7), ("organic search", 3, 0.3)]
    assert tables["Why they began"].rows == (("after a gap", 8, 0.8, 8), ("nothing came before", 2, 0.2, 2))
    assert all(len(table.columns) == len(row) for table in tables.values() for row in table.rows)


def test_what_a_project_does_not_count_has_no_column() -> None:
    said, tables, sentences = told(PLAIN, days=rows("day", (date(2017, 6, 1), 4, 9, 1, 0, None)))
    assert [fact.title for fact in said.facts] == ["visits", "bounces"]
    assert [column.title for column in tables["Visits a day"].columns] == ["day", "visits", "page views", "bounces", ""]
    assert sentences == []


def test_the_last_days_and_the_largest_channels_are_shown_and_the_rest_is_counted() -> None:
    first = date(2017, 1, 1)
    days = rows("day", *[(first + timedelta(days=n), 1, 1, 1, 0, None) for n in range(MOST_DAYS + 2)])
    channels = rows("channel", *[(f"c{n}", 1, 1, 1, 0, None) for n in range(MOST_CHANNELS + 2)])
    _, tables, _ = told(PLAIN, days=days, channels=channels)
    assert len(tables["Visits a day"].rows) == MOST_DAYS
    assert tables["Visits a day"].rows[0][0] == first + timedelta(days=2)
    assert tables["Visits a day"].note == f"The last {MOST_DAYS} of {MOST_DAYS + 2} days on which a visit began."
    assert tables["By channel"].note == "2 channels more with 2 visits."


def test_before_the_first_visit_there_is_nothing_to_divide_by() -> None:
    said, tables, _ = told(FULL)
    assert [fact.value for fact in said.facts] == [0, None, None]
    assert {title: table.rows for title, table in tables.items()} == {
        "Visits a day": (), "By channel": (), "Why they began": (),
    }  # fmt: skip
