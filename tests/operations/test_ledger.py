"""The ledger of runs, on real Delta tables without Spark."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pyarrow as pa
from deltalake import DeltaTable, write_deltalake

from dmp_spark.lakehouse.location import Location
from dmp_spark.operations.arrow_types import arrow_schema
from dmp_spark.operations.ledger import Ledger, Row
from dmp_spark.operations.tables import RUNS

START = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
FULL = Row(
    run_id="r1",
    stage="ingest",
    as_of=datetime(2018, 1, 1, 5, tzinfo=UTC),
    started_at=START,
    seconds=1.25,
    status="done",
    peak_memory_mb=700,
    counts={"rows_in": 10, "rows_unreadable": 1, "rows_mapped": 9, "rows_accepted": 9},
    rows_written=9,
    bytes_written=1234,
    versions_read={},
    versions_written={"silver.events": 3},
    inputs_hash="i",
    spec_hash="s",
    code_hash="c",
    checks=({"name": "unique", "passed": True, "detail": ""},),
    notes=("one note",),
)


def at(row: Row, seconds: float, **changes) -> Row:
    return replace(row, started_at=START + timedelta(seconds=seconds), **changes)


def test_a_row_comes_back_as_it_was_written(tmp_path):
    Ledger(Location(tmp_path)).append(FULL)
    assert Ledger(Location(tmp_path)).rows() == (FULL,)


def test_a_ledger_of_another_version_is_read_and_gets_the_columns_of_this_one(tmp_path):
    """It lacks two columns that rows have now, and has one that they have no longer."""
    Ledger(Location(tmp_path / "now")).append(FULL)
    rows = pa.table(DeltaTable(str(tmp_path / "now" / "ops" / "runs")).to_pyarrow_table())
    before = rows.drop_columns(["notes", "peak_memory_mb"]).append_column("host", pa.array(["x"]))
    write_deltalake(str(tmp_path / "then" / "ops" / "runs"), before)
    old = replace(FULL, notes=(), peak_memory_mb=None)
    assert Ledger(Location(tmp_path / "then")).rows() == (old,)

    Ledger(Location(tmp_path / "then")).append(at(FULL, 10))
    assert Ledger(Location(tmp_path / "then")).rows() == (old, at(FULL, 10))
    told = DeltaTable(str(tmp_path / "then" / "ops" / "runs")).to_pyarrow_table().sort_by("number")
    assert told["host"].to_pylist() == ["x", None]


def test_counts_that_a_stage_does_not_have_are_null_and_stay_away(tmp_path):
    Ledger(Location(tmp_path)).append(replace(FULL, counts={}))
    assert Ledger(Location(tmp_path)).rows()[0].counts == {}


def test_there_are_no_rows_before_the_first_run(tmp_path):
    ledger = Ledger(Location(tmp_path))
    assert (ledger.rows(), ledger.last_done("ingest"), ledger.publication(), ledger.stands_at()) == ((), None, None, None)
    assert not list(tmp_path.iterdir())


def test_a_ledger_that_was_read_sees_what_it_appends(tmp_path):
    ledger = Ledger(Location(tmp_path))
    assert ledger.rows() == ()
    ledger.append(FULL)
    assert ledger.last_done("ingest") == FULL


def test_rows_come_in_the_order_in_which_they_were_appended_even_if_the_clock_went_back(tmp_path):
    for number, stage in enumerate(("ingest", "zeta", "run", "alpha")):
        Ledger(Location(tmp_path)).append(at(FULL, -number, stage=stage))
    assert [row.stage for row in Ledger(Location(tmp_path)).rows()] == ["ingest", "zeta", "run", "alpha"]


def test_the_position_is_the_last_row_that_is_done(tmp_path):
    ledger = Ledger(Location(tmp_path))
    for number, status in enumerate(("done", "done", "failed", "held", "skipped")):
        ledger.append(at(FULL, number * 10, run_id=f"r{number}", status=status))
    assert Ledger(Location(tmp_path)).last_done("ingest").run_id == "r1"


def test_a_run_that_published_nothing_is_no_publication(tmp_path):
    ledger = Ledger(Location(tmp_path))
    ledger.append(at(FULL, 0, run_id="good", stage="run"))
    ledger.append(at(FULL, 10, run_id="bad", stage="run", status="failed", versions_written={}))
    assert Ledger(Location(tmp_path)).publication().run_id == "good"


def test_the_lakehouse_stands_at_the_latest_moment_at_which_anything_was_done(tmp_path):
    ledger = Ledger(Location(tmp_path))
    later = FULL.as_of + timedelta(days=1)
    ledger.append(FULL)
    ledger.append(at(FULL, 10, run_id="r2", as_of=later))
    ledger.append(at(FULL, 20, run_id="r3", as_of=later + timedelta(days=9), status="failed", versions_written={}))
    assert Ledger(Location(tmp_path)).stands_at() == later


def test_the_table_is_plain_and_has_the_columns_of_its_contract(tmp_path):
    Ledger(Location(tmp_path)).append(FULL)
    table = DeltaTable(tmp_path / "ops" / "runs")
    assert pa.schema(table.schema().to_arrow()).names == list(RUNS.names)
    assert not table.protocol().writer_features
    assert table.version() == 0


def test_every_type_of_the_contract_has_an_arrow_type():
    schema = arrow_schema(RUNS)
    assert schema.field("versions_read").type == pa.map_(pa.string(), pa.int64())
    assert schema.field("checks").type == pa.list_(
        pa.struct([("name", pa.string()), ("passed", pa.bool_()), ("detail", pa.string())])
    )
    assert schema.field("as_of").type == pa.timestamp("us", "UTC")
