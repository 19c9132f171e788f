"""Real data made by others, which lies beside the checkout and not in it."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def shared(*parts: str) -> Path:
    """A file of shared/data, in the checkout or beside one of the folders that hold it; skips where there is none."""
    name = Path(*parts)
    found = next((place for folder in (ROOT, *ROOT.parents) if (place := folder / "shared" / "data" / name).exists()), None)
    if found is None:
        pytest.skip(f"shared/data/{name} is not there")
    return found
