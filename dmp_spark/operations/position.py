"""Where a stage stands, and whether there is anything new for it: the rule by which a stage is skipped."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from dmp_spark.operations.ledger import Row
from dmp_spark.operations.moments import instant_text


@dataclass(frozen=True)
class Position:
    """What a stage would run on: what is compared with its last row that is done.

    `read` and `written` are the versions of the tables it reads and writes, now; `inputs_hash` is of `read`, for
    ingest of the files listed.
    """

    read: Mapping[str, int]
    written: Mapping[str, int]
    inputs_hash: str
    as_of: datetime
    spec_hash: str
    code_hash: str


def hash_of(value: object) -> str:
    """sha2-256 of a JSON value, keys ordered."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


def causes(position: Position, last: Row | None, zone: str) -> tuple[str, ...]:
    """Why the stage has to run, each a few words; empty: there is nothing new."""
    if last is None:
        return ("first run",)
    found: list[str] = []
    if position.inputs_hash != last.inputs_hash:
        found += _inputs(position.read, last.versions_read) or ["inputs changed: files came, went or are others"]
    if position.as_of != last.as_of:
        found.append(f"as_of moved from {instant_text(last.as_of, zone)} to {instant_text(position.as_of, zone)}")
    if position.spec_hash != last.spec_hash:
        found.append("spec changed")
    if position.code_hash != last.code_hash:
        found.append("code changed")
    return (*found, *_outputs(position.written, last.versions_written))


def _inputs(now: Mapping[str, int], then: Mapping[str, int]) -> list[str]:
    changed = [table for table in sorted({*now, *then}) if now.get(table) != then.get(table)]
    return [f"inputs changed: {', '.join(changed)}"] if changed else []


def _outputs(now: Mapping[str, int], then: Mapping[str, int]) -> list[str]:
    missing = [table for table in sorted(then) if table not in now]
    others = [table for table in sorted(now) if table not in missing and now[table] != then.get(table)]
    found = [f"{', '.join(missing)} missing"] if missing else []
    return found + ([f"{', '.join(others)} written since its last run"] if others else [])
