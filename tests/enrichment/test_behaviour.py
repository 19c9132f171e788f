"""Machines by what they do: the busiest time of each subject beside plain Python, drawn worlds in one frame."""

import random
from datetime import UTC, datetime, timedelta

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from dmp_spark.enrichment.behaviour import Behaviour, busiest, is_machine
from tests.oracles import busiest_plain

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
WITHIN = 60
BY_HAND = [  # subject, seconds, kind
    ("edge", 0, "view"), ("edge", 60, "view"),  # a minute later is another minute
    ("inside", 0, "view"), ("inside", 59.999999, "view"),
    ("same", 5, "view"), ("same", 5, "view"), ("same", 5, "view"),
    ("clicks", 1, "click"), ("clicks", 2, "click"),
    ("beats", 1, "view"), ("beats", 2, "heartbeat"), ("beats", 3, "heartbeat"),
    ("no time", None, "view"), ("no time", 3, "view"),
]  # fmt: skip


def drawn_events() -> list[tuple[str, float | None, str]]:
    drawn = random.Random(7)
    return [
        (f"world {number}", drawn.choice((float(drawn.randrange(300)), drawn.random() * 300, None)), drawn.choice(("view", "view", "click", "heartbeat")))
        for number in range(60)
        for _ in range(drawn.randrange(1, 25))
    ]  # fmt: skip


def test_the_busiest_time_is_what_plain_python_counts(spark: SparkSession) -> None:
    events = [*BY_HAND, *drawn_events()]
    rows = [(s, None if at is None else BEGIN + timedelta(seconds=at), kind) for s, at, kind in events]
    frame = spark.createDataFrame(rows, "subject string, at timestamp, kind string")
    got = busiest(frame, ["subject"], "at", F.col("kind") == "view", F.col("kind") == "heartbeat", WITHIN)
    expected = busiest_plain.busiest(
        [(s, None if at is None else round(at * 1_000_000), kind == "view", kind == "heartbeat") for s, at, kind in events],
        WITHIN,
    )
    assert {row["subject"]: (row["most_views"], row["heartbeats"]) for row in got.collect()} == expected
    assert expected["edge"] == (1, 0)
    assert expected["inside"] == (2, 0)


def test_a_machine_looks_at_more_than_people_do_and_shows_no_sign_of_life(spark: SparkSession) -> None:
    frame = spark.createDataFrame([(300, 0), (301, 0), (301, 1), (301, None), (0, 0), (None, 0)], "most bigint, beats bigint")
    answers = frame.select(is_machine(Behaviour(), F.col("most"), F.col("beats"))).collect()
    assert [row[0] for row in answers] == [False, True, False, True, False, None]
