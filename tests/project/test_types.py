"""Durations, windows, shares, moments, zones and secrets as users write them."""

from datetime import UTC, datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from dmp_spark.project.types import Duration, Moment, Name, Secret, Share, Window, Written, Zone, moment_instant


class _File(Written):
    after: Duration = Duration(1, "days")
    over: tuple[Window, ...] = ()
    share: Share = 0.05


def _sentence(kind: object, value: object) -> str:
    with pytest.raises(ValidationError) as caught:
        TypeAdapter(kind).validate_python(value)
    return str(caught.value.errors()[0]["msg"]).removeprefix("Value error, ")


@pytest.mark.parametrize(
    ("text", "shown", "suffix"),
    [
        ("90 days", "90 days", "90d"),
        ("1 day", "1 day", "1d"),
        ("1 days", "1 day", "1d"),
        ("2 weeks", "2 weeks", "2w"),
        ("1 month", "1 month", "1mo"),
        ("30 minutes", "30 minutes", "30min"),
        ("0 minutes", "0 minutes", "0min"),
        ("12 hours", "12 hours", "12h"),
        ("1 second", "1 second", "1s"),
    ],
)
def test_a_duration_says_its_unit(text: str, shown: str, suffix: str) -> None:
    duration = Duration.parse(text)
    assert (str(duration), duration.suffix, Duration.parse(str(duration))) == (shown, suffix, duration)


@pytest.mark.parametrize("text", ["90", "90days", "-1 days", "1.5 days", "ever", "days", "", 90, None, True, "3 years", "³ days"])
def test_what_is_no_duration_is_refused(text: object) -> None:
    with pytest.raises(
        ValueError, match="is no duration: write a whole number and seconds, minutes, hours, days, weeks or months"
    ):
        Duration.parse(text)


def test_days_and_weeks_are_whole_days_and_nothing_else_is() -> None:
    assert [Duration.parse(text).days for text in ("90 days", "2 weeks", "0 days")] == [90, 14, 0]
    for text in ("24 hours", "1440 minutes", "86400 seconds", "1 month"):
        with pytest.raises(ValueError, match=f"{text} is not a whole number of days: write days or weeks"):
            _ = Duration.parse(text).days


def test_seconds_are_known_for_all_but_months() -> None:
    texts = ("10 seconds", "2 minutes", "1 hour", "1 day", "1 week")
    assert [Duration.parse(text).seconds for text in texts] == [10, 120, 3600, 86400, 604800]
    with pytest.raises(ValueError, match="1 month has no fixed length"):
        _ = Duration.parse("1 month").seconds


def test_a_duration_goes_through_a_model_and_its_json_as_text() -> None:
    file = _File.model_validate_json('{"after": "2 weeks", "over": ["7 days", "ever"], "share": "12.5 %"}', strict=True)
    assert (file.after, file.over, file.share) == (Duration(2, "weeks"), (Duration(7, "days"), "ever"), 0.125)
    assert file.model_dump_json() == '{"after":"2 weeks","over":["7 days","ever"],"share":"12.5 %"}'
    assert _File.model_validate_json(file.model_dump_json(), strict=True) == file
    assert _File.model_validate_json("{}").model_dump_json() == '{"after":"1 day","over":[],"share":"5 %"}'


def test_a_window_is_a_duration_or_ever() -> None:
    assert _sentence(Window, "never") == "never is no window: write a duration like 90 days, or ever"


def test_a_share_is_written_in_percent() -> None:
    assert [TypeAdapter(Share).validate_python(text) for text in ("10 %", "95%", "0 %", "100 %", "0.1 %")] == [
        0.1,
        0.95,
        0,
        1,
        0.001,
    ]
    assert _sentence(Share, 10) == "10 is no share: write it in percent, like 10 %"
    assert _sentence(Share, "0.1") == "0.1 is no share: write it in percent, like 10 %"
    assert _sentence(Share, "101 %") == "101 % is more than the whole: write 0 % to 100 %"


@pytest.mark.parametrize("text", ["2018-01-01", "2018-01-01T00:00:00-05:00", "2018-01-01T05:00:00Z"])
def test_a_moment_is_a_local_midnight_or_a_time_with_offset(text: str) -> None:
    assert TypeAdapter(Moment).validate_python(text) == text
    assert moment_instant(text, "America/New_York") == datetime(2018, 1, 1, 5, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2018-02-30", "2018-01-01T00:00:00", "2018", "yesterday", "2018-1-1", "20180101"])
def test_what_is_no_moment_is_refused(text: str) -> None:
    assert _sentence(Moment, text).startswith(f"{text} is no moment: write a date like 2018-01-01")


def test_a_date_is_the_local_midnight_in_summer_and_in_winter() -> None:
    assert moment_instant("2017-07-01", "America/New_York") == datetime(2017, 7, 1, 4, tzinfo=UTC)
    assert moment_instant("2017-07-01", "Asia/Kolkata") == datetime(2017, 6, 30, 18, 30, tzinfo=UTC)


@pytest.mark.parametrize("name", ["Spend", "1st", "_x", "a-b", "a b", "", "ä", "a\n"])
def test_a_name_is_small_letters_digits_and_underscores(name: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Name).validate_python(name)
    assert TypeAdapter(Name).validate_python("spend_30d") == "spend_30d"


def test_an_unknown_zone_is_refused_with_a_near_one() -> None:
    assert TypeAdapter(Zone).validate_python("Europe/Berlin") == "Europe/Berlin"
    assert _sentence(Zone, "America/NewYork") == "America/NewYork is no known time zone: did you mean America/New_York?"
    assert _sentence(Zone, "qqq") == "qqq is no known time zone: write one like Europe/Berlin or UTC"
    for text in ("Europe", "../etc/passwd", ""):
        assert "is no known time zone" in _sentence(Zone, text)


def test_a_secret_never_stands_in_a_file() -> None:
    assert TypeAdapter(Secret).validate_python("${env:KEY}") == "${env:KEY}"
    assert TypeAdapter(Secret).validate_python("${databricks:scope/key}") == "${databricks:scope/key}"
    assert _sentence(Secret, "abc").startswith("a secret never stands in a file")
