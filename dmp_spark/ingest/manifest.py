"""Which files a source has, which of them were taken, and so what a run must read. No pyspark here."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dmp_spark.ingest.resolved import IngestSpec, Source
from dmp_spark.lakehouse.listing import FileSeen, list_files, look_at


class State(StrEnum):
    """What became of a version of a file."""

    TAKEN = "taken"
    REFUSED = "refused"
    REPLACED = "replaced"


class Mode(StrEnum):
    """What a run does with a source: nothing, take new files, or read all of them again."""

    NOTHING = "nothing"
    ADD = "add"
    REBUILD = "rebuild"


@dataclass(frozen=True)
class Known:
    """A row of bronze.files, as far as planning needs it."""

    file_id: str
    source: str
    path: str
    state: str
    spec_hash: str
    landed_at: datetime
    mapping_hash: str = ""
    header: str = ""


@dataclass(frozen=True)
class Plan:
    """What to do with a source: `files` by file_id are read, `replaced` are versions that hold no longer.

    `gone` are paths that would have to be read again and cannot; `overwritten` those whose present version is read
    instead of the one that was taken; `left` are versions of files of which a run that was killed left rows, which go.
    """

    source: Source
    spec_hash: str
    mode: Mode
    files: Mapping[str, FileSeen]
    replaced: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    overwritten: tuple[str, ...] = ()
    why: str = ""
    mapping_hash: str = ""
    left: tuple[str, ...] = ()


def stable_text_id(*parts: str) -> str:
    """What functions.keys.stable_id gives for these texts, without Spark."""
    text = json.dumps(parts, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def file_id(source: str, seen: FileSeen) -> str:
    """The key of a version of a file: source, path, length and modification time."""
    return stable_text_id(source, seen.path, str(seen.length), str(seen.modified_at_micros))


def spec_hash(source: Source, spec: IngestSpec, looked_up: Iterable[str] = ()) -> str:
    """12 hex digits over all that decides what a record becomes; the path does not, for files have ids of their own.

    Nor does the place of a database: which one it is stands in the enrichment's `reader`; nor what is expected of the source.

    `looked_up` are the file ids behind the reference tables that the source looks up.
    """
    parts = [
        source.model_dump_json(exclude={"path": True, "settle": True, "expected": True, "enrich": {"__all__": {"database"}}}),
        spec.zone,
        spec.bounds.model_dump_json(),
        str(spec.late),
        *sorted(looked_up),
    ]
    text = "\n".join(parts)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def mapping_hash(source: Source, spec: IngestSpec, looked_up: Iterable[str] = ()) -> str:
    """The same of all but rules that reject: where it stays, what was accepted is what it would be."""
    return spec_hash(source.without_rejecting, spec, looked_up)


def taken_of(source: str, known: Iterable[Known]) -> list[Known]:
    """The files of a source that were taken."""
    return [row for row in known if row.source == source and row.state == State.TAKEN]


def listing_hash(spec: IngestSpec, now: datetime) -> str:
    """One hash over all versions of files that the sources have now: the version of ingest's inputs."""
    ids = sorted(file_id(source.name, seen) for source in spec.sources for seen in settled(source, now)[0])
    return hashlib.sha256("\n".join(ids).encode()).hexdigest()


def settled(source: Source, now: datetime) -> tuple[list[FileSeen], int]:
    """The files of a source that may be read at `now`, and how many changed so lately that they may still be written."""
    listed = list_files(source.path)
    if not source.settle:
        return listed, 0
    latest = round((now.timestamp() - source.settle) * 1_000_000)
    quiet = [seen for seen in listed if seen.modified_at_micros <= latest]
    return quiet, len(listed) - len(quiet)


def plan(
    source: Source,
    spec: IngestSpec,
    seen: Sequence[FileSeen],
    known: Iterable[Known],
    again: str = "",
    looked_up: Iterable[str] = (),
    left: AbstractSet[str] = frozenset(),
    displaced: AbstractSet[str] = frozenset(),
) -> Plan:
    """What to do with a source, of the files seen now and those known; `again` says why all must be read again, if so.

    Of versions that were `left` rows stand though they were not taken; events of `displaced` ones took the place of others,
    which only their own files can give back.
    """
    digest = spec_hash(source, spec, looked_up)
    listed = {file_id(source.name, each): each for each in seen}
    taken = {row.file_id: row for row in taken_of(source.name, known)}
    if not again and any(row.spec_hash != digest for row in taken.values()):
        again = "its part of ingest.yml or a table that it looks up changed"
    if displaced - listed.keys() and not again:
        again = "a run that was killed had taken a file that is another one by now"
    if source.arrives == "replaced":
        again = again or ("a run that was killed left some of its rows" if left - listed.keys() else "")
        return _plan_replaced(source, digest, listed, taken, again)
    paths = {each.path for each in seen}
    overwritten = [row for row in taken.values() if row.path in paths and row.file_id not in listed]
    if overwritten and not again:  # what only its first version held must go, and what it kept out of another file come
        again = "a file that was taken was overwritten"
    if again and (taken or left):
        return _plan_again(source, digest, listed, taken, again, overwritten)
    fresh = {key: each for key, each in listed.items() if key not in taken}
    mode = Mode.ADD if fresh or left else Mode.NOTHING
    return Plan(source, digest, mode, fresh, why="new files" if fresh else "", left=tuple(sorted(left)))


def _plan_replaced(source: Source, digest: str, listed: dict[str, FileSeen], taken: dict[str, Known], again: str) -> Plan:
    if not again and set(listed) == set(taken):
        return Plan(source, digest, Mode.NOTHING, {})
    return Plan(source, digest, Mode.REBUILD, listed, replaced=tuple(set(taken) - set(listed)), why=again or "its files changed")


def _plan_again(
    source: Source, digest: str, listed: dict[str, FileSeen], taken: dict[str, Known], again: str, overwritten: Sequence[Known]
) -> Plan:
    """All files that were ever taken, with the new ones: also those that the path no longer names."""
    files, gone = dict(listed), []
    for row in taken.values():
        if row.file_id in listed or row in overwritten:
            continue
        seen = look_at(row.path)
        if seen is not None and file_id(source.name, seen) == row.file_id:
            files[row.file_id] = seen
        else:
            gone.append(row.path)
    return Plan(
        source,
        digest,
        Mode.REBUILD,
        files,
        replaced=tuple(row.file_id for row in overwritten),
        gone=tuple(sorted(gone)),
        overwritten=tuple(sorted(row.path for row in overwritten)),
        why=again,
    )
