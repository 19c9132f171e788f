"""Taking a source: its files mapped once into scratch, then counted and rid of duplicates from there."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.enrichment.enriched import enriched
from dmp_spark.errors import StageError
from dmp_spark.formats import reading
from dmp_spark.formats.headers import Header
from dmp_spark.formats.records import Landed
from dmp_spark.functions.keys import MakeId, stable_id
from dmp_spark.ingest import attributes, events, lookups, outliers, rules
from dmp_spark.ingest.compute import named
from dmp_spark.ingest.contest import Rivals, settle
from dmp_spark.ingest.leftovers import lies_in
from dmp_spark.ingest.manifest import Mode, Plan
from dmp_spark.ingest.reference import by_key, examples, hash_of_file
from dmp_spark.ingest.reference import rows as reference_rows
from dmp_spark.ingest.resolved import IngestSpec, Reference, Source
from dmp_spark.ingest.tables import EVENTS, RejectedState, reference_name
from dmp_spark.ingest.times import Clocks
from dmp_spark.stage import RunContext

SPREAD_FROM = 100_000  # records
KEY_WAYS = "name more columns in `key`, select fewer, or say in `combine` what becomes of them"
EVENT_CONTENT = {c.name: c.type for c in EVENTS.business if c.name not in ("event_id", "known_time")}


@dataclass(frozen=True)
class Probed:
    """A plan whose files can all be read: by header, with the number of records and the landing of each by file_id.

    `texts` are the records of files of text, which were read to be counted.
    """

    plan: Plan
    groups: Mapping[Header, Mapping[str, Landed]]
    rows: Mapping[str, int]
    texts: DataFrame | None = None


@dataclass(frozen=True)
class Counts:
    """What became of a file's records."""

    rows_in: int = 0
    rows_unreadable: int = 0
    rows_mapped: int = 0
    rows_accepted: int = 0
    rows_duplicate: int = 0
    rows_rejected: int = 0
    rows_suppressed: int = 0


@dataclass(frozen=True)
class Taken:
    """A source's rows, ready to be published: what holds, what was rejected (None: nothing), counts by file_id, conflicts.

    `late` counts the events that were known so late that they have a flag; `contested` are the rows of contested keys, as in
    a Verdict, `learned` bounds of outliers, to be written before anything is judged by them. `is_replay`: the rows are of
    records that had been rejected, `rejected` says what became of them, and `counts` by how much those of their files change.
    """

    probed: Probed
    accepted: DataFrame | None = None
    rejected: DataFrame | None = None
    counts: Mapping[str, Counts] = field(default_factory=dict)
    conflicts: int = 0
    late: int = 0
    contested: DataFrame | None = None
    learned: DataFrame | None = None
    is_replay: bool = False

    @property
    def source(self) -> Source:
        """The source."""
        return self.probed.plan.source

    def total(self, name: str) -> int:
        """The sum of one count over all files."""
        return sum(getattr(each, name) for each in self.counts.values())


class NoKeyError(Exception):
    """Rows of one key of a reference table differ: `why` for the books, and the `places` of some records."""

    def __init__(self, why: str, places: list[str]) -> None:
        super().__init__(f"{why}, such as that of {'; '.join(places)}: {KEY_WAYS}")
        self.why = why


def take(
    context: RunContext, probed: Probed, tables: Mapping[str, DataFrame], spec: IngestSpec, make_id: MakeId = stable_id
) -> Taken:
    """The taken source; nothing is written but scratch. NoKeyError where a reference table's key is none.

    `make_id` gives identifiers their ids.
    """
    source = probed.plan.source
    if not probed.rows:
        return Taken(probed)
    mapped = _mapped(context, probed, tables, spec, make_id)
    if source.reference:
        return _reference(context, probed, mapped, source.reference)
    scratch = context.lakehouse.scratch
    mapped = scratch.write(mapped, source.name)
    # bounded by files
    counted = (
        mapped.groupBy("_file_id")
        .agg(F.count("*").alias("mapped"), F.count_if(F.size("_reasons") > 0).alias("rejected"), _late(mapped).alias("late"))
        .collect()
    )
    candidates = mapped.where(F.size("_reasons") == 0)
    number = sum(row["mapped"] - row["rejected"] for row in counted)
    verdict = settle(scratch, source.name, candidates, _rivals(context, probed), number)
    counts = dict.fromkeys(probed.rows, Counts())
    for row in counted:
        file_id = _known_file(source, row["_file_id"])
        counts[file_id] = _counts(probed.rows[file_id], row["mapped"], row["rejected"], verdict.lost.get(file_id, 0))
    rejected = rejected_rows(mapped, probed.plan) if any(each.rows_rejected for each in counts.values()) else None
    late = sum(row["late"] for row in counted)
    return Taken(probed, verdict.accepted, rejected, counts, verdict.conflicts, late, verdict.decided)


