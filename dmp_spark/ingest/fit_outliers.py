"""Learning the bounds of outliers, once a moment: from what was known before it, never from what arrives with a record."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.formats import reading
from dmp_spark.functions.instants import instant_of, micros_of
from dmp_spark.functions.keys import MakeId
from dmp_spark.functions.outliers import iqr_bounds, mad_bounds
from dmp_spark.ingest import events, outliers
from dmp_spark.ingest.manifest import spec_hash
from dmp_spark.ingest.resolved import IngestSpec, Outlier, Source
from dmp_spark.ingest.tables import BOUNDS
from dmp_spark.ingest.taking import Probed, clocks_of, judged_records
from dmp_spark.stage import RunContext

FEWEST = 30
"""A group of fewer events has the bounds of the whole."""
MOST = 1_000_000
"""Of a group of more events about so many are learned from, drawn by their ids: exact quantiles hold their values in memory."""
DRAWN_OF = 1 << 20


def version(rule: Outlier, source: Source, spec: IngestSpec, looked_up: Iterable[str]) -> str:
    """A hash of all that decides what a rule's bounds are learned from: while it stays, they are never learned again.

    Rules that reject do not: they may be put right later, and what they keep out taught something all the same.
    """
    plain = source.without_rejecting.model_copy(update={"outliers": ()})
    learns = rule.model_copy(update={"clips": False, "learned_at": ()})
    texts = plain.model_dump_json(include={"events", "rules"}) + learns.model_dump_json()
    uses_lookups = any(f"{lookup.name}." in texts for lookup in source.lookups)
    plain = plain.model_copy(update={"outliers": (learns,), "lookups": plain.lookups if uses_lookups else ()})
    return spec_hash(plain, spec.model_copy(update={"late": None}), looked_up if uses_lookups else ())


def due(rule: Outlier, as_of: datetime) -> tuple[str, ...]:
    """The moments of a rule at which its bounds are learned by now."""
    return tuple(moment for moment in rule.learned_at if datetime.fromisoformat(moment) <= as_of)


@dataclass(frozen=True)
class Learning:
    """What is known of a source's outliers: the versions of its rules, their bounds that stand, the moments that lack some.

    `marks` stand for the bounds that are due, in the hash of all that decides what a record becomes.
    """

    versions: Mapping[str, str]
    bounds: Mapping[str, DataFrame]
    lacking: Mapping[str, tuple[str, ...]]
    marks: tuple[str, ...]

    @property
    def why(self) -> str:
        """Why all files of the source are read again; empty where that is not because of its outliers."""
        return "the bounds of its outliers are learned" if self.lacking else ""


def learning(context: RunContext, source: Source, spec: IngestSpec, looked_up: Sequence[str]) -> Learning:
    """What is known of a source's outliers; without any, nothing is asked of the lakehouse."""
    versions = {rule.name: version(rule, source, spec, looked_up) for rule in source.outliers}
    bounds = standing(context, source, versions)
    marks = tuple(f"{rule.name} {moment}" for rule in source.outliers for moment in due(rule, context.as_of))
    return Learning(versions, bounds, lacking(source, bounds, context.as_of), marks)


def standing(context: RunContext, source: Source, versions: Mapping[str, str]) -> dict[str, DataFrame]:
    """By rule the bounds of these versions that stand; rules of which nothing was learned are left out."""
    if not source.outliers or not context.lakehouse.exists(BOUNDS.name):
        return {}
    rows = context.lakehouse.read(BOUNDS.name).where(F.col("source") == source.name)
    return {name: rows.where((F.col("rule") == name) & (F.col("version") == text)) for name, text in versions.items()}


def lacking(source: Source, bounds: Mapping[str, DataFrame], as_of: datetime) -> dict[str, tuple[str, ...]]:
    """By rule the moments of which bounds are due and do not stand; one small job a rule."""
    found = {}
    for rule in source.outliers:
        there: set[datetime] = set()
        if rule.name in bounds:
            learned = bounds[rule.name].select(F.unix_micros("learned_at").alias("at")).distinct()
            there = {instant_of(row["at"]) for row in learned.collect()}  # bounded by moments
        found[rule.name] = tuple(moment for moment in due(rule, as_of) if datetime.fromisoformat(moment) not in there)
    return {name: moments for name, moments in found.items() if moments}


def learned(
    context: RunContext,
    probed: Probed,
    tables: Mapping[str, DataFrame],
    spec: IngestSpec,
    make_id: MakeId,
    known: Learning,
) -> DataFrame | None:
    """Rows of silver.outlier_bounds that are lacking, in scratch; None where none is. `probed` are all files of the source."""
    if not known.lacking:
        return None
    source, scratch = probed.plan.source, context.lakehouse.scratch
    rules_of = [rule for rule in source.outliers if rule.name in known.lacking]
    plain = source.without_rejecting.model_copy(update={"outliers": tuple(rules_of)})
    frames = []
    for header, files in probed.groups.items():
        rows = reading.read(context.lakehouse.spark, header, files, source.reading, probed.texts)
        records = outliers.measured(judged_records(rows, plain, tables, make_id), plain)
        frames.append(events.mapped(records, plain, clocks_of(header, plain, spec), make_id))
    mapped = reduce(DataFrame.unionByName, frames).where(F.size("_reasons") == 0)
    taught = scratch.write(values(mapped), f"{source.name}_taught")
    return scratch.write(fitted(taught, source.name, rules_of, known.lacking, known.versions), f"{source.name}_bounds")


