"""A machine without a network: the jars of a folder are enough, and without them one sentence says so."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.acceptance.tables import dump
from tests.system.commands import MAIN, ROOT, Done, small_copy
from tests.system.conftest import Finished

pytestmark = pytest.mark.long  # minutes: the small project is run once more
# A network of its own, in which nothing but the loopback is there, and one in which nothing is.
ALONE = ("unshare", "--map-root-user", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")
NOWHERE = ALONE[:3]


@pytest.fixture(scope="module", autouse=True)
def _can_be_alone() -> None:
    if not shutil.which("unshare") or not shutil.which("ip") or subprocess.run([*ALONE, "true"], check=False).returncode:
        pytest.skip("no unshare, no ip, or not allowed to take a network away")


def alone(*words: str, ivy: Path, where: tuple[str, ...] = ALONE, **environment: str) -> Done:
    """Run `dmp` where no network is, and where Ivy has fetched nothing yet."""
    kept = {name: value for name, value in os.environ.items() if name not in ("DMP_JARS", "DMP_FAULT")}
    own = {"PYTHONPATH": str(ROOT), "SPARK_LOCAL_IP": "127.0.0.1", "JAVA_TOOL_OPTIONS": f"-Duser.home={ivy}"}
    ended = subprocess.run(
        [*where, sys.executable, "-c", MAIN, *words],
        env=kept | own | environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=900,
        check=False,
    )
    return Done(ended.returncode, ended.stdout, ended.stderr)


def test_without_jars_one_sentence_says_so_and_no_file_changes(tmp_path: Path) -> None:
    project = small_copy(tmp_path)
    before = {file: file.stat().st_mtime_ns for file in project.rglob("*")}
    done = alone("run", "-p", str(project), ivy=tmp_path / "home")
    assert done.code == 2, done.everything
    told = [line for line in done.said.splitlines() if line.strip() and not line.startswith(("Picked up", "dmp run small"))]
    assert told[0] == "Spark's jars are not here and could not be fetched from Maven Central [no-jars]"
    assert len(told) == 2, told
    assert {file: file.stat().st_mtime_ns for file in project.rglob("*")} == before


def test_without_a_loopback_one_sentence_says_so(tmp_path: Path) -> None:
    project = small_copy(tmp_path)
    done = alone("run", "-p", str(project), ivy=Path.home(), where=NOWHERE)
    assert done.code == 2, done.everything
    assert "nothing can be reached at 127.0.0.1, over which the parts of Spark" in done.said
    assert not (project / "lakehouse" / "silver").exists()


def test_with_the_jars_of_a_folder_the_tables_are_the_same(finished: Finished, tmp_path: Path) -> None:
    jars = tmp_path / "jars"
    subprocess.run([ROOT / "bin" / "jars", jars], check=True, capture_output=True, timeout=300)
    assert any("delta-spark" in jar.name for jar in jars.glob("*.jar"))
    lakehouse = tmp_path / "lakehouse"
    sets = ("--set", f"project.lakehouse.path={lakehouse}")
    done = alone("run", "-p", str(finished.project), *sets, ivy=tmp_path / "home", DMP_JARS=str(jars))
    assert done.code == 0, done.everything
    assert dump(lakehouse, tmp_path / "here") == dump(finished.lakehouse, tmp_path / "there")
