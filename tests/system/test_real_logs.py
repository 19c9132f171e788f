"""Real logs and orders through YAML alone: what is counted is what others counted."""

import re
import shutil
import tarfile
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.tables import rows_of
from tests.oracles import sessions_plain
from tests.shared_data import shared
from tests.system.commands import ROOT, Done, warm

PROJECTS = ROOT / "tests" / "projects"
COUNTS = ("rows_in", "rows_accepted", "rows_duplicate", "rows_rejected")
LINE = re.compile(r'(\S+) \S+ \S+ \[([^\]]+)\] "(?:[^"\\]|\\.)*" (\d+) \S+ "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)')
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/32.0.1700.107 Safari/537.36"

pytestmark = pytest.mark.usefixtures("spark")


def copied(name: str, folder: Path) -> Path:
    """A copy of a project of the tests."""
    shutil.copytree(PROJECTS / name, folder / name, ignore=shutil.ignore_patterns("lakehouse"))
    return folder / name


def counted(project: Path) -> list[int]:
    """The counts of all files together."""
    files = rows_of(project / "lakehouse" / "bronze" / "files").to_pylist()
    return [sum(row[name] for row in files if row["state"] == "taken") for name in COUNTS]


def asked(project: Path, question: str, *words: str) -> list[str]:
    """The answer of `dmp sql`, which has one column, without its head."""
    done = warm("sql", "--format", "csv", "-p", str(project), *words, question)
    assert done.code == 0, done.everything
    return done.shown.splitlines()[1:]


def run(project: Path, *words: str) -> Done:
    done = warm("run", "-p", str(project), *words)
    assert done.code == 0, done.everything
    return done


def plain_visits(lines: list[tuple[str, ...]], with_agent: bool) -> list[tuple[datetime, datetime, int]]:
    """First request, last request and their number of each visit, by a loop in plain Python."""
    nothing = dict.fromkeys(("order_id", "value", "currency", "channel", "device", "is_bot"))
    events = [
        {
            **nothing,
            "event_id": str(number),
            "event_type": "page_view",
            "subject_id": f"{client} {agent}" if with_agent and agent != "-" else client,
            "event_time": (at := datetime.strptime(when, "%d/%b/%Y:%H:%M:%S %z")),
            "known_time": at,
        }
        for number, (client, when, _, _, agent) in enumerate(lines)
    ]
    visits = sessions_plain.visits(events, datetime(2015, 5, 22, tzinfo=UTC), sessions_plain.Rules(zone="UTC"))
    return sorted((visit["started_at"], visit["ended_at"], visit["events"]) for visit in visits)


@pytest.mark.slow  # ten thousand lines, twice
@pytest.mark.parametrize(
    ("identifier", "visits"),
    [("client", 3_052), ("concat_ws(' ', client, agent)", 3_224)],
    ids=["by address", "by address and agent"],
)
def test_the_log_of_a_web_server(tmp_path: Path, identifier: str, visits: int) -> None:
    log = shared("clickstream", "apache_logs.txt")
    lines = [found.groups() for line in log.read_text(encoding="utf-8").splitlines() if (found := LINE.match(line))]
    project = copied("apache", tmp_path)
    by = f"ingest.sources.access_log.events.page_view.identifiers.visitor={identifier}"
    run(project, "--set", f"project.variables.data={log.parent}", "--set", by, "--until", "sessions")

    assert counted(project) == [10_000, 10_000, 0, 0]
    found = rows_of(project / "lakehouse" / "silver" / "sessions").to_pylist()
    assert len(found) == visits
    expected = plain_visits(lines, with_agent=identifier != "client")
    assert sorted((row["started_at"], row["ended_at"], row["events"]) for row in found) == expected

    seen: dict[str, Any] = rows_of(project / "lakehouse" / "silver" / "events").to_pydict()
    attributes = [dict(each) for each in seen["attributes"]]
    assert sorted(each["status"] for each in attributes) == sorted(status for _, _, status, _, _ in lines)
    google = {agent for _, _, _, _, agent in lines if "Googlebot" in agent}
    flagged = {each["agent"] for each, is_bot in zip(attributes, seen["is_bot"], strict=True) if is_bot}
    assert google and google <= flagged
    assert CHROME in {agent for *_, agent in lines} - flagged  # with " slurp" behind it, it is one that Yahoo sent
    assert any(row["is_bot"] for row in found) and not all(row["is_bot"] for row in found)
    searched = {
        dict(each).get("referrer")
        for each, said in zip(seen["context"], seen["channel"], strict=True)
        if said == "Organic Search"
    }
    by_google = {referrer for _, _, _, referrer, _ in lines if re.match(r"https?://www\.google\.[a-z.]+/", referrer)}
    assert by_google and by_google <= searched


@pytest.mark.slow  # two stages and their first session
def test_the_events_of_a_tracker(tmp_path: Path) -> None:
    events = shared("snowplow_web", "snowplow_web_events.csv")
    project = copied("tracker", tmp_path)
    where = ("--set", f"project.variables.data={events.parent}")
    run(project, *where, "--until", "sessions")

    visitors = "select count(distinct s.subject_id) from silver.sessions s join silver.identifiers i "
    visitors += "on i.identifier_id = s.subject_id where i.namespace = 'cookie'"
    assert asked(project, "select count(*) from silver.sessions", *where) == ["18"]
    assert asked(project, "select sum(page_views) from silver.sessions", *where) == ["43"]
    assert asked(project, visitors, *where) == ["11"]


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
