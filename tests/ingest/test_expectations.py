"""What is expected of a source, through storage: gates hold, warnings pass, and no record becomes another one."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa

from dmp_spark.ingest.expectations import told_names
from dmp_spark.ingest.resolved import Expected, Freshness, Shape, Source, Volume
from dmp_spark.stage import Check
from tests.acceptance.tables import versions
from tests.ingest.delivered_shop import SCHEMA, Shop

FIRST = datetime(2017, 5, 1, 12, tzinfo=UTC)
NOTHING = "; nothing of this run was published"


def day(number: int, count: int) -> list[tuple[str, int, datetime]]:
    """So many orders of one day; receipts are unique over days."""
    return [("ann", number * 1000 + n, FIRST + timedelta(days=number)) for n in range(count)]


def midnight_after(number: int) -> datetime:
    return FIRST.replace(hour=0) + timedelta(days=number + 1)


def checks(found: tuple[Check, ...]) -> dict[str, tuple[bool, str]]:
    return {check.name: (check.passed, check.detail) for check in found if not check.name.endswith("_conflicts")}


def test_a_stale_source_or_an_unusual_day_holds_the_run_or_is_warned_of(shop: Shop) -> None:
    def orders(holds: bool) -> Source:
        volume = Volume(days=28, same_weekdays=False, least=0.5, most=2.0, holds=holds)
        expected = Expected(freshness=Freshness(within=86400, holds=holds), volume=volume)
        return shop.orders.model_copy(update={"expected": expected})

    shop.deliver("history.parquet", [line for number in range(8) for line in day(number, 60)])
    first = shop.run(orders(True), as_of=midnight_after(7))
    assert (first.held, checks(first.checks)) == ((), {"orders_freshness": (True, ""), "orders_volume": (True, "")})
    before = versions(shop.root)

    # a stale source is held though nothing of it arrived, and nothing else of the run is published
    shop.write("items/items.parquet", pa.table({"item": [1], "kind": ["milk"]}))
    held = shop.run(shop.items, orders(True), as_of=midnight_after(9))
    stale = "its newest event is of 2017-05-08 12:00 UTC, 2.5 days before the run's moment"
    assert (held.held, held.changes) == ((f"orders: {stale}{NOTHING}",), {})
    assert checks(held.checks) == {"orders_freshness": (False, stale)}
    assert versions(shop.root) == before

    # what is known after the run's moment makes nothing fresh, and a day that lacks half of its events is unusual
    shop.deliver("short.parquet", [*day(8, 29), *day(20, 1)])
    held = shop.run(orders(True), as_of=midnight_after(9))
    low = "2017-05-09 has 29 events, less than 50 % of the usual 60"
    stale = "its newest event is of 2017-05-09 12:00 UTC, 1.5 days before the run's moment"
    assert held.held == (f"orders: {stale}{NOTHING}", f"orders: {low}{NOTHING}")
    assert versions(shop.root) == before

    warned = shop.run(orders(False), as_of=midnight_after(9))
    assert (warned.held, warned.changes["silver.events"].inserted) == ((), 30)
    assert checks(warned.checks) == {"orders_freshness": (False, stale), "orders_volume": (False, low)}

    # once it stands it is told no more; the missing days before the next one are
    shop.deliver("next.parquet", day(10, 60))
    told = checks(shop.run(orders(False), as_of=midnight_after(10)).checks)
    missing = "2017-05-10 has 0 events, less than 50 % of the usual 60"
    assert told == {"orders_freshness": (True, ""), "orders_volume": (False, missing)}
    full = shop.run(orders(True), as_of=midnight_after(10), full=True)
    assert (full.held, checks(full.checks)["orders_volume"]) == ((), (True, ""))

    # a replaced source is judged by what it will have, not by what goes
    (shop.folder / "orders" / "next.parquet").unlink()
    shop.deliver("next.parquet", day(10, 121))
    replaced = orders(True).model_copy(update={"arrives": "replaced"})
    high = "2017-05-11 has 121 events, more than 200 % of the usual 60"
    assert shop.run(replaced, as_of=midnight_after(10)).held == (f"orders: {high}{NOTHING}",)


def test_a_field_that_no_column_names_is_told_once_or_always(shop: Shop) -> None:
    def orders(grows: bool, holds: bool = False) -> Source:
        return shop.orders.model_copy(update={"expected": Expected(shape=Shape(grows=grows, holds=holds))})

    def deliver(file: str, number: int, **fields: str | None) -> None:
        lines = [dict(zip(SCHEMA.names, (who, n, at, 1.0, 1), strict=True)) | fields for who, n, at in day(number, 2)]
        schema = pa.schema([*SCHEMA, *[(name, pa.string()) for name in fields]])
        shop.write(f"orders/{file}", pa.Table.from_pylist(lines, schema))

    deliver("1.parquet", 1)
    assert checks(shop.run(orders(False)).checks) == {"orders_schema": (True, "")}
    deliver("2.parquet", 2, color="red", empty=None)
    color = "records have what no column names: color"
    assert shop.run(orders(False, holds=True)).held == (f"orders: {color}{NOTHING}",)
    assert checks(shop.run(orders(True)).checks) == {"orders_schema": (False, color)}

    deliver("3.parquet", 3, color="blue", size="9")
    both = checks(shop.run(orders(False, holds=True)).checks)
    assert both == {"orders_schema": (False, f"{color}, size")}
    new = checks(shop.run(orders(True)).checks)
    assert new == {"orders_schema": (False, "records have what no column names: size")}
    assert checks(shop.run(orders(True), full=True).checks) == {"orders_schema": (True, "")}


def test_many_names_are_told_in_short() -> None:
    names = [f"field_{n:02}" for n in range(11)]
    assert told_names([]) == ""
    assert told_names(names[:10]) == f"records have what no column names: {', '.join(names[:10])}"
    assert told_names(names) == f"records have what no column names: {', '.join(names[:10])}, …"
    assert told_names(["x" * 100]) == f"records have what no column names: {'x' * 60}"
