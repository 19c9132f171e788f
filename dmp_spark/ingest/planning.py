"""What a run does with each source, from its files, its manifest and what it looks up."""

from dataclasses import replace

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from dmp_spark.functions.instants import instant_of
from dmp_spark.functions.keys import MakeId, keyed_id, stable_id
from dmp_spark.ingest import fit_outliers
from dmp_spark.ingest.leftovers import Left
from dmp_spark.ingest.manifest import Known, Plan, State, mapping_hash, plan, spec_hash, taken_of
from dmp_spark.ingest.probing import Work
from dmp_spark.ingest.resolved import IngestSpec, Source
from dmp_spark.ingest.tables import FILES, reference_name
from dmp_spark.lakehouse.lakehouse import Lakehouse
from dmp_spark.lakehouse.listing import FileSeen
from dmp_spark.project.secrets import read_secret
from dmp_spark.stage import RunContext


def planned(context: RunContext, source: Source, spec: IngestSpec, seen: list[FileSeen], work: Work, again: bool = False) -> Plan:
    """The plan of a source; `work.learning` gets what is known of its outliers.

    With `again` rejected records are to be tried again: files of which nothing changed but rules that reject count as judged
    by today's.
    """
    looked_up = _looked_up(source, spec, work)
    learning = work.learning[source.name] = fit_outliers.learning(context, source, spec, looked_up)
    looked_up += learning.marks
    why = "a full run was asked for" if context.full else learning.why
    mapping = mapping_hash(source, spec, looked_up)
    known = _as_if_judged_by(spec_hash(source, spec, looked_up), mapping, source, work) if again else work.known
    left = work.left.get(source.name, Left())
    made = plan(source, spec, seen, known, why, looked_up, left.files, left.displaced)
    return replace(made, mapping_hash=mapping)


def is_rules_alone(of: Plan, work: Work) -> bool:
    """Whether something changed of a source, and nothing but rules that reject."""
    own = taken_of(of.source.name, work.known)
    return all(row.mapping_hash == of.mapping_hash for row in own) and any(row.spec_hash != of.spec_hash for row in own)


def lookup_tables(context: RunContext, source: Source, tables: dict[str, DataFrame]) -> str:
    """Put the tables that a source looks up into `tables`; the name of one that nobody has written yet, if there is one."""
    for lookup in source.lookups:
        if lookup.table not in tables:
            if not context.lakehouse.exists(lookup.table):
                return lookup.table
            tables[lookup.table] = context.lakehouse.read(lookup.table)
    return ""


def known_files(lakehouse: Lakehouse) -> tuple[Known, ...]:
    """The manifest; bounded by the number of files."""
    if not lakehouse.exists(FILES.name):
        return ()
    texts = ("file_id", "source", "path", "state", "spec_hash", "mapping_hash", "header")
    rows = lakehouse.read(FILES.name).select(*texts, F.unix_micros("_landed_at").alias("landed")).collect()
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


def make_id_of(spec: IngestSpec) -> MakeId:
    """What gives identifiers their ids."""
    return keyed_id(read_secret(spec.identifier_key)) if spec.identifier_key else stable_id


def _as_if_judged_by(digest: str, mapping: str, source: Source, work: Work) -> tuple[Known, ...]:
    """The manifest, in which files of a source of which nothing changed but rules that reject were judged by today's."""
    return tuple(
        replace(row, spec_hash=digest) if row.source == source.name and row.mapping_hash == mapping else row for row in work.known
    )


def _looked_up(source: Source, spec: IngestSpec, work: Work) -> list[str]:
    """The file ids behind the tables that a source looks up, as they stand or, where they are taken in this run, will stand."""
    wanted = {lookup.table for lookup in source.lookups}
    owners = {each.name for each in spec.sources if each.reference and reference_name(each.reference.table) in wanted}
    fresh = {each.source.name: list(each.probed.plan.files) for each in work.taken if each.source.name in owners}
    old = [row.file_id for row in work.known if row.source in owners - fresh.keys() and row.state == State.TAKEN]
    return old + [file_id for ids in fresh.values() for file_id in ids]
