"""A secret that a project names is in nothing that a run leaves: no log, plan, event log, table, report, model or error."""

import base64
import gzip
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.acceptance.tables import rows_of, versions
from tests.system.commands import Done, dmp, small_copy
from tests.system.planted import search

PLANTED, OTHER = "planted-7f3a9c-key-of-identifiers", "planted-51e0bd-another-key-of-them"
KEY_FILES = (".secrets/identifier_key", ".env", "data/key.pem", "queries/.key.sql")
"""Where a secret may lie in the folder of a project: under a hidden name, or among data; elsewhere it is an unknown file."""


def test_what_looks_for_a_secret_finds_it_in_files_of_every_kind(tmp_path: Path) -> None:
    kinds = tmp_path / "kinds"
    kinds.mkdir()
    (kinds / "run.log").write_text(f"the key is {PLANTED}.", encoding="utf-8")
    for before in range(3):
        (kinds / f"pickled {before}").write_bytes(base64.b64encode(b"y" * before + PLANTED.encode() + b" and more"))
    (kinds / "hex.json").write_text(PLANTED.encode().hex(), encoding="utf-8")
    (kinds / "wide.txt").write_text(PLANTED, encoding="utf-16")
    (kinds / "events.gz").write_bytes(gzip.compress(PLANTED.encode()))
    rows = pa.table({"words": [[["a"], [PLANTED]], None, [["b"]]], "n": [1, 2, 3]})
    pq.write_table(rows, kinds / "table.parquet", compression="zstd")
    with closing(sqlite3.connect(kinds / "mlflow.db")) as database:
        database.execute("create table params as select ? as value", [PLANTED])
        database.commit()
    assert search(kinds, PLANTED) == (9, sorted(file.name for file in kinds.iterdir()))
    assert search(kinds, OTHER) == (9, [])


def test_a_run_without_its_secret_touches_nothing_and_a_check_needs_none(tmp_path: Path) -> None:
    project = small_copy(tmp_path)
    with (project / "project.yml").open("a", encoding="utf-8") as file:
        file.write("identifier_key: ${env:PLANTED_KEY}\n")
    for key, said in (("", "PLANTED_KEY, which holds a secret, is not set"), ("planted", "holds a secret of 7 characters")):
        refused = dmp("run", "-p", str(project), watched=True, PLANTED_KEY=key)
        assert refused.code == 2, refused.everything
        assert "project.yml:14:17: the environment variable PLANTED_KEY" in refused.said
        assert said in refused.said
        assert "pyspark imported: False" in refused.said
        assert not (project / "lakehouse").exists()
    assert dmp("check", "-p", str(project), PLANTED_KEY="").code == 0


def test_a_package_of_a_project_whose_secret_lies_in_its_folder_does_not_hold_it(tmp_path: Path) -> None:
    project, sent = small_copy(tmp_path), tmp_path / "sent"
    for name in KEY_FILES:
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text(f"{PLANTED}\n", encoding="utf-8")
    with (project / "project.yml").open("a", encoding="utf-8") as file:
        file.write(f"identifier_key: ${{file:{KEY_FILES[0]}}}\n")
    sent.mkdir()
    done = dmp("package", "-p", str(project), "--out", str(sent / "small.zip"))
    assert done.code == 0, done.everything
    (sent / "said.txt").write_text(done.everything, encoding="utf-8")
    with zipfile.ZipFile(sent / "small.zip") as zipped:
        zipped.extractall(sent / "members")
    assert f"${{file:{KEY_FILES[0]}}}" in (sent / "members" / "project.yml").read_text(encoding="utf-8")
    files, hits = search(sent, PLANTED)
    print(f"{files} files searched, {len(hits)} hits")
    assert files > len(list(project.glob("*.yml")))
    assert hits == []
    assert len(search(project, PLANTED)[1]) == len(KEY_FILES)


