"""What happens to machines: a disk that is full or read-only, two runs at once. `make test-faults`.

The disks are tmpfs and bind mounts that these tests make for themselves, for nothing else stops root from writing. Where none can
be mounted the tests of disks are skipped; with DMP_DISKS=required they fail, for then nobody has seen what a disk does.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.acceptance.tables import dump, rows_of, versions
from tests.system.commands import MAIN, Done, dmp, environment_of, small_copy
from tests.system.disks import disk, leave_room, make_room, needs_a_disk, read_only
from tests.system.faults import published

pytestmark = [pytest.mark.long, pytest.mark.faults]  # minutes: each test runs a stage of the small project two times and more

STAGE = "features"
BEFORE = "identity"
ROOMS = (0, 48 * 1024, 512 * 1024)
"""Bytes: not even a line of the log; some files of a stage; a stage's scratch in part."""
ALL = ("bronze", "silver", "gold")


@dataclass(frozen=True)
class Ready:
    """The small project, its lakehouse as it is before a stage, and what that stage leaves where nothing is in its way."""

    project: Path
    before: Path
    expected: dict[str, str]

    def run(self, lakehouse: Path, *words: str) -> Done:
        """Run until the stage on a lakehouse elsewhere."""
        return dmp("run", *self.words(lakehouse), *words)

    def words(self, lakehouse: Path) -> tuple[str, ...]:
        """The words after the command."""
        return ("-p", str(self.project), "--until", STAGE, "--set", f"project.lakehouse.path={lakehouse}")

    def assert_equal(self, lakehouse: Path, scratch: Path) -> None:
        """The tables are those of a run that nothing happened to."""
        found = dump(lakehouse, scratch / "found", ALL)
        assert {name for name in found.keys() | self.expected.keys() if found.get(name) != self.expected.get(name)} == set()


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Ready:
    folder = tmp_path_factory.mktemp("ready")
    project = small_copy(folder)
    first = dmp("run", "-p", str(project), "--until", BEFORE)
    assert first.code == 0, first.everything
    shutil.copytree(project / "lakehouse", folder / "before")
    clean = Ready(project, folder / "before", {})
    shutil.copytree(clean.before, folder / "clean")
    done = clean.run(folder / "clean")
    assert done.code == 0, done.everything
    return Ready(project, clean.before, dump(folder / "clean", folder / "expected", ALL))


@pytest.fixture(scope="module")
def injections() -> Iterator[list[str]]:
    """What was done to disks, noted by the tests; the last of them prints how often."""
    done: list[str] = []
    yield done
    print(f"\ndisk full and read-only: {len(done)} injections")


@pytest.fixture
def mounted(ready: Ready, tmp_path: Path) -> Iterator[Path]:
    """The lakehouse on a disk of its own."""
    needs_a_disk(tmp_path)
    with disk(tmp_path) as place:
        shutil.copytree(ready.before, place / "lakehouse")
        yield place / "lakehouse"


def assert_nothing_new(lakehouse: Path, standing: dict[str, int], publication: dict[str, int]) -> None:
    """No table has a new version, one that the stage had just made is empty, and the publication is the one before."""
    found = versions(lakehouse, ALL)
    assert {name: version for name, version in found.items() if name in standing} == standing
    assert {
        name: rows_of(lakehouse.joinpath(*name.split("."))).num_rows for name in found.keys() - standing.keys()
    } == dict.fromkeys(found.keys() - standing.keys(), 0)
    assert published(lakehouse) == publication


SENTENCES = re.compile(
    r"(?:there is no room left|the disk can only be read|a folder of the lakehouse|the lakehouse \S+ cannot be written)[^\n\[(]*"
)


def told(done: Done) -> set[str]:
    """The sentences that the run says of the disk."""
    # a line of a stage ends with its seconds
    return {sentence.split("  ")[0].strip() for sentence in SENTENCES.findall(done.shown + done.said)}


def test_a_full_disk_fails_the_run_in_a_sentence_and_a_run_with_room_makes_all_equal(
    ready: Ready, injections: list[str], mounted: Path, tmp_path: Path
) -> None:
    for room in ROOMS:
        standing, publication = versions(mounted, ALL), published(mounted)
        leave_room(mounted.parent, room)
        failed = ready.run(mounted)
        make_room(mounted.parent)
        print(f"disk full, {room:,} bytes left: exit {failed.code}, {sorted(told(failed))}")
        assert failed.code == 1, failed.everything
        assert told(failed) == {"there is no room left on the disk: make room and run again; what is published stands"}
        assert "Traceback" not in failed.everything
        assert_nothing_new(mounted, standing, publication)
        injections.append("full")
    done = ready.run(mounted)
    assert done.code == 0, done.everything
    ready.assert_equal(mounted, tmp_path)


def test_a_lakehouse_that_can_only_be_read_is_refused_before_anything_and_still_answers(
    ready: Ready, injections: list[str], mounted: Path, tmp_path: Path
) -> None:
    standing = versions(mounted)
    with read_only(mounted):
        failed = ready.run(mounted)
        asked = dmp(
            "sql", "-p", str(ready.project), "--set", f"project.lakehouse.path={mounted}", "select count(*) n from silver.events"
        )
    injections.append("read-only")
    print(f"lakehouse read-only: exit {failed.code}, {sorted(told(failed))}")
    assert failed.code == 2, failed.everything
    assert told(failed) == {f"the lakehouse {mounted} cannot be written: Read-only file system"}
    assert asked.code == 0, asked.everything
    assert versions(mounted) == standing
    done = ready.run(mounted)
    assert done.code == 0, done.everything
    ready.assert_equal(mounted, tmp_path)


def test_a_folder_of_tables_that_can_only_be_read_fails_its_stage_in_a_sentence(
    ready: Ready, injections: list[str], mounted: Path, tmp_path: Path
) -> None:
    standing, publication = versions(mounted, ALL), published(mounted)
    (mounted / "gold").mkdir(exist_ok=True)
    with read_only(mounted / "gold"):
        failed = ready.run(mounted)
    injections.append("read-only")
    print(f"folder of tables read-only: exit {failed.code}, {sorted(told(failed))}")
    assert failed.code == 1, failed.everything
    assert told(failed) == {"a folder of the lakehouse cannot be made: let it be written and run again; what is published stands"}
    assert "Traceback" not in failed.everything
    assert_nothing_new(mounted, standing, publication)
    done = ready.run(mounted)
    assert done.code == 0, done.everything
    ready.assert_equal(mounted, tmp_path)


@pytest.mark.parametrize("waits", [False, True], ids=["one is refused", "one waits"])
def test_of_two_runs_at_once_one_is_refused_or_waits(ready: Ready, tmp_path: Path, waits: bool) -> None:
    lakehouse = tmp_path / "lakehouse"
    shutil.copytree(ready.before, lakehouse)
    words = ("run", *ready.words(lakehouse), *(("--wait", "10 minutes") if waits else ()))
    both = [
        subprocess.Popen(
            [sys.executable, "-c", MAIN, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment_of()
        )
        for _ in range(2)
    ]
    said = [process.communicate(timeout=600) for process in both]
    codes = [process.returncode for process in both]
    assert sorted(codes) == [0, 0 if waits else 2], said
    if not waits:
        loser = codes.index(2)
        print(f"two at once: {said[loser][1].strip().splitlines()[-2:]}")
        assert f"is held by process {both[1 - loser].pid} (run " in said[loser][1]
    else:
        assert sorted("nothing new" in shown and "rows written" not in shown for shown, _ in said) == [False, True], said
    ready.assert_equal(lakehouse, tmp_path)
