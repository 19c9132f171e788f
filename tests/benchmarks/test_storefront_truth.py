"""What `make run-storefront` sets side by side, from rows written by hand."""

from pathlib import Path

import duckdb
import pytest

from benchmarks.storefront_truth import MAY_DIFFER, TRUE, Compared, compared, found_as_they_are, of_the_truth

EVENTS = """
select * from (values
    ('weblogs', 1, 'page_view', 0, null,         '2026-01-05 10:00:00+00'),
    ('weblogs', 1, 'page_ping', 0, 'again',      '2026-01-05 10:00:05+00'),
    ('weblogs', 1, 'page_ping', 1, 'again',      '2026-01-05 10:00:05+00'),
    ('weblogs', 2, 'page_view', 0, 'broken',     '2026-01-05 11:00:00+00'),
    ('weblogs', 3, 'page_view', 0, 'late_weeks', '2026-04-05 11:00:00+00'),
    ('weblogs', 4, 'page_view', 0, 'late_days',  '2026-01-06 11:00:00+00'),
    ('weblogs', 4, 'login',     0, null,         '2026-01-06 11:00:01+00'),
    ('weblogs', 5, 'page_view', 0, 'late_hours', '2026-03-06 00:00:00+00'),
    ('weblogs', 6, 'page_view', 0, null,         '2026-01-05 11:00:05+00'),
    ('social', null, 'post',    1, 'again',      '2026-01-06 11:00:00+00')
) as t (source, visit, event_type, copy, dirt, received)
"""
VISITS = """
select * from (values
    (1, 1, 'a', 10, false, null, 5, 'Direct'), (2, 2, 'a', 10, false, null, 0, 'Display'), (3, 3, 'b', 11, false, null, 0, 'Direct'),
    (4, 4, 'c', 11, false, 'C1', 0, 'Email'), (5, 5, 'd', 12, true, null, 0, 'Direct'), (6, 2, 'a', 10, false, null, 0, 'Email')
) as t (visit, sitting, cookie, person, is_robot, customer, engaged_seconds, channel)
"""
MOMENTS = "received::timestamptz as received_at, received::timestamptz as happened_at, copy = 1 as is_duplicate"
FOUND = """
select * from (values
    ('a', '2026-01-05 10:00:00+00', '2026-01-05 10:00:05+00', 1, 5, 'Direct', false),
    ('a', '2026-01-05 11:00:05+00', '2026-01-05 11:00:05+00', 1, 0, 'Email', false),
    ('c', '2026-01-06 11:00:00+00', '2026-01-06 11:00:00+00', 1, 0, 'Email', false),
    ('d', '2026-03-06 00:00:00+00', '2026-03-06 00:00:00+00', 1, 0, 'Direct', true)
) as t (cookie, begun, ended, pages, engaged_seconds, channel, is_robot)
"""


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    """A truth of ten records and six visits, two of which are one sitting."""
    for name, rows in (("events", EVENTS), ("visits", VISITS)):
        (tmp_path / name).mkdir()
        stamped = rows.replace("select *", f"select *, {MOMENTS}", 1) if name == "events" else rows
        duckdb.sql(f"copy ({stamped}) to '{tmp_path / name}/part.parquet' (format parquet)")
    return tmp_path


def test_the_truth_is_what_a_run_could_know(truth: Path) -> None:
    """What is broken, or came after the run's moment, nobody can find; what comes at that very moment is known."""
    assert of_the_truth(truth) == {
        "duplicates in the web log": 1,
        "visits": 4,
        "visits of machines": 1,
        "cookies": 3,
        "customers who logged in": 1,
        "whole visits, as they are": 3,  # of sitting 2 the first visit is broken, so the second is not judged
        "people": 2,
    }


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("from sessions", 3),
        ("from sessions where cookie <> 'c'", 2),
        ("from sessions union all from sessions", 3),
        ("select * replace (begun + interval 1 second as begun) from sessions", 0),
        ("select * replace (ended + interval 1 second as ended) from sessions", 0),
        ("select * replace (pages + 1 as pages) from sessions", 0),
        ("select * replace (engaged_seconds + 1 as engaged_seconds) from sessions", 0),
        ("select * replace ('Referral' as channel) from sessions", 0),
        ("select * replace (not is_robot as is_robot) from sessions", 0),
    ],
)
def test_a_visit_counts_as_found_only_where_all_of_it_is_right(truth: Path, query: str, count: int) -> None:
    with duckdb.connect() as database:
        database.execute(f"create table sessions as {FOUND}")
        database.execute("alter table sessions alter begun type timestamptz")
        database.execute("alter table sessions alter ended type timestamptz")
        assert found_as_they_are(database.sql(query).to_arrow_table(), truth) == count


def test_what_may_differ_may_and_no_more() -> None:
    true = dict.fromkeys(TRUE, 1000)
    rows = compared({**true, "visits": 1010, "people": 5000}, true)
    assert all(each.holds for each in rows)
    assert [each.name for each in compared({**true, "visits": 1011, "cookies": 994}, true) if not each.holds] == [
        "visits",
        "cookies",
    ]
    assert [each.name for each in compared({**true, "duplicates in the web log": 999}, true) if not each.holds] == [
        "duplicates in the web log"
    ]
    assert set(TRUE) - set(MAY_DIFFER) == {"people"}
    assert Compared("nothing", 0, 0, 0.0).holds
