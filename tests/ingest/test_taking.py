"""How the work of taking a source is shared among cores."""

import pytest

from dmp_spark.ingest.taking import SPREAD_FROM, is_spread


@pytest.mark.parametrize(
    ("rows", "tasks", "expected"),
    [
        ([SPREAD_FROM - 1], "4", False),
        ([SPREAD_FROM], "4", True),
        ([SPREAD_FROM // 4] * 4, "4", False),
        ([SPREAD_FROM // 4] * 4, "200", True),
        ([SPREAD_FROM, *[1] * 300], "4", True),
        ([SPREAD_FROM // 4] * 4, "auto", True),
        ([SPREAD_FROM // 2] * 2, "2", False),
    ],
)
def test_records_are_spread_where_one_file_has_more_than_its_share(rows: list[int], tasks: str, expected: bool) -> None:
    assert is_spread(rows, tasks) is expected
