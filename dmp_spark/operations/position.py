"""Where a stage stands: whether there is anything new for it, by which it is skipped, and whether it can go on from there."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fnmatch import fnmatchcase

from dmp_spark.lakehouse.standing import Standing
from dmp_spark.operations.ledger import Row
from dmp_spark.operations.moments import instant_text
from dmp_spark.stage import Since


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


@dataclass(frozen=True)
class Following:
    """What a stage can go on from: the tables whose changes it follows to keys, and what a move of as_of means (`Resolved`).

    `tables` may end in `*`; without any the stage does what `otherwise` says. `all_because(before, now)` is empty where keys
    suffice; `new_moments(before, now)` are everybody's all the same.
    """

    tables: tuple[str, ...] = ()
    otherwise: str = "all"
    all_because: Callable[[datetime, datetime], str] = lambda before, now: ""
    new_moments: Callable[[datetime, datetime], tuple[date, ...]] = lambda before, now: ()


@dataclass(frozen=True)
class Way:
    """How a stage would run: from `since`, or all anew (None); `said` tells which of the two, and why."""

    since: Since | None
    said: str


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


def way(position: Position, last: Row | None, following: Following, tables: Standing) -> Way:
    """Whether the stage may judge affected keys only, or why it has to judge all."""
    if not following.tables:
        return Way(None, following.otherwise)
    why = _all_because(position, last, following, tables)
    if last is None or why:
        return Way(None, f"all: {why}")
    changed = {table: (last.versions_read.get(table, -1), now) for table, now in position.read.items()}
    changed = {table: (then, now) for table, (then, now) in changed.items() if now != then}
    told = [f"{now - then} changed {'version' if now - then == 1 else 'versions'} of {t}" for t, (then, now) in changed.items()]
    days = [str(day) for day in following.new_moments(last.as_of, position.as_of)]
    how = f"affected keys, and everybody at {', '.join(days)}" if days else "affected keys only"
    return Way(Since(last.as_of, changed), f"{how}: {', '.join(told)}" if told else how)


def _all_because(position: Position, last: Row | None, following: Following, tables: Standing) -> str:
    if last is None:
        return "first run"
    for is_other, why in (
        (position.spec_hash != last.spec_hash, "spec changed"),
        (position.code_hash != last.code_hash, "code changed"),
    ):
        if is_other:
            return why
    if outputs := _outputs(position.written, last.versions_written):
        return outputs[0]
    for table in sorted({*position.read, *last.versions_read}):
        then, now = last.versions_read.get(table, -1), position.read.get(table)
        if now is None:
            return f"{table} is gone"
        if now != then and not any(fnmatchcase(table, name) for name in following.tables):
            return f"{table} changed"
        if now != then and not tables.is_whole(table, then, now):
            return f"what changed in {table} is no longer kept"
    return following.all_because(last.as_of, position.as_of)


def _inputs(now: Mapping[str, int], then: Mapping[str, int]) -> list[str]:
    changed = [table for table in sorted({*now, *then}) if now.get(table) != then.get(table)]
    return [f"inputs changed: {', '.join(changed)}"] if changed else []


def _outputs(now: Mapping[str, int], then: Mapping[str, int]) -> list[str]:
    missing = [table for table in sorted(then) if table not in now]
    others = [table for table in sorted(now) if table not in missing and now[table] != then.get(table)]
    found = [f"{', '.join(missing)} missing"] if missing else []
    return found + ([f"{', '.join(others)} written since its last run"] if others else [])
