"""Segments: who belongs where, since when."""

import sys
from collections.abc import Mapping
from datetime import datetime
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from dmp_spark.expressions.people import people
from dmp_spark.expressions.prefixes import tasks_of
from dmp_spark.functions.clock import local_day, midnight
from dmp_spark.segments.members import members, version
from dmp_spark.segments.spec import SegmentsSpec
from dmp_spark.segments.stays import stays
from dmp_spark.segments.tables import READS, WRITES, contracts
from dmp_spark.stage import ChangedRows, RunContext, RunSummary, narrowed_inputs

__all__ = ["READS", "WRITES", "affected", "build", "contracts", "narrowed", "run"]


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
    everyone = people(profiles, inputs.get("gold.features"), inputs.get("gold.scores"), spec.known, _moment(spec, as_of))
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


def _moment(spec: SegmentsSpec, as_of: datetime) -> datetime:
    return midnight(local_day(as_of, spec.zone), spec.zone)


def affected(changes: ChangedRows, state: Mapping[str, DataFrame], spec: SegmentsSpec, as_of: datetime) -> DataFrame:
    """person_id of those whose profile changed, or features or scores that predicates name; of a moment that stays.

    Predicates look at one person at a time: those that compare people judge everybody (`SegmentsSpec.all_because`).
    """
    now = F.col("as_of") == F.lit(_moment(spec, as_of))
    found = [rows if table == "gold.profiles" else rows.where(now) for table, rows in changes.rows.items() if table in state]
    nobody = state["gold.profiles"].where(F.lit(False))
    return reduce(DataFrame.unionByName, [rows.select("person_id") for rows in (nobody, *found)])


def narrowed(inputs: Mapping[str, DataFrame], keys: DataFrame) -> dict[str, DataFrame]:
    """Everything of these people, their stays too."""
    return {table: rows.join(keys, on="person_id", how="left_semi") for table, rows in inputs.items()}


def run(context: RunContext, spec: SegmentsSpec) -> RunSummary:
    """Write new versions of definitions first, so that every stay's version can be looked up, then the stays.

    A kill between the two leaves definitions without stays, and the next run judges everybody.
    """
    lakehouse = context.lakehouse
    unused = {
        "gold.features": not any(name.startswith("feature.") for name in spec.known),
        "gold.scores": not tasks_of(spec.known),
    }
    read = {table: lakehouse.read(table) for table in (*READS, "gold.segment_membership") if not unused.get(table)}
    keys, inputs = narrowed_inputs(context, spec, sys.modules[__name__], read)
    if not inputs:
        return RunSummary()
    outputs = build(inputs, spec, context.as_of)
    changes = {}
    if "gold.segments" in outputs and keys is None:  # with another definition the spec is another
        changes["gold.segments"] = lakehouse.append("gold.segments", outputs["gold.segments"])
    stays_ = outputs["gold.segment_membership"]
    changes["gold.segment_membership"] = lakehouse.replace("gold.segment_membership", stays_, keys=keys)
    return RunSummary(changes=changes)
