"""jobs/simulate.py as a process of its own, on one core and on two, in three parts and in seven: one hash."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def said(folder: Path, master: str, partitions: int) -> str:
    """What a call prints."""
    command = [sys.executable, "jobs/simulate.py", str(folder), "--events", "10000", "--master", master]
    command += ["--partitions", str(partitions)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.long  # four sessions of Spark, one after another
def test_one_hash_on_one_core_and_on_two_in_three_parts_and_in_seven(tmp_path: Path) -> None:
    calls = [("local[1]", 3), ("local[1]", 7), ("local[2]", 3), ("local[2]", 7)]
    printed = [said(tmp_path / f"{master[6]}-{parts}", master, parts) for master, parts in calls]
    assert len({text.splitlines()[-1] for text in printed}) == 1
    assert printed[0].splitlines()[-1].startswith("content ")
    assert len({"\n".join(text.splitlines()[1:]) for text in printed}) == 1  # rows and shares, too
    assert "is there already" in said(tmp_path / "2-3", "local[2]", 3)
