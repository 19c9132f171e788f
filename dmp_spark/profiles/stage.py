"""Profiles: one row a person today."""

import sys
from collections.abc import Mapping
from datetime import datetime
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from dmp_spark.functions.clock import local_day, midnight
from dmp_spark.profiles.attributes import latest_values
from dmp_spark.profiles.spec import ProfilesSpec
from dmp_spark.profiles.tables import READS, WRITES, contracts
from dmp_spark.stage import ChangedRows, RunContext, RunSummary, rebuild

__all__ = ["READS", "WRITES", "affected", "build", "contracts", "narrowed", "run"]


def build(inputs: Mapping[str, DataFrame], spec: ProfilesSpec, as_of: datetime) -> dict[str, DataFrame]:
    """gold.profiles: one row a person who has an identifier now.

    Attributes as the sources hold them at `as_of`; traits are the features at the midnight that begins its local day,
    null for people of whom no event was known by then.
    """
    owners = inputs["silver.identity_map"].where(F.col("valid_until").isNull()).select("identifier_id", "person_id")
    facts = inputs["silver.person_attributes"].join(
        owners.withColumnRenamed("identifier_id", "subject_id"), on="subject_id", how="inner"
    )
    people = owners.select("person_id").distinct()  # a person has many identifiers
    attributes = latest_values(facts, spec.attributes, as_of)
    profiles = people.join(attributes, on="person_id", how="left")
    if spec.traits:
        profiles = profiles.join(_traits(inputs["gold.features"], spec, as_of), on="person_id", how="left")
    return {"gold.profiles": profiles.select("person_id", *[a.name for a in spec.attributes], *[t.name for t in spec.traits])}


def _traits(features: DataFrame, spec: ProfilesSpec, as_of: datetime) -> DataFrame:
    now = features.where(F.col("as_of") == F.lit(_moment(spec, as_of)))
    return now.select("person_id", *[F.col(trait.feature).alias(trait.name) for trait in spec.traits])


def _moment(spec: ProfilesSpec, as_of: datetime) -> datetime:
    return midnight(local_day(as_of, spec.zone), spec.zone)


def affected(changes: ChangedRows, state: Mapping[str, DataFrame], spec: ProfilesSpec, as_of: datetime) -> DataFrame:
    """person_id of those whose identifiers, facts or traits changed, or whose facts hold only now; of a moment that stays.

    Who changes persons is the old one and the new one.
    """
    owners = state["silver.identity_map"].where(F.col("valid_until").isNull()).select("identifier_id", "person_id")
    begin = F.col("valid_from")
    facts = state["silver.person_attributes"].where((begin > F.lit(changes.as_of)) & (begin <= F.lit(as_of))).select("subject_id")
    if "silver.person_attributes" in changes.rows:
        facts = facts.unionByName(changes.rows["silver.person_attributes"].select("subject_id"))
    found = [facts.join(owners.withColumnRenamed("identifier_id", "subject_id"), on="subject_id", how="inner")]
    if "silver.identity_map" in changes.rows:
        found.append(changes.rows["silver.identity_map"])
    if "gold.features" in changes.rows and spec.traits:
        found.append(changes.rows["gold.features"].where(F.col("as_of") == F.lit(_moment(spec, as_of))))
    return reduce(DataFrame.unionByName, [rows.select("person_id") for rows in found])


def narrowed(inputs: Mapping[str, DataFrame], keys: DataFrame) -> dict[str, DataFrame]:
    """The identifiers of these people, by which all else is found, and their features."""
    return {
        table: rows.join(keys, on="person_id", how="left_semi") if "person_id" in rows.columns else rows
        for table, rows in inputs.items()
    }


def run(context: RunContext, spec: ProfilesSpec) -> RunSummary:
    """Build all, or whom changes affect, and write the differences; a project without traits needs no features."""
    inputs = {table: context.lakehouse.read(table) for table in READS if table != "gold.features" or spec.traits}
    return rebuild(context, spec, sys.modules[__name__], inputs)
