"""Stays over sequences of runs, against a plain Python oracle; many worlds in one frame."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from pyspark.sql import functions as F

from dmp_spark.segments.stays import COLUMNS, stays

DAY = timedelta(days=1)
START = datetime(2018, 1, 1, 5, tzinfo=UTC)
STAYS = "segment string, person_id string, entered_at timestamp, left_at timestamp, version string, is_open boolean"
MEMBERS = "segment string, person_id string, version string"


def remembered(history, as_of):
    """The oracle: what the last run at each as_of saw, told as stays. `history`: (as_of, {(segment, person): version})."""
    last = {at: members for at, members in history if at <= as_of}
    open_, closed = {}, []
    for at in sorted(last):
        for key in [key for key in open_ if key not in last[at]]:
            entered, version = open_.pop(key)
            closed.append((*key, entered, at, version, False))
        for key, version in last[at].items():
            open_.setdefault(key, (at, version))
    return sorted(closed + [(*key, entered, None, version, True) for key, (entered, version) in open_.items()], key=str)


def rows_of(frame):
    micros = [F.unix_micros("entered_at").alias("entered_at"), F.unix_micros("left_at").alias("left_at")]
    found = frame.select("segment", "person_id", *micros, "version", "is_open").collect()
    times = lambda value: None if value is None else datetime.fromtimestamp(value / 1_000_000, UTC)  # noqa: E731
    return sorted([(r[0], r[1], times(r[2]), times(r[3]), r[4], r[5]) for r in found], key=str)


def plan(seed, worlds=40, people=4):
    """Runs (as_of, members of all worlds); an as_of may repeat, with other members: the later run is what counts."""
    draw = random.Random(seed)
    moments = sorted(draw.choice(range(6)) for _ in range(8))
    runs = []
    for number, moment in enumerate(moments):
        members = {}
        for world in range(worlds):
            for person in range(people):
                if draw.random() < 0.5:
                    members[(f"w{world}-s{person % 2}", f"w{world}-p{person}")] = f"v{number // 3}"
        runs.append((START + moment * DAY, members))
    return runs


@pytest.mark.parametrize("seed", [1, 2])
def test_any_sequence_of_runs_gives_the_stays_that_plain_python_remembers(spark, tmp_path, seed):
    existing, history = spark.createDataFrame([], STAYS), []
    for number, (as_of, members) in enumerate(plan(seed)):
        frame = spark.createDataFrame([(*key, version) for key, version in members.items()], MEMBERS)
        path = str(tmp_path / f"{number}")
        stays(existing, frame, as_of).write.parquet(path)
        existing = spark.read.schema(STAYS).parquet(path)
        history.append((as_of, members))
        assert rows_of(existing) == remembered(history, as_of)
    assert tuple(existing.columns) == COLUMNS
    again = stays(existing, frame, as_of)  # law 2: the last run once more
    assert rows_of(again) == rows_of(existing)


def test_nobody_stays_for_no_time_and_a_segment_that_is_gone_is_closed(spark):
    tomorrow = START + DAY
    existing = spark.createDataFrame(
        [
            ("kept", "p1", START, None, "v1", True),
            ("gone", "p1", START, None, "v1", True),
            ("kept", "p2", tomorrow, None, "v1", True),  # entered by an earlier run at this as_of
            ("kept", "p3", START, tomorrow, "v1", False),  # left by an earlier run at this as_of
            ("kept", "p4", START - DAY, START, "v0", False),
        ],
        STAYS,
    )
    members = spark.createDataFrame([("kept", "p1", "v2"), ("kept", "p3", "v2"), ("kept", "p4", "v2")], MEMBERS)
    assert rows_of(stays(existing, members, tomorrow)) == [
        ("gone", "p1", START, tomorrow, "v1", False),
        ("kept", "p1", START, None, "v1", True),
        ("kept", "p3", START, None, "v1", True),
        ("kept", "p4", START - DAY, START, "v0", False),
        ("kept", "p4", tomorrow, None, "v2", True),
    ]
