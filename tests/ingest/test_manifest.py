"""Which files a run reads, and why. No Spark."""

import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from dmp_spark.ingest.manifest import Known, Mode, Plan, State, file_id, listing_hash, plan, settled, spec_hash
from dmp_spark.ingest.resolved import IngestSpec, Source
from dmp_spark.lakehouse.listing import list_files
from tests.ingest.small_shop import HAS_CUSTOMER, orders

LANDED = datetime(2018, 1, 1, tzinfo=UTC)


def spec_of(source: Source) -> IngestSpec:
    return IngestSpec(zone="UTC", currency="USD", sources=(source,))


def planned(source: Source, known: list[Known], again: str = "") -> Plan:
    return plan(source, spec_of(source), list_files(source.path), known, again)


def taken(source: Source) -> list[Known]:
    """The manifest after all files that are there now were taken."""
    digest = spec_hash(source, spec_of(source))
    return [Known(file_id(source.name, f), source.name, f.path, State.TAKEN, digest, LANDED) for f in list_files(source.path)]


def test_only_new_files_of_an_appended_source_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"a")
    source = orders(path=str(tmp_path))
    known = taken(source)
    assert planned(source, known).mode is Mode.NOTHING

    (tmp_path / "b.parquet").write_bytes(b"b")
    step = planned(source, known)
    assert (step.mode, [Path(f.path).name for f in step.files.values()]) == (Mode.ADD, ["b.parquet"])


def test_a_file_that_was_written_again_is_another_version_and_all_files_are_read_again(tmp_path: Path) -> None:
    for name in ("a [1]", "b"):
        (tmp_path / f"{name}.parquet").write_bytes(b"a")
    source = orders(path=str(tmp_path))
    known = taken(source)
    changed, other = known
    os.utime(changed.path, (1, 1))

    step = planned(source, known)
    assert (step.mode, step.why) == (Mode.REBUILD, "a file that was taken was overwritten")
    assert (step.replaced, step.overwritten, step.gone) == ((changed.file_id,), (changed.path,), ())
    assert changed.file_id not in step.files
    assert [Path(seen.path).name for seen in step.files.values()] == ["a [1].parquet", "b.parquet"]

    elsewhere = planned(orders(path=f"{tmp_path}/a*.parquet"), known)  # the other file's name is listed no longer
    assert other.file_id in elsewhere.files
    Path(other.path).unlink()
    assert planned(source, known).gone == (other.path,)


def test_a_changed_rule_reads_all_files_again_also_those_the_path_no_longer_names(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.parquet").write_bytes(b"a")
    known = taken(orders(path=str(tmp_path)))
    changed = orders(HAS_CUSTOMER, path=str(tmp_path / "a.parquet"))

    step = planned(changed, known)
    assert (step.mode, step.why) == (Mode.REBUILD, "its part of ingest.yml or a table that it looks up changed")
    assert sorted(Path(f.path).name for f in step.files.values()) == ["a.parquet", "b.parquet"]


def test_another_delivery_of_a_table_that_it_looks_up_reads_all_files_again(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"a")
    source = orders(path=str(tmp_path))
    digest = spec_hash(source, spec_of(source), ["one"])
    known = [replace(row, spec_hash=digest) for row in taken(source)]

    assert plan(source, spec_of(source), list_files(source.path), known, looked_up=["one"]).mode is Mode.NOTHING
    assert plan(source, spec_of(source), list_files(source.path), known, looked_up=["two"]).mode is Mode.REBUILD


def test_another_path_alone_reads_nothing_again(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"a")
    known = taken(orders(path=str(tmp_path)))

    assert planned(orders(path=str(tmp_path / "*.parquet")), known).mode is Mode.NOTHING


def test_a_file_that_is_gone_cannot_be_read_again_and_is_named(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.parquet").write_bytes(b"a")
    source = orders(path=str(tmp_path))
    known = taken(source)
    (tmp_path / "b.parquet").unlink()

    assert planned(source, known).mode is Mode.NOTHING  # what was taken stays taken
    assert planned(source, known, again="a full run was asked for").gone == (str(tmp_path / "b.parquet"),)


def test_a_replaced_source_is_read_whole_as_soon_as_any_file_changes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.parquet").write_bytes(b"a")
    source = orders(path=str(tmp_path), arrives="replaced")
    known = taken(source)
    assert planned(source, known).mode is Mode.NOTHING

    (tmp_path / "a.parquet").unlink()
    step = planned(source, known)
    assert (step.mode, len(step.files), len(step.replaced)) == (Mode.REBUILD, 1, 1)


def test_a_refused_file_is_tried_again(tmp_path: Path) -> None:
    (tmp_path / "a.parquet").write_bytes(b"a")
    source = orders(path=str(tmp_path))
    refused = [replace(row, state=State.REFUSED) for row in taken(source)]

    assert planned(source, refused).mode is Mode.ADD


def test_the_listing_hash_moves_with_every_version_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "a.parquet"
    file.write_bytes(b"a")
    spec = spec_of(orders(path=str(tmp_path)))
    before = listing_hash(spec, LANDED)
    assert listing_hash(spec, LANDED) == before

    os.utime(file, (1, 1))
    assert listing_hash(spec, LANDED) != before


def test_a_file_that_may_still_be_written_is_left_until_it_has_been_quiet_for_so_long(tmp_path: Path) -> None:
    for name, modified in (("old", 1_000), ("young", 1_090)):
        (tmp_path / name).write_bytes(b"a")
        os.utime(tmp_path / name, (modified, modified))
    source = orders(path=str(tmp_path), settle=60)
    at = {second: datetime.fromtimestamp(second, UTC) for second in (1_149, 1_150)}

    assert {second: [Path(seen.path).name for seen in settled(source, now)[0]] for second, now in at.items()} == {
        1_149: ["old"],
        1_150: ["old", "young"],
    }
    assert [settled(source, now)[1] for now in at.values()] == [1, 0]
    assert listing_hash(spec_of(source), at[1_149]) != listing_hash(spec_of(source), at[1_150])
    assert settled(orders(path=str(tmp_path)), at[1_149])[1] == 0
    assert spec_hash(source, spec_of(source)) == spec_hash(orders(path=str(tmp_path)), spec_of(source))
