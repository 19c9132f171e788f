"""Which session a lakehouse by name gets; what needs no session of its own."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from dmp_spark.errors import UserError
from dmp_spark.lakehouse import opening, session
from dmp_spark.lakehouse.location import Location
from tests.refusals import refusal

HOLD = """
import fcntl, sys, time
with open(sys.argv[1], "r+b") as file:
    fcntl.lockf(file, fcntl.LOCK_EX)
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_metastore_that_another_process_has_open_is_refused_in_one_sentence(tmp_path: Path) -> None:
    location = Location(tmp_path, "spark_catalog", "t_")
    opening.refuse_where_open(location)
    lock = tmp_path / "metastore" / "dbex.lck"
    lock.parent.mkdir()
    lock.touch()
    opening.refuse_where_open(location)
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(lock)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        said = refusal(UserError, lambda: opening.refuse_where_open(location))
        assert said.startswith(f"the metastore of spark_catalog.t_* ({lock.parent}) is open in another process")
    finally:
        process.kill()
        process.wait()


def test_a_submitted_session_that_forgets_tables_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    location = Location(tmp_path, "spark_catalog", "t_")
    kept = {"spark.sql.catalogImplementation": "in-memory"}
    monkeypatch.setattr(session, "is_submitted", lambda: True)
    monkeypatch.setattr(session, "start", lambda: SimpleNamespace(conf=kept))
    said = refusal(UserError, lambda: opening.opened(location))
    assert said.startswith("this Spark session forgets the tables of spark_catalog.t_* when it ends")
    assert "metastore.conf" in said
    assert opening.opened(Location(tmp_path, "main")).conf == kept  # whose tables another catalog keeps
    kept["spark.sql.catalogImplementation"] = "hive"
    assert opening.opened(location).conf == kept


def test_the_settings_of_a_metastore_are_those_of_one_machine_and_where_it_lies(tmp_path: Path) -> None:
    local, metastore = (session.read_settings(session.settings_file(engine)) for engine in ("local", "metastore"))
    own = opening.own_metastore(Location(tmp_path, "spark_catalog"))
    more = {"spark.sql.catalogImplementation", "spark.driver.extraJavaOptions"}
    assert {name: value for name, value in metastore.items() if name not in more} == {
        name: value for name, value in local.items() if name not in own and name not in more
    }
    assert metastore["spark.driver.extraJavaOptions"].startswith(local["spark.driver.extraJavaOptions"])
    assert own["spark.sql.warehouse.dir"] == str(tmp_path / "warehouse")
    assert f"databaseName={tmp_path / 'metastore'};create=true" in own["spark.hadoop.javax.jdo.option.ConnectionURL"]
