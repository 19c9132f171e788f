"""Writing what was taken: rejected records, silver tables, identifiers, and the manifest last."""

from dataclasses import astuple, dataclass, fields
from datetime import UTC, datetime
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from dmp_spark.contracts import Changes, Contract
from dmp_spark.functions.frames import few
from dmp_spark.ingest import attributes, conflicts, subjects
from dmp_spark.ingest.leftovers import lies_in
from dmp_spark.ingest.manifest import Known, Mode, State
from dmp_spark.ingest.tables import BOUNDS, CONFLICTS, EVENTS, FILES, IDENTIFIERS, PERSON_ATTRIBUTES, REJECTED, reference_name
from dmp_spark.ingest.taking import Counts, Taken
from dmp_spark.lakehouse.listing import FileSeen
from dmp_spark.stage import RunContext


@dataclass(frozen=True)
class Refused:
    """A file that could not be taken, and why."""

    file_id: str
    source: str
    seen: FileSeen
    reason: str
    spec_hash: str
    landed_at: datetime


@dataclass(frozen=True)
class Publication:
    """All that a run publishes; `removed` are sources that ingest.yml no longer has, whose rows go."""

    taken: tuple[Taken, ...]
    refused: tuple[Refused, ...]
    known: tuple[Known, ...]
    removed: tuple[str, ...] = ()

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing to write."""
        return not (self.taken or self.refused or self.removed)


def publish(context: RunContext, publication: Publication) -> dict[str, Changes]:
    """Write the publication, the manifest last: what a kill leaves behind is written again by the next run."""
    if publication.is_nothing:
        return {}
    changes: dict[str, Changes] = {}
    learned = [each.learned for each in publication.taken if each.learned is not None]
    if learned:
        changes[BOUNDS.name] = context.lakehouse.append(BOUNDS.name, _dated(context, _union(learned)))
    if publication.taken or publication.removed:
        first = [taken for taken in publication.taken if not taken.is_replay]
        if first or publication.removed:
            _scoped(context, changes, REJECTED, publication, [(t, t.rejected) for t in first], "file_id")
        _conflicts(context, changes, publication)
        _references(context, changes, publication)
        events = [(taken, _events(taken)) for taken in publication.taken if taken.source.events]
        _scoped(context, changes, EVENTS, publication, events, "_file_id")
        _facts(context, changes, publication)
        _identifiers(context, changes, publication)
        _replayed(context, changes, publication)
    files = _files(context, publication)
    if files is not None:
        changes[FILES.name] = context.lakehouse.upsert(FILES.name, files)
    return changes


def total(one: dict[str, Changes], other: dict[str, Changes]) -> dict[str, Changes]:
    """What two publications changed, by table."""
    return one | {table: _sum(one.get(table), changes) for table, changes in other.items()}


def _scoped(
    context: RunContext,
    changes: dict[str, Changes],
    contract: Contract,
    publication: Publication,
    parts: list[tuple[Taken, DataFrame | None]],
    file: str = "",
) -> None:
    """Sources that were read again replace their rows; of others the new rows are put in.

    What a run that was killed left of them goes, where it is not among the new rows: `file` is the column by which it is found.
    """
    table = contract.name
    again = [(t, rows) for t, rows in parts if t.probed.plan.mode is Mode.REBUILD]
    added = [rows for t, rows in parts if t.probed.plan.mode is Mode.ADD and rows is not None]
    names = [t.source.name for t, _ in again] + list(publication.removed)
    lakehouse = context.lakehouse
    if not lakehouse.exists(table):
        every = [rows for _, rows in parts if rows is not None]
        if parts:
            first = _dated(context, _union(every)) if every else lakehouse.read(table)
            changes[table] = lakehouse.replace(table, first)
        return
    if names:
        rows = [rows for _, rows in again if rows is not None]
        fresh = _dated(context, _union(rows)) if rows else lakehouse.read(table).limit(0)
        changes[table] = lakehouse.replace(table, fresh, F.col("source").isin(names))
    left = sorted({each for t, _ in parts if t.probed.plan.mode is Mode.ADD for each in t.probed.plan.left}) if file else []
    if not added and not left:
        return
    fresh = _dated(context, _union(added)) if added else lakehouse.read(table).limit(0)
    if left:
        changed = lakehouse.replace(table, fresh, F.col(file).isin(left), fresh.select(*contract.key))
    else:
        accepted = sum(t.total("rows_accepted") for t, _ in parts) if contract is EVENTS else None
        changed = lakehouse.upsert(table, fresh, accepted)
    changes[table] = _sum(changes.get(table), changed)


def _dated(context: RunContext, rows: DataFrame) -> DataFrame:
    """The rows with the run that writes them."""
    return rows.withColumn("_ingested_at", F.lit(context.started_at).cast("timestamp"))


def _sum(one: Changes | None, other: Changes) -> Changes:
    return (
        other if one is None else Changes(one.inserted + other.inserted, one.updated + other.updated, one.deleted + other.deleted)
    )


def _union(frames: list[DataFrame]) -> DataFrame:
    return reduce(DataFrame.unionByName, frames)


def _events(taken: Taken) -> DataFrame | None:
    if taken.accepted is None:
        return None
    columns = [c.name for c in EVENTS.columns if not c.generated and c.name != "_ingested_at"]
    return taken.accepted.select(*columns)


def _references(context: RunContext, changes: dict[str, Changes], publication: Publication) -> None:
    for taken in publication.taken:
        reference = taken.source.reference
        if reference is None:
            continue
        name = reference_name(reference.table)
        rows = (
            context.lakehouse.read(name).limit(0) if taken.accepted is None else taken.accepted.select(*reference.types, "flags")
        )
        changes[name] = context.lakehouse.replace(name, rows, unique=taken.total("rows_accepted"))  # aggregated by key


def _conflicts(context: RunContext, changes: dict[str, Changes], publication: Publication) -> None:
    """Other contents of the ids that were contested, before the events: an event that loses its place stands until then."""
    taken, lakehouse = [each for each in publication.taken if each.source.events], context.lakehouse
    contested = [conflicts.met(each.contested, each.source.name) for each in taken if each.contested is not None]
    exists = lakehouse.exists(CONFLICTS.name)
    again = [each.source.name for each in taken if each.probed.plan.mode is Mode.REBUILD] + list(publication.removed)
    left = sorted({file for each in taken for file in each.probed.plan.left if file not in each.probed.plan.files})
    if not (contested or again or left if exists else any(each.conflicts for each in taken)):
        return
    is_again = F.col("source").isin(again) | lies_in("file_id", left) | lies_in("winner_file_id", left)
    standing = lakehouse.read(CONFLICTS.name).where(~is_again) if exists else None
    rows = conflicts.rows(contested, standing) if contested else lakehouse.read(CONFLICTS.name).limit(0)
    keys = _union(contested).select("event_id").distinct() if contested else None
    scope = is_again if again or left else None
    changes[CONFLICTS.name] = lakehouse.replace(CONFLICTS.name, _dated(context, rows), scope, keys)


def _facts(context: RunContext, changes: dict[str, Changes], publication: Publication) -> None:
    parts = []
    for taken in publication.taken:
        if taken.source.person_attributes is None:
            continue
        own = F.col("source") == taken.source.name
        standing = context.lakehouse.read(PERSON_ATTRIBUTES.name).where(own)
        facts = standing.select(*attributes.FACT, "value", F.col("valid_from").alias("known_time")).limit(0)
        if taken.accepted is not None:
            facts = attributes.facts_of(taken.accepted)
        moment = taken.source.person_attributes.known.moment
        begin = datetime.fromisoformat(moment) if moment else None
        parts.append((taken, attributes.history(standing, facts, context.as_of, begin)))
    if parts or (publication.removed and context.lakehouse.exists(PERSON_ATTRIBUTES.name)):
        _scoped(context, changes, PERSON_ATTRIBUTES, publication, [(taken, rows) for taken, rows in parts])


def _identifiers(context: RunContext, changes: dict[str, Changes], publication: Publication) -> None:
    """Put new identifiers in; where rows were read again or replaced, look which ones events and facts still carry.

    So after a kill, and in replays, which may follow one that was killed: what they replace may have been replaced then.
    """
    lakehouse, name = context.lakehouse, IDENTIFIERS.name
    carrying = [t.accepted for t in publication.taken if t.accepted is not None and not t.source.reference]
    names = (column for column in ("_identifiers", "known_time"))
    columns = list(names)
    fresh = subjects.seen(_union([rows.select(*columns) for rows in carrying])) if carrying else None
    if not lakehouse.exists(name):
        if fresh is not None:
            changes[name] = lakehouse.replace(name, fresh)
        return
    standing = lakehouse.read(name)
    plans = [t.probed.plan for t in publication.taken if not t.source.reference]
    again = any(plan.mode is Mode.REBUILD or plan.left for plan in plans)
    again = again or any(t.is_replay and t.accepted is not None for t in publication.taken)
    replaced = changes.get(EVENTS.name, Changes()).updated
    if again or replaced or publication.removed:
        fresh = standing.drop("first_known_time") if fresh is None else fresh
        rows = subjects.referred(fresh, standing, lakehouse.read(EVENTS.name), lakehouse.read(PERSON_ATTRIBUTES.name))
        changes[name] = lakehouse.replace(name, rows)
    elif fresh is not None:
        changes[name] = lakehouse.upsert(name, subjects.earliest(fresh, standing))


def _replayed(context: RunContext, changes: dict[str, Changes], publication: Publication) -> None:
    """What became of records that were tried again: once their events stand, so that a kill loses none."""
    rows = [taken.rejected for taken in publication.taken if taken.is_replay and taken.rejected is not None]
    if rows:
        changed = context.lakehouse.upsert(REJECTED.name, _dated(context, _union(rows)))
        changes[REJECTED.name] = _sum(changes.get(REJECTED.name), changed)


def _recounted(context: RunContext, taken: Taken) -> DataFrame:
    """The rows of a source's files once its rejected records were tried again: other counts, and judged by today's rules."""
    plan, names = taken.probed.plan, [each.name for each in fields(Counts)]
    old = context.lakehouse.read(FILES.name).where(
        (F.col("source") == plan.source.name)
        & (F.col("state") == str(State.TAKEN))
        & (F.col("mapping_hash") == plan.mapping_hash)
    )
    rows = [(key, *astuple(counts)) for key, counts in taken.counts.items()]
    changed = few(context.lakehouse.spark, rows, {"file_id": "string", **{f"_{name}": "bigint" for name in names}})
    joined = old.join(changed, on="file_id", how="left")  # one to one
    new = {name: F.col(name) + F.coalesce(f"_{name}", F.lit(0)) for name in names} | {"spec_hash": F.lit(plan.spec_hash)}
    return joined.select(*[new.get(column.name, F.col(column.name)).alias(column.name) for column in FILES.columns])


def _files(context: RunContext, publication: Publication) -> DataFrame | None:
    """The rows of the manifest that are new or changed."""
    spark = context.lakehouse.spark
    landed = {row.file_id: row.landed_at for row in publication.known}
    rows = []
    for taken in publication.taken:
        plan = taken.probed.plan
        headers = {key: header.text for header, files in taken.probed.groups.items() for key in files}
        for file_id, seen in plan.files.items():
            counts = taken.counts.get(file_id, Counts())
            first = landed.get(file_id, context.started_at)
            about: tuple[object, ...] = (None, plan.spec_hash, plan.mapping_hash, headers.get(file_id), first)
            rows.append(_file(file_id, plan.source.name, seen, State.TAKEN, counts, about))
    for refused in publication.refused:
        about = (refused.reason, refused.spec_hash, None, None, refused.landed_at)
        rows.append(_file(refused.file_id, refused.source, refused.seen, State.REFUSED, None, about))
    frames = [few(spark, rows, FILES.types)] if rows else []
    frames += [_recounted(context, taken) for taken in publication.taken if taken.is_replay]
    over = {file_id for taken in publication.taken for file_id in taken.probed.plan.replaced}
    over |= {row.file_id for row in publication.known if row.source in publication.removed}
    if over:
        old = context.lakehouse.read(FILES.name).where(F.col("file_id").isin(sorted(over)))
        frames.append(old.withColumn("state", F.lit(str(State.REPLACED))))
    return _union(frames) if frames else None


def _file(
    file_id: str, source: str, seen: FileSeen, state: State, counts: Counts | None, about: tuple[object, ...]
) -> tuple[object, ...]:
    """A row of the manifest; `about` are its last columns: reason, hashes, header, and when the file was first seen."""
    numbers = astuple(counts) if counts else (None,) * len(fields(Counts))
    modified_at = datetime.fromtimestamp(seen.modified_at_micros / 1_000_000, UTC)
    return (file_id, source, seen.path, seen.length, modified_at, str(state), *numbers, *about)
