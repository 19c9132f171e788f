"""Names and counts as people read them. No Spark."""

from decimal import Decimal

import pytest

from dmp_spark.wording import share


@pytest.mark.parametrize(
    ("count", "of", "expected"),
    [
        (1, 4, 0.25),
        (0, 4, 0.0),
        (4, 4, 1.0),
        (Decimal(1), Decimal(4), Decimal("0.25")),  # sums, as DuckDB gives them
        (None, 4, None),
        (0, 0, None),
        (3, 0, None),
        (0, None, None),
        (None, None, None),
    ],
)
def test_a_share_is_not_known_of_nothing_and_of_what_is_not_known(
    count: int | None, of: int | None, expected: float | None
) -> None:
    assert share(count, of) == expected
