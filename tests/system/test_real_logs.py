"""Real logs and orders through YAML alone: what is counted is what others counted."""

import shutil
import tarfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.tables import rows_of
from tests.shared_data import shared
from tests.system.commands import ROOT, Done, dmp

PROJECTS = ROOT / "tests" / "projects"
COUNTS = ("rows_in", "rows_accepted", "rows_duplicate", "rows_rejected")


def copied(name: str, folder: Path) -> Path:
    """A copy of a project of the tests."""
    shutil.copytree(PROJECTS / name, folder / name, ignore=shutil.ignore_patterns("lakehouse"))
    return folder / name


def counted(project: Path) -> list[int]:
    """The counts of all files together."""
    files = rows_of(project / "lakehouse" / "bronze" / "files").to_pylist()
    return [sum(row[name] for row in files if row["state"] == "taken") for name in COUNTS]


def asked(project: Path, question: str, *words: str) -> list[str]:
    """The answer of `dmp sql` as lines of CSV, without its head."""
    done = dmp("sql", "--format", "csv", "-p", str(project), *words, question)
    assert done.code == 0, done.everything
    return done.shown.split()[1:]


def run(project: Path, *words: str) -> Done:
    done = dmp("run", "-p", str(project), *words)
    assert done.code == 0, done.everything
    return done


@pytest.mark.slow  # a run in a process of its own
def test_the_log_of_a_web_server(tmp_path: Path) -> None:
    log = shared("clickstream", "apache_logs.txt")
    project = copied("apache", tmp_path)
    run(project, "--set", f"project.variables.data={log.parent}", "--until", "identity")

    assert counted(project) == [10_000, 10_000, 0, 0]
    seen: dict[str, Any] = rows_of(project / "lakehouse" / "silver" / "events").to_pydict()
    lines = log.read_text(encoding="utf-8").splitlines()
    assert len(set(seen["subject_id"])) == len({line.split()[0] for line in lines})
    assert sorted(dict(each)["status"] for each in seen["attributes"]) == sorted(line.split('"')[2].split()[0] for line in lines)


@pytest.mark.long  # half a million lines in 305 files, twice
def test_the_orders_of_a_shop_day_by_day(tmp_path: Path) -> None:
    with tarfile.open(shared("online_retail", "by_day.tar.gz")) as days:
        days.extractall(tmp_path, filter="data")
    project = copied("british_shop", tmp_path)
    where = ("--set", f"project.variables.data={tmp_path / 'by-day'}")
    run(project, *where, "--until", "identity")

    assert len(list((tmp_path / "by-day").glob("*.csv"))) == 305
    assert counted(project) == [541_909, 536_641, 5_268, 0]
    assert [Decimal(each) for each in asked(project, "select sum(value) from gold.events", *where)] == [Decimal("9726006.954")]
    orders = (
        "select count(distinct e.order_id) from silver.events e join silver.identifiers i on i.identifier_id = e.subject_id "
        "where i.namespace = 'customer' and e.event_type = "
    )
    bought, back = asked(project, f"{orders}'purchase'", *where), asked(project, f"{orders}'refund'", *where)
    assert (bought, int(bought[0]) + int(back[0])) == (["18536"], 22_190)

    for event in ("purchase", "refund"):  # every line is one, also where two are equal
        where += ("--set", f"ingest.sources.invoice_lines.events.{event}.id=position")
    run(project, *where, "--until", "identity")
    assert counted(project) == [541_909, 541_909, 0, 0]
    assert [Decimal(each) for each in asked(project, "select sum(value) from gold.events", *where)] == [Decimal("9747747.934")]