class Watched:
    """The small project with a key, every output kept beside it, Spark's event log and its own log at INFO too."""

    def __init__(self, folder: Path, reference: str = "${env:PLANTED_KEY}") -> None:
        self.folder = folder
        self.project = small_copy(folder)
        self.lakehouse = self.project / "lakehouse"
        with (self.project / "project.yml").open("a", encoding="utf-8") as file:
            file.write(f"identifier_key: {reference}\n")
        (folder / "events").mkdir()
        (folder / "said").mkdir()
        self.settings = {
            "spark.eventLog.enabled": "true",
            "spark.eventLog.dir": (folder / "events").as_uri(),
            "spark.eventLog.compress": "false",
            "spark.sql.maxPlanStringLength": "1000000000",
            "spark.sql.debug.maxToStringFields": "1000000",
            "spark.log.level": "INFO",
        }

    def dmp(self, *words: str, key: str = PLANTED) -> Done:
        """A command; what it said goes to a file."""
        has_spark = words[0] == "run"
        done = dmp(*words, "-p", str(self.project), settings=self.settings if has_spark else None, PLANTED_KEY=key)
        number = len(list((self.folder / "said").iterdir()))
        (self.folder / "said" / f"{number} {words[0]}.txt").write_text(done.everything, encoding="utf-8")
        return done

    def assert_refused(self, done: Done) -> None:
        """The run was a mistake of who called it: one sentence, and exit 2."""
        assert done.code == 2, done.everything[-3000:]
        said = f"{self.lakehouse}: the identifiers of this lakehouse were hashed with another key, or without one"
        assert said in done.said
        assert "failed" not in done.everything

    def assert_nowhere(self, *names: str) -> None:
        """No key is in any file, and files whose paths hold these names were among those that were looked at."""
        paths = [str(file.relative_to(self.folder)) for file in self.folder.rglob("*") if file.is_file()]
        assert [name for name in names if not any(name in path for path in paths)] == []
        for key in (PLANTED, OTHER):
            files, hits = search(self.folder, key)
            print(f"{files} files searched, {len(hits)} hits")
            assert files > 0
            assert hits == []
        logs = [file.read_text(encoding="utf-8") for file in (self.folder / "events").rglob("*") if file.is_file()]
        assert any("keyed(" in text for text in logs), "the plans of the event logs name the function that holds the key"


@pytest.mark.slow
def test_a_planted_key_is_in_nothing_that_ingest_leaves_and_another_one_is_refused(tmp_path: Path) -> None:
    """Fifty seconds: Spark is started twice with an event log of its own."""
    watched = Watched(tmp_path)
    done = watched.dmp("run", "--stage", "ingest")
    assert done.code == 0, done.everything[-3000:]
    assert rows_of(watched.lakehouse / "silver" / "identifiers").num_rows == 50
    assert watched.dmp("check", "--show").code == 0
    standing = versions(watched.lakehouse)
    watched.assert_refused(watched.dmp("run", "--full", "--stage", "ingest", key=OTHER))
    assert (versions(watched.lakehouse), (watched.lakehouse / "logs").exists()) == (standing, False)
    watched.assert_nowhere("events/", "said/0 run.txt", "lakehouse/silver/events/", "lakehouse/ops/runs/", "report/index.html")


@pytest.mark.long  # a run and another: what differs from the one above is the provider
def test_a_key_of_a_file_is_in_nothing_else_that_ingest_leaves(tmp_path: Path) -> None:
    """Thirty seconds: Spark is started with an event log of its own. The file lies in the project, where a run could copy it."""
    watched = Watched(tmp_path, "${file:.secrets/key}")
    file = watched.project / ".secrets" / "key"
    file.parent.mkdir()
    file.write_text(f"{PLANTED}\n", encoding="utf-8")
    done = watched.dmp("run", "--stage", "ingest", key="")
    assert done.code == 0, done.everything[-3000:]
    assert rows_of(watched.lakehouse / "silver" / "identifiers").num_rows == 50
    assert watched.dmp("check", "--show", key="").code == 0
    assert watched.dmp("plan", key="").code == 0
    assert search(watched.folder, PLANTED)[1] == [str(file.relative_to(watched.folder))]
    file.unlink()
    watched.assert_nowhere("events/", "said/0 run.txt", "lakehouse/silver/events/", "lakehouse/ops/runs/", "report/index.html")


@pytest.mark.long  # the small project to its end, and a run that is refused
def test_a_planted_key_is_in_nothing_that_a_whole_run_leaves_and_in_no_refusal_of_another(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    done = watched.dmp("run")
    assert done.code == 0, done.everything[-3000:]
    standing = versions(watched.lakehouse)
    watched.assert_refused(watched.dmp("run", "--full", key=OTHER))
    assert versions(watched.lakehouse) == standing
    assert watched.dmp("sql", "select count(*) n from gold.events").code == 0
    assert watched.dmp("plan").code == 0
    watched.assert_nowhere("events/", "mlflow", "exports/", "report/index.html", "lakehouse/gold/scores/")
