"""Sessions: the visits of each subject, cut where there was a gap, a declared change, or a midnight in what lasts too long."""

import sys
from collections.abc import Mapping
from datetime import datetime

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from dmp_spark.sessions.activity import activity, keyed, keys_of_visits
from dmp_spark.sessions.cuts import in_visits
from dmp_spark.sessions.spec import SessionsSpec
from dmp_spark.sessions.tables import READS, WRITES, contracts
from dmp_spark.sessions.visits import visits
from dmp_spark.stage import ChangedRows, RunContext, RunSummary, rebuild

__all__ = ["READS", "WRITES", "affected", "build", "contracts", "narrowed", "run"]


def build(inputs: Mapping[str, DataFrame], spec: SessionsSpec, as_of: datetime) -> dict[str, DataFrame]:
    """silver.sessions: one row a visit, of the events that were known by `as_of`."""
    return {"silver.sessions": visits(in_visits(activity(inputs["silver.events"], spec, as_of), spec), spec)}


def affected(changes: ChangedRows, state: Mapping[str, DataFrame], spec: SessionsSpec, as_of: datetime) -> DataFrame:
    """The subjects (with `by` the visit keys) of events that changed, as they were and as they are, or are known only now.

    All visits of a key are built again: an event may lengthen one, join two or part one, and be the first of all.
    """
    events = state["silver.events"]
    known_now = keys_of_visits(events.where(F.col("known_time") > F.lit(changes.as_of)), spec, as_of)
    changed = changes.rows.get("silver.events")
    return known_now if changed is None else known_now.unionByName(keys_of_visits(changed, spec, as_of))


def narrowed(inputs: Mapping[str, DataFrame], keys: DataFrame) -> dict[str, DataFrame]:
    """The events of these keys, which stand among their columns (`keyed`)."""
    return {"silver.events": inputs["silver.events"].join(keys, on=keys.columns, how="left_semi")}


def run(context: RunContext, spec: SessionsSpec) -> RunSummary:
    """Build all, or what changes affect, and write the differences."""
    events = keyed(context.lakehouse.read("silver.events"), spec)
    return rebuild(context, spec, sys.modules[__name__], {"silver.events": events})
