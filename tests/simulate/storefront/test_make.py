"""The storefront as a whole: one content however it is cut, the shares of the truth beside the settings, files by day."""

import gzip
import json
import math
import os
import subprocess
import sys
from dataclasses import astuple
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from dmp_spark.simulate.storefront import people
from dmp_spark.simulate.storefront.call import MADE
from dmp_spark.simulate.storefront.files import content_of_rows
from dmp_spark.simulate.storefront.make import make
from dmp_spark.simulate.storefront.world import world
from tests.simulate.storefront.conftest import EVENTS, Storefront

ROOT = Path(__file__).parents[3]
LINES = ("weblogs", "orders", "social", "follows")


def lines_of(folder: Path) -> list[tuple[str, bytes]]:
    """Every line of an output with its day, in order, read without Spark."""
    found = []
    for file in folder.glob("*/part-*"):
        text = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        found += [(file.parent.name, line) for line in text.removesuffix(b"\n").split(b"\n")]
    return sorted(found)


@pytest.mark.long  # a process of its own, which makes a second storefront
def test_one_content_on_one_core_and_on_two_however_the_work_is_cut(storefront: Storefront, tmp_path: Path) -> None:
    again = tmp_path / "again"
    words = ["--events", str(EVENTS), "--seed", str(storefront.world.seed), "--compression", "none"]
    command = [sys.executable, "jobs/simulate.py", str(again), *words, "--partitions", "7", "--master", "local[1]"]
    done, found = (_ended(command) for _ in range(2))
    assert done.splitlines()[-1] == f"content {storefront.made.content}"
    said = json.loads((again / MADE).read_text(encoding="utf-8"))
    assert said["rows"] == {name: rows for name, (rows, _) in storefront.made.contents.items()}
    assert said["shares"] == [list(astuple(each)) for each in storefront.made.shares]
    for name in LINES:
        assert lines_of(again / name) == lines_of(storefront.folder / name), name
    cuts = [sum(1 for _ in (folder / "weblogs").glob("*/part-*")) for folder in (again, storefront.folder)]
    assert cuts[0] > cuts[1]  # else nothing was cut otherwise
    assert found.splitlines()[0].endswith("is there already")
    assert found.splitlines()[1:] == done.splitlines()[1:]


def test_counts_and_hashes_are_of_the_files(storefront: Storefront) -> None:
    contents = storefront.made.contents
    for name in LINES:
        assert contents[name][0] == len(lines_of(storefront.folder / name)), name
    assert {name for name in contents if name.startswith("truth/")} == {
        f"truth/{table}"
        for table in ("accounts", "devices", "events", "identifiers", "orders", "people", "summary", "treatments", "visits")
    }
    for table in ("people", "visits", "events"):
        assert storefront.asked(f"select count(*) from {table}") == [(contents[f"truth/{table}"][0],)]
    assert min(rows for rows, _ in contents.values()) > 0
    assert abs(contents["weblogs"][0] / EVENTS - 1) < 0.25


def test_the_truth_has_the_shares_of_the_settings(storefront: Storefront) -> None:
    """Each within five standard errors of a share of so many draws, and one more."""
    judged = [each for each in storefront.made.shares if each.setting is not None]
    assert len(judged) > 40
    wrong = {
        (each.name, each.of): (each.setting, each.share, each.among)
        for each in judged
        if abs(each.counted - each.setting * each.among) > 5 * math.sqrt(each.among * each.setting * (1 - each.setting)) + 1
    }
    assert wrong == {}
    assert len({(each.name, each.of) for each in judged}) == len(judged)


def test_folders_are_days_of_delivery_and_nothing_else_lies_there(storefront: Storefront) -> None:
    names = sorted(path.name for path in storefront.folder.iterdir())
    assert names == ["catalogue", "crm", "follows", "messages", "orders", "refunds", "social", "truth", "weblogs"]
    days = sorted(path.name for path in (storefront.folder / "weblogs").iterdir())
    assert days[0] in ("2026-01-04", "2026-01-05")  # the day begins in the east
    assert len(days) >= 60
    assert {path.name for path in (storefront.folder / "crm").iterdir()} == {"2026-01-05", "2026-02-01", "2026-03-01"}
    suffixes = {".json.gz": LINES, ".csv": ("crm", "refunds", "messages"), ".snappy.parquet": ("catalogue",)}
    for suffix, outputs in suffixes.items():
        for name in outputs:
            files = [path for path in (storefront.folder / name).rglob("*") if path.is_file()]
            assert files
            assert {path.name[path.name.index(".c") + 5 :] for path in files} == {suffix}, name


def test_records_lie_in_the_folder_of_the_day_on_which_they_came(storefront: Storefront) -> None:
    true = dict(
        storefront.asked(
            "select event_id || copy, delivered from events where source = 'weblogs' and (dirt is null or dirt like 'late%')"
        )
    )
    found = {}
    for day, line in lines_of(storefront.folder / "weblogs"):
        try:
            record = json.loads(line)
        except (json.JSONDecodeError, UnicodeDecodeError):
            continue
        found.setdefault(f"{record.get('event_id')}0", day)
    assert len(true) > 1_000
    assert {key: found.get(key) for key in true} == true


def test_another_seed_is_another_storefront_and_so_is_another_setting(spark: SparkSession) -> None:
    worlds = [world(events=10_000, seed=seed, setting=setting) for seed, setting in ((7, "plain"), (8, "plain"), (7, "hard"))]
    contents = [content_of_rows(people.people(spark, each, 2)) for each in (*worlds, worlds[0])]
    assert contents[0] == contents[3]
    assert len(set(contents)) == 3


@pytest.mark.long  # makes a third storefront
def test_the_shortest_period_of_the_hard_setting_can_be_made(spark: SparkSession, tmp_path: Path) -> None:
    made = make(spark, world(events=10_000, seed=8, days=7, setting="hard"), tmp_path / "other", partitions=2)
    assert {name for name, (rows, _) in made.contents.items() if rows == 0} <= {"refunds", "messages", "truth/treatments"}


def _ended(command: list[str]) -> str:
    """What a process prints that ends well."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=500, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
