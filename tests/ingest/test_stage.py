"""Deliveries through storage: what they leave in the tables, and what they leave alone."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
import pytest

from dmp_spark.contracts import Changes
from dmp_spark.ingest.resolved import Computed, Reference, Rule, Source
from dmp_spark.ingest.tables import EVENTS
from tests.acceptance.tables import versions
from tests.ingest.delivered_shop import AS_OF, AT, Shop
from tests.ingest.small_shop import HAS_CUSTOMER, SANE_TIME, orders


def test_a_delivery_with_mistakes_and_a_repetition_changes_no_event(shop: Shop) -> None:
    """The acceptance delivery: a null household, a line of year 1900, a line again under another file's name."""
    good = [("ann", 1, AT), ("bob", 2, AT), ("ann", 3, AT + timedelta(days=40))]
    shop.deliver("2017.parquet", good)
    first = shop.run()
    assert (first.failed, first.held) == ((), ())
    assert first.changes["silver.events"] == Changes(inserted=3)
    events = shop.rows("silver.events", *EVENTS.types)
    before = versions(shop.root)

    assert shop.run().changes == {}
    assert versions(shop.root) == before

    shop.deliver("again.parquet", [(None, 4, AT), ("eve", 5, datetime(1900, 1, 1, tzinfo=UTC)), good[0]])
    second = shop.run()

    assert {
        name: second.counts[name] for name in ("rows_in", "rows_mapped", "rows_accepted", "rows_duplicate", "rows_rejected")
    } == {
        "rows_in": 3,
        "rows_mapped": 3,
        "rows_accepted": 0,
        "rows_duplicate": 1,
        "rows_rejected": 2,
    }
    assert shop.rows("bronze.rejected", "reasons", "position", "state") == [
        (["has_customer"], 0, "open"),
        (["sane_time"], 1, "open"),
    ]
    assert shop.rows("silver.events", *EVENTS.types) == events
    after = versions(shop.root)
    assert [name for name in before if after[name] != before[name]] == ["bronze.files", "bronze.rejected"]
    assert shop.rows("silver.identifiers", "value", "first_known_time") == [("ann", AT), ("bob", AT)]


def test_a_file_of_random_bytes_refuses_its_source_and_no_other(shop: Shop) -> None:
    shop.write("items/items.parquet", pa.table({"item": [1], "kind": ["milk"]}))
    shop.deliver("good.parquet", [("ann", 1, AT)])
    (shop.folder / "orders" / "bad.parquet").write_bytes(bytes(range(256)) * 8)

    refused = shop.run(shop.items, shop.orders)
    [sentence] = refused.failed
    assert sentence == (
        f"orders: {shop.folder}/orders/bad.parquet cannot be taken: it cannot be read as parquet; nothing of this source was taken"
    )
    assert shop.rows("silver.items", "item_id", "kind") == [("1", "milk")]
    assert not (shop.root / "silver" / "events").exists()
    assert shop.rows("bronze.files", "source", "state") == [("items", "taken"), ("orders", "refused")]

    before = versions(shop.root)
    assert shop.run(shop.items, shop.orders).failed == refused.failed
    assert versions(shop.root) == before

    (shop.folder / "orders" / "bad.parquet").unlink()
    taken = shop.run(shop.items, shop.orders)
    assert (taken.failed, taken.counts["rows_accepted"]) == ((), 1)


