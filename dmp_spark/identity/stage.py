"""Identity: which identifiers are one person. Without rules every identifier is a person of its own."""

import sys
from collections.abc import Mapping
from datetime import datetime

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from dmp_spark.identity.founders import alone
from dmp_spark.identity.spec import IdentitySpec
from dmp_spark.identity.tables import READS, WRITES, contracts
from dmp_spark.stage import ChangedRows, RunContext, RunSummary, rebuild

__all__ = ["READS", "WRITES", "affected", "build", "contracts", "narrowed", "run"]


def build(inputs: Mapping[str, DataFrame], spec: IdentitySpec, as_of: datetime) -> dict[str, DataFrame]:
    """silver.identity_map: one row an identifier known by `as_of`."""
    known = inputs["silver.identifiers"].where(F.col("first_known_time") <= F.lit(as_of))
    return {"silver.identity_map": alone(known)}


def affected(changes: ChangedRows, state: Mapping[str, DataFrame], spec: IdentitySpec, as_of: datetime) -> DataFrame:
    """identifier_id of those that changed, and of those that are known only now."""
    time = F.col("first_known_time")
    known = state["silver.identifiers"].where((time > F.lit(changes.as_of)) & (time <= F.lit(as_of))).select("identifier_id")
    changed = changes.rows.get("silver.identifiers")
    return known if changed is None else known.unionByName(changed.select("identifier_id"))


def narrowed(inputs: Mapping[str, DataFrame], keys: DataFrame) -> dict[str, DataFrame]:
    """The identifiers among the keys."""
    return {"silver.identifiers": inputs["silver.identifiers"].join(keys, on="identifier_id", how="left_semi")}


def run(context: RunContext, spec: IdentitySpec) -> RunSummary:
    """Build all, or what changes affect, and write the differences."""
    return rebuild(context, spec, sys.modules[__name__], {table: context.lakehouse.read(table) for table in READS})
