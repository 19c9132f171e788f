"""Rejected records tried again: what a run that had the rules from the start would have, with the files or without them."""

import csv
import shutil
from datetime import timedelta
from typing import Any

import pyarrow as pa
import pytest

from dmp_spark.ingest.resolved import Computed, Known, Lookup, Source
from dmp_spark.ingest.tables import EVENTS, IDENTIFIERS
from tests.ingest.delivered_shop import AT, SCHEMA, Shop
from tests.ingest.small_shop import COLUMNS, HAS_CUSTOMER, purchase

WALL = AT.replace(tzinfo=None)
STRICT = HAS_CUSTOMER.model_copy(update={"name": "few_pieces", "require": "pieces <= 3"})
RIGHT = STRICT.model_copy(update={"require": "pieces <= 100"})
ROWS: list[tuple[Any, ...]] = [
    ("ann", 1, 0, 1.5, 1),
    ("bob", 2, 1, 0.1 + 0.2, 50),
    (None, 3, 2, 2.5, 50),
    ("cat", 4, 3, None, 500),
    ("dan", 5, 4, 1e-7, None),
    ("eve", 1, 5, 7.0, 60),  # an id that stands: the one known first holds
    ("fay", 6, 6, 7.0, 70),
    ("fay", 6, 6, 7.0, 70),  # twice in one file
]


def deliver(shop: Shop, kind: str, folder: str = "orders") -> None:
    """The rows, in a file of a kind; times are wall clocks where the file's type says nothing else."""
    rows = [dict(zip(COLUMNS, (c, r, WALL + timedelta(hours=h, microseconds=1), a, p), strict=True)) for c, r, h, a, p in ROWS]
    if kind == "parquet":
        wall = pa.schema([SCHEMA.field(n) if n != "at" else pa.field("at", pa.timestamp("us")) for n in SCHEMA.names])
        shop.write(f"{folder}/a.parquet", pa.Table.from_pylist(rows, wall))
        return
    (shop.folder / folder).mkdir(exist_ok=True)
    path = shop.folder / folder / f"a.{kind}"
    with open(path, "w", encoding="utf-8", newline="") as file:
        lines_ = csv.writer(file)
        lines_.writerow([*COLUMNS, "color"])
        lines_.writerows([*row.values(), "red"] for row in rows)


def source_of(shop: Shop, kind: str, *rules: Any, **changes: Any) -> Source:
    event = purchase(time=purchase().time.model_copy(update={"zone": "America/New_York"}))
    return shop.orders.model_copy(update={"format": kind, "rules": (HAS_CUSTOMER, *rules), "events": (event,), **changes})


def silver(shop: Shop) -> dict[str, Any]:
    """All that events and identifiers say, without who wrote them."""
    return {contract.name: shop.rows(contract.name, *contract.types) for contract in (EVENTS, IDENTIFIERS)}


@pytest.mark.parametrize("kind", ["csv", "parquet"])  # json: tests/system/test_replayed.py
def test_a_rule_corrected_and_replayed_leaves_what_it_would_have_left_from_the_start(shop: Shop, kind: str) -> None:
    deliver(shop, kind)
    first = shop.run(source_of(shop, kind, STRICT))
    assert (first.counts["rows_accepted"], first.counts["rows_rejected"]) == (1, 7)
    landed = shop.rows("bronze.files", "file_id", "_landed_at")
    shutil.rmtree(shop.folder / "orders")  # the files are not needed
    (shop.folder / "orders").mkdir()

    refused = shop.run(source_of(shop, kind, RIGHT))
    assert "dmp replay tries its rejected records again without its files" in refused.failed[0]

    again = shop.run(source_of(shop, kind, RIGHT), replay=True)
    assert again.failed == ()
    assert again.notes == (
        "orders: 4 rejected records were replayed: 2 are events now, 2 stood already; "
        "rules were not asked again of what was accepted before",
    )
    states = dict.fromkeys((1, 5, 6, 7), "replayed") | dict.fromkeys((2, 3, 4), "open")
    assert dict(shop.rows("bronze.rejected", "position", "state")) == states
    counted = ("rows_in", "rows_mapped", "rows_accepted", "rows_duplicate", "rows_rejected")
    assert shop.rows("bronze.files", *counted) == [(8, 8, 3, 2, 3)]
    assert shop.rows("bronze.files", "file_id", "_landed_at") == landed
    replayed = silver(shop)

    second = shop.run(source_of(shop, kind, RIGHT), replay=True)
    assert "0 rejected records were replayed: 0 are events now" in second.notes[0]
    assert silver(shop) == replayed
    nothing = shop.run(source_of(shop, kind, RIGHT))  # judged by today's rules, so nothing has to be read again
    assert (nothing.failed, nothing.notes, dict(nothing.changes)) == ((), (), {})

    deliver(shop, kind)
    shutil.rmtree(shop.root)
    assert shop.run(source_of(shop, kind, RIGHT)).counts["rows_accepted"] == 3
    fresh = silver(shop)
    for name, rows in fresh.items():
        assert len(rows) == len(replayed[name])
    assert fresh == replayed


