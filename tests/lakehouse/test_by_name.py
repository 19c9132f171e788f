"""Tables that a catalog knows by name: written by contract, asked for versions and rows, queried, and held by one run."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pyarrow as pa
import pytest
from pyspark.sql import functions as F

from dmp_spark.contracts import Changes, Column, Contract, TableClass
from dmp_spark.errors import LockLostError
from dmp_spark.lakehouse import catalog
from dmp_spark.lakehouse.by_name import ByName
from dmp_spark.lakehouse.lakehouse import Lakehouse
from dmp_spark.lakehouse.location import SCHEMAS, Location
from dmp_spark.lakehouse.lock_table import Holder, LockTable
from dmp_spark.lakehouse.standing import standing
from dmp_spark.lakehouse.write import DuplicateKeyError
from dmp_spark.operations.ledger import Ledger
from dmp_spark.operations.sql import answer
from dmp_spark.operations.tables import LOCK
from dmp_spark.operations.values import python_rows
from tests.operations import small_lakehouse
from tests.refusals import refusal

DAYS = Contract(
    name="silver.days",
    owner="test",
    table_class=TableClass.STATE,
    meaning="a day's takings",
    key=("id",),
    partitioned_by=("month",),
    constraints={"some": "id <> ''"},
    columns=(
        Column("id", "string", "the shop's own key", nullable=False),
        Column("day", "date", "when"),
        Column("month", "date", "its month", generated="trunc(day,'MM')"),
        Column("value", "bigint", "takings", unit="EUR"),
    ),
)
ROWS = [("a", date(2017, 1, 31), 1), ("b", date(2017, 2, 1), None), ("c", None, 3)]
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)


@pytest.fixture
def named(spark: Any, tmp_path: Path) -> Iterator[Location]:
    """A catalog whose schemas lie in a temporary folder; the metastore of Spark itself is in tests/system/test_by_name.py."""
    location = Location(tmp_path / "files", "spark_catalog", "n_")
    for schema in SCHEMAS:
        spark.sql(f"CREATE SCHEMA {location.schema(schema)} LOCATION '{tmp_path / schema}'")
    yield location
    for schema in SCHEMAS:
        spark.sql(f"DROP SCHEMA {location.schema(schema)} CASCADE")


def test_tables_are_made_compared_merged_and_changed_by_name(spark: Any, named: Location) -> None:
    def opened(contract: Contract) -> Lakehouse:
        return Lakehouse(spark, named, {contract.name: contract}, "run-1", "test", ("*",), ("*",))

    def frame(*rows: tuple[Any, ...]) -> Any:
        return spark.createDataFrame(list(rows), "id string, day date, value bigint")

    lakehouse = opened(DAYS)
    twice = frame(*ROWS, ROWS[0])
    assert "share a key" in refusal(DuplicateKeyError, lambda: lakehouse.replace("silver.days", twice))
    assert not lakehouse.exists("silver.days")
    assert ByName(named, spark).names() == ()
    assert lakehouse.replace("silver.days", frame(*ROWS)) == Changes(inserted=3)
    assert lakehouse.replace("silver.days", frame(*ROWS)) == Changes()
    tables = ByName(named, spark)
    first = tables.versions(["silver.days", "gold.absent"])
    assert (tables.names(), list(first)) == (("silver.days",), ["silver.days"])

    described = [tuple(row) for row in spark.sql(f"DESCRIBE TABLE EXTENDED {named.sql_name('silver.days')}").collect()]
    assert ("id", "string", "the shop's own key") in described
    assert ("value", "bigint", "takings (EUR)") in described
    assert ("Comment", "a day's takings", "") in described
    where = {name: value for name, value, _ in described if name in ("Name", "Catalog", "Database", "Table")}
    in_parts = {"Catalog": "spark_catalog", "Database": "n_silver", "Table": "days"}  # as Spark 4.2 says it
    assert where in ({"Name": "spark_catalog.n_silver.days"}, in_parts)

    moved = frame(("a", date(2017, 3, 1), 1), ROWS[1], ("d", date(2017, 3, 2), 4))
    asked = []

    def lost_while_it_compared() -> None:
        asked.append(len(asked))
        if len(asked) == 2:
            raise LockLostError("another run has it")

    losing = opened(DAYS)
    losing.before_commit = lost_while_it_compared
    refusal(LockLostError, lambda: losing.replace("silver.days", moved))
    assert ByName(named, spark).versions(["silver.days"]) == first
    assert lakehouse.replace("silver.days", moved) == Changes(inserted=1, updated=1, deleted=1)
    wider = replace(DAYS, columns=(*DAYS.columns, Column("note", "string", "what was said")))
    rows = moved.selectExpr("*", "cast(null as string) as note")
    assert opened(wider).replace("silver.days", rows.selectExpr("id", "day", "value", "'x' as note")) == Changes(updated=3)
    assert [tuple(row) for row in opened(wider).read("silver.days").orderBy("id").collect()] == [
        ("a", date(2017, 3, 1), date(2017, 3, 1), 1, "x"),
        ("b", date(2017, 2, 1), date(2017, 2, 1), None, "x"),
        ("d", date(2017, 3, 2), date(2017, 3, 1), 4, "x"),
    ]
    assert tables.versions(["silver.days"]) == first  # as it stood when it was asked for
    tables.changed(["silver.*"])
    last = tables.versions(["silver.days"])
    assert last["silver.days"] > first["silver.days"]
    now, then = tables.opened("silver.days"), tables.opened("silver.days", first["silver.days"])
    assert (list(then.columns), list(now.columns)) == ([c.name for c in DAYS.columns], [c.name for c in wider.columns])
    assert then.columns["day"] == pa.date32()
    assert sorted(python_rows(then.rows(["id", "value"])), key=str) == [("a", 1), ("b", None), ("c", 3)]
    assert list(python_rows(now.rows(["id"], latest="day"))) == [("d",)]
    assert (then.count(), now.count(), now.version) == (3, 3, last["silver.days"])
    assert now.size() > 0
    assert (now.setting("delta.enableChangeDataFeed"), now.setting("delta.enableDeletionVectors")) == ("true", None)
    assert abs(datetime.now(UTC) - now.written_at()) < timedelta(minutes=10)
    files = [
        file.stat().st_size for file in (named.root.parent / "silver" / "days").rglob("*.parquet") if "_change" not in str(file)
    ]
    assert tables.bytes_added({}, last) == sum(files)
    assert tables.bytes_added(last, last) == 0


def test_a_first_write_that_fails_leaves_no_table_by_name(spark: Any, named: Location) -> None:
    lakehouse = Lakehouse(spark, named, {DAYS.name: DAYS}, "run-1", "test", ("*",), ("*",))
    rows = spark.createDataFrame(ROWS, "id string, day date, value bigint")
    broken = rows.withColumn("value", F.when(F.col("id") == "c", F.raise_error(F.lit("planted"))).otherwise(F.col("value")))
    assert "planted" in refusal(Exception, lambda: lakehouse.replace("silver.days", broken))
    assert not lakehouse.exists("silver.days")
    assert list((named.root.parent / "silver").iterdir()) == []
    assert lakehouse.replace("silver.days", rows) == Changes(inserted=3)


def test_what_changed_is_told_by_name_as_by_path_until_a_vacuum_may_have_taken_it(
    spark: Any, named: Location, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dmp_spark.lakehouse.opening.opened", lambda location: spark)
    lakehouse = Lakehouse(spark, named, {DAYS.name: DAYS}, "run-1", "test", ("*",), ("*",))

    def write(*rows: tuple[Any, ...]) -> int:
        lakehouse.replace("silver.days", spark.createDataFrame(list(rows), "id string, day date, value bigint"))
        return ByName(named, spark).versions(["silver.days"])["silver.days"]

    first = write(*ROWS)
    second = write(ROWS[0], ("b", date(2017, 2, 1), 2))
    tables = ByName(named, spark)
    assert tables.is_whole("silver.days", first, second)
    assert tables.is_whole("silver.days", second, second)
    assert not tables.is_whole("silver.days", second, first)  # younger than it was: made anew
    assert not tables.is_whole("silver.days", second, second + 1)
    assert not tables.is_empty("silver.days", first, second)
    changed = lakehouse.changes("silver.days", first, second)
    assert changed is not None
    images = [(row["id"], row["value"], row["_change_type"]) for row in changed.collect()]
    assert sorted(images, key=str) == [
        ("b", 2, "update_postimage"),
        ("b", None, "update_preimage"),
        ("c", 3, "delete"),
    ]
    spark.sql(f"ALTER TABLE {named.sql_name('silver.days')} SET TBLPROPERTIES ('looked_at' = 'today')")
    third = ByName(named, spark).versions(["silver.days"])["silver.days"]
    assert third > second
    assert lakehouse.changes("silver.days", second, third) is None
    spark.sql(f"VACUUM {named.sql_name('silver.days')}")
    last = ByName(named, spark).versions(["silver.days"])["silver.days"]
    assert not tables.is_whole("silver.days", first, last)
    assert tables.is_whole("silver.days", last, last)


def test_queries_and_the_ledger_give_by_name_what_they_give_by_path(
    spark: Any, named: Location, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dmp_spark.lakehouse.opening.opened", lambda location: spark)
    path = Location(small_lakehouse.published(tmp_path / "lakehouse"))
    tables = {
        "silver.events": small_lakehouse.events(),
        "silver.identity_map": small_lakehouse.identities(),
        "gold.segment_membership": small_lakehouse.stays(),
    }
    for name, columns in tables.items():
        spark.createDataFrame(pa.table(columns)).write.format("delta").saveAsTable(named.sql_name(name))
    row = Ledger(path).rows()[0]
    wanted = replace(row, checks=({"name": "is_fine", "passed": True, "detail": "d"},), notes=("it's",), counts={"rows_in": 3})
    for _ in range(2):
        Ledger(named).append(wanted)
    assert Ledger(named).rows() == (wanted, wanted)
    assert Ledger(named).publication() == wanted
    spark.createDataFrame(pa.table(small_lakehouse.events())).write.format("delta").mode("append").saveAsTable(
        named.sql_name("silver.events")
    )  # not published yet
    for text in (
        "select * from gold.events order by event_id",
        "select segment, people from gold.segment_sizes order by segment",
        "select silver.events.event_id, events.value from silver.events where silver.events.quantity > 0 order by 1",
        "select e.event_id, f, e.attributes.store_id from silver.events e lateral view explode(e.flags) t as f order by 1, 2",
        "with events as (select 1 as x) select x, (select count(*) from silver.events) from events",
    ):
        by_path, by_name = (answer(location, text, "auto", lambda: spark) for location in (path, named))
        assert (by_path.engine, by_name.engine, by_name.note) == ("duckdb", "spark", "")
        assert by_name.rows.schema.names == by_path.rows.schema.names
        rows = [[tuple(map(str, row)) for row in python_rows(found.rows)] for found in (by_path, by_name)]
        assert [str(row).replace("+00:00", "") for row in rows[1]] == [str(row).replace("+00:00", "") for row in rows[0]], text
    assert not [row for row in spark.sql("SHOW SCHEMAS").collect() if row[0] in SCHEMAS]  # a query leaves no name behind
    assert standing(named).names() == ("gold.segment_membership", "ops.runs", "silver.events", "silver.identity_map")


def another_session(spark: Any) -> Any:
    """A session beside this one: of the same JVM, or over Connect of the same server."""
    if "SPARK_REMOTE" in os.environ:
        return type(spark).builder.remote(os.environ["SPARK_REMOTE"]).config("spark.sql.session.timeZone", "UTC").create()
    return spark.newSession()


def test_of_runs_that_take_a_lakehouse_at_once_one_has_it(spark: Any, named: Location) -> None:
    """One driver, a session a thread: two processes on a local file system would try what object stores do not do."""
    catalog.create(spark, named, LOCK)  # two runs that make the table at once are a matter of the catalog
    lock = LockTable(spark, named, LOCK)
    assert lock.holder() is None
    wanted = [Holder(f"run-{number}", "somebody", NOON, NOON + timedelta(minutes=5)) for number in range(3)]
    together = Barrier(len(wanted))

    def take(new: Holder) -> None:
        own = LockTable(another_session(spark), named, LOCK)
        together.wait()
        own.take(new)

    with ThreadPoolExecutor(len(wanted)) as threads:
        list(threads.map(take, wanted))  # what a thread raises is raised here
    holder = lock.holder()
    assert holder in wanted
    assert [row["run_id"] for row in spark.read.table(named.sql_name("ops.lock")).collect()] == [holder.run_id]

    early = replace(holder, run_id="early", taken_at=holder.expires_at - timedelta(microseconds=1))
    lock.take(early)
    assert lock.holder() == holder
    lock.keep(replace(early, expires_at=NOON))  # not its own to let go
    assert lock.holder() == holder
    longer = replace(holder, expires_at=holder.expires_at + timedelta(minutes=1))
    lock.keep(longer)
    assert lock.holder() == longer
    late = Holder("late", "somebody", longer.expires_at, longer.expires_at + timedelta(minutes=5))
    lock.take(late)
    assert lock.holder() == late
    lock.keep(longer)  # who was away comes back, and has it no more
    assert lock.holder() == late
