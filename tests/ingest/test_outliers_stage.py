"""Outliers through storage: slices, orders and repetitions give what one run gives; what was learned stays learned."""

import shutil
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from dmp_spark.contracts import Changes
from dmp_spark.ingest.resolved import Known, Outlier, Source
from dmp_spark.ingest.tables import BOUNDS, EVENTS
from dmp_spark.lakehouse.lakehouse import Lakehouse
from tests.acceptance.tables import versions
from tests.ingest.delivered_shop import SCHEMA, Shop
from tests.ingest.small_shop import HAS_CUSTOMER, purchase

START = datetime(2017, 5, 1, tzinfo=UTC)
MOMENTS = (START + timedelta(days=1), START + timedelta(days=3))
AS_OFS = tuple(START + timedelta(days=days) for days in (1, 2, 4))
Line = tuple[str | None, int, float, int]


def orders(shop: Shop, *moments: datetime) -> Source:
    learned_at = tuple(moment.isoformat() for moment in moments)
    wild = Outlier(name="wild", of="amount", by=("customer",), method="iqr", factor=1.5, learned_at=learned_at)
    cut = Outlier(name="cut", of="pieces", method="mad", factor=3.5, learned_at=learned_at, clips=True)
    day_later = purchase(known=Known(kind="after", amount=1, unit="hours"))
    return shop.orders.model_copy(update={"rules": (HAS_CUSTOMER,), "outliers": (wild, cut), "events": (day_later,)})


def deliver(shop: Shop, file: str, lines: list[Line], hour: int) -> None:
    rows = [(who, receipt, START + timedelta(hours=hour, minutes=receipt % 50), amount, n) for who, receipt, amount, n in lines]
    table = pa.Table.from_pylist([dict(zip(SCHEMA.names, row, strict=True)) for row in rows], SCHEMA)
    shop.write(f"orders/{file}", table)


def day(number: int, amount: float) -> list[Line]:
    """Forty orders of Ann from an amount on, five of Bob, whose group is too small, one of nobody; pieces from 1 to 5."""
    ann: list[Line] = [("ann", number * 100 + n, amount + n % 9, n % 5 + 1) for n in range(40)]
    bob: list[Line] = [("bob", number * 100 + 50 + n, amount + n, 3) for n in range(5)]
    return [*ann, *bob, (None, number * 100 + 90, 1e9, 900)]


def silver(shop: Shop) -> dict[str, Any]:
    return {each.name: shop.rows(each.name, *[c.name for c in each.business]) for each in (EVENTS, BOUNDS)}


def flagged(shop: Shop) -> dict[str, tuple[Any, ...]]:
    rows = shop.rows("silver.events", "flags", "value", "attributes", "event_time")
    return {str(value): (flags, dict(pieces)["pieces"]) for flags, value, pieces, _ in rows if flags}


def test_any_slices_and_one_run_flag_and_clip_the_same(shop: Shop) -> None:
    source = orders(shop, *MOMENTS)
    slices = [
        ("z.parquet", day(0, 100.0) + [("ann", 1, 100.0 + 1, 2)], 0),  # one order twice
        ("y.parquet", [*day(1, 100.0), ("ann", 191, 777.0, 60), ("ann", 192, -5.0, -7)], 26),
        ("x.parquet", [*day(3, 101.0), ("ann", 391, 778.0, 6), ("bob", 392, 2.0, 3)], 74),
    ]
    for (file, lines, hour), as_of in zip(slices, AS_OFS, strict=True):
        deliver(shop, file, lines, hour)
        assert shop.run(source, as_of=as_of).failed == ()
    stepwise = silver(shop)
    assert flagged(shop) == {  # pieces: 3 ± 3.5 × 1.4826
        "777.0000": (["wild", "cut"], "8"),
        "-5.0000": (["wild", "cut"], "-2"),
        "778.0000": (["wild"], "6"),
        "2.0000": (["wild"], "3"),
    }
    before = versions(shop.root, ("silver",))
    assert shop.run(source, as_of=AS_OFS[-1]).changes == {}
    again = shop.run(source, as_of=AS_OFS[-1], full=True)
    assert again.changes.keys() >= {"silver.events"}
    assert "silver.outlier_bounds" not in again.changes
    assert versions(shop.root, ("silver",)) == before

    shutil.rmtree(shop.root)
    for number, (file, lines, hour) in enumerate(slices):
        (shop.folder / "orders" / file).unlink()
        deliver(shop, f"{number}.parquet", list(reversed(lines)), hour)
    assert shop.run(source, as_of=AS_OFS[-1]).failed == ()
    assert silver(shop) == stepwise

    # what comes late teaches nothing more
    deliver(shop, "late.parquet", [("ann", 1000 + n, 1e6, 1000) for n in range(40)], 1)
    shop.run(source, as_of=AS_OFS[-1])
    assert silver(shop)["silver.outlier_bounds"] == stepwise["silver.outlier_bounds"]


def test_bounds_stand_before_anything_is_judged_by_them(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is learned before its moment; a run that is killed once its bounds stand is made whole by the next."""
    source = orders(shop, MOMENTS[0])
    deliver(shop, "a.parquet", [*day(0, 100.0), *day(1, 100.0), ("ann", 191, 777.0, 60)], 0)
    deliver(shop, "b.parquet", [("ann", 290, 888.0, 1)], 26)
    early = shop.run(source, as_of=START)
    assert early.changes["silver.events"].inserted == 92
    assert not (shop.root / "silver" / "outlier_bounds").exists()
    assert flagged(shop) == {}

    replace, append = Lakehouse.replace, Lakehouse.append

    def killed(self: Lakehouse, table: str, *rest: Any, **more: Any) -> Changes:
        if table == "silver.events":
            raise KeyboardInterrupt(table)
        return replace(self, table, *rest, **more)

    monkeypatch.setattr(Lakehouse, "replace", killed)
    with pytest.raises(KeyboardInterrupt, match="silver.events"):
        shop.run(source, as_of=AS_OFS[0])
    monkeypatch.setattr(Lakehouse, "replace", replace)
    bounds = silver(shop)["silver.outlier_bounds"]
    assert len(bounds) == 3  # of Ann and of all; of all
    monkeypatch.setattr(Lakehouse, "append", lambda *rest: pytest.fail("learned again"))

    assert shop.run(source, as_of=AS_OFS[0]).failed == ()
    assert flagged(shop) == {"888.0000": (["wild"], "1")}  # the others were known before, and taught
    monkeypatch.setattr(Lakehouse, "append", append)
    assert silver(shop)["silver.outlier_bounds"] == bounds
