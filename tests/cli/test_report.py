"""`dmp report` and the report at the end of a run, as they are called."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from dmp_spark import registry
from dmp_spark.cli.call import Call
from dmp_spark.cli.report import report
from dmp_spark.cli.run import report_after
from dmp_spark.cli.summary import print_summary
from dmp_spark.lakehouse.location import Location
from dmp_spark.operations.ledger import Ledger, Row
from dmp_spark.operations.outcome import FAILED, NOTHING, Outcome, Result
from tests.operations.told_lakehouse import project

AS_OF = datetime(2018, 1, 1, 5, tzinfo=UTC)


@pytest.fixture
def ran(tmp_path: Path) -> Path:
    """A project of which one run failed: the least there is to tell."""
    place = project(tmp_path)
    Ledger(Location(place / "lakehouse")).append(Row("r1", "ingest", AS_OF, AS_OF, 1.0, "failed", notes=("no file",)))
    Ledger(Location(place / "lakehouse")).append(Row("r1", "run", AS_OF, AS_OF, 1.0, "failed"))
    return place


def test_the_path_is_the_result_and_the_size_is_told(ran: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(ran, (), None) == 0
    shown = capsys.readouterr()
    file = ran / "lakehouse" / "report" / "index.html"
    assert shown.out == f"{file}\n"
    assert shown.err.startswith(f"{file.stat().st_size / 1000:,.0f} kB, ")
    (tmp_path / "pages").mkdir()
    assert report(ran, (), tmp_path / "pages") == 0
    assert [found.name for found in (tmp_path / "pages").iterdir()] == ["index.html"]
    assert report(ran, ("operations.report.title=Other <i>",), tmp_path / "x" / "y.html") == 0
    assert "<title>Other &lt;i&gt;</title>" in (tmp_path / "x" / "y.html").read_text(encoding="utf-8")


def test_a_run_that_wrote_something_is_told_and_one_that_did_not_is_not() -> None:
    nothing = Result("ingest", NOTHING, "nothing new")
    assert not Outcome((nothing, nothing)).wrote
    assert Outcome((nothing, Result("segments", FAILED, "no"))).wrote
    assert Outcome((nothing,), published=True).wrote, "a run that only published what a killed one left"


def test_the_last_lines_of_a_run_name_the_report(ran: Path, capsys: pytest.CaptureFixture[str]) -> None:
    loaded, resolution = registry.resolved(ran)
    said: list[str] = []
    report_after(loaded, resolution, said.append)
    assert said == []
    import sys

    print_summary(Outcome(), Call(ran), loaded, "now", 1.0, sys.stdout)
    assert f"report     {ran / 'lakehouse' / 'report' / 'index.html'}\n" in capsys.readouterr().out


def test_a_report_that_cannot_be_written_is_told_and_no_more(ran: Path) -> None:
    loaded, resolution = registry.resolved(ran)
    (ran / "lakehouse" / "report").write_text("in the way")
    said: list[str] = []
    report_after(loaded, resolution, said.append)
    assert len(said) == 1
    assert said[0].startswith("the report was not written: ")
    assert said[0].endswith("; dmp report tries again")
