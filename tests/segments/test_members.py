"""Who belongs where: percentiles with nulls and ties, segments of segments, null at the top."""

import random

import pytest
from pyspark.sql import functions as F

from dmp_spark.functions.keys import stable_id
from dmp_spark.segments.members import members, percentile
from dmp_spark.segments.spec import Segment, SegmentsSpec


def percent_ranks(values):
    """The oracle: 100 × share of the others that are smaller, among those that have a value."""
    there = [value for value in values if value is not None]
    others = max(len(there) - 1, 1)
    return [None if value is None else 100 * sum(other < value for other in there) / others for value in values]


def test_a_percentile_counts_who_is_smaller_among_those_who_have_a_value(spark):
    draw = random.Random(7)
    worlds = [[1, 2, 2, 3], [None, None], [5], [None, 5, 5], []]
    worlds += [[draw.choice([None, 1, 2, 3, 4, 5]) for _ in range(draw.randrange(1, 12))] for _ in range(8)]
    widest = max(map(len, worlds))
    columns = ", ".join(f"w{number} long" for number in range(len(worlds)))
    rows = [(place, *[world[place] if place < len(world) else None for world in worlds]) for place in range(widest)]
    frame = spark.createDataFrame(rows, f"place long, {columns}")
    ranked = frame.select("place", *[percentile(F.col(f"w{number}")).alias(f"w{number}") for number in range(len(worlds))])
    found = sorted(ranked.collect(), key=lambda row: row["place"])
    for number, world in enumerate(worlds):
        assert [row[f"w{number}"] for row in found][: len(world)] == pytest.approx(percent_ranks(world)), world


def segment(name, where, needs=(), level=0):
    return Segment(name=name, title=name, where=where, definition=f"{where}!", needs=needs, level=level)


def test_segments_rest_on_one_another_and_null_counts_as_false_at_the_top(spark):
    spec = SegmentsSpec(
        zone="UTC",
        known={"profile.spend": "bigint", "profile.kids": "string", "feature.baskets": "bigint"},
        segments=(
            segment("rich", "percentile(profile.spend) >= 50"),
            segment("divided", "100 / feature.baskets > 20"),
            segment("richer", "percentile(profile.spend) >= 75 and percentile(-profile.spend) < 50"),
            segment("families", "profile.kids <> '0' or segment.rich", ("rich",), 1),
            segment("not_families", "not segment.families", ("families",), 2),
        ),
    )
    rows = [("p1", 10, "0", 4), ("p2", 20, "1", 0), ("p3", 30, None, None), ("p4", None, None, 5), ("p5", None, "2", 4)]
    people = spark.createDataFrame(rows, "person_id string, `profile.spend` long, `profile.kids` string, `feature.baskets` long")
    actual = members(people, spec)
    found = sorted((row["segment"], row["person_id"]) for row in actual.collect())
    assert found == [
        ("divided", "p1"),  # 100 / 0 is null: not inside; 100 / 5 is 20: not above
        ("divided", "p5"),
        ("families", "p2"),
        ("families", "p3"),
        ("families", "p5"),
        ("not_families", "p1"),
        ("not_families", "p4"),
        ("rich", "p2"),
        ("rich", "p3"),
        ("richer", "p3"),
    ]
    versions = actual.where("segment = 'rich'").select("version").distinct()
    expected = spark.range(1).select(F.substring(stable_id("segment", "percentile(profile.spend) >= 50!"), 1, 12))
    assert versions.collect() == [tuple(expected.collect()[0])]
