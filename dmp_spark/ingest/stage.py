"""Ingest: files of sources become events, reference data and facts; what is wrong with a record is kept with its reasons."""

from dataclasses import replace
from pathlib import Path

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from dmp_spark.enrichment.enriched import refused_by_a_worker
from dmp_spark.errors import Problem
from dmp_spark.formats.headers import Header
from dmp_spark.formats.records import named_in
from dmp_spark.functions.instants import instant_of, micros_of
from dmp_spark.functions.keys import MakeId, keyed_id, stable_id
from dmp_spark.ingest import expectations, fit_outliers, outcome, publish
from dmp_spark.ingest.manifest import Known, Mode, Plan, State, mapping_hash, plan, settled, spec_hash
from dmp_spark.ingest.probing import Work, probe
from dmp_spark.ingest.replay import Kept
from dmp_spark.ingest.resolved import IngestSpec, Source
from dmp_spark.ingest.subjects import of_another_key
from dmp_spark.ingest.tables import IDENTIFIERS, READS, REJECTED, WRITES, contracts, reference_name
from dmp_spark.ingest.taking import Counts, NoKeyError, Probed, take
from dmp_spark.ingest.taking_again import take_again
from dmp_spark.lakehouse.lakehouse import Lakehouse
from dmp_spark.lakehouse.listing import look_at
from dmp_spark.project.secrets import read_secret
from dmp_spark.stage import RunContext, RunSummary

__all__ = ["READS", "WRITES", "contracts", "misfit", "run"]


def run(context: RunContext, spec: IngestSpec) -> RunSummary:
    """Take what is new, decide whether it may be published, then publish: silver first, the manifest last."""
    known = _known(context.lakehouse.read("bronze.files")) if context.lakehouse.exists("bronze.files") else ()
    work = Work(known, _make_id(spec))
    tables: dict[str, DataFrame] = {}
    for source in spec.sources:
        _look_at(context, source, spec, work, tables)
    gone = sorted({row.source for row in work.known} - {source.name for source in spec.sources})
    if gone and not context.full:
        work.notes.append(f"{', '.join(gone)}: no longer in ingest.yml; what it delivered stays until a run with --full")
    held = outcome.held(work.taken, spec.hold_if_rejected_above)
    counts = {name: sum(each.total(name) for each in work.taken) for name in Counts.__dataclass_fields__}
    checks = outcome.conflicts(work.taken)
    if spec.late is not None:
        checks += outcome.late(work.taken)
    kept_back, expected = expectations.judged(context, spec.sources, work.taken)
    held, checks = held + kept_back, checks + expected
    changes = {}
    if not held:
        removed = tuple(gone) if context.full else ()
        changes = publish.publish(context, publish.Publication(tuple(work.taken), tuple(work.refused), work.known, removed))
    return RunSummary(changes, counts, checks, tuple(held), tuple(work.failed), tuple(work.notes))


def misfit(lakehouse: Lakehouse, spec: IngestSpec) -> Problem | None:
    """That the identifiers which stand were hashed otherwise, so that old ids and new ones would be different people.

    None where they were not, and where there are none: such a lakehouse takes any key. Asked before `run` touches anything.
    """
    if not lakehouse.exists(IDENTIFIERS.name):
        return None
    any_of_them = lakehouse.read(IDENTIFIERS.name).limit(1)  # all were hashed alike
    if not of_another_key(any_of_them, _make_id(spec)).take(1):
        return None
    what = (
        "the identifiers of this lakehouse were hashed with another key, or without one, and with this one everybody would "
        "be somebody else; nothing was taken"
    )
    elsewhere = lakehouse.location.elsewhere
    way_out = f"name the key that it was built with as identifier_key in project.yml, or build a new lakehouse with {elsewhere}"
    return Problem("another-key", what, str(lakehouse.location), way_out)


def _make_id(spec: IngestSpec) -> MakeId:
    return keyed_id(read_secret(spec.identifier_key)) if spec.identifier_key else stable_id


