"""Segments: who belongs where, since when."""

from collections.abc import Mapping
from datetime import datetime

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from dmp_spark.expressions.people import people
from dmp_spark.expressions.prefixes import tasks_of
from dmp_spark.functions.clock import local_day, midnight
from dmp_spark.segments.members import members, version
from dmp_spark.segments.spec import SegmentsSpec
from dmp_spark.segments.stays import stays
from dmp_spark.segments.tables import READS, WRITES, contracts
from dmp_spark.stage import RunContext, RunSummary

__all__ = ["READS", "WRITES", "build", "contracts", "run"]


def build(inputs: Mapping[str, DataFrame], spec: SegmentsSpec, as_of: datetime) -> dict[str, DataFrame]:
    """gold.segments: the versions in force; gold.segment_membership: all stays after this run.

    Features and scores are those of the midnight that begins the local day of `as_of`; without gold.scores among the
    inputs every score is null.
    """
    profiles = inputs["gold.profiles"]
    existing = inputs["gold.segment_membership"]
    if not spec.segments:
        nobody = existing.where(F.lit(False))
        return {"gold.segment_membership": stays(existing, nobody, as_of)}
    moment = midnight(local_day(as_of, spec.zone), spec.zone)
    everyone = people(profiles, inputs.get("gold.features"), inputs.get("gold.scores"), spec.known, moment)
    return {
        "gold.segments": _definitions(profiles, spec),
        "gold.segment_membership": stays(existing, members(everyone, spec), as_of),
    }


def _definitions(any_frame: DataFrame, spec: SegmentsSpec) -> DataFrame:
    rows = [
        F.struct(
            F.lit(segment.name).alias("segment"),
            version(segment.definition).alias("version"),
            F.lit(segment.title).alias("title"),
            F.lit(segment.definition).alias("definition"),
        )
        for segment in spec.segments
    ]
    return any_frame.sparkSession.range(1).select(F.inline(F.array(*rows)))


def run(context: RunContext, spec: SegmentsSpec) -> RunSummary:
    """Write new versions of definitions first, so that every stay's version can be looked up, then the stays."""
    lakehouse = context.lakehouse
    unused = {
        "gold.features": not any(name.startswith("feature.") for name in spec.known),
        "gold.scores": not tasks_of(spec.known),
    }
    inputs = {table: lakehouse.read(table) for table in (*READS, "gold.segment_membership") if not unused.get(table)}
    outputs = build(inputs, spec, context.as_of)
    changes = {}
    if "gold.segments" in outputs:
        changes["gold.segments"] = lakehouse.append("gold.segments", outputs["gold.segments"])
    changes["gold.segment_membership"] = lakehouse.replace("gold.segment_membership", outputs["gold.segment_membership"])
    return RunSummary(changes=changes)
