"""What a scheduler is told: tasks as the tables have them, and beginnings that meet each boundary of the cadence."""

from datetime import UTC, datetime, timedelta
from fnmatch import fnmatchcase
from importlib import import_module
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from dmp_spark import registry
from dmp_spark.deploy.tasks import Task, schedule, secrets_of, tasks_of
from dmp_spark.errors import UserError
from dmp_spark.project.settings import default_as_of
from tests.written_project import INGEST
from tests.written_project import PROJECT as SETTINGS

ZONE = "America/New_York"


@pytest.fixture
def project(tmp_path):
    """A project of nothing but its settings, with these lines more."""

    def written(lines=""):
        (tmp_path / "project.yml").write_text(SETTINGS + lines)
        (tmp_path / "ingest.yml").write_text(INGEST)
        return registry.read(tmp_path)

    return written


def test_a_task_waits_for_those_that_write_what_it_reads():
    """Told from READS and WRITES themselves, whatever the registry makes of them."""
    tables = {name: import_module(f"dmp_spark.{name}.tables") for name in registry.STAGES}
    wanted = {
        (writer, reader)
        for reader in tables
        for writer in tables
        if writer != reader
        for read in tables[reader].READS
        for written in tables[writer].WRITES
        if fnmatchcase(read, written) or fnmatchcase(written, read)
    }
    *stages, publish = tasks_of(registry.STAGES)
    assert {(need, task.name) for task in stages for need in task.needs} == wanted
    assert [task.name for task in stages] == list(registry.STAGES)
    assert publish == Task("publish", ("sessions", "measurement"))


def test_of_a_smaller_project_only_what_it_has_and_the_publication_after_all_of_it():
    assert tasks_of(["profiles", "models", "features", "identity", "ingest"]) == (
        Task("ingest", ()),
        Task("identity", ("ingest",)),
        Task("features", ("ingest", "identity")),
        Task("profiles", ("ingest", "identity", "features")),
        Task("models", ("features",)),
        Task("publish", ("profiles", "models")),
    )


DAYS = {"* * *": lambda day: True, "* * 1": lambda day: day.weekday() == 0, "1 * *": lambda day: day.day == 1}
QUARTZ = {"* * *": "* * ?", "* * 1": "? * MON", "1 * *": "1 * ?"}


@pytest.mark.parametrize("cadence", ["1 day", "3 days", "1 week", "2 weeks", "1 month", "3 months"])
def test_a_run_begins_on_the_day_of_each_boundary(project, cadence):
    loaded = project(f"cadence: {cadence}\n")
    when = schedule(loaded, "05:30")
    minute, hour, days = when.cron.split(" ", 2)
    assert (minute, hour, when.zone) == ("30", "5", ZONE)
    assert when.quartz == f"0 30 5 {QUARTZ[days]}"
    start = datetime(2026, 1, 1, 12, tzinfo=UTC)
    moments = [default_as_of(loaded.settings, start + timedelta(days=day)) for day in range(400)]
    boundaries = [after.astimezone(ZoneInfo(ZONE)).date() for before, after in pairwise(moments) if after != before]
    assert len(boundaries) > 3
    assert [day for day in boundaries if not DAYS[days](day)] == []


def test_a_run_begins_at_four_unless_told_and_not_by_itself_where_the_moment_never_moves(project):
    assert schedule(project()).cron == "0 4 * * *"
    assert schedule(project("as_of: 2018-01-01\n")) is None


@pytest.mark.parametrize("lines", ["", "as_of: 2018-01-01\n"])
def test_a_time_that_is_none_is_refused(project, lines):
    with pytest.raises(UserError, match="--at: 25:00 is no time of day"):
        schedule(project(lines), "25:00")


def test_secrets_are_known_by_the_name_of_their_variable(project):
    assert secrets_of(project()) == ()
    assert secrets_of(project("identifier_key: ${databricks:dmp/key}\n")) == ()
    assert secrets_of(project("identifier_key: ${env:IDENTIFIER_KEY}\n")) == ("IDENTIFIER_KEY",)
