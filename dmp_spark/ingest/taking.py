"""Taking a source: its files mapped once into scratch, then counted and rid of duplicates from there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from dmp_spark.errors import StageError
from dmp_spark.functions.keys import stable_id
from dmp_spark.ingest import attributes, events, lookups, records, reference, rules
from dmp_spark.ingest.contest import Rivals, Verdict, settle
from dmp_spark.ingest.headers import Header
from dmp_spark.ingest.manifest import Mode, Plan
from dmp_spark.ingest.spec import Source
from dmp_spark.ingest.tables import EVENTS, reference_name
from dmp_spark.ingest.times import Clocks
from dmp_spark.stage import RunContext

SPREAD_FROM = 100_000  # records; a file of one row group is read by one core, and mapping costs more than reading
EVENT_CONTENT = {c.name: c.type for c in EVENTS.business if c.name not in ("event_id", "known_time")}


@dataclass(frozen=True)
class Probed:
    """A plan whose files can all be read: by header, with the number of records and the landing of each by file_id."""

    plan: Plan
    groups: Mapping[Header, Mapping[str, records.Landed]]
    rows: Mapping[str, int]


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
    """A source's rows, ready to be published: what holds, what was rejected (None: nothing), counts by file_id, conflicts."""

    probed: Probed
    accepted: DataFrame | None = None
    rejected: DataFrame | None = None
    counts: Mapping[str, Counts] = field(default_factory=dict)
    conflicts: int = 0

    @property
    def source(self) -> Source:
        """The source."""
        return self.probed.plan.source

    def total(self, name: str) -> int:
        """The sum of one count over all files."""
        return sum(getattr(each, name) for each in self.counts.values())


def take(context: RunContext, probed: Probed, tables: Mapping[str, DataFrame], zone: str) -> Taken:
    """The taken source; nothing is written but scratch. StageError where a reference table's key is none."""
    source = probed.plan.source
    if not probed.rows:
        return Taken(probed)
    mapped = context.lakehouse.scratch.write(_mapped(context, probed, tables, zone), source.name)
    # bounded by files
    counted = (
        mapped.groupBy("_file_id")
        .agg(F.count("*").alias("mapped"), F.count_if(F.size("_reasons") > 0).alias("rejected"))
        .collect()
    )
    candidates = mapped.where(F.size("_reasons") == 0)
    verdict = settle(context.lakehouse.scratch, source.name, candidates, _rivals(context, probed))
    if source.reference and verdict.conflicts:
        _refuse_key(source, verdict)
    counts = dict.fromkeys(probed.rows, Counts())
    for row in counted:
        file_id = row["_file_id"]
        if file_id is None:
            raise StageError(
                f"{source.name}: Spark spells the name of one of its files in a way not known here; rename what is unusual"
            )
        counts[file_id] = _counts(probed.rows[file_id], row["mapped"], row["rejected"], verdict.lost.get(file_id, 0))
    rejected = _rejected(mapped, probed.plan) if any(each.rows_rejected for each in counts.values()) else None
    return Taken(probed, verdict.accepted, rejected, counts, verdict.conflicts)


def _counts(rows_in: int, mapped: int, rejected: int, lost: int) -> Counts:
    return Counts(
        rows_in=rows_in, rows_mapped=mapped, rows_accepted=mapped - rejected - lost, rows_duplicate=lost, rows_rejected=rejected
    )


def _mapped(context: RunContext, probed: Probed, tables: Mapping[str, DataFrame], zone: str) -> DataFrame:
    source = probed.plan.source
    frames = []
    for header, files in probed.groups.items():
        rows = records.read(context.lakehouse.spark, header, files, source.columns)
        if sum(probed.rows[file_id] for file_id in files) >= SPREAD_FROM:
            rows = rows.repartition(F.col("_position"))
        judged = rules.judged(lookups.looked_up(rows, source.lookups, tables, source.columns), source)
        clocks = Clocks(zone, source.names, header.wall_clocks)
        if source.reference:
            frames.append(reference.rows(judged, source, source.reference))
        elif source.person_attributes:
            frames.append(attributes.records_of_facts(judged, source, source.person_attributes, clocks))
        else:
            frames.append(events.mapped(judged, source, clocks))
    return reduce(DataFrame.unionByName, frames)


def _rivals(context: RunContext, probed: Probed) -> Rivals:
    source = probed.plan.source
    if source.reference:
        return Rivals(source.reference.key, {**source.reference.types, "flags": "array<string>"}, F.lit(0))
    if source.person_attributes:  # of several records of one subject the latest known holds
        return Rivals(("subject_id",), {"facts": "map<string,string>"}, -F.unix_micros("known_time"))
    standing = None
    if probed.plan.mode is Mode.ADD and context.lakehouse.exists("silver.events"):
        # what a killed run wrote of these very files is judged again, as if it had never been written
        is_own = F.coalesce(F.col("_file_id").isin(list(probed.rows)), F.lit(False))
        standing = context.lakehouse.read("silver.events").where((F.col("source") == source.name) & ~is_own)
    return Rivals(("event_id",), EVENT_CONTENT, F.unix_micros("known_time"), standing)


def _rejected(mapped: DataFrame, plan: Plan) -> DataFrame:
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
        F.lit("open").alias("state"),
    )


def _refuse_key(source: Source, verdict: Verdict) -> None:
    if source.reference is None or verdict.decided is None:
        return
    examples = [row["key"] for row in reference.conflicts(verdict.decided, source.reference).limit(3).collect()]
    table, key = reference_name(source.reference.table), ", ".join(source.reference.key)
    raise StageError(
        f"{source.name}: {key} is no key of {table}: {verdict.conflicts:,} of its values stand in rows that differ, "
        f"such as {'; '.join(examples)}. Name more columns in `key`, or select fewer."
    )
