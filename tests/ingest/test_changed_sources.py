"""Sources whose files change: columns that come, go and change, files that move while they are read, folders that go."""

import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dmp_spark.contracts import Changes
from dmp_spark.ingest import stage
from dmp_spark.ingest.resolved import Computed
from dmp_spark.ingest.tables import EVENTS
from tests.acceptance.tables import versions
from tests.ingest.delivered_shop import AT, Shop
from tests.ingest.small_shop import COLUMNS

BY_NAME = "deliver it by the declared names, name it in `optional` where files may lack it, or read files like it by a source of their own"


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_column_more_arrives_and_one_that_is_renamed_or_retyped_is_refused_and_changes_nothing(shop: Shop, kind: str) -> None:
    """Each delivery beside a good one that stands; what is refused is told with the difference and the way out."""

    def deliver(name: str, **columns: pa.Array) -> Path:
        rows = {
            "customer": ["ann"],
            "receipt": [int(name)],
            "at": [AT.replace(tzinfo=None)],
            "amount": [1.5],
            "pieces": [1],
        } | columns
        rows = {column: values for column, values in rows.items() if values is not None}
        file = shop.folder / "orders" / f"{name}.{kind}"
        file.parent.mkdir(exist_ok=True)
        if kind == "csv":
            lines = [",".join(rows), *(",".join(map(str, cells)) for cells in zip(*rows.values(), strict=True))]
            file.write_text("\n".join(lines), encoding="utf-8")
        else:
            pq.write_table(pa.table(rows), file)
        return file

    source = shop.orders.model_copy(update={"format": kind})
    deliver("1")
    deliver("2", tier=["gold"])  # nobody asked for it yet
    if kind == "parquet":  # what is narrower has its place in what is declared
        deliver("3", receipt=pa.array([3], pa.int32()), amount=pa.array([1.5], pa.float32()))
    else:  # cells are text whatever they were meant as: one that is no number is a matter of its record, not of the file
        deliver("4", amount=["a lot"])
    first = shop.run(source)
    counts = [first.counts[name] for name in ("rows_accepted", "rows_rejected")]
    assert (first.failed, counts) == ((), [2, 1] if kind == "csv" else [3, 0])
    if kind == "csv":
        [(reasons, payload)] = shop.rows("bronze.rejected", "reasons", "payload")
        assert (reasons, json.loads(payload)["amount"]) == (["unreadable_amount"], "a lot")
    assert set(shop.rows("silver.events", "value")) == {(Decimal("1.5000"),)}
    before, events = versions(shop.root), shop.rows("silver.events", *EVENTS.types)

    as_declared = "deliver it as declared, or read files like it by a source of their own"
    refusals = [({"amount": None, "price": [2.5]}, f"it has no column amount, and has price, which is not declared: {BY_NAME}")]
    if kind == "parquet":
        text = pa.array(["4711"])
        refusals.append(({"receipt": text}, f"its column receipt holds string, declared is bigint: {as_declared}"))
        lossy = pa.array([1.5], pa.float32())
        refusals.append(({"pieces": lossy}, f"its column pieces holds float, declared is bigint: {as_declared}"))
    for columns, why in refusals:
        file = deliver("9", **columns)
        refused = shop.run(source)
        assert refused.failed == (f"orders: {file} cannot be taken: {why}; nothing of this source was taken",)
        after = versions(shop.root)
        assert [name for name in before if after[name] != before[name]] == ["bronze.files"]
        file.unlink()

    [event] = source.events
    tier = event.model_copy(update={"attributes": (*event.attributes, Computed(name="tier", expression="tier"))})
    named = source.model_copy(update={"columns": {**COLUMNS, "tier": "string"}, "events": (tier,)})
    [sentence] = shop.run(named).failed  # the first file lacks it
    assert "/orders/1." in sentence
    assert f"it has no column tier: {BY_NAME}" in sentence
    assert shop.rows("silver.events", *EVENTS.types) == events
    arrived = shop.run(named.model_copy(update={"optional": ("tier",)}))
    assert (arrived.failed, arrived.changes["silver.events"]) == ((), Changes(updated=1))
    tiers = [dict(attributes).get("tier") for (attributes,) in shop.rows("silver.events", "attributes")]
    assert sorted(tiers, key=str) == [*[None] * (len(tiers) - 1), "gold"]


def test_a_file_that_changes_while_it_is_read_and_a_folder_that_is_gone_refuse_their_source(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.deliver("a.parquet", [("ann", 1, AT)])
    take = stage.take

    def changing(*arguments: Any) -> Any:
        taken = take(*arguments)
        os.utime(shop.folder / "orders" / "a.parquet", (1, 1))
        return taken

    monkeypatch.setattr(stage, "take", changing)
    file = shop.folder / "orders" / "a.parquet"
    sentence = f"orders: {file} cannot be taken: it changed while it was read; nothing of this source was taken"
    assert shop.run().failed == (sentence,)
    assert not (shop.root / "silver").exists()
    monkeypatch.setattr(stage, "take", take)
    assert shop.run().failed == ()

    before = versions(shop.root)
    file.unlink()
    assert (shop.run().failed, shop.run().changes) == ((), {})  # what was taken may be moved away
    file.parent.rmdir()
    [sentence] = shop.run().failed
    way_out = "put it back, empty where nothing is new; nothing of this source was taken"
    assert sentence == f"orders: the folder {file.parent} is gone: {way_out}"
    assert versions(shop.root) == before
