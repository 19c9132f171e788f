"""Identity: which identifiers are one person. Without rules every identifier is a person of its own."""

import sys
from collections.abc import Mapping
from datetime import datetime

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from dmp_spark.identity.founders import alone
from dmp_spark.identity.spec import IdentitySpec
from dmp_spark.identity.tables import READS, WRITES, contracts
from dmp_spark.stage import RunContext, RunSummary, rebuild

__all__ = ["READS", "WRITES", "build", "contracts", "run"]


def build(inputs: Mapping[str, DataFrame], spec: IdentitySpec, as_of: datetime) -> dict[str, DataFrame]:
    """silver.identity_map: one row an identifier known by `as_of`."""
    known = inputs["silver.identifiers"].where(F.col("first_known_time") <= F.lit(as_of))
    return {"silver.identity_map": alone(known)}


def run(context: RunContext, spec: IdentitySpec) -> RunSummary:
    """Build all, write the differences."""
    return rebuild(context, spec, sys.modules[__name__])
