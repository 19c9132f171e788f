"""Files that come in any order, twice, broken or with mistakes in them: the tables say the same in the end."""

import random
from pathlib import Path

import pyarrow as pa
import pytest

from tests.acceptance.tables import dump, rows_of, versions
from tests.system.commands import SMALL, dmp, small_copy
from tests.system.conftest import Finished
from tests.system.deliveries import by_month, read, with_value, write


def delivered(project: Path, deliveries: list[tuple[str, pa.Table]]) -> None:
    """Put the files into the folder one after another, with a run until segments after each."""
    folder = project / "data" / "transactions"
    for file in folder.iterdir():
        file.unlink()
    for name, rows in deliveries:
        write(rows, folder / name)
        done = dmp("run", "-p", str(project), "--until", "segments")
        assert done.code == 0, f"{name}: {done.everything}"


def assert_same_tables(lakehouse: Path, expected: Path, scratch: Path) -> None:
    """Silver and gold of both hold the same rows, ids included."""
    found, wanted = dump(lakehouse, scratch / "found"), dump(expected, scratch / "wanted")
    assert found.keys() == wanted.keys()
    differing = {
        name: (scratch / "found" / f"{name}.csv", scratch / "wanted" / f"{name}.csv")
        for name in found
        if found[name] != wanted[name]
    }
    assert not differing, f"diff these: {differing}"


def duplicates(lakehouse: Path) -> int:
    return sum(row["rows_duplicate"] for row in rows_of(lakehouse / "bronze" / "files").to_pylist())


@pytest.mark.long  # five runs of the pipeline, minutes; tests/properties judges the same laws in one process
def test_three_deliveries_backwards_and_one_twice_make_the_tables_of_one(finished: Finished, tmp_path: Path) -> None:
    months = list(by_month(read(SMALL / "data" / "transactions.parquet")).values())
    parts = [pa.concat_tables(part) for part in (months[:4], months[4:9], months[9:])]
    project = small_copy(tmp_path)
    plan = [("c.parquet", parts[2]), ("a.parquet", parts[0]), ("b.parquet", parts[1]), ("a again.parquet", parts[0])]
    delivered(project, plan)
    assert_same_tables(project / "lakehouse", finished.before_activation, tmp_path)
    assert duplicates(project / "lakehouse") == parts[0].num_rows


@pytest.mark.long
@pytest.mark.parametrize("seed", [10])
def test_months_in_random_order_two_of_them_twice_make_the_tables_of_one(finished: Finished, tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    months = by_month(read(SMALL / "data" / "transactions.parquet"))
    plan = [(f"{name}.parquet", rows) for name, rows in months.items()]
    draw.shuffle(plan)
    again = draw.sample(plan, 2)
    for name, rows in again:
        plan.insert(draw.randrange(plan.index((name, rows)) + 1, len(plan) + 1), (f"again {name}", rows))
    project = small_copy(tmp_path)
    delivered(project, plan)
    assert_same_tables(project / "lakehouse", finished.before_activation, tmp_path)
    assert duplicates(project / "lakehouse") == sum(rows.num_rows for _, rows in again)


@pytest.mark.long  # runs of the small project by processes of their own
def test_what_is_wrong_with_a_record_is_on_record_and_changes_nothing(going_on: Finished, tmp_path: Path) -> None:
    before = dump(going_on.lakehouse, tmp_path / "before")
    lines = read(SMALL / "data" / "transactions.parquet")
    nobody = with_value(with_value(lines.slice(0, 1), "household_id", None), "basket_id", 1)
    old = pa.timestamp(str(lines.schema.field("transaction_timestamp").type.unit))
    ancient = with_value(
        with_value(lines.slice(1, 1), "transaction_timestamp", pa.scalar(-2208988800, pa.timestamp("s")).cast(old).as_py()),
        "basket_id",
        2,
    )
    write(pa.concat_tables([nobody, ancient, lines.slice(2, 1)]), going_on.project / "data" / "transactions" / "late.parquet")
    done = dmp("run", "-p", str(going_on.project), "--until", "ingest")
    assert done.code == 0, done.everything
    rejected = rows_of(going_on.lakehouse / "bronze" / "rejected").to_pylist()
    assert sorted(row["reasons"] for row in rejected) == [["has_household"], ["sane_time"]]
    (file,) = [
        row for row in rows_of(going_on.lakehouse / "bronze" / "files").to_pylist() if row["path"].endswith("late.parquet")
    ]
    assert (file["rows_in"], file["rows_rejected"], file["rows_duplicate"], file["rows_accepted"]) == (3, 2, 1, 0)
    assert dump(going_on.lakehouse, tmp_path / "after") == before


@pytest.mark.long  # runs of the small project by processes of their own
def test_one_unreadable_file_holds_its_source_back_and_no_other(going_on: Finished, tmp_path: Path) -> None:
    before = dump(going_on.lakehouse, tmp_path / "before")
    standing = versions(going_on.lakehouse, ("silver", "gold"))
    lines = read(SMALL / "data" / "transactions.parquet")
    good = with_value(lines.slice(0, 3), "basket_id", 77)
    folder = going_on.project / "data" / "transactions"
    write(good, folder / "good.parquet")
    (folder / "noise.parquet").write_bytes(random.Random(7).randbytes(5000))
    failed = dmp("run", "-p", str(going_on.project))
    assert failed.code == 1, failed.everything
    assert "noise.parquet" in failed.everything
    assert "skipped: needs ingest" in failed.everything
    assert "Traceback" not in failed.everything
    assert dump(going_on.lakehouse, tmp_path / "after") == before
    assert versions(going_on.lakehouse, ("silver", "gold")) == standing
    (folder / "noise.parquet").unlink()
    taken = dmp("run", "-p", str(going_on.project), "--until", "ingest")
    assert taken.code == 0, taken.everything
    events = rows_of(going_on.lakehouse / "silver" / "events").to_pylist()
    assert sum(row["order_id"] == "77" for row in events) == 3