def _late(mapped: DataFrame) -> Column:
    is_event = "flags" in mapped.columns
    return F.count_if((F.size("_reasons") == 0) & F.array_contains("flags", events.LATE)) if is_event else F.lit(0)


def _reference(context: RunContext, probed: Probed, mapped: DataFrame, reference: Reference) -> Taken:
    """A reference table, one row a key. Of the records of one key one is accepted, the others are duplicates of it.

    Nothing but the table itself goes to scratch: of tens of millions of records every further copy takes its minute.
    """
    source, rows_in = probed.plan.source, probed.rows
    held = mapped.where(F.size("_reasons") == 0)
    grouped = by_key(held, source, reference, sum(rows_in.values()), len(rows_in))
    grouped = context.lakehouse.scratch.write(grouped, source.name)
    standing, differing, records = grouped.agg(F.count("*"), F.count_if("_differs"), F.sum("_rows")).first() or (0, 0, 0)
    if differing:
        told = examples(held, grouped, reference).limit(3).collect()
        places = [f"record {row['_position']} of {probed.plan.files[row['_file_id']].path}" for row in told]
        table, key = reference_name(reference.table), ", ".join(reference.key)
        raise NoKeyError(f"{key} is no key of {table}: {differing:,} of its values stand in rows that differ", places)
    if len(rows_in) == 1:
        kept, accepted = dict.fromkeys(rows_in, records or 0), dict.fromkeys(rows_in, standing)
    else:
        kept, accepted = _by_file(source, held, grouped)
    counts = {
        file_id: _counts(number, number, number - kept.get(file_id, 0), kept.get(file_id, 0) - accepted.get(file_id, 0))
        for file_id, number in rows_in.items()
    }
    rejected = None
    if any(each.rows_rejected for each in counts.values()):
        rejected = context.lakehouse.scratch.write(rejected_rows(mapped, probed.plan), f"{source.name}_rejected")
    return Taken(probed, grouped, rejected, counts)


def _by_file(source: Source, held: DataFrame, grouped: DataFrame) -> tuple[dict[str, int], dict[str, int]]:
    """Records that hold, and keys accepted, by file; both are bounded by files."""
    records = held.groupBy("_file_id", hash_of_file().alias("_file")).count().collect()
    keys = {row["_file"]: row["count"] for row in grouped.groupBy("_file").count().collect()}
    kept = {_known_file(source, row["_file_id"]): row["count"] for row in records}
    return kept, {row["_file_id"]: keys.get(row["_file"], 0) for row in records}


def _known_file(source: Source, file_id: str | None) -> str:
    if file_id is None:
        raise StageError(
            f"{source.name}: Spark spells the name of one of its files in a way not known here; rename what is unusual"
        )
    return file_id


def _counts(rows_in: int, mapped: int, rejected: int, lost: int) -> Counts:
    return Counts(
        rows_in=rows_in, rows_mapped=mapped, rows_accepted=mapped - rejected - lost, rows_duplicate=lost, rows_rejected=rejected
    )


def _mapped(context: RunContext, probed: Probed, tables: Mapping[str, DataFrame], spec: IngestSpec, make_id: MakeId) -> DataFrame:
    source = probed.plan.source
    frames, spark = [], context.lakehouse.spark
    tasks = spark.conf.get("spark.sql.shuffle.partitions") or ""
    for header, files in probed.groups.items():
        rows = reading.read(spark, header, files, source.reading, probed.texts)
        if not source.reference and is_spread([probed.rows[file_id] for file_id in files], tasks):
            rows = rows.repartition(F.col("_position"))
        frames.append(of_records(rows, header, source, tables, spec, make_id))
    return reduce(DataFrame.unionByName, frames)


