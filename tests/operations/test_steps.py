"""Which tables tie stages together, and what a stage sees of them."""

from datetime import UTC, datetime

import pyarrow as pa
import pytest
from deltalake import write_deltalake

from dmp_spark import registry
from dmp_spark.lakehouse.location import Location
from dmp_spark.lakehouse.standing import standing
from dmp_spark.operations.steps import Step, blocking, matching

AS_OF = datetime(2018, 1, 1, tzinfo=UTC)


def step(name, reads, writes):
    return Step(name, reads, writes, "s", "c", lambda context: None)


def test_a_pattern_names_the_tables_that_it_fits():
    assert matching(("silver.reference_*", "gold.x"), ("silver.reference_b", "silver.items", "silver.reference_a")) == (
        "silver.reference_a",
        "silver.reference_b",
    )


@pytest.mark.parametrize(
    ("reads", "writes", "needed"),
    [
        (("silver.a",), ("silver.a",), ("silver.a",)),
        (("silver.reference_*",), ("silver.reference_x",), ("silver.reference_*",)),
        (("silver.reference_x",), ("silver.reference_*",), ("silver.reference_x",)),
        (("silver.a",), ("silver.b",), ()),
        ((), ("silver.b",), ()),
    ],
)
def test_a_stage_needs_another_by_the_tables_they_share(reads, writes, needed):
    assert step("one", reads, ()).needs(step("other", (), writes)) == needed


def test_a_blocked_stage_blocks_at_a_distance():
    steps = [step("a", (), ("t.a",)), step("b", ("t.a",), ("t.b",)), step("c", ("t.b",), ()), step("d", (), ())]
    assert blocking(steps[2], {"a": "a", "b": "a"}, steps) == "a"
    assert blocking(steps[2], {"a": "a"}, steps) is None
    assert blocking(steps[3], {"a": "a", "b": "a"}, steps) is None


def test_what_a_stage_writes_itself_is_no_news_to_it(tmp_path):
    for table in ("gold.stays", "gold.features"):
        write_deltalake(Location(tmp_path).path(table), pa.table({"x": [1]}))
    stage = step("segments", ("gold.features", "gold.stays"), ("gold.stays",))
    before = stage.position(standing(Location(tmp_path)), AS_OF, AS_OF)
    assert (before.read, before.written) == ({"gold.features": 0}, {"gold.stays": 0})
    write_deltalake(Location(tmp_path).path("gold.stays"), pa.table({"x": [1]}), mode="append")
    assert stage.position(standing(Location(tmp_path)), AS_OF, AS_OF).inputs_hash == before.inputs_hash


def test_stages_that_need_others_come_after_them():
    order = registry.order()
    assert [
        (one, other) for other in order for one in order if registry.feeds(one, other) and order.index(one) > order.index(other)
    ] == []
