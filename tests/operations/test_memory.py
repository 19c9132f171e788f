"""The peak of a process is its own, however large the process is that started it. No Spark."""

import subprocess
import sys
from pathlib import Path

import pytest

from dmp_spark.operations.memory import peak_mb

LARGE = 300  # MiB
CHILD = "from dmp_spark.operations.memory import peak_mb; print(peak_mb())"
PARENT = f"import subprocess, sys; held = b'x' * ({LARGE} << 20); print(subprocess.check_output([sys.executable, '-c', {CHILD!r}], text=True))"


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the kernel tells it there alone")
def test_the_memory_of_whoever_started_it_does_not_count() -> None:
    small = int(subprocess.check_output([sys.executable, "-c", CHILD], text=True))
    beside = int(subprocess.check_output([sys.executable, "-c", PARENT], text=True))
    assert 0 < beside < small + LARGE // 3


def test_memory_that_was_held_counts_also_once_it_is_given_back() -> None:
    before = peak_mb()
    held = b"x" * (before + LARGE << 20)
    del held
    assert peak_mb() >= before + LARGE