def is_spread(rows: Collection[int], tasks: str) -> bool:
    """Whether records are sent to as many tasks as there shall be, `auto` or a number, given how many each file has.

    A file of one row group is read by one core, and mapping costs more than reading: where a file has more than twice a
    task's share, others would wait for it. Else the shuffle costs more than it saves.
    """
    total = sum(rows)
    return total >= SPREAD_FROM and (not tasks.isdigit() or max(rows) * int(tasks) > 2 * total)


def of_records(
    rows: DataFrame,
    header: Header,
    source: Source,
    tables: Mapping[str, DataFrame],
    spec: IngestSpec,
    make_id: MakeId,
) -> DataFrame:
    """What records become, judged: a row an event, a row of reference data or the facts of one record."""
    judged, clocks = judged_records(rows, source, tables, make_id), clocks_of(header, source, spec)
    if source.reference:
        return reference_rows(judged, source, source.reference)
    if source.person_attributes:
        return attributes.records_of_facts(judged, source, source.person_attributes, clocks, make_id)
    bounded = outliers.bounded(judged, source, outliers.bounds_among(tables, source))
    return events.mapped(bounded, source, clocks, make_id, spec.late)


def judged_records(rows: DataFrame, source: Source, tables: Mapping[str, DataFrame], make_id: MakeId) -> DataFrame:
    """The records with what enrichments and lookups say of them, judged by the rules of the source."""
    derived = enriched(rows, source.enrich, source.columns, named)
    return rules.judged(lookups.looked_up(derived, source.lookups, tables, source.columns), source, make_id)


def clocks_of(header: Header, source: Source, spec: IngestSpec) -> Clocks:
    """How times of files with this header are read."""
    return Clocks(spec.zone, source.names, header.wall_clocks, spec.bounds, header.mixed_clocks)


def _rivals(context: RunContext, probed: Probed) -> Rivals:
    source = probed.plan.source
    if source.person_attributes:  # of several records of one subject the latest known holds
        return Rivals(("subject_id",), {"facts": "map<string,string>"}, -F.unix_micros("known_time"))
    standing = None
    if probed.plan.mode is Mode.ADD and context.lakehouse.exists("silver.events"):
        # what a killed run wrote of these very files is judged again, as if it had never been written
        is_own = lies_in("_file_id", [*probed.rows, *probed.plan.left])
        standing = context.lakehouse.read("silver.events").where((F.col("source") == source.name) & ~is_own)
    return Rivals(("event_id",), EVENT_CONTENT, F.unix_micros("known_time"), standing)


def rejected_rows(mapped: DataFrame, plan: Plan) -> DataFrame:
    """The rows of bronze.rejected of what was mapped and does not hold."""
    name = plan.source.name
    is_event = "event_type" in mapped.columns
    return mapped.where(F.size("_reasons") > 0).select(
        stable_id(name, F.col("_file_id"), F.col("_position")).alias("_ingest_id"),
        F.col("_ordinal").alias("ordinal"),
        F.lit(name).alias("source"),
        F.col("_file_id").alias("file_id"),
        F.col("_position").alias("position"),
        (F.col("event_type") if is_event else F.lit(None).cast("string")).alias("event_type"),
        F.col("_payload").alias("payload"),
        F.col("_reasons").alias("reasons"),
        F.lit(plan.spec_hash).alias("rule_version"),
        _state(plan.source).alias("state"),
    )


def _state(source: Source) -> Column:
    """Open; waiting where nothing but missing reference data is wrong with it."""
    waits_for = F.array(*[F.lit(reason) for reason in source.waits_for]).cast("array<string>")
    is_waiting = F.size(F.array_except("_reasons", waits_for)) == 0
    return F.when(is_waiting, F.lit(str(RejectedState.WAITING))).otherwise(F.lit(str(RejectedState.OPEN)))
