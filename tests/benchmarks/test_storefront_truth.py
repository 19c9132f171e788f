"""What `make run-storefront` sets side by side, from rows written by hand."""

from pathlib import Path

import duckdb
import pytest

from benchmarks.storefront_truth import MAY_DIFFER, TRUE, Compared, compared, of_the_truth

EVENTS = """
select * from (values
    ('weblogs', 1, 'page_view', false, null,         '2026-01-05 10:00:00+00'),
    ('weblogs', 1, 'page_ping', false, 'again',      '2026-01-05 10:00:10+00'),
    ('weblogs', 1, 'page_ping', true,  'again',      '2026-01-05 10:00:10+00'),
    ('weblogs', 2, 'page_view', false, 'broken',     '2026-01-05 11:00:00+00'),
    ('weblogs', 3, 'page_view', false, 'late_weeks', '2026-04-05 11:00:00+00'),
    ('weblogs', 4, 'login',     false, null,         '2026-01-06 11:00:00+00'),
    ('weblogs', 5, 'page_view', false, 'late_hours', '2026-03-06 00:00:00+00'),
    ('social', null, 'post',    true,  'again',      '2026-01-06 11:00:00+00')
) as t (source, visit, event_type, is_duplicate, dirt, received)
"""
VISITS = """
select * from (values (1, 'a', 10, false, null), (2, 'a', 10, false, null), (3, 'b', 11, false, null),
    (4, 'c', 11, false, 'C1'), (5, 'd', 12, true, null)) as t (visit, cookie, person, is_robot, customer)
"""


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    """A truth of eight records and five visits."""
    for name, rows in (("events", EVENTS), ("visits", VISITS)):
        (tmp_path / name).mkdir()
        stamped = rows.replace("select *", "select *, received::timestamptz as received_at", 1) if name == "events" else rows
        duckdb.sql(f"copy ({stamped}) to '{tmp_path / name}/part.parquet' (format parquet)")
    return tmp_path


def test_the_truth_is_what_a_run_could_know(truth: Path) -> None:
    """What is broken, or came after the run's moment, nobody can find; what comes at that very moment is known."""
    assert of_the_truth(truth) == {
        "duplicates in the web log": 1,
        "visits": 2,
        "cookies": 3,
        "customers who logged in": 1,
        "people": 2,
    }


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
