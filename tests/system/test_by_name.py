"""The small project by name, in a metastore of Spark's own: the same tables and the same answers as by path."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.acceptance.tables import dump, rows_of, versions
from tests.system.commands import ROOT, Done, dmp, small_copy
from tests.system.conftest import Finished

PREFIX = "t_"
QUERIES = sorted((ROOT / "conf" / "complete_journey" / "queries").glob("*.sql"))


@dataclass(frozen=True)
class Named:
    """A project, and where its lakehouse by name keeps what is no table."""

    project: Path
    folder: Path

    def dmp(self, command: str, *words: str) -> Done:
        """The command on the lakehouse by name."""
        by_name = ("lakehouse.catalog=spark_catalog", f"lakehouse.prefix={PREFIX}", f"lakehouse.path={self.folder}")
        settings = [word for setting in by_name for word in ("--set", f"project.{setting}")]
        return dmp(command, "-p", str(self.project), *settings, *words)


@pytest.mark.slow
def test_one_stage_by_name_leaves_its_tables_and_a_free_lock(tmp_path: Path) -> None:
    """Two JVMs and a new metastore: forty seconds."""
    named = Named(small_copy(tmp_path), tmp_path / "named")
    done = named.dmp("run", "--stage", "identity", "--stage", "profiles")
    assert done.code == 0, done.everything
    assert "tables     spark_catalog.t_*" in done.shown
    status = named.dmp("status", "--format", "json")
    assert status.code == 0, status.everything
    standing = json.loads(status.shown)[0]
    assert standing["lakehouse"] == "spark_catalog.t_*"
    tables = {table["table"]: table["published"] for table in standing["tables"]}
    assert {"gold.profiles", "silver.identity_map", "ops.runs", "ops.lock"} <= set(tables)
    assert tables["gold.profiles"] is not None
    assert set(versions(named.folder, ("silver", "gold", "ops"), PREFIX)) == set(tables)
    (lock,) = rows_of(named.folder / "warehouse" / f"{PREFIX}ops.db" / "lock").to_pylist()
    assert lock["expires_at"] > lock["taken_at"]
    assert lock["expires_at"] < standing_now(standing)


def standing_now(standing: dict[str, object]) -> object:
    """The moment at which the last table was written: the lock was let go by then."""
    from datetime import datetime

    return max(datetime.fromisoformat(table["written_at"]) for table in standing["tables"])


@pytest.mark.long
def test_the_whole_project_by_name_is_what_it_is_by_path(finished: Finished, tmp_path: Path) -> None:
    """The same folder of files, a lakehouse beside the one by path; then the questions of the first project."""
    named = Named(finished.project, tmp_path / "named")
    done = named.dmp("run")
    assert done.code == 0, done.everything
    by_path, by_name = dump(finished.lakehouse, tmp_path / "a"), dump(named.folder, tmp_path / "b", prefix=PREFIX)
    assert by_name == by_path
    before = versions(named.folder, prefix=PREFIX)
    report = named.folder / "report" / "index.html"
    written = report.read_bytes()
    again = named.dmp("run")
    assert again.code == 0, again.everything
    assert again.everything.count("nothing new") >= 7
    after = versions(named.folder, prefix=PREFIX)
    assert {name for name in after if after[name] != before[name]} == {"ops.lock"}
    assert report.read_bytes() == written
    for query in QUERIES:
        text = query.read_text(encoding="utf-8")
        answers = [dmp("sql", "-p", str(finished.project), "--format", "csv", text), named.dmp("sql", "--format", "csv", text)]
        assert [answer.code for answer in answers] == [0, 0], answers[1].everything
        assert answers[0].shown == answers[1].shown, query.name
