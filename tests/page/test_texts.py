"""Values as people read them."""

import math
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from dmp_spark.page.texts import text_of
from dmp_spark.section import Estimate, Kind

NEW_YORK = "America/New_York"


@pytest.mark.parametrize(
    ("value", "kind", "shown"),
    [
        (1471979, Kind.COUNT, "1,471,979"),
        (0, Kind.COUNT, "0"),
        (-1200, Kind.COUNT, "−1,200"),
        (None, Kind.COUNT, "–"),
        (math.nan, Kind.NUMBER, "–"),
        (math.inf, Kind.SHARE, "–"),
        (Decimal("NaN"), Kind.NUMBER, "–"),
        (4186.83, Kind.NUMBER, "4,186.83"),
        (1234567.8, Kind.NUMBER, "1,234,568"),
        (0.0123456, Kind.NUMBER, "0.0123"),
        (-0.5, Kind.NUMBER, "−0.5"),
        (1e-20, Kind.NUMBER, "0"),
        (0.0, Kind.NUMBER, "0"),
        (True, Kind.TEXT, "yes"),
        (0.8321, Kind.SHARE, "83 %"),
        (0.0421, Kind.SHARE, "4.2 %"),
        (0.0001, Kind.SHARE, "< 0.1 %"),
        (0.9999, Kind.SHARE, "> 99.9 %"),
        (0.996, Kind.SHARE, "99.6 %"),
        (1.0, Kind.SHARE, "100 %"),
        (0, Kind.SHARE, "0 %"),
        (121.44, Kind.SECONDS, "121.4 s"),
        (Estimate(0.8443, 0.8279, 0.8601), Kind.ESTIMATE, "0.844 [0.828, 0.860]"),
        (Estimate(0.0131, -0.0048, 0.02), Kind.DIFFERENCE, "+0.013 [−0.005, +0.020]"),
        (Estimate(-0.0001, -0.0002, 0.0), Kind.DIFFERENCE, "0.000 [0.000, 0.000]"),
        (Estimate(0.5), Kind.ESTIMATE, "0.500"),
        (Estimate(None, 0.1, 0.2), Kind.ESTIMATE, "–"),
        (Estimate(1234.5, 1000.0, math.nan), Kind.ESTIMATE, "1,234"),
        (Estimate(104.02, 99.61, 108.0), Kind.ESTIMATE, "104.0 [99.6, 108.0]"),
        (Estimate(9.5, 8.25, 12.0), Kind.ESTIMATE, "9.50 [8.25, 12.00]"),
        (["milk", None, 3], Kind.TEXT, "milk, –, 3"),
        ({"store": "9"}, Kind.TEXT, "store: 9"),
        (date(2018, 1, 2), Kind.TEXT, "2 Jan 2018"),
        (datetime(2018, 1, 1, 5, tzinfo=UTC), Kind.MOMENT, "1 Jan 2018"),
        (datetime(2018, 1, 1, 4, tzinfo=UTC), Kind.MOMENT, "31 Dec 2017, 23:00"),
        ("x" * 400, Kind.TEXT, "x" * 299 + "…"),
    ],
)  # fmt: skip
def test_a_value_is_shown_with_thousands_units_and_local_days(value: object, kind: Kind, shown: str) -> None:
    assert text_of(value, kind, zone=NEW_YORK).replace("\u00a0", " ") == shown


def test_money_keeps_its_cents_and_names_its_currency() -> None:
    assert text_of(Decimal("-4596039.5"), Kind.MONEY, "USD") == "−4,596,039.50\u00a0USD"
    assert text_of(None, Kind.MONEY, "USD") == "–"
