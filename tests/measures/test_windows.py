"""Windows are whole local days."""

from datetime import date

import pytest

from dmp_spark.measures import windows


@pytest.mark.parametrize(
    ("window", "steps", "expected"),
    [
        ("7 days", -1, date(2017, 3, 24)),
        ("2 weeks", -1, date(2017, 3, 17)),
        ("1 month", -1, date(2017, 2, 28)),
        ("1 month", 1, date(2017, 4, 30)),
        ("12 months", -1, date(2016, 3, 31)),
        ("3 months", 3, date(2017, 12, 31)),
    ],
)
def test_a_day_moves_by_windows_and_stays_within_short_months(window: str, steps: int, expected: date) -> None:
    assert windows.moved(date(2017, 3, 31), window, steps) == expected


def test_a_series_by_months_is_not_shifted_by_a_short_month() -> None:
    days = windows.series(date(2017, 1, 31), date(2017, 6, 1), "1 month")
    assert days == (date(2017, 1, 31), date(2017, 2, 28), date(2017, 3, 31), date(2017, 4, 30), date(2017, 5, 31))


def test_a_series_ends_before_until() -> None:
    assert windows.series(date(2017, 4, 1), date(2017, 4, 15), "1 week") == (date(2017, 4, 1), date(2017, 4, 8))
    assert windows.series(date(2017, 4, 1), date(2017, 4, 1), "1 day") == ()


@pytest.mark.parametrize(("window", "expected"), [("60 days", "60d"), ("1 month", "1mo"), ("2 weeks", "2w"), ("ever", "ever")])
def test_a_window_ends_a_columns_name(window: str, expected: str) -> None:
    assert windows.suffix(window) == expected


@pytest.mark.parametrize(
    ("window", "is_wrong"),
    [("36 hours", True), ("10 seconds", True), ("0 days", True), ("90 days", False), ("ever", False), ("1 month", False)],
)
def test_windows_are_whole_days(window: str, is_wrong: bool) -> None:
    assert (windows.fault(window) is not None) is is_wrong


@pytest.mark.parametrize(("window", "has_weeks"), [("13 days", False), ("14 days", True), ("1 month", True), ("ever", False)])
def test_a_slope_needs_two_weeks(window: str, has_weeks: bool) -> None:
    assert windows.has_weeks(window) is has_weeks
