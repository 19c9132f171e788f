"""Profiles: one row a person today."""

from collections.abc import Mapping
from datetime import datetime

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from dmp_spark.functions.clock import local_day, midnight
from dmp_spark.profiles.attributes import latest_values
from dmp_spark.profiles.spec import ProfilesSpec
from dmp_spark.profiles.tables import READS, WRITES, contracts
from dmp_spark.stage import RunContext, RunSummary

__all__ = ["READS", "WRITES", "build", "contracts", "run"]


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
    moment = midnight(local_day(as_of, spec.zone), spec.zone)
    now = features.where(F.col("as_of") == F.lit(moment))
    return now.select("person_id", *[F.col(trait.feature).alias(trait.name) for trait in spec.traits])


def run(context: RunContext, spec: ProfilesSpec) -> RunSummary:
    """Build all, write the differences; a project without traits needs no features."""
    inputs = {table: context.lakehouse.read(table) for table in READS if table != "gold.features" or spec.traits}
    outputs = build(inputs, spec, context.as_of)
    return RunSummary(changes={table: context.lakehouse.replace(table, rows) for table, rows in outputs.items()})
