"""Segments through storage: again is harmless, and a definition that changes gets a version."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from dmp_spark.segments.spec import Segment, SegmentsSpec
from dmp_spark.segments.stage import run
from dmp_spark.segments.tables import READS, WRITES, contracts
from dmp_spark.stage import RunContext
from tests.written_project import FEATURES, PROFILES

MIDNIGHT = datetime(2018, 1, 1, 5, tzinfo=UTC)


def spec_of(least):
    where = f"profile.spend >= {least}"
    return SegmentsSpec(
        zone="America/New_York",
        known={"profile.spend": "decimal(18,4)"},
        segments=(Segment(name="rich", title="Rich", where=where, definition=where),),
    )


@pytest.mark.slow(reason="three runs through Delta")
def test_a_second_run_writes_nothing_and_a_new_definition_leaves_those_inside_as_they_came(spark, lakehouse_at):
    tables = contracts(None) | {"gold.features": FEATURES, "gold.profiles": PROFILES}
    rows = spark.createDataFrame(
        [("p1", "0", Decimal(5)), ("p2", None, Decimal(50))], "person_id string, kids string, spend decimal(18,4)"
    )
    lakehouse_at(tables).replace("gold.profiles", rows)
    lakehouse = lakehouse_at(tables, "segments", READS, WRITES)

    def at(as_of, spec):
        return run(RunContext(lakehouse, as_of, "run-1", as_of, "America/New_York"), spec).changes

    first = at(MIDNIGHT, spec_of(10))
    assert {table: change.inserted for table, change in first.items()} == {"gold.segments": 1, "gold.segment_membership": 1}
    assert all(change.written == 0 for change in at(MIDNIGHT, spec_of(10)).values())
    second = at(MIDNIGHT + timedelta(days=1), spec_of(1))
    assert {table: (c.inserted, c.updated) for table, c in second.items()} == {
        "gold.segments": (1, 0),
        "gold.segment_membership": (1, 0),
    }
    stays = lakehouse.read("gold.segment_membership").join(lakehouse.read("gold.segments"), on=["segment", "version"], how="left")
    assert sorted((row["person_id"], row["definition"], row["is_open"]) for row in stays.collect()) == [
        ("p1", "profile.spend >= 1", True),
        ("p2", "profile.spend >= 10", True),
    ]
