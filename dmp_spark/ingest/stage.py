"""Ingest: files of sources become events, reference data and facts; what is wrong with a record is kept with its reasons."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from pyspark.sql import DataFrame

from dmp_spark.contracts import Changes
from dmp_spark.enrichment.enriched import refused_by_a_worker
from dmp_spark.errors import Problem
from dmp_spark.formats.records import named_in
from dmp_spark.ingest import expectations, fit_outliers, outcome, publish
from dmp_spark.ingest.leftovers import leftovers
from dmp_spark.ingest.manifest import Mode, settled, taken_of
from dmp_spark.ingest.planning import is_rules_alone, known_files, lookup_tables, make_id_of, planned
from dmp_spark.ingest.probing import Work, probe
from dmp_spark.ingest.replaying import replay
from dmp_spark.ingest.resolved import IngestSpec, Source
from dmp_spark.ingest.subjects import of_another_key
from dmp_spark.ingest.tables import IDENTIFIERS, READS, WRITES, contracts, reference_name
from dmp_spark.ingest.taking import Counts, NoKeyError, Probed, Taken, take
from dmp_spark.lakehouse.lakehouse import Lakehouse
from dmp_spark.lakehouse.listing import look_at
from dmp_spark.stage import Check, RunContext, RunSummary

__all__ = ["READS", "WRITES", "contracts", "misfit", "run"]


def run(context: RunContext, spec: IngestSpec) -> RunSummary:
    """Take what is new, decide whether it may be published, then publish: silver first, the manifest last.

    Where rejected records are to be tried again, that is a publication of its own before it.
    """
    known = known_files(context.lakehouse)
    left = leftovers(context.lakehouse, [source.name for source in spec.sources], known)
    work = Work(known, make_id_of(spec), left=left)
    changes: dict[str, Changes] = {}
    checks: tuple[Check, ...] = ()
    again: list[Taken] = []
    if context.replay:
        changes, checks, held = replay(context, spec, work)
        if held:
            told = _checks(work.taken, checks, spec)
            return RunSummary({}, _counts(work.taken), told, tuple(held), tuple(work.failed), tuple(work.notes))
        again = work.taken
        work = Work(known_files(context.lakehouse), work.make_id, failed=work.failed, notes=work.notes, left=left)
    tables: dict[str, DataFrame] = {}
    for source in spec.sources:
        _look_at(context, source, spec, work, tables)
    gone = sorted({row.source for row in work.known} - {source.name for source in spec.sources})
    if gone and not context.full:
        work.notes.append(f"{', '.join(gone)}: no longer in ingest.yml; what it delivered stays until a run with --full")
    kept_back, expected = expectations.judged(context, spec.sources, work.taken)
    held = outcome.held(work.taken, spec.hold_if_rejected_above) + kept_back
    every = again + work.taken
    checks = _checks(every, (*checks, *expected), spec)
    if not held:
        removed = tuple(gone) if context.full else ()
        publication = publish.Publication(tuple(work.taken), tuple(work.refused), work.known, removed)
        changes = publish.total(changes, publish.publish(context, publication))
    return RunSummary(changes, _counts(every), checks, tuple(held), tuple(dict.fromkeys(work.failed)), tuple(work.notes))


def _checks(taken: Sequence[Taken], expected: Iterable[Check], spec: IngestSpec) -> tuple[Check, ...]:
    """What is told of all that was taken, and what was expected; of two expectations of one name the later holds."""
    late = outcome.late(taken) if spec.late is not None else ()
    return (*outcome.conflicts(taken), *late, *{check.name: check for check in expected}.values())


def _counts(taken: Iterable[Taken]) -> dict[str, int]:
    return {name: sum(each.total(name) for each in taken) for name in Counts.__dataclass_fields__}


def misfit(lakehouse: Lakehouse, spec: IngestSpec) -> Problem | None:
    """That the identifiers which stand were hashed otherwise, so that old ids and new ones would be different people.

    None where they were not, and where there are none: such a lakehouse takes any key. Asked before `run` touches anything.
    """
    if not lakehouse.exists(IDENTIFIERS.name):
        return None
    any_of_them = lakehouse.read(IDENTIFIERS.name).limit(1)  # all were hashed alike
    if not of_another_key(any_of_them, make_id_of(spec)).take(1):
        return None
    what = (
        "the identifiers of this lakehouse were hashed with another key, or without one, and with this one everybody would "
        "be somebody else; nothing was taken"
    )
    elsewhere = lakehouse.location.elsewhere
    way_out = f"name the key that it was built with as identifier_key in project.yml, or build a new lakehouse with {elsewhere}"
    return Problem("another-key", what, str(lakehouse.location), way_out)


def _look_at(context: RunContext, source: Source, spec: IngestSpec, work: Work, tables: dict[str, DataFrame]) -> None:
    """Plan a source, prove that its files can be read, take it; `tables` are the reference tables as they will be."""
    waits = lookup_tables(context, source, tables)
    if waits:
        work.refuse(source.name, f"it looks up {waits}, which is not there")
        return
    seen, unsettled = settled(source, context.started_at)
    if unsettled:
        files = "1 file" if unsettled == 1 else f"{unsettled:,} files"
        work.notes.append(f"{source.name}: {files} changed so lately (`settle`) that the next run reads them")
    plan = planned(context, source, spec, seen, work)
    has_any = bool(taken_of(source.name, work.known))
    if not seen and not unsettled and (source.arrives == "replaced" or not has_any):
        work.refuse(source.name, f"there is no file at {source.path}")
        return
    if not seen and not unsettled and _is_gone(source, work):
        work.refuse(source.name, f"the folder {source.path} is gone: put it back, empty where nothing is new")
        return
    if plan.gone:
        files = ", ".join(plan.gone[:3])
        way_out = f"put it back, or build a new lakehouse with {context.lakehouse.location.elsewhere}"
        if is_rules_alone(plan, work):
            way_out = f"dmp replay tries its rejected records again without its files; or {way_out}"
        work.refuse(source.name, f"all its files are read again because {plan.why}, but {files} is gone: {way_out}")
        return
    if plan.overwritten:
        files = ", ".join(plan.overwritten[:3])
        why = f"all its files are read again because {plan.why}"
        work.notes.append(f"{source.name}: {why}; {files} was overwritten since it was taken, and its present version was read")
    if plan.mode is Mode.NOTHING:
        return
    probed = probe(context, plan, work)
    if probed:
        context.progress(f"{source.name}: {sum(probed.rows.values()):,} records of {len(probed.rows):,} files")
        _take(context, probed, spec, work, tables)


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
