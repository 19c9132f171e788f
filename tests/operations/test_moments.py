"""Which moment a run judges at."""

from datetime import UTC, datetime

import pytest

from dmp_spark.cli.call import Call, judged_at
from dmp_spark.errors import UserError
from dmp_spark.operations.moments import instant_text, not_before, parsed, started
from dmp_spark.project.load import Found, load

NEW_YORK = "America/New_York"


def test_a_date_is_its_local_midnight():
    assert parsed("2018-01-02", NEW_YORK) == datetime(2018, 1, 2, 5, tzinfo=UTC)


def test_a_time_with_offset_is_itself():
    assert parsed("2018-01-02T03:00:00+01:00", NEW_YORK) == datetime(2018, 1, 2, 2, tzinfo=UTC)


@pytest.mark.parametrize("text", ["yesterday", "2018-01-02T03:00:00", "2018-13-01", ""])
def test_anything_else_is_refused(text):
    with pytest.raises(UserError):
        parsed(text, NEW_YORK)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2018-01-02T03:00:00+01:00", (2018, 1, 2, 2, 0)),
        ("2018-01-02T03:00:30.500Z", (2018, 1, 2, 3, 0, 30, 500_000)),
        ("2018-01-02T03:00:00", (2018, 1, 2, 3, 0)),
        (" 2018-01-02 ", (2018, 1, 2)),
    ],
)
def test_the_start_of_a_run_is_taken_as_schedulers_write_it_else_in_utc(text, instant):
    assert started(text) == datetime(*instant, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "soon", "{{job.start_time.iso_datetime}}", "2018-13-01T00:00:00Z"])
def test_a_start_that_is_none_is_refused(text):
    with pytest.raises(UserError, match="--started-at: "):
        started(text)


@pytest.mark.parametrize(
    ("call", "moment"),
    [
        ({}, (2026, 11, 23, 5)),
        ({"started_at": "2026-11-23T04:59:59Z"}, (2026, 11, 16, 5)),
        ({"started_at": "2026-11-23T05:00:00Z"}, (2026, 11, 23, 5)),
        ({"started_at": "2026-11-23T05:00:00Z", "as_of": "2026-11-01"}, (2026, 11, 1, 4)),
    ],
)
def test_all_parts_of_a_run_judge_at_the_boundary_before_it_started(tmp_path, call, moment):
    (tmp_path / "project.yml").write_text(f"grammar: 1\nproject: shop\ntime_zone: {NEW_YORK}\ncadence: 1 week\n")
    project = load(tmp_path, {}, (), Found(), needed=())
    now = datetime(2026, 11, 26, 12, tzinfo=UTC)
    assert judged_at(Call(tmp_path, **call), project, now) == datetime(*moment, tzinfo=UTC)


def test_a_finished_data_set_is_judged_at_its_own_moment_whenever_the_run_started(tmp_path):
    (tmp_path / "project.yml").write_text("grammar: 1\nproject: shop\ntime_zone: UTC\nas_of: 2018-01-01\n")
    project = load(tmp_path, {}, (), Found(), needed=())
    call = Call(tmp_path, started_at="2026-11-23T05:00:00Z")
    assert judged_at(call, project, datetime(2026, 11, 26, tzinfo=UTC)) == datetime(2018, 1, 1, tzinfo=UTC)


def test_an_instant_is_told_as_local_time_with_offset():
    assert instant_text(datetime(2018, 1, 1, 5, tzinfo=UTC), NEW_YORK) == "2018-01-01T00:00-05:00"
    assert instant_text(datetime(2018, 7, 1, 5, 0, 1, tzinfo=UTC), NEW_YORK) == "2018-07-01T01:00:01-04:00"


def test_a_run_may_not_go_back_in_time():
    stands_at = datetime(2018, 1, 2, 5, tzinfo=UTC)
    not_before(stands_at, stands_at, NEW_YORK, "--set x=y")
    not_before(stands_at, None, NEW_YORK, "")
    with pytest.raises(UserError) as refused:
        not_before(datetime(2017, 12, 31, 5, tzinfo=UTC), stands_at, NEW_YORK, "--set x=y")
    assert "stands at 2018-01-02T00:00-05:00" in str(refused.value)
    assert "another lakehouse with --set x=y" in str(refused.value)
