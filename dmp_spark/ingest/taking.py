"""Taking a source: its files mapped once into scratch, then counted and rid of duplicates from there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.errors import StageError
from dmp_spark.functions.keys import stable_id
from dmp_spark.ingest import attributes, duplicates, events, lookups, records, reference, rules
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
    """A source's rows, ready to be published: what holds, what was rejected, counts by file_id, conflicts."""

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
    candidates = mapped.where(F.size("_reasons") == 0)
    decided = context.lakehouse.scratch.write(_decided(context, probed, candidates), f"{source.name}_repeated")
    losers = decided.where(~F.col("_is_winner") & ~F.col("_is_standing"))
    is_loser = F.col("_kind") == "loser"
    # bounded: two numbers a file, and one of conflicts
    counted = mapped.groupBy("_file_id").agg(F.count("*").alias("mapped"), F.count_if(F.size("_reasons") > 0).alias("rejected")).collect()
    fates = F.when(F.col("_is_winner") & (F.col("_contents") > 1), "conflict").when(~F.col("_is_winner") & ~F.col("_is_standing"), "loser")
    told = decided.withColumn("_kind", fates).where(F.col("_kind").isNotNull())
    fated = told.groupBy("_kind", F.when(is_loser, F.col("_file_id")).alias("_file_id")).count().collect()
    lost = {row["_file_id"]: row["count"] for row in fated if row["_kind"] == "loser"}
    conflicts = sum(row["count"] for row in fated if row["_kind"] == "conflict")
    if source.reference and conflicts:
        _refuse_key(source, decided, conflicts)
    counts = {row["_file_id"]: _counts(probed.rows[row["_file_id"]], row["mapped"], row["rejected"], lost.get(row["_file_id"], 0)) for row in counted}
    return Taken(
        probed,
        accepted=duplicates.without(candidates, losers) if lost else candidates,
        rejected=_rejected(mapped, probed.plan),
        counts={file_id: counts.get(file_id, Counts()) for file_id in probed.rows},
        conflicts=conflicts,
    )


def _counts(rows_in: int, mapped: int, rejected: int, lost: int) -> Counts:
    return Counts(rows_in=rows_in, rows_mapped=mapped, rows_accepted=mapped - rejected - lost, rows_duplicate=lost, rows_rejected=rejected)


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


def _decided(context: RunContext, probed: Probed, candidates: DataFrame) -> DataFrame:
    source = probed.plan.source
    if source.reference:
        types = {**source.reference.types, "flags": "array<string>"}
        return _contest(candidates, list(source.reference.key), types, F.lit(0))
    if source.person_attributes:  # of several records of one subject the latest known holds
        return _contest(candidates, ["subject_id"], {"facts": "map<string,string>"}, -F.unix_micros("known_time"))
    standing = None
    if probed.plan.mode is Mode.ADD and context.lakehouse.exists("silver.events"):
        # what a killed run wrote of these very files is judged again, as if it had never been written
        own = F.col("_file_id").isin(list(probed.rows))
        standing = context.lakehouse.read("silver.events").where((F.col("source") == source.name) & ~F.coalesce(own, F.lit(False)))
    return _contest(candidates, ["event_id"], EVENT_CONTENT, F.unix_micros("known_time"), standing)


def _contest(candidates: DataFrame, key: list[str], types: Mapping[str, str], known: Column, standing: DataFrame | None = None) -> DataFrame:
    keys = duplicates.repeated(candidates, key, standing)
    rows = candidates.withColumn("_is_standing", F.lit(False))
    columns = list(dict.fromkeys([*key, *types, *duplicates.PLACE, "_is_standing", *(["known_time"] if "known_time" in rows.columns else [])]))
    contested = rows.select(*[F.col(f"`{name}`") for name in columns])
    if standing is not None:
        nowhere = {"_position": F.lit(None).cast("bigint"), "_ordinal": F.lit(None).cast("bigint"), "_is_standing": F.lit(True)}
        contested = contested.unionByName(standing.withColumns(nowhere).select(*columns))
    judged = duplicates.with_content(contested.join(keys, on=key, how="left_semi"), dict(types))
    return duplicates.decided(judged, key, known).select(*key, *duplicates.PLACE, "_is_standing", "_is_winner", "_contents")


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


def _refuse_key(source: Source, decided: DataFrame, conflicts: int) -> None:
    if source.reference is None:
        return
    examples = [row["key"] for row in reference.conflicts(decided, source.reference).limit(3).collect()]
    table, key = reference_name(source.reference.table), ", ".join(source.reference.key)
    raise StageError(
        f"{source.name}: {key} is no key of {table}: {conflicts:,} of its values stand in rows that differ, such as {'; '.join(examples)}. "
        "Name more columns in `key`, or select fewer."
    )
