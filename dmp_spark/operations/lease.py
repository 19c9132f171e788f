"""One run at a time on a lakehouse by name: held for some minutes at a time, and said again while the run goes.

Whoever is not heard of until its time is over (its machine is gone) loses the lakehouse to the next. It finds that out before
it commits anything more, because it looks whenever less than half of its time is left.
"""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from dmp_spark.errors import LockLostError, Problem, UserError
from dmp_spark.lakehouse.lock_table import Holder
from dmp_spark.operations.moments import instant_text

LEASE = timedelta(minutes=5)
RENEW_SECONDS = 60.0
PAUSE_SECONDS = 2.0


class Lock(Protocol):
    """Where the holder is kept: `take` and `keep` change it or leave it, and `holder` tells whose it is."""

    def holder(self) -> Holder | None:
        """Who holds the lakehouse or held it last."""

    def take(self, new: Holder) -> None:
        """Make it another's where its time is over."""

    def keep(self, new: Holder) -> None:
        """Give a holder another end where it is the holder."""


class Lease:
    """What one run knows of its hold on the lakehouse; `clock` gives aware instants."""

    def __init__(self, lock: Lock, lakehouse: str, run_id: str, clock: Callable[[], datetime]) -> None:
        self._lock, self._lakehouse, self._clock = lock, lakehouse, clock
        self._one_at_a_time = threading.Lock()
        self._lost = ""
        now = clock()
        self._mine = Holder(run_id, f"process {os.getpid()} on {socket.gethostname()}", now, now)

    def take(self, wait_seconds: float) -> None:
        """Hold the lakehouse; UserError naming the holder where another run still has it after `wait_seconds`."""
        deadline = time.monotonic() + wait_seconds
        while True:
            holder, now = self._lock.holder(), self._clock()
            if holder is None or holder.expires_at <= now:
                self._mine = replace(self._mine, taken_at=now, expires_at=now + LEASE)
                self._lock.take(self._mine)
                holder = self._lock.holder()
                if holder is not None and holder.run_id == self._mine.run_id:
                    return
            if time.monotonic() >= deadline:
                raise UserError(self._problem(holder))
            time.sleep(min(PAUSE_SECONDS, max(0.0, deadline - time.monotonic())))

    def check(self) -> None:
        """Nothing while the run holds the lakehouse; LockLostError where it does not: another run has it, or nobody says so."""
        if not self._lost and self._clock() >= self._mine.expires_at - LEASE / 2:
            self.renew()
        if self._lost:
            raise LockLostError(self._lost)
        if self._clock() >= self._mine.expires_at:
            raise LockLostError(
                f"the lakehouse {self._lakehouse} could not be held longer: this run stops and commits nothing more"
            )

    def renew(self) -> None:
        """Hold the lakehouse longer, or find out that another run has it."""
        with self._one_at_a_time:
            wanted = replace(self._mine, expires_at=self._clock() + LEASE)
            self._lock.keep(wanted)
            holder = self._lock.holder()
            if holder is None or holder.run_id != wanted.run_id:
                who = "nobody" if holder is None else f"run {holder.run_id} ({holder.owner})"
                self._lost = f"the lakehouse {self._lakehouse} was taken over by {who}: this run stops and commits nothing more"
            elif holder == wanted:  # else another commit was in the way: what was said before still holds
                self._mine = wanted

    def release(self) -> None:
        """Hold it no longer, where it is still held."""
        with self._one_at_a_time:
            self._lock.keep(replace(self._mine, expires_at=self._clock()))

    def _problem(self, holder: Holder | None) -> Problem:
        who = "another run"
        if holder is not None:
            since, until = (instant_text(instant, "UTC") for instant in (holder.taken_at, holder.expires_at))
            who = f"{holder.owner} (run {holder.run_id}) since {since}, for now until {until}"
        way_out = "wait for it: --wait '30 minutes'; a run that is gone lets go when its time is over"
        return Problem("locked", f"the lakehouse {self._lakehouse} is held by {who}", way_out=way_out)


@contextmanager
def kept(lease: Lease, wait_seconds: float, renew_seconds: float = RENEW_SECONDS) -> Iterator[Lease]:
    """Hold the lakehouse while inside, saying so again every `renew_seconds`."""
    lease.take(wait_seconds)
    is_over = threading.Event()

    def say_again() -> None:
        while not is_over.wait(renew_seconds):
            try:
                lease.renew()
            except Exception:  # the run itself asks before it commits, and is told then
                continue

    speaker = threading.Thread(target=say_again, daemon=True)
    speaker.start()
    try:
        yield lease
    finally:
        is_over.set()
        speaker.join()
        with suppress(Exception):  # what cannot be said now is over by itself later
            lease.release()