def test_of_an_event_that_was_rejected_beside_others_that_one_is_tried(shop: Shop) -> None:
    shop.deliver("a.parquet", [("ann", 1, AT), ("bob", None, AT)])
    events = (
        purchase(id_kind="position", id_columns=()),
        purchase(event_type="named", id_columns=("receipt",)),
    )
    source = shop.orders.model_copy(update={"events": events})
    first = shop.run(source)
    assert (first.counts["rows_accepted"], first.counts["rows_rejected"]) == (3, 1)
    counted = ("rows_mapped", "rows_accepted", "rows_duplicate", "rows_rejected")
    before, counts = silver(shop), shop.rows("bronze.files", *counted)

    again = shop.run(source, replay=True)
    assert shop.rows("bronze.files", *counted) == counts
    assert "0 rejected records were replayed" in again.notes[0]
    assert silver(shop) == before
    assert shop.rows("bronze.rejected", "ordinal", "event_type", "state") == [(1, "named", "open")]


def test_a_record_that_is_none_by_now_is_no_event_and_stays_open_beside_what_it_broke(shop: Shop) -> None:
    shop.deliver("a.parquet", [("ann", 1, AT), ("bob", None, AT)])
    events = (purchase(id_kind="position", id_columns=()), purchase(event_type="named", id_columns=("receipt",)))
    source = shop.orders.model_copy(update={"events": events})
    shop.run(source)
    stricter = STRICT.model_copy(update={"name": "has_receipt", "require": "receipt is not null"})
    again = shop.run(source.model_copy(update={"rules": (*source.rules, stricter)}), replay=True)
    assert "0 rejected records were replayed" in again.notes[0]
    columns = ("ordinal", "event_type", "state", "reasons")
    assert shop.rows("bronze.rejected", *columns) == [(1, "named", "open", ["has_receipt"])]
    assert shop.rows("bronze.files", "rows_mapped", "rows_rejected") == [(4, 1)]


def test_a_replay_that_was_killed_is_made_whole_by_the_next_with_the_counts_of_a_clean_one(shop: Shop) -> None:
    deliver(shop, "parquet")
    shop.run(source_of(shop, "parquet", STRICT))
    shop.killed("silver.identifiers", source_of(shop, "parquet", RIGHT), replay=True)
    assert shop.run(source_of(shop, "parquet", RIGHT), replay=True).failed == ()
    counted = ("rows_in", "rows_mapped", "rows_accepted", "rows_duplicate", "rows_rejected")
    assert shop.rows("bronze.files", *counted) == [(8, 8, 3, 2, 3)]
    assert [state for (state,) in shop.rows("bronze.rejected", "state")].count("replayed") == 4
    found = silver(shop)
    shutil.rmtree(shop.root)
    shop.run(source_of(shop, "parquet", RIGHT))
    assert found == silver(shop)


def test_a_new_file_that_comes_with_a_replay_meets_what_was_replayed(shop: Shop) -> None:
    deliver(shop, "parquet")
    shop.run(source_of(shop, "parquet", STRICT))
    lines = [{"customer": "fay", "receipt": 6, "at": AT - timedelta(days=1), "amount": 8.0, "pieces": 2}]
    shop.write("orders/b.parquet", pa.Table.from_pylist(lines, SCHEMA))
    file, elsewhere = shop.folder / "orders" / "a.parquet", shop.folder / "a.parquet"
    file.rename(elsewhere)
    again = shop.run(source_of(shop, "parquet", RIGHT), replay=True)
    assert again.failed == ()
    assert {check.name: check.passed for check in again.checks} == {"orders_conflicts": False}
    found = silver(shop)
    elsewhere.rename(file)
    assert [row[EVENTS.names.index("value")] for row in found[EVENTS.name] if 8 in row] == [8]
    shutil.rmtree(shop.root)
    shop.run(source_of(shop, "parquet", RIGHT))
    assert found == silver(shop)


def test_text_of_which_only_the_readable_part_was_kept_is_not_replayed(shop: Shop) -> None:
    damaged = pa.array([b"\xffann"], pa.binary()).view(pa.string())
    table = pa.table(
        [damaged, pa.array([1]), pa.array([AT], SCHEMA.field("at").type), pa.array([1.0]), pa.array([1])], schema=SCHEMA
    )
    shop.write("orders/a.parquet", table)
    assert shop.run().counts["rows_rejected"] == 1
    assert shop.run(replay=True).notes == ()
    assert shop.rows("bronze.rejected", "state", "reasons") == [("open", ["unreadable_customer"])]
    assert shop.rows("silver.events", "event_id") == []