def to_be_judged_by(source: Source, known: Learning, fresh: DataFrame | None) -> dict[str, DataFrame]:
    """The bounds by which records are judged, those that stand and those just learned, named as tables."""
    found = {}
    for rule in source.outliers:
        own = fresh.where(F.col("rule") == rule.name) if fresh is not None and rule.name in known.lacking else None
        stands = known.bounds.get(rule.name)
        if own is not None and stands is not None:
            own = stands.select(*own.columns).unionByName(own)
        rows = own if own is not None else stands
        if rows is not None:
            found[outliers.place(source, rule.name)] = rows
    return found


def values(mapped: DataFrame) -> DataFrame:
    """One row an event and rule: known_time, value, group_values; of an event that came twice what was known first."""
    each = mapped.select("event_id", "known_time", F.explode(outliers.MEASURED).alias("one"))
    first = F.min(F.struct("known_time", F.col("one.value").alias("value"), F.col("one.group_values").alias("group_values")))
    met = each.where(F.col("one.value").isNotNull()).groupBy("event_id", F.col("one.rule").alias("rule"))
    return met.agg(first.alias("first")).select("event_id", "rule", "first.*")


def fitted(
    taught: DataFrame,
    source: str,
    rules_of: Iterable[Outlier],
    wanted: Mapping[str, tuple[str, ...]],
    versions: Mapping[str, str],
    most: int = MOST,
) -> DataFrame:
    """The rows of silver.outlier_bounds, of rules that have `wanted` moments: a row for the whole and each group that is
    large enough; `taught` as `values` gives them.
    """
    found = []
    for rule in rules_of:
        for moment in wanted[rule.name]:  # a handful: each learns from what was known before it
            before = taught.where(
                (F.col("rule") == rule.name) & (F.unix_micros("known_time") < F.lit(micros_of(datetime.fromisoformat(moment))))
            )
            found.append(
                _of_groups(before, rule, most).select(
                    F.lit(source).alias("source"),
                    F.lit(rule.name).alias("rule"),
                    F.lit(versions[rule.name]).alias("version"),
                    F.lit(datetime.fromisoformat(moment)).cast("timestamp").alias("learned_at"),
                    outliers.group_id(F.col("group_values")).alias("group_id"),
                    "group_values",
                    "records",
                    "bound.lower",
                    "bound.upper",
                )
            )
    return reduce(DataFrame.unionByName, found)


def _of_groups(taught: DataFrame, rule: Outlier, most: int) -> DataFrame:
    """`group_values`, `records`, `bound` (null where nothing is an outlier): the whole, and each group of at least FEWEST."""
    none = F.array().cast("array<string>")
    both = F.array(none, "group_values") if rule.by else F.array(none)
    each = taught.select("event_id", "value", F.explode(F.array_compact(both)).alias("group_values"))
    sizes = each.groupBy("group_values").agg(F.count("*").alias("records"))
    enough = sizes.where((F.size("group_values") == 0) | (F.col("records") >= FEWEST))
    is_drawn = F.pmod(F.xxhash64("event_id"), F.lit(DRAWN_OF)) * F.col("records") < F.lit(most * DRAWN_OF)
    drawn = each.join(enough, on="group_values", how="inner").where(is_drawn)  # many to one
    quartiles = F.percentile("value", F.array(F.lit(0.25), F.lit(0.5), F.lit(0.75))).alias("quartiles")
    told = drawn.groupBy("group_values", "records").agg(quartiles)
    bound = iqr_bounds(F.col("quartiles"), rule.factor)
    if rule.method == "mad":
        told = _with_deviation(drawn, told)
        bound = mad_bounds(F.get("quartiles", F.lit(1)), F.col("deviation"), rule.factor)
    judged = told.select("group_values", "records", F.when(F.col("records") >= FEWEST, bound).alias("bound"))
    nothing = taught.sparkSession.range(1).select(none.alias("group_values"))
    whole = nothing.join(judged, on="group_values", how="left")  # stands even where nothing could be learned
    rows = judged.where(F.size("group_values") > 0).unionByName(whole)
    return rows.withColumn("records", F.coalesce("records", F.lit(0)))


def _with_deviation(drawn: DataFrame, told: DataFrame) -> DataFrame:
    """`told` with the median of the absolute deviations from the group's median."""
    middle: Column = F.get("quartiles", F.lit(1))
    away = drawn.join(told.select("group_values", middle.alias("middle")), on="group_values", how="inner")
    deviation = F.percentile(F.abs(F.col("value") - F.col("middle")), F.lit(0.5)).alias("deviation")
    return told.join(away.groupBy("group_values").agg(deviation), on="group_values", how="inner")
