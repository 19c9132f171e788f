"""One run at a time on a lakehouse: by path a lock of the operating system, by name a lease in `ops.lock`.

The lock of the operating system is on `<lakehouse>/.lock` and ends with its process, so who has it cannot lose it.
"""

import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO

from dmp_spark.errors import Problem, UserError
from dmp_spark.lakehouse.location import Location
from dmp_spark.operations.lease import Lease, kept
from dmp_spark.operations.tables import LOCK

FILE = ".lock"
PAUSE_SECONDS = 0.2


@contextmanager
def held(location: Location, run_id: str, clock: Callable[[], datetime], wait_seconds: float = 0) -> Iterator[Callable[[], None]]:
    """Hold the lakehouse while inside; UserError naming the holder where another run has it after `wait_seconds`.

    What comes back is to be called before each commit: LockLostError where the run has lost the lakehouse meanwhile.
    """
    if location.is_by_name:
        with kept(_lease(location, run_id, clock), wait_seconds) as lease:
            yield lease.check
    else:
        with _file_held(location, run_id, clock(), wait_seconds):
            yield _still_held


def _lease(location: Location, run_id: str, clock: Callable[[], datetime]) -> Lease:
    from dmp_spark.lakehouse.lock_table import LockTable
    from dmp_spark.lakehouse.opening import opened

    return Lease(LockTable(opened(location), location, LOCK), str(location), run_id, clock)


def _still_held() -> None:
    """Nothing: a lock of the operating system is held until it is let go."""


@contextmanager
def _file_held(location: Location, run_id: str, since: datetime, wait_seconds: float) -> Iterator[None]:
    """Hold the lock's file while inside.

    A lakehouse that was not there before, and in which nothing was written, is not there afterwards.
    """
    root, deadline = location.root, time.monotonic() + wait_seconds
    made: list[Path] = []
    while True:
        with _opened(root, made) as file:
            _take(file, location, deadline)
            if not _stands(file, root):  # who held it before took it away
                continue
            file.truncate(0)
            file.write(json.dumps({"pid": os.getpid(), "run_id": run_id, "since": since.isoformat(timespec="seconds")}))
            file.flush()
            try:
                yield
            finally:
                file.truncate(0)
                if made and [entry.name for entry in root.iterdir()] == [FILE]:
                    _unmake(root, made)
                fcntl.flock(file, fcntl.LOCK_UN)
        return


def _opened(root: Path, made: list[Path]) -> IO[str]:
    """The lock's file; the folders that had to be made for it come into `made`, the innermost first."""
    while True:
        made += [folder for folder in (root, *root.parents) if not folder.exists()]
        try:
            root.mkdir(parents=True, exist_ok=True)
            return open(root / FILE, "a+", encoding="utf-8")
        except FileNotFoundError:  # another run took the folder away just now
            continue
        except OSError as error:  # read-only, or somebody else's
            raise UserError(_cannot_write(root, error)) from None


def _cannot_write(root: Path, error: OSError) -> Problem:
    what = f"the lakehouse {root} cannot be written: {error.strerror}"
    return Problem(
        "not-writable", what, way_out="let who runs this write there, or name another with --set project.lakehouse.path="
    )


def _unmake(root: Path, made: list[Path]) -> None:
    """Take the lock's file away, while it is held, and the folders that were made for it and are empty."""
    (root / FILE).unlink()
    with suppress(OSError):  # another run begins here
        for folder in made:
            folder.rmdir()


def _take(file: IO[str], location: Location, deadline: float) -> None:
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise UserError(_problem(file, location)) from None
            time.sleep(PAUSE_SECONDS)


def _stands(file: IO[str], root: Path) -> bool:
    """Whether the file that is held is still the one of that name."""
    try:
        return os.path.samestat(os.fstat(file.fileno()), os.stat(root / FILE))
    except FileNotFoundError:
        return False


def _problem(file: IO[str], location: Location) -> Problem:
    file.seek(0)
    try:
        holder = json.loads(file.read())
        who = f"process {holder['pid']} (run {holder['run_id']}) since {holder['since']}"
    except (ValueError, KeyError):
        who = "another process"
    return Problem("locked", f"the lakehouse {location} is held by {who}", way_out="wait for it: --wait '30 minutes'")