def test_what_was_known_late_is_told_of_replayed_records_too_once_a_source(shop: Shop) -> None:
    deliver(shop, "parquet")
    shop.late = 86_400
    at_landing = (purchase(known=Known(kind="landing")),)
    shop.run(source_of(shop, "parquet", STRICT, events=at_landing))
    again = shop.run(source_of(shop, "parquet", RIGHT, events=at_landing), replay=True)
    [told] = [check for check in again.checks if check.name == "orders_late"]
    assert (told.passed, told.detail.split(" were ")[0]) == (False, "4 events")


def test_the_records_of_a_source_whose_one_column_is_called_line_are_tried(shop: Shop) -> None:
    event = purchase(
        id_columns=("line",),
        time=purchase().time.model_copy(update={"column": "line"}),
        identifiers=(Computed(name="customer", expression="cast(line as string)"),),
        values=(),
        attributes=(),
    )
    early = STRICT.model_copy(update={"name": "early", "require": "line < timestamp '2017-01-01'"})
    source = shop.orders.model_copy(
        update={"format": "json", "columns": {"line": "timestamp"}, "events": (event,), "rules": (early,)}
    )
    (shop.folder / "orders").mkdir()
    (shop.folder / "orders" / "a.json").write_text('{"line": "2017-05-01T12:00:00Z"}\nno json\n', encoding="utf-8")
    assert shop.run(source).counts["rows_rejected"] == 2
    loose = early.model_copy(update={"require": "line < timestamp '2018-01-01'"})
    notes = shop.run(source.model_copy(update={"rules": (loose,)}), replay=True).notes
    assert [note.partition(" rejected")[0] for note in notes] == ["orders: 1"]
    assert shop.rows("bronze.rejected", "state", "reasons") == [("open", ["not_json"]), ("replayed", ["early"])]


def test_a_line_that_could_not_be_read_keeps_its_reason_though_a_column_is_called_line(shop: Shop) -> None:
    columns = {"customer": "string", "line": "bigint", "at": "timestamp"}
    event = purchase(id_columns=("line",), values=(), attributes=())
    source = shop.orders.model_copy(update={"format": "json", "columns": columns, "events": (event,), "rules": (HAS_CUSTOMER,)})
    (shop.folder / "orders").mkdir()
    (shop.folder / "orders" / "a.json").write_text("no json\n", encoding="utf-8")
    shop.run(source)
    assert shop.run(source, replay=True).notes == ()
    assert shop.rows("bronze.rejected", "state", "reasons") == [("open", ["not_json"])]


def test_where_there_is_nothing_to_try_again_files_that_are_gone_count_as_judged_by_todays_rules(shop: Shop) -> None:
    shop.deliver("a.parquet", [("ann", 1, AT)])
    shop.run()
    shutil.rmtree(shop.folder / "orders")
    (shop.folder / "orders").mkdir()
    changed = shop.orders.model_copy(update={"rules": (HAS_CUSTOMER,)})
    assert "dmp replay" in shop.run(changed).failed[0]
    assert shop.run(changed, replay=True).failed == ()
    assert shop.run(changed).failed == ()
    assert len(shop.rows("silver.events", "event_id")) == 1


def test_what_waits_for_its_reference_is_no_fault_and_becomes_an_event_when_it_comes(shop: Shop) -> None:
    known = Lookup(
        name="item",
        table="silver.items",
        key=(("item_id", "receipt", "string"),),
        missing="wait",
        columns={"item_id": "string", "kind": "string"},
    )
    orders = shop.orders.model_copy(update={"lookups": (known,)})
    items = shop.items

    def deliver_items(*numbers: int) -> None:
        shop.write("items/a.parquet", pa.table({"item": list(numbers), "kind": ["x"] * len(numbers)}))

    deliver_items(1)
    shop.deliver("a.parquet", [("ann", 1, AT), *[("bob", number, AT) for number in range(2, 1_200)]])
    first = shop.run(items, orders, most=0.05)
    assert (first.held, first.counts["rows_rejected"]) == ((), 1_198)
    assert {state for (state,) in shop.rows("bronze.rejected", "state")} == {"waiting"}

    deliver_items(*range(1, 1_200))
    second = shop.run(items, orders, most=0.05)
    assert second.failed == ()
    assert (len(shop.rows("silver.events", "event_id")), shop.rows("bronze.rejected", "state")) == (1_199, [])