def _look_at(context: RunContext, source: Source, spec: IngestSpec, work: Work, tables: dict[str, DataFrame]) -> None:
    """Plan a source, prove that its files can be read, take it; `tables` are the reference tables as they will be."""
    waits = _lookup_tables(context, source, tables)
    if waits:
        work.refuse(source.name, f"it looks up {waits}, which is not there")
        return
    seen, unsettled = settled(source, context.started_at)
    if unsettled:
        files = "1 file" if unsettled == 1 else f"{unsettled:,} files"
        work.notes.append(f"{source.name}: {files} changed so lately (`settle`) that the next run reads them")
    looked_up = _looked_up(source, spec, work)
    learning = work.learning[source.name] = fit_outliers.learning(context, source, spec, looked_up)
    looked_up += learning.marks
    again = "a full run was asked for" if context.full else learning.why
    mapping = mapping_hash(source, spec, looked_up)
    known = _as_if_judged_by(spec_hash(source, spec, looked_up), mapping, source, work) if context.replay else work.known
    planned = replace(plan(source, spec, seen, known, again, looked_up), mapping_hash=mapping)
    has_any = any(row.source == source.name and row.state == State.TAKEN for row in work.known)
    if not seen and not unsettled and (source.arrives == "replaced" or not has_any):
        work.refuse(source.name, f"there is no file at {source.path}")
        return
    if not seen and not unsettled and _is_gone(source, work):
        work.refuse(source.name, f"the folder {source.path} is gone: put it back, empty where nothing is new")
        return
    if planned.gone:
        files = ", ".join(planned.gone[:3])
        way_out = f"put it back, or build a new lakehouse with {context.lakehouse.location.elsewhere}"
        if not context.replay and _is_rules_alone(planned, work):
            way_out = f"dmp replay tries its rejected records again without its files; or {way_out}"
        work.refuse(source.name, f"all its files are read again because {planned.why}, but {files} is gone: {way_out}")
        return
    if planned.overwritten:
        files = ", ".join(planned.overwritten[:3])
        why = f"all its files are read again because {planned.why}"
        work.notes.append(f"{source.name}: {why}; {files} was overwritten since it was taken, and its present version was read")
    if context.replay and planned.mode is not Mode.REBUILD:
        _take_again(context, planned, spec, work, tables)
    if planned.mode is Mode.NOTHING:
        return
    probed = probe(context, planned, work)
    if probed:
        context.progress(f"{source.name}: {sum(probed.rows.values()):,} records of {len(probed.rows):,} files")
        _take(context, probed, spec, work, tables)


def _is_rules_alone(planned: Plan, work: Work) -> bool:
    """Whether nothing changed of a source but rules that reject."""
    own = [row for row in work.known if row.source == planned.source.name and row.state == State.TAKEN]
    return all(row.mapping_hash == planned.mapping_hash for row in own)


def _as_if_judged_by(digest: str, mapping: str, source: Source, work: Work) -> tuple[Known, ...]:
    """The manifest, in which files of a source of which nothing changed but rules that reject were judged by today's."""
    return tuple(
        replace(row, spec_hash=digest) if row.source == source.name and row.mapping_hash == mapping else row for row in work.known
    )


def _take_again(context: RunContext, planned: Plan, spec: IngestSpec, work: Work, tables: dict[str, DataFrame]) -> None:
    """Try what was rejected of a source's files again, and say of how many records what became of them."""
    source = planned.source
    if not source.events or not context.lakehouse.exists(REJECTED.name):
        return
    own = [row for row in work.known if row.source == source.name and row.state == State.TAKEN and row.header]
    files = {row.file_id: Kept(Header.of_text(row.header), micros_of(row.landed_at)) for row in own}
    plain = replace(planned, mode=Mode.ADD, files={})
    judging = {**tables, **fit_outliers.to_be_judged_by(source, work.learning[source.name], None)}
    try:
        taken = take_again(context, plain, files, judging, spec, work.make_id)
    except Exception as error:  # as in _take
        if told := refused_by_a_worker(error):
            work.refuse(source.name, told)
            return
        raise
    if taken is None:
        return
    work.taken.append(taken)
    moved, accepted, stood = (taken.total(name) for name in ("rows_rejected", "rows_accepted", "rows_duplicate"))
    work.notes.append(
        f"{source.name}: {-moved:,} rejected records were replayed: {accepted:,} are events now, {stood:,} stood already; "
        "rules were not asked again of what was accepted before"
    )


