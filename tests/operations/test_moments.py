"""Which moment a run judges at."""

from datetime import UTC, datetime

import pytest

from dmp_spark.errors import UserError
from dmp_spark.operations.moments import instant_text, not_before, parsed

NEW_YORK = "America/New_York"


def test_a_date_is_its_local_midnight():
    assert parsed("2018-01-02", NEW_YORK) == datetime(2018, 1, 2, 5, tzinfo=UTC)


def test_a_time_with_offset_is_itself():
    assert parsed("2018-01-02T03:00:00+01:00", NEW_YORK) == datetime(2018, 1, 2, 2, tzinfo=UTC)


@pytest.mark.parametrize("text", ["yesterday", "2018-01-02T03:00:00", "2018-13-01", ""])
def test_anything_else_is_refused(text):
    with pytest.raises(UserError):
        parsed(text, NEW_YORK)


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
