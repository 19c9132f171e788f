"""The lists made by others that lie beside this module (data/README.md): read once, and told apart. No pyspark here."""

import csv
import hashlib
import io
import json
from functools import cache
from importlib.resources import files
from typing import Any

CRAWLERS = "crawler-user-agents.json"
SOURCES = "ga4-source-categories.csv"


@cache
def _text(name: str) -> str:
    return (files(__package__) / "data" / name).read_text(encoding="utf-8")


def crawler_entries() -> list[dict[str, Any]]:
    """The list of crawlers: `pattern` (a regular expression), `instances` (agents that it finds) and `tags` of each."""
    entries: list[dict[str, Any]] = json.loads(_text(CRAWLERS))
    return entries


@cache
def source_categories() -> dict[str, str]:
    """Source in small letters → search, social, shopping or video."""
    rows = csv.DictReader(io.StringIO(_text(SOURCES)))
    return {row["source"].lower(): row["source_category"].removeprefix("SOURCE_CATEGORY_").lower() for row in rows}


@cache
def digest(name: str) -> str:
    """The first 12 hex digits of SHA-256 over a list: another list has others."""
    return hashlib.sha256(_text(name).encode()).hexdigest()[:12]