def _is_gone(source: Source, work: Work) -> bool:
    """Whether files were taken from a folder that is there no longer, as when a disk is not mounted."""
    inside = f"{Path(source.path).absolute()}/"
    return not Path(source.path).exists() and any(row.source == source.name and row.path.startswith(inside) for row in work.known)


def _take(context: RunContext, probed: Probed, spec: IngestSpec, work: Work, tables: dict[str, DataFrame]) -> None:
    """Take a source whose files fit; refuse it where a part of a file cannot be read, or changed while it was."""
    planned, source = probed.plan, probed.plan.source
    try:
        learning = work.learning[source.name]
        learned = fit_outliers.learned(context, probed, tables, spec, work.make_id, learning)
        judging = {**tables, **fit_outliers.to_be_judged_by(source, learning, learned)}
        taken = replace(take(context, probed, judging, spec, work.make_id), learned=learned)
    except NoKeyError as error:
        work.refuse(source.name, str(error))
        for key in planned.files:
            work.note_refused(context, planned, key, error.why)
        return
    except Exception as error:  # Spark's, which has no type of its own: py4j's, pyspark's or Connect's
        if told := refused_by_a_worker(error):
            work.refuse(source.name, told)
            return
        broken = named_in(str(error), {key: seen.path for key, seen in planned.files.items()})
        if not broken:
            raise
        work.refuse_file(context, planned, broken, f"a part of it cannot be read as {source.format}")
        return
    changed = next((key for key, seen in planned.files.items() if look_at(seen.path) != seen), None)
    if changed:
        work.refuse_file(context, planned, changed, "it changed while it was read")
        return
    work.taken.append(taken)
    if source.reference and taken.accepted is not None:
        tables[reference_name(source.reference.table)] = taken.accepted.select(*source.reference.types, "flags")


def _lookup_tables(context: RunContext, source: Source, tables: dict[str, DataFrame]) -> str:
    """Put the tables that a source looks up into `tables`; the name of one that nobody has written yet, if there is one."""
    for lookup in source.lookups:
        if lookup.table not in tables:
            if not context.lakehouse.exists(lookup.table):
                return lookup.table
            tables[lookup.table] = context.lakehouse.read(lookup.table)
    return ""


def _looked_up(source: Source, spec: IngestSpec, work: Work) -> list[str]:
    """The file ids behind the tables that a source looks up, as they stand or, where they are taken in this run, will stand."""
    wanted = {lookup.table for lookup in source.lookups}
    owners = {each.name for each in spec.sources if each.reference and reference_name(each.reference.table) in wanted}
    fresh = {each.source.name: list(each.probed.plan.files) for each in work.taken if each.source.name in owners}
    old = [row.file_id for row in work.known if row.source in owners - fresh.keys() and row.state == State.TAKEN]
    return old + [file_id for ids in fresh.values() for file_id in ids]


def _known(files: DataFrame) -> tuple[Known, ...]:
    """The manifest; bounded by the number of files."""
    texts = ("file_id", "source", "path", "state", "spec_hash", "mapping_hash", "header")
    rows = files.select(*texts, F.unix_micros("_landed_at").alias("landed")).collect()
    return tuple(
        Known(
            row["file_id"],
            row["source"],
            row["path"],
            row["state"],
            row["spec_hash"],
            instant_of(row["landed"]),
            row["mapping_hash"] or "",
            row["header"] or "",
        )
        for row in rows
    )
