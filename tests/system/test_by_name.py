"""The small project by name, in a metastore of Spark's own: the same tables and the same answers as by path."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from deltalake import DeltaTable

from dmp_spark.identity.tables import IDENTITY_MAP
from tests.acceptance.tables import dump, rows_of, table_folders, versions
from tests.system.by_name import PREFIX
from tests.system.commands import small_copy
from tests.system.conftest import Finished
from tests.system.questions import QUERIES, Named, ask, differences, without_rows


@pytest.mark.slow
def test_a_stage_by_name_leaves_its_tables_their_comments_and_a_free_lock(tmp_path: Path) -> None:
    """A JVM with a metastore that is made first: half a minute."""
    named = Named(small_copy(tmp_path), tmp_path / "named")
    done = named.dmp("run", "--stage", "identity")
    assert done.code == 0, done.everything
    assert "tables     spark_catalog.t_*\n" in done.shown
    written = versions(named.folder, ("silver", "gold", "ops"), PREFIX)
    assert {"silver.identity_map", "ops.runs", "ops.lock"} <= set(written)
    assert (named.folder / "report" / "index.html").is_file()
    folders = dict(table_folders(named.folder, ("silver", "ops"), PREFIX))
    people = DeltaTable(str(folders["silver.identity_map"]))
    assert people.metadata().description == IDENTITY_MAP.meaning
    comments = {field.name: field.metadata.get("comment") for field in people.schema().fields}
    assert {name: comments[name] for name in IDENTITY_MAP.names} == {c.name: c.meaning for c in IDENTITY_MAP.columns}
    runs = rows_of(folders["ops.runs"]).to_pylist()
    assert [row["stage"] for row in sorted(runs, key=lambda row: row["number"])] == ["identity", "run"]
    (lock,) = rows_of(folders["ops.lock"]).to_pylist()
    assert lock["taken_at"] < lock["expires_at"] < datetime.now(UTC)


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
    status = named.dmp("status", "--format", "json")
    assert status.code == 0, status.everything
    (standing,) = json.loads(status.shown)
    published = {table["table"]: table["published"] for table in standing["tables"] if not table["table"].startswith("ops.")}
    assert published == {name: version for name, version in before.items() if not name.startswith("ops.")}
    again = named.dmp("run")
    assert again.code == 0, again.everything
    assert again.everything.count("nothing new") >= 7
    after = versions(named.folder, prefix=PREFIX)
    assert {name for name in after if after[name] != before[name]} == {"ops.lock"}
    assert report.read_bytes() == written
    assert ask(named, tmp_path / "answers") == 3 * len(QUERIES) > 0
    assert without_rows(tmp_path / "answers") == []
    assert differences(tmp_path / "answers") == ""
