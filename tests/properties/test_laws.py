"""Laws 1 to 4 over many small worlds at once: each world's ids carry its number, and all go through one project."""

import os
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

from dmp_spark import registry
from dmp_spark.lakehouse.lakehouse import Lakehouse
from dmp_spark.stage import RunContext, RunSummary

WORLDS = int(os.environ.get("DMP_WORLDS", "40"))
STAGES = ("ingest", "sessions", "identity", "features")
AS_OF = datetime(2017, 7, 1, 4, tzinfo=UTC)  # midnight in New York
STARTED = datetime(2020, 1, 1, tzinfo=UTC)
DELIVERIES = 3

PROJECT = """
grammar: 1
project: worlds
as_of: 2017-07-01
time_zone: America/New_York
currency: USD
"""
INGEST = """
sources:
  orders:
    read: {format: parquet, path: data/orders}
    arrives: appended
    columns: {customer: string, receipt: string, at: timestamp, arrived: timestamp, amount: double}
    rules:
      has_customer: {require: customer is not null, otherwise: reject}
      sane_time: {require: "at >= timestamp '2016-01-01'", otherwise: reject}
    events:
      purchase:
        id: [receipt]
        time: {column: at, zone: UTC}
        known: {column: arrived, zone: UTC}
        identifiers: {customer: customer}
        order_id: receipt
        value: amount
        currency: {value: USD}
"""
SESSIONS = """
gap: 3 days
cap: 5 days
page_views: {of: purchase}
conversions: {of: purchase}
"""
FEATURES = """
moments: {every: 1 month, from: 2017-04-01, until: 2017-07-01, also: [as_of]}
measures:
  spend: {of: purchase, take: sum(value), over: [30 days, ever]}
  orders: {of: purchase, take: count(distinct order_id), over: [90 days, ever]}
  last: {of: purchase, take: last(time), over: [ever]}
"""
SCHEMA = pa.schema(
    [
        ("customer", pa.string()),
        ("receipt", pa.string()),
        ("at", pa.timestamp("us", "UTC")),
        ("arrived", pa.timestamp("us", "UTC")),
        ("amount", pa.float64()),
    ]
)
Record = tuple[str | None, str, datetime, datetime, float | None]


def world(number: int, draw: random.Random) -> list[Record]:
    """A world's records: few customers, receipts that repeat with the same and with other contents, late and broken ones."""
    records: list[Record] = []
    for _ in range(draw.randint(1, 9)):
        at = datetime(2017, 3, 1, tzinfo=UTC) + timedelta(hours=draw.randrange(24 * 120))
        customer = draw.choice([f"{number}-a", f"{number}-b", f"{number}-c", None])
        wrong = draw.random() < 0.1
        arrived = at + timedelta(hours=draw.choice([0, 1, 24 * 40]))
        amount = draw.choice([1.5, 0.1, 0.2, None])
        receipt = f"{number}-{draw.randrange(6)}"
        records.append((customer, receipt, datetime(1900, 1, 1, tzinfo=UTC) if wrong else at, arrived, amount))
    return records + draw.sample(records, draw.randint(0, 2))


def write(folder: Path, name: str, records: Sequence[Record]) -> None:
    """One file of a delivery."""
    folder.mkdir(parents=True, exist_ok=True)
    columns = list(zip(*records, strict=True)) if records else [[] for _ in SCHEMA]
    pq.write_table(pa.table([pa.array(c, f.type) for c, f in zip(columns, SCHEMA, strict=True)], schema=SCHEMA), folder / name)


