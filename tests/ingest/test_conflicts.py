"""Other content under an id that stands is on record, and follows from the set of records, however they came."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa
from pyspark.sql import Row, SparkSession
from pyspark.sql import functions as F

from dmp_spark.contracts import Changes
from dmp_spark.ingest import conflicts
from dmp_spark.ingest.duplicates import decided, with_content
from dmp_spark.ingest.tables import CONFLICTS
from tests.ingest.delivered_shop import AT, SCHEMA, Shop

START = datetime(2017, 1, 1, tzinfo=UTC)
DELIVERIES = 3
COPIES = "event_id string, value bigint, known_time timestamp, _file_id string, _position bigint, _ordinal bigint, _is_standing boolean"
TOLD = [column.name for column in CONFLICTS.business]
STANDING = ", ".join(f"{column.name} {column.type}" for column in CONFLICTS.columns if column.name != "_ingested_at")


def test_conflicts_do_not_depend_on_how_records_were_delivered(spark: SparkSession) -> None:
    """60 worlds of three ids, their records delivered in three steps, in three orders: equal to a plain count of contents."""
    chance = random.Random(13)
    worlds = {
        world: [(f"{world}-{chance.randrange(3)}", chance.randrange(3), chance.randrange(3)) for _ in range(7)]
        for world in range(60)
    }
    steps: list[list[tuple[Any, ...]]] = [[] for _ in range(DELIVERIES)]
    for way in range(3):
        for records in worlds.values():
            for place, (key, value, known) in enumerate(chance.sample(records, len(records))):
                at = START + timedelta(days=known)
                steps[chance.randrange(DELIVERIES)].append((f"{way}/{key}", value, at, f"{way}-{place}", place, 0, False))
    stands: dict[str, tuple[Any, ...]] = {}
    kept: dict[tuple[str, int], Row] = {}
    for fresh in steps:
        frame = spark.createDataFrame([*fresh, *stands.values()], COPIES)
        told = decided(with_content(frame, {"value": "bigint"}), ("event_id",), F.unix_micros("known_time"))
        standing = spark.createDataFrame(list(kept.values()), STANDING)
        found = conflicts.rows([conflicts.met(told, "orders")], standing).collect()
        touched = {row[0] for row in fresh}
        kept = {key: row for key, row in kept.items() if key[0] not in touched}
        kept |= {(row.event_id, row.content): row for row in found if row.event_id in touched}
        for row in told.where("_is_winner").collect():
            stands[row.event_id] = (row.event_id, row.value, row.known_time, row._file_id, None, None, True)
    hashes = spark.range(3).selectExpr("id as value").transform(lambda rows: with_content(rows, {"value": "bigint"})).collect()
    hash_of = {row.value: row._content for row in hashes}

    expected = set()
    for records in worlds.values():
        for key in {key for key, _, _ in records}:
            known: dict[int, int] = {}
            for _, value, day in (record for record in records if record[0] == key):
                known[hash_of[value]] = min(day, known.get(hash_of[value], day))
            best, winner = min((day, content) for content, day in known.items())
            expected |= {
                (key, content, day, winner, best, "known_later" if day > best else "greater_hash")
                for content, day in known.items()
                if content != winner
            }
    for way in range(3):
        own = {
            (
                row.event_id.partition("/")[2],
                row.content,
                (row.known_time.astimezone(UTC) - START).days,
                row.winner_content,
                (row.winner_known_time.astimezone(UTC) - START).days,
                row.reason,
            )
            for row in kept.values()
            if row.event_id.startswith(f"{way}/")
        }
        assert own == expected
    assert {"known_later", "greater_hash"} == {row[-1] for row in expected}


def order(who: str, amount: float, hour: int) -> dict[str, object]:
    """An order of receipt 1; what is known later differs in its amount."""
    return dict(zip(SCHEMA.names, (who, 1, AT + timedelta(hours=hour), amount, 1), strict=True))


def deliver(shop: Shop, file: str, *rows: dict[str, object]) -> None:
    shop.write(f"orders/{file}", pa.Table.from_pylist(list(rows), SCHEMA))


def place(shop: Shop, file: str) -> str:
    [file_id] = [key for key, path in shop.rows("bronze.files", "file_id", "path") if path.endswith(f"/{file}")]
    return str(file_id)


def test_a_loser_is_on_record_with_its_place_and_an_event_that_loses_with_its_file(shop: Shop) -> None:
    deliver(shop, "a.parquet", order("ann", 2.0, 2), order("ann", 2.0, 2))
    assert "bronze.conflicts" not in shop.run().changes  # a repetition is no conflict, and no table is made of nothing
    assert not (shop.root / "bronze" / "conflicts").exists()

    deliver(shop, "b.parquet", order("bob", 9.0, 5), order("ann", 3.0, 3), order("ann", 2.0, 4))
    shop.run()
    columns = ("reason", "position", "ordinal", "file_id", "known_time")
    b = place(shop, "b.parquet")
    later, latest = AT + timedelta(hours=3), AT + timedelta(hours=5)
    assert shop.rows("bronze.conflicts", *columns) == [
        ("known_later", 0, 0, b, latest),
        ("known_later", 1, 0, b, later),
        ("known_later", 2, 0, b, AT + timedelta(hours=4)),  # its time is content too
    ]

    # an earlier one takes the place of the event that stood, killed between conflicts and events, and after the events
    deliver(shop, "c.parquet", order("eve", 1.0, 1))
    for stop in ("silver.events", "bronze.files"):
        shop.killed(stop)
        assert len(shop.rows("bronze.conflicts", "content")) == 4
    shop.run()
    assert shop.rows("silver.identifiers", "value") == [("eve",)]  # of an event that lost, nobody is left
    assert (b, 2, AT + timedelta(hours=4)) in shop.rows("bronze.conflicts", "file_id", "position", "known_time")
    stood = [row for row in shop.rows("bronze.conflicts", "known_time", "position", "ordinal", "file_id") if row[1] is None]
    assert stood == [(AT + timedelta(hours=2), None, None, place(shop, "a.parquet"))]
    assert set(shop.rows("bronze.conflicts", "winner_known_time", "winner_file_id")) == {
        (AT + timedelta(hours=1), place(shop, "c.parquet"))
    }

    # read again, all at once, the same is on record, and nothing is written; without its files' claims nothing is
    told = shop.rows("bronze.conflicts", *TOLD)
    full = shop.run(full=True)
    assert full.changes["bronze.conflicts"] == Changes()
    assert shop.rows("bronze.conflicts", *TOLD) == told
    (shop.folder / "orders" / "b.parquet").unlink()
    (shop.folder / "orders" / "a.parquet").unlink()
    only_c = shop.orders.model_copy(update={"arrives": "replaced"})
    shop.run(only_c)
    assert shop.rows("bronze.conflicts", "content") == []


def test_an_identifier_goes_with_the_event_that_carried_it(shop: Shop) -> None:
    deliver(shop, "a.parquet", order("ann", 2.0, 2))
    shop.run()
    deliver(shop, "b.parquet", order("eve", 1.0, 1))
    shop.run()
    assert shop.rows("silver.identifiers", "value") == [("eve",)]


def test_a_run_killed_before_identifiers_leaves_none_of_an_event_that_lost(shop: Shop) -> None:
    deliver(shop, "a.parquet", order("ann", 2.0, 2))
    shop.run()
    deliver(shop, "b.parquet", order("eve", 1.0, 1))
    shop.killed("silver.identifiers")
    assert shop.run().changes["silver.events"] == Changes()
    assert shop.rows("silver.identifiers", "value") == [("eve",)]


def test_of_facts_the_latest_known_holds_and_the_check_says_so(shop: Shop) -> None:
    shop.write("crm/crm.parquet", pa.table({"customer": ["ann", "ann", "bob"], "age": ["35", "36", "44"]}))
    checks = {check.name: (check.passed, check.detail) for check in shop.run(shop.crm).checks}
    assert checks == {"crm_conflicts": (False, "1 keys came with different contents; the latest known holds")}
