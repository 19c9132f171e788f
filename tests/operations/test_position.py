"""The rule by which a stage is skipped, as a table of cases."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dmp_spark.operations.ledger import Row
from dmp_spark.operations.position import Position, causes, hash_of

AS_OF = datetime(2018, 1, 1, 5, tzinfo=UTC)
READ = {"silver.events": 3, "silver.items": 1}
STANDS = Position(read=READ, written={"gold.features": 2}, inputs_hash=hash_of(READ), as_of=AS_OF, spec_hash="s", code_hash="c")
LAST = Row(
    "r", "features", AS_OF, AS_OF, 1.0, "done",
    versions_read=READ, versions_written={"gold.features": 2}, inputs_hash=hash_of(READ), spec_hash="s", code_hash="c",
)  # fmt: skip


def reading(read):
    return replace(STANDS, read=read, inputs_hash=hash_of(read))


@pytest.mark.parametrize(
    ("position", "expected"),
    [
        (STANDS, ()),
        (reading({**READ, "silver.events": 4}), ("inputs changed: silver.events",)),
        (reading({"silver.events": 3}), ("inputs changed: silver.items",)),
        (reading({**READ, "silver.reference_x": 0}), ("inputs changed: silver.reference_x",)),
        (
            replace(STANDS, as_of=datetime(2018, 1, 2, 5, tzinfo=UTC)),
            ("as_of moved from 2018-01-01T00:00-05:00 to 2018-01-02T00:00-05:00",),
        ),
        (replace(STANDS, spec_hash="other"), ("spec changed",)),
        (replace(STANDS, code_hash="other"), ("code changed",)),
        (replace(STANDS, written={}), ("gold.features missing",)),
        (replace(STANDS, written={"gold.features": 3}), ("gold.features written since its last run",)),
        (replace(STANDS, written={"gold.features": 2, "gold.labels": 0}), ("gold.labels written since its last run",)),
        (replace(STANDS, inputs_hash="other"), ("inputs changed: files came, went or are others",)),
        (replace(STANDS, spec_hash="other", code_hash="other"), ("spec changed", "code changed")),
    ],
)
def test_a_stage_runs_for_these_causes_and_no_others(position, expected):
    assert causes(position, LAST, "America/New_York") == expected


def test_a_stage_that_was_never_done_has_its_first_run():
    assert causes(STANDS, None, "UTC") == ("first run",)


def test_the_hash_of_versions_does_not_depend_on_their_order():
    assert hash_of({"a": 1, "b": 2}) == hash_of({"b": 2, "a": 1}) != hash_of({"a": 2, "b": 1})
