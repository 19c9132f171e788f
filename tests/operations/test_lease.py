"""The lease on a lakehouse by name: its rules with a lock in memory, whose commits are told apart as Delta tells them."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from dmp_spark.errors import LockLostError, UserError
from dmp_spark.lakehouse.lock_table import Holder
from dmp_spark.operations.lease import LEASE, Lease, kept
from tests.refusals import refusal

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


class Clock:
    def __init__(self):
        self.now = NOON

    def __call__(self):
        return self.now

    def passes(self, span):
        self.now += span


class Memory:
    """A lock of one process; `overtaken_by` commits just before the next taking does, so that one finds it taken."""

    def __init__(self):
        self.row: Holder | None = None
        self.overtaken_by: Holder | None = None
        self.commits = 0

    def holder(self):
        return self.row

    def take(self, new):
        if self.overtaken_by is not None:
            self.row, self.overtaken_by = self.overtaken_by, None
        if self.row is None or self.row.expires_at <= new.taken_at:
            self.commit(new)

    def keep(self, new):
        if self.row is not None and self.row.run_id == new.run_id:
            self.commit(new)

    def commit(self, new):
        self.row = new
        self.commits += 1


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def lock():
    return Memory()


@pytest.fixture
def lease(lock, clock):
    return lambda run_id: Lease(lock, "main.t_*", run_id, clock)


def test_a_second_run_is_refused_and_the_holder_named(lease, lock, clock):
    lease("first").take(0)
    clock.passes(timedelta(minutes=1))
    with pytest.raises(UserError) as refused:
        lease("second").take(0)
    assert f"the lakehouse main.t_* is held by {lock.row.owner} (run first) since 2026-01-02T12:00+00:00, for now until " in str(
        refused.value
    )
    assert (lock.row.run_id, lock.commits) == ("first", 1)


def test_who_commits_first_has_it(lease, lock):
    lock.overtaken_by = Holder("faster", "process 1 on other", NOON, NOON + LEASE)
    with pytest.raises(UserError, match="run faster"):
        lease("slower").take(0)


def test_a_second_run_can_wait(lease, lock, monkeypatch):
    first = lease("first")
    first.take(0)
    monkeypatch.setattr(time, "sleep", lambda seconds: first.release())
    lease("second").take(30)
    assert lock.row.run_id == "second"


def test_a_lease_that_is_over_is_taken_over_and_its_run_commits_nothing_more(lease, lock, clock):
    lost, next_one = lease("lost"), lease("next")
    lost.take(0)
    clock.passes(LEASE - timedelta(seconds=1))
    with pytest.raises(UserError):
        next_one.take(0)
    clock.passes(timedelta(seconds=1))
    next_one.take(0)
    taken = lock.row
    for _ in range(2):  # once lost, always lost: also when the other has let go
        assert refusal(LockLostError, lost.check) == (
            f"the lakehouse main.t_* was taken over by run next ({taken.owner}): this run stops and commits nothing more"
        )
        lost.release()
        assert lock.row == taken
        next_one.check()
        taken = lock.row


def test_a_run_that_was_long_away_goes_on_where_nobody_took_over(lease, lock, clock):
    alone = lease("alone")
    alone.take(0)
    clock.passes(3 * LEASE)
    alone.check()
    assert (lock.row.taken_at, lock.row.expires_at) == (NOON, clock() + LEASE)


def test_before_a_commit_half_of_the_time_is_left(lease, lock, clock):
    mine = lease("mine")
    mine.take(0)
    clock.passes(LEASE / 2 - timedelta(seconds=1))
    mine.check()
    assert lock.commits == 1
    clock.passes(timedelta(seconds=1))
    mine.check()
    assert (lock.commits, lock.row.expires_at) == (2, clock() + LEASE)


def test_a_renewal_that_did_not_come_through_does_not_count(lease, lock, clock, monkeypatch):
    mine = lease("mine")
    mine.take(0)
    monkeypatch.setattr(lock, "keep", lambda new: None)  # another commit was in the way
    clock.passes(LEASE * 0.6)
    mine.check()
    clock.passes(LEASE * 0.4)
    assert refusal(LockLostError, mine.check) == (
        "the lakehouse main.t_* could not be held longer: this run stops and commits nothing more"
    )
    monkeypatch.undo()
    mine.check()
    assert lock.row.expires_at == clock() + LEASE


def test_while_a_run_goes_its_lease_is_renewed_and_in_the_end_it_is_free(lease, lock, clock):
    mine = lease("mine")
    with kept(mine, 0, renew_seconds=0.01):
        clock.passes(LEASE * 0.4)
        deadline = time.monotonic() + 10
        while lock.row.expires_at != clock() + LEASE and time.monotonic() < deadline:
            time.sleep(0.01)
        assert lock.row.expires_at == clock() + LEASE
    assert lock.row.expires_at == clock()
    lease("next").take(0)


def test_a_renewal_that_fails_is_tried_again_and_a_failed_run_lets_go(lease, lock, clock, monkeypatch):
    tries = []

    def fails(new):
        tries.append(new)
        raise OSError("the storage is away")

    monkeypatch.setattr(lock, "keep", fails)

    def run():
        with kept(lease("mine"), 0, renew_seconds=0.01):
            deadline = time.monotonic() + 10
            while len(tries) < 3 and time.monotonic() < deadline:
                time.sleep(0.01)
            monkeypatch.undo()
            raise ValueError

    with pytest.raises(ValueError):
        run()
    assert len(tries) >= 3
    assert lock.row.expires_at == clock()
    assert lock.row.run_id == "mine"
