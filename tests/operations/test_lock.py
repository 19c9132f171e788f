"""One run at a time, seen by two processes."""

import errno
import os
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest

from dmp_spark.errors import UserError
from dmp_spark.lakehouse.location import Location
from dmp_spark.operations.lock import held
from tests.refusals import refusal

HOLD = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from dmp_spark.lakehouse.location import Location
from dmp_spark.operations.lock import held
with held(Location(Path(sys.argv[1])), "other-run", lambda: datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


def since():
    return datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def holder(root, seconds):
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(root), str(seconds)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    return process


def test_a_second_run_is_refused_and_the_holder_named(tmp_path):
    process = holder(tmp_path, 60)
    try:
        with pytest.raises(UserError) as refused, held(Location(tmp_path), "mine", since):
            pass
        assert f"process {process.pid} (run other-run) since 2026-01-02T03:04:05+00:00" in str(refused.value)
    finally:
        process.kill()
        process.wait()


def test_a_second_run_can_wait(tmp_path):
    process = holder(tmp_path, 0.5)
    started = time.monotonic()
    with held(Location(tmp_path), "mine", since, wait_seconds=30):
        assert time.monotonic() - started < 30
    process.wait()


def test_the_lock_of_a_killed_run_is_free(tmp_path):
    process = holder(tmp_path, 60)
    process.kill()
    process.wait()
    with held(Location(tmp_path), "mine", since):
        assert '"mine"' in (tmp_path / ".lock").read_text()


def test_the_lock_is_free_again_after_a_run_even_one_that_failed(tmp_path):
    with pytest.raises(ValueError), held(Location(tmp_path), "first", since):
        raise ValueError
    with held(Location(tmp_path), "second", since):
        pass
    assert (tmp_path / ".lock").read_text() == ""


def test_a_lakehouse_that_was_not_there_is_not_there_after_a_run_that_could_not_begin(tmp_path):
    root = tmp_path / "new" / "lakehouse"
    with held(Location(root), "first", since):
        assert (root / ".lock").is_file()
    assert list(tmp_path.iterdir()) == []
    with held(Location(root), "second", since):
        (root / "logs").mkdir()
    assert sorted(entry.name for entry in root.iterdir()) == [".lock", "logs"]


def test_who_waited_for_a_lakehouse_that_was_taken_away_holds_it_alone(tmp_path):
    root = tmp_path / "lakehouse"
    process = holder(root, 1)
    with held(Location(root), "mine", since, wait_seconds=30):
        assert process.wait() == 0
        assert "run mine" in refusal(UserError, lambda: held(Location(root), "another", since).__enter__())


@pytest.mark.parametrize("error", [errno.EROFS, errno.EACCES, errno.ENOSPC])
def test_a_lakehouse_that_cannot_be_written_is_refused_before_anything(tmp_path, monkeypatch, error):
    def refuse(*_, **__):
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr("builtins.open", refuse)
    said = refusal(UserError, lambda: held(Location(tmp_path), "mine", since).__enter__())
    monkeypatch.undo()
    assert said.splitlines()[0] == f"the lakehouse {tmp_path} cannot be written: {os.strerror(error)} [not-writable]"
    assert list(tmp_path.iterdir()) == []
