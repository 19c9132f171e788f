"""A run that was killed, and a world that went on before the next one: what is left is what that one would have left alone."""

import shutil
from collections.abc import Callable
from datetime import timedelta

import pytest

from dmp_spark.ingest.resolved import Source
from dmp_spark.ingest.tables import CONFLICTS, EVENTS, FILES, IDENTIFIERS, REJECTED
from tests.ingest.delivered_shop import AT, Shop
from tests.ingest.small_shop import HAS_CUSTOMER, purchase

BY_PLACE = (purchase(id_kind="position", id_columns=()),)
STAMPS = ("_ingested_at", "_landed_at")


def content(shop: Shop) -> dict[str, list[tuple[object, ...]]]:
    """All tables of the books and of silver, without when they were written; the manifest's rows that hold."""
    found = {}
    for contract in (EVENTS, IDENTIFIERS, REJECTED, CONFLICTS, FILES):
        if shop.root.joinpath(*contract.name.split(".")).exists():
            found[contract.name] = shop.rows(contract.name, *[name for name in contract.names if name not in STAMPS])
    return found


def overwritten(shop: Shop) -> None:
    shop.deliver("b.parquet", [("eve", 8, AT)])


def deleted(shop: Shop) -> None:
    (shop.folder / "orders" / "b.parquet").unlink()


@pytest.mark.parametrize("going_on", [overwritten, deleted])
def test_rows_of_a_version_of_a_file_that_nobody_took_go(shop: Shop, going_on: Callable[[Shop], None]) -> None:
    source = shop.orders.model_copy(update={"events": BY_PLACE})
    shop.deliver("a.parquet", [("ann", 1, AT), (None, 2, AT)])
    shop.run(source)
    shop.deliver("b.parquet", [("bob", 3, AT), ("cat", 4, AT), (None, 5, AT)])
    shop.killed("bronze.files", source)
    going_on(shop)
    assert shop.run(source).failed == ()
    found = content(shop)
    shutil.rmtree(shop.root)
    shop.run(source)
    assert found == content(shop)


def test_what_todays_rules_reject_does_not_stand_because_a_killed_run_took_it(shop: Shop) -> None:
    strict = HAS_CUSTOMER.model_copy(update={"name": "few", "require": "receipt < 4"})
    changed: Source = shop.orders.model_copy(update={"rules": (HAS_CUSTOMER, strict)})
    shop.deliver("a.parquet", [("ann", 1, AT), ("bob", 5, AT), (None, 6, AT)])
    shop.killed("bronze.files")
    assert shop.run(changed).counts["rows_rejected"] == 2
    found = content(shop)
    shutil.rmtree(shop.root)
    shop.run(changed)
    assert found == content(shop)


def test_an_event_that_lost_its_place_to_a_file_that_nobody_took_comes_back_with_its_own(shop: Shop) -> None:
    shop.deliver("a.parquet", [("ann", 1, AT)])
    shop.run()
    shop.deliver("b.parquet", [("eve", 1, AT - timedelta(hours=1))])
    shop.killed("bronze.files")
    deleted(shop)
    assert shop.run().failed == ()
    assert shop.rows("silver.identifiers", "value") == [("ann",)]
    assert len(shop.rows("silver.events", "event_id")) == 1
    assert shop.rows("bronze.conflicts", "event_id") == []


def test_a_conflict_with_what_nobody_took_goes_from_the_record(shop: Shop) -> None:
    shop.deliver("a.parquet", [("ann", 1, AT)])
    shop.run()
    shop.deliver("b.parquet", [("eve", 1, AT + timedelta(hours=1))])
    shop.killed("bronze.files")
    assert len(shop.rows("bronze.conflicts", "event_id")) == 1
    deleted(shop)
    assert shop.run().failed == ()
    assert shop.rows("bronze.conflicts", "event_id") == []
    assert shop.rows("silver.identifiers", "value") == [("ann",)]


def test_a_replay_does_not_yield_to_what_nobody_took(shop: Shop) -> None:
    not_ann = HAS_CUSTOMER.model_copy(update={"name": "not_ann", "require": "customer <> 'ann'"})
    strict: Source = shop.orders.model_copy(update={"rules": (HAS_CUSTOMER, not_ann)})
    shop.deliver("a.parquet", [("ann", 1, AT)])
    shop.run(strict)
    shop.deliver("b.parquet", [("eve", 1, AT - timedelta(hours=1))])
    shop.killed("bronze.files", strict)
    deleted(shop)
    loose = shop.orders.model_copy(update={"rules": (HAS_CUSTOMER,)})
    assert shop.run(loose, replay=True).failed == ()
    assert shop.rows("silver.identifiers", "value") == [("ann",)]
    assert shop.rows("bronze.rejected", "state") == [("replayed",)]
    assert shop.rows("bronze.files", "rows_accepted", "rows_duplicate") == [(1, 0)]
    assert len(shop.rows("silver.events", "event_id")) == 1
