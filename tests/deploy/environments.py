"""The environments of their own (bin/environment): where they are, or why a test that needs one is skipped."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def program(environment: str, name: str = "python") -> Path:
    """A program of an environment; the test is skipped where the environment is not there."""
    path = ROOT / ".cache" / "environments" / environment / "bin" / name
    if not path.exists():
        pytest.skip(f"the environment is not there; make it with: bin/environment {environment}")
    return path
