"""No test is skipped unseen: each call of pytest judges skips, and what may be skipped are tests that there are."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.skips import expected

ROOT = Path(__file__).parents[1]
CALLED = ("Makefile", ".ci/run", "bin/test", "bin/test-connect")
THREE = """
import pytest

def test_that_runs(): pass

@pytest.mark.skip(reason="away")
def test_that_may_be_skipped(): pass

@pytest.mark.skip(reason="away")
def test_that_may_not(): pass
"""


def pytest_says(*words: str, folder: Path = ROOT) -> tuple[int, str]:
    """The exit code of pytest in a process of its own, and what it shows."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(ROOT)})
    return done.returncode, done.stdout + done.stderr


def test_every_call_of_pytest_judges_what_is_skipped() -> None:
    lines = [line for file in CALLED for line in (ROOT / file).read_text(encoding="utf-8").splitlines()]
    calls = [line for line in lines if re.search(r"-m pytest\b", line)]
    assert len(calls) >= 8
    assert [line for line in calls if "-p tests.skips" not in line] == []


def test_what_may_be_skipped_are_tests_that_there_are() -> None:
    names = expected()
    code, said = pytest_says("--collect-only", "--override-ini=addopts=--import-mode=importlib", *sorted(names))
    assert code == 0, said
    assert {line for line in said.splitlines() if "::" in line} == names


@pytest.mark.parametrize(("test", "code"), [("test_that_runs", 0), ("test_that_may_be_skipped", 0), ("test_that_may_not", 1)])
def test_a_skip_that_nobody_expects_fails_the_run(tmp_path: Path, test: str, code: int) -> None:
    (tmp_path / "test_three.py").write_text(THREE, encoding="utf-8")
    (tmp_path / "plugin.py").write_text(
        "from pathlib import Path\nfrom tests import skips\nskips.EXPECTED = Path('expected.txt')\n", encoding="utf-8"
    )
    (tmp_path / "expected.txt").write_text("test_three.py::test_that_may_be_skipped # away\n", encoding="utf-8")
    plugins = ("-p", "plugin", "-p", "tests.conftest", "-p", "tests.skips")
    ended, said = pytest_says(*plugins, f"test_three.py::{test}", folder=tmp_path)
    assert ended == code, said
    assert ("NOT EXPECTED" in said) == (code == 1)