def test_files_in_any_order_and_a_full_run_leave_the_same(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Conflicting copies of one receipt: the smallest content holds, whichever came first; a changed rule takes back."""
    one, other, third = [("ann", 1, AT), ("bob", 2, AT)], [("zoe", 1, AT), ("bob", 2, AT - timedelta(days=1))], [("cat", 7, AT)]
    shop.deliver("b.parquet", one)
    shop.run()
    shop.deliver("a.parquet", other)
    second = shop.run()
    shop.deliver("c.parquet", third)
    shop.run()
    told = ("event_id", "subject_id", "event_time", "known_time")
    stepwise = shop.rows("silver.events", *told)

    assert [check.passed for check in second.checks] == [False]
    assert shop.rows("silver.identifiers", "value", "first_known_time")[-1] == ("cat", AT)
    before = versions(shop.root, ("silver",))
    full = shop.run(full=True)
    assert versions(shop.root, ("silver",)) == before
    assert shop.rows("silver.events", *told) == stepwise
    assert (full.counts["rows_in"], full.counts["rows_accepted"], full.counts["rows_duplicate"]) == (5, 3, 2)

    late = SANE_TIME.model_copy(update={"require": "at < timestamp '2017-05-01' or receipt = 1"})
    changed = shop.run(orders(HAS_CUSTOMER, late, path=shop.orders.path))
    assert changed.changes["silver.events"].deleted == 1
    assert "cat" not in [value for (value,) in shop.rows("silver.identifiers", "value")]

    (shop.folder / "orders" / "c.parquet").unlink()
    [sentence] = shop.run().failed  # the rule is as before, so all is read again
    assert f"{shop.folder}/orders/c.parquet is gone" in sentence


def test_a_killed_run_is_repaired_with_the_counts_of_a_clean_one(shop: Shop) -> None:
    shop.deliver("a.parquet", [("ann", 1, AT), ("ann", 1, AT), ("bob", 2, AT)])
    shop.killed("bronze.files")

    summary = shop.run()
    assert (summary.counts["rows_accepted"], summary.counts["rows_duplicate"]) == (2, 1)
    assert summary.changes["silver.events"] == Changes()
    assert shop.rows("bronze.files", "rows_accepted", "rows_duplicate") == [(2, 1)]


def test_too_many_rejected_records_hold_everything_back(shop: Shop) -> None:
    shop.deliver("a.parquet", [("ann" if number % 10 else None, number, AT) for number in range(1_000)])

    held = shop.run(most=0.05)
    assert held.held == (
        "orders: 10.0 % of 1,000 records were rejected, more than 5 % (has_customer 100); nothing of this run was published",
    )
    assert held.changes == {}
    assert versions(shop.root) == {}
    assert shop.run(most=0.10).held == ()


def test_the_latest_listing_of_a_replaced_source_is_the_whole_truth(shop: Shop) -> None:
    shop.write("items/items.parquet", pa.table({"item": [1, 2, 2], "kind": ["milk", "tea", "tea"]}))
    shop.write("crm/crm.parquet", pa.table({"customer": ["ann", "bob"], "age": ["30", "40"]}))
    first = shop.run(shop.items, shop.crm)
    assert (first.counts["rows_accepted"], first.counts["rows_duplicate"]) == (4, 1)

    shop.write("items/items.parquet", pa.table({"item": [2, 3, None], "kind": ["tea", "jam", "?"]}))
    shop.write("crm/crm.parquet", pa.table({"customer": ["ann"], "age": ["31"]}))
    later = AS_OF + timedelta(days=7)
    shop.run(shop.items, shop.crm, as_of=later)

    said = datetime(2017, 1, 1, tzinfo=UTC)
    assert shop.rows("silver.items", "item_id", "kind") == [("2", "tea"), ("3", "jam")]
    assert shop.rows("bronze.rejected", "reasons") == [(["no_key"],)]
    assert shop.rows("silver.person_attributes", "value", "valid_from", "valid_until") == [
        ("30", said, later),
        ("31", later, None),
        ("40", said, later),
    ]
    assert shop.rows("bronze.files", "source", "state") == [
        ("crm", "replaced"),
        ("crm", "taken"),
        ("items", "replaced"),
        ("items", "taken"),
    ]


def test_a_reference_table_whose_rows_differ_under_one_key_is_refused_with_examples_and_no_other(shop: Shop) -> None:
    shop.write("items/items.parquet", pa.table({"item": [4, 4, 1, 1, 2, 3, 3, 5, 5], "kind": list("abcdefghi")}))
    shop.deliver("good.parquet", [("ann", 1, AT)])

    refused = shop.run(shop.items, shop.orders)
    why, file = (
        "item_id is no key of silver.items: 4 of its values stand in rows that differ",
        shop.folder / "items" / "items.parquet",
    )
    assert refused.failed == (
        f"items: {why}, such as that of record 0 of {file}; record 2 of {file}; record 5 of {file}: name more columns in `key`, "
        "select fewer, or say in `combine` what becomes of them; nothing of this source was taken",
    )
    assert not (shop.root / "silver" / "items").exists()
    assert shop.rows("bronze.files", "source", "state", "reason") == [("items", "refused", why), ("orders", "taken", None)]
    before = versions(shop.root)
    assert shop.run(shop.items, shop.orders).failed == refused.failed
    assert versions(shop.root) == before


def test_rows_of_one_key_are_combined_and_every_record_is_counted_in_its_file(shop: Shop) -> None:
    """Of the records of a key one is accepted, in the first file that has it; the others are duplicates, equal or not."""
    reference = Reference(
        table="promotions",
        key=("item", "week"),
        select=tuple(Computed(name=name, expression=name) for name in ("item", "week", "is_mailed")),
        types={"item": "bigint", "week": "bigint", "is_mailed": "boolean"},
        combine={"is_mailed": "any"},
    )
    promotions = Source(
        name="promotions",
        path=str(shop.folder / "promotions"),
        arrives="replaced",
        columns=reference.types,
        rules=(Rule(name="a_week", require="week > 0", action="reject"),),
        reference=reference,
    )

    def deliver(file: str, *rows: tuple[int | None, int | None, bool | None]) -> None:
        item, week, is_mailed = zip(*rows, strict=True)
        kinds = {"item": pa.int64(), "week": pa.int64(), "is_mailed": pa.bool_()}
        columns = dict(zip(kinds, (item, week, is_mailed), strict=True))
        shop.write(f"promotions/{file}", pa.table({name: pa.array(columns[name], kind) for name, kind in kinds.items()}))

    deliver("a.parquet", (1, 1, False), (1, 1, True), (1, 2, False), (2, 1, None), (None, 1, True))
    alone = shop.run(promotions)
    assert shop.rows("silver.reference_promotions", "item", "week", "is_mailed", "flags") == [
        (1, 1, True, []),
        (1, 2, False, []),
        (2, 1, None, []),
    ]
    told = ("rows_in", "rows_mapped", "rows_accepted", "rows_duplicate", "rows_rejected")
    assert tuple(alone.counts[name] for name in told) == (5, 5, 3, 1, 1)
    assert shop.run(promotions).changes == {}

    deliver("b.parquet", (1, 2, True), (1, 2, True), (3, 1, False), (3, 0, False), (3, None, False))
    both = shop.run(promotions)
    assert both.changes["silver.reference_promotions"] == Changes(inserted=1, updated=1)
    assert shop.rows("silver.reference_promotions", "item", "week", "is_mailed") == [
        (1, 1, True),
        (1, 2, True),
        (2, 1, None),
        (3, 1, False),
    ]
    assert sum(both.counts[name] for name in told[2:]) == both.counts["rows_mapped"] == both.counts["rows_in"] == 10
    counted = shop.rows("bronze.files", *told)
    assert sum(row[2] for row in counted) == 4
    assert sorted(row[:2] + row[4:] for row in counted) == [(5, 5, 1), (5, 5, 2)]
    assert shop.rows("bronze.rejected", "reasons", "payload") == [
        (["a_week"], '{"item":3,"week":0,"is_mailed":false}'),
        (["a_week"], '{"item":3,"week":null,"is_mailed":false}'),
        (["no_key"], '{"item":null,"week":1,"is_mailed":true}'),
    ]


def test_csv_files_are_taken_by_name_and_what_cannot_be_read_is_rejected_with_its_name(shop: Shop) -> None:
    """Two files of another order of columns; each mistake is one record of bronze.rejected, and the counts add up."""
    good = 'at,customer,receipt,amount,pieces\n2017-05-01 12:00:00,ann,1,5.5,2\n2017-05-01T12:00,"bob, jr",2,,\n'
    other = (
        "customer,extra,pieces,amount,at,receipt\n"
        "eve,?,two,1.0,2017-05-01,3\n"  # pieces are no number
        ",?,1,1.0,2017-05-01,4\n"  # breaks a rule
        "max,?,1,1.0,2017-05-01\n"  # a cell is missing
        "zoe,?,1,1.0,01.05.2017,x\n"  # two cells
        "kim,?,3,1.0,2017-05-01,5\n"
    )
    (shop.folder / "orders").mkdir()
    (shop.folder / "orders" / "a.csv").write_text(good, encoding="utf-8")
    (shop.folder / "orders" / "b.csv").write_text(other, encoding="utf-8-sig")
    (shop.folder / "orders" / "c.csv").write_text("customer,receipt,at,amount,pieces\n", encoding="utf-8")
    source = shop.orders.model_copy(update={"format": "csv"})
    done = shop.run(source)

    assert done.failed == ()
    names = ("rows_in", "rows_mapped", "rows_accepted", "rows_duplicate", "rows_rejected", "rows_unreadable")
    assert {name: done.counts[name] for name in names} == dict(zip(names, (7, 7, 3, 0, 4, 0), strict=True))
    assert shop.rows("bronze.files", "rows_in", "rows_accepted", "rows_rejected") == [(0, 0, 0), (2, 2, 0), (5, 1, 4)]
    noon, midnight = AT, datetime(2017, 5, 1, tzinfo=UTC)
    assert shop.rows("silver.events", "event_time", "value", "attributes") == [
        (midnight, Decimal("1.0000"), [("pieces", "3")]),
        (noon, Decimal("5.5000"), [("pieces", "2")]),
        (noon, None, []),
    ]
    assert [row[0] for row in shop.rows("silver.identifiers", "value")] == ["ann", "bob, jr", "kim"]
    rejected = {
        tuple(reasons): (position, json.loads(payload))
        for reasons, position, payload in shop.rows("bronze.rejected", "reasons", "position", "payload")
    }
    more = {"_extra": {"extra": "?"}}
    assert rejected == {
        ("unreadable_pieces",): (
            0,
            {"customer": "eve", "receipt": "3", "at": "2017-05-01", "amount": "1.0", "pieces": "two"} | more,
        ),
        ("has_customer",): (1, {"customer": None, "receipt": "4", "at": "2017-05-01", "amount": "1.0", "pieces": "1"} | more),
        ("number_of_cells",): (2, {"line": "max,?,1,1.0,2017-05-01"}),
        ("unreadable_receipt", "unreadable_at"): (
            3,
            {"customer": "zoe", "receipt": "x", "at": "01.05.2017", "amount": "1.0", "pieces": "1"} | more,
        ),
    }
    before = versions(shop.root)
    assert shop.run(source).changes == {}
    (shop.folder / "orders" / "d.csv").write_text('customer,receipt,at,amount,pieces\nliz,6,2017-05-02,1,"1\n', encoding="utf-8")
    [sentence] = shop.run(source).failed
    assert f"{shop.folder}/orders/d.csv cannot be taken: after line 1 it is not CSV: unexpected end of data" in sentence
    after = versions(shop.root)
    assert [name for name in before if after[name] != before[name]] == ["bronze.files"]


def test_reference_data_and_facts_come_from_csv_too(shop: Shop) -> None:
    (shop.folder / "items").write_text("kind,item\nmilk,1\nmilk,1\nbread,x\n,2\n", encoding="utf-8")
    (shop.folder / "crm").write_text("age,customer\n30-40,ann\n,bob\n50,\n1,2,3\n", encoding="utf-8")
    items, crm = (source.model_copy(update={"format": "csv"}) for source in (shop.items, shop.crm))
    done = shop.run(items, crm)

    assert done.failed == ()
    assert shop.rows("silver.items", "item_id", "kind") == [("1", "milk"), ("2", None)]
    assert shop.rows("silver.person_attributes", "attribute", "value") == [("age", "30-40")]
    names = ("source", "rows_in", "rows_accepted", "rows_duplicate", "rows_rejected")
    assert shop.rows("bronze.files", *names) == [("crm", 4, 2, 0, 2), ("items", 4, 2, 1, 1)]
    assert shop.rows("bronze.rejected", "source", "reasons", "payload") == [
        ("crm", ["no_identifier"], '{"customer":null,"age":"50"}'),
        ("crm", ["number_of_cells"], '{"line":"1,2,3"}'),
        ("items", ["unreadable_item"], '{"item":"x","kind":"bread"}'),
    ]
