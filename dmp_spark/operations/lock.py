"""One run at a time on a lakehouse: a lock of the operating system on `<lakehouse>/.lock`, which ends with its process."""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

from dmp_spark.errors import Problem, UserError

PAUSE_SECONDS = 0.2


@contextmanager
def held(root: Path, run_id: str, since: datetime, wait_seconds: float = 0) -> Iterator[None]:
    """Hold the lakehouse while inside; UserError naming the holder where another run has it after `wait_seconds`."""
    root.mkdir(parents=True, exist_ok=True)
    with open(root / ".lock", "a+", encoding="utf-8") as file:
        _take(file, root, wait_seconds)
        file.truncate(0)
        file.write(json.dumps({"pid": os.getpid(), "run_id": run_id, "since": since.isoformat(timespec="seconds")}))
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)
            fcntl.flock(file, fcntl.LOCK_UN)


def _take(file: IO[str], root: Path, wait_seconds: float) -> None:
    deadline = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise UserError(_problem(file, root)) from None
            time.sleep(PAUSE_SECONDS)


def _problem(file: IO[str], root: Path) -> Problem:
    file.seek(0)
    try:
        holder = json.loads(file.read())
        who = f"process {holder['pid']} (run {holder['run_id']}) since {holder['since']}"
    except (ValueError, KeyError):
        who = "another process"
    return Problem("locked", f"the lakehouse {root} is held by {who}", way_out="wait for it: --wait '30 minutes'")
