"""Whether a day has as many events as it usually has. No Spark."""

from datetime import date, timedelta

from dmp_spark.ingest.resolved import Volume
from dmp_spark.ingest.volume import told, unusual

TODAY = date(2018, 3, 1)  # a Thursday
USUAL = Volume(days=28, same_weekdays=False, least=0.5, most=2.0, holds=True)
WEEKDAYS = USUAL.model_copy(update={"same_weekdays": True})


def day(ago: int) -> date:
    return TODAY - timedelta(days=ago)


def even(first: int, last: int = 2, count: int = 100) -> dict[date, int]:
    return {day(ago): count for ago in range(first, last - 1, -1)}


def test_yesterday_stands_against_the_median_of_the_days_before_it() -> None:
    """By number of events yesterday: half and twice the usual are still usual, and one more or less is not."""
    before = even(40)
    said = {count: unusual(USUAL, before, before | {day(1): count}, TODAY) for count in (49, 50, 100, 200, 201)}

    assert said == {
        49: ("2018-02-28 has 49 events, less than 50 % of the usual 100",),
        50: (),
        100: (),
        200: (),
        201: ("2018-02-28 has 201 events, more than 200 % of the usual 100",),
    }


def test_a_few_odd_days_among_the_recent_ones_do_not_move_what_is_usual() -> None:
    before = even(40) | {day(5): 0, day(6): 100_000, day(7): 100_000}

    assert unusual(USUAL, before, before | {day(1): 100}, TODAY) == ()
    assert unusual(USUAL, before, before | {day(1): 20}, TODAY) != ()


def test_a_day_that_is_left_out_has_none_and_one_that_is_not_over_is_not_judged() -> None:
    before = even(40, 3)

    assert unusual(USUAL, before, before | {day(1): 100, day(0): 3}, TODAY) == (
        "2018-02-27 has 0 events, less than 50 % of the usual 100",
    )
    ahead = before | {day(-9): 1}  # a clock that is ahead hides no day that is left out
    assert unusual(USUAL, ahead, ahead | {day(1): 100}, TODAY) == ("2018-02-27 has 0 events, less than 50 % of the usual 100",)
    assert unusual(USUAL, before, before | {day(2): 100, day(0): 3}, TODAY) == ()  # yesterday is not there yet: freshness tells


def test_only_days_that_the_run_adds_to_are_judged() -> None:
    """A day that was low and stands is not told again; what comes late for it is not either, unless it is too much."""
    before = even(40) | {day(2): 3, day(4): 3, day(9): 900}

    assert unusual(USUAL, before, before | {day(1): 100}, TODAY) == ()
    assert unusual(USUAL, before, before | {day(1): 100, day(4): 4}, TODAY) == ()
    assert unusual(USUAL, before, before | {day(2): 4}, TODAY) == ("2018-02-27 has 4 events, less than 50 % of the usual 100",)
    assert unusual(USUAL, before, before | {day(1): 100, day(4): 201}, TODAY) == (
        "2018-02-25 has 201 events, more than 200 % of the usual 100",
    )
    assert unusual(USUAL, before, before, TODAY) == ()  # read again, and the same


def test_too_few_days_and_too_few_events_tell_nothing() -> None:
    for count, days, is_judged in ((100, 7, True), (100, 6, False), (50, 20, True), (49, 20, False)):
        before = even(days + 1, count=count)
        assert (unusual(USUAL, before, before | {day(1): 1}, TODAY) != ()) == is_judged, (count, days)
    sparse = {at: count for at, count in even(40).items() if at.toordinal() % 3 == 0}  # on most days none: that is usual
    assert unusual(USUAL, sparse, sparse | {day(1): 1}, TODAY) == ()
    assert unusual(USUAL, {}, {}, TODAY) == ()
    assert unusual(USUAL, {}, {day(0): 5}, TODAY) == ()
    assert unusual(USUAL, {}, even(40, 30) | {day(29): 1}, TODAY) == ()  # too long ago: a load of history


def test_a_first_load_is_judged_in_its_last_days_only() -> None:
    first = even(60) | {day(40): 1, day(20): 1, day(1): 1}
    assert [text.split()[0] for text in unusual(USUAL, {}, first, TODAY)] == ["2018-02-09", "2018-02-28"]


def test_against_the_same_weekdays_a_quiet_sunday_is_usual_and_a_quiet_monday_is_not() -> None:
    """A shop that is shut on Saturdays and quiet on Sundays: day(4) is a Sunday, day(5) a Saturday, day(3) a Monday."""

    def usual(ago: int) -> int:
        return {5: 0, 6: 60}.get(day(ago).weekday(), 200)

    before = {day(ago): usual(ago) for ago in range(60, 5, -1) if usual(ago)}
    week = {day(ago): usual(ago) for ago in (4, 3, 2, 1)}

    assert unusual(WEEKDAYS, before, before | week, TODAY) == ()
    assert [text.split()[0] for text in unusual(USUAL, before, before | week, TODAY)] == ["2018-02-24", "2018-02-25"]
    assert unusual(WEEKDAYS, before, before | week | {day(3): 60}, TODAY) == (
        "2018-02-26 has 60 events, less than 50 % of the usual 200",
    )
    three = {at: count for at, count in before.items() if at >= day(24)}  # three Mondays
    assert unusual(WEEKDAYS, three, three | {day(3): 60}, TODAY) == ()


def test_many_unusual_days_are_told_in_short() -> None:
    assert told(()) == ""
    assert told(("a", "b")) == "a; b"
    assert told(("a", "b", "c", "d", "e")) == "c; d; e; and 2 days before"