class Bench:
    """A project in a folder, run stage by stage in this process."""

    def __init__(self, spark: SparkSession, folder: Path) -> None:
        self.spark, self.folder, self.runs = spark, folder, 0
        folder.mkdir()
        for name, text in (("project", PROJECT), ("ingest", INGEST), ("sessions", SESSIONS), ("features", FEATURES)):
            (folder / f"{name}.yml").write_text(text, encoding="utf-8")

    def run(self) -> dict[str, RunSummary]:
        """Every stage once; what each says it did."""
        self.runs += 1
        project, resolution = registry.resolved(self.folder)
        said = {}
        for name in STAGES:
            tables = registry.tables(name)
            lakehouse = Lakehouse(
                self.spark, project.lakehouse, resolution.contracts, f"run-{self.runs}", name, tables.READS, tables.WRITES
            )
            started = STARTED + timedelta(days=self.runs)  # audit times differ from run to run, and must not matter
            context = RunContext(lakehouse, AS_OF, f"run-{self.runs}", started, "America/New_York")
            said[name] = registry.stage(name).run(context, resolution.specs[name])
            lakehouse.scratch.drop()
        return said

    def rows(self, table: str) -> dict[str, set[tuple[Any, ...]]]:
        """A table's rows by world, without audit columns."""
        project, resolution = registry.resolved(self.folder)
        lakehouse = Lakehouse(self.spark, project.lakehouse, resolution.contracts, "look", "look", ("*",), ())
        columns = [c.name for c in resolution.contracts[table].business if not c.name.startswith("_")]
        found: dict[str, set[tuple[Any, ...]]] = {}
        people = {row.identifier_id: row.value for row in lakehouse.read("silver.identifiers").collect()}
        owners = {row.person_id: people[row.identifier_id] for row in lakehouse.read("silver.identity_map").collect()}
        for row in lakehouse.read(table).select(*columns).collect():
            said = row.asDict()
            who = owners.get(said.get("person_id")) or people[said.get("subject_id") or said["identifier_id"]]
            found.setdefault(who.split("-")[0], set()).add(tuple(str(said[name]) for name in columns))
        return found


@pytest.mark.slow  # five runs of three stages on real tables, for all worlds together
def test_slices_repetitions_and_order_change_nothing_and_nothing_is_lost(spark: SparkSession, tmp_path: Path) -> None:
    draw = random.Random(2017)
    worlds = {number: world(number, draw) for number in range(WORLDS)}
    everything = [record for records in worlds.values() for record in records]

    whole = Bench(spark, tmp_path / "whole")
    write(whole.folder / "data" / "orders", "all.parquet", everything)
    whole.run()

    sliced = Bench(spark, tmp_path / "sliced")
    slices: list[list[Record]] = [[] for _ in range(DELIVERIES)]
    for record in everything:
        for slot in draw.sample(range(DELIVERIES), draw.choice([1, 1, 1, 2])):
            slices[slot].append(record)
    counts = dict.fromkeys(("rows_in", "rows_mapped", "rows_accepted", "rows_duplicate", "rows_rejected", "rows_suppressed"), 0)
    displaced = 0  # accepted in one run, and a duplicate since an earlier-known record of the same id came
    for number, records in enumerate(slices):
        draw.shuffle(records)
        write(sliced.folder / "data" / "orders", f"{draw.random()}-{number}.parquet", records)
        said = sliced.run()["ingest"]
        displaced += said.changes["silver.events"].updated
        for name, value in said.counts.items():
            counts[name] = counts.get(name, 0) + value

    # laws 1 and 3: the same tables, world by world
    for table in ("silver.events", "silver.sessions", "silver.identifiers", "silver.identity_map", "gold.features"):
        expected, found = whole.rows(table), sliced.rows(table)
        differing = [number for number in worlds if expected.get(str(number)) != found.get(str(number))]
        assert not differing, f"{table}: {len(differing)} worlds, such as {worlds[differing[0]]}"

    # law 4: every delivered line is in one of the counts, and what is accepted is there
    assert counts["rows_in"] == sum(map(len, slices)) == counts["rows_mapped"] + counts["rows_unreadable"]
    ends = ("rows_accepted", "rows_duplicate", "rows_rejected", "rows_suppressed")
    assert counts["rows_mapped"] == sum(counts[name] for name in ends)
    assert counts["rows_accepted"] - displaced == sum(map(len, sliced.rows("silver.events").values()))
    assert counts["rows_rejected"] > 0
    assert counts["rows_duplicate"] > 0

    # law 2: again is harmless
    written = {name: sum(c.written for c in again.changes.values()) for name, again in sliced.run().items()}
    assert written == dict.fromkeys(STAGES, 0)
