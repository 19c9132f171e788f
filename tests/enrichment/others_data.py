"""Real cases made by others, from the folder shared/data in the checkout or beside one of the folders that hold it.

Beside this module lies one of them, MaxMind's test database of cities (github.com/maxmind/MaxMind-DB, test-data; Apache-2.0 or
MIT), so that what needs a database runs everywhere.
"""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
CITIES = Path(__file__).with_name("GeoLite2-City-Test.mmdb")


def file(name: str) -> Path:
    """A file of shared/data; the test is skipped, with the reason, where it is not there."""
    for folder in (ROOT, *ROOT.parents):
        if (path := folder / "shared" / "data" / name).exists():
            return path
    pytest.skip(f"shared/data/{name} is not there")


def cases(name: str) -> list[dict[str, Any]]:
    """The cases of one of uap-core's files: the user agent and what its parts are called."""
    with file(f"parsers/{name}").open(encoding="utf-8") as opened:
        read: list[dict[str, Any]] = yaml.load(opened, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))["test_cases"]
    return read


def places() -> dict[str, dict[str, Any]]:
    """Network → what MaxMind's test database of cities holds of it, as MaxMind writes it in JSON."""
    entries: list[dict[str, dict[str, Any]]] = json.loads(file("parsers/GeoLite2-City-Test.json").read_text(encoding="utf-8"))
    return {network: record for entry in entries for network, record in entry.items()}


def shown(what: str, equal: int, of: int) -> str:
    """A share in words, printed by the tests."""
    return f"{what}: {equal} of {of} ({equal / of:.2%})"
