"""The founder rule: a person is named after the group's earliest-known identifier."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from dmp_spark.functions.keys import stable_id


def alone(identifiers: DataFrame) -> DataFrame:
    """One row an identifier, each the founder of a person of its own: keys identifier_id, valid_from.

    Rules that join identifiers give a group's founder the same id, so ids stay when rules come.
    """
    return identifiers.select(
        "identifier_id",
        stable_id("person", F.col("identifier_id")).alias("person_id"),
        F.col("first_known_time").alias("valid_from"),
        F.lit(None).cast("timestamp").alias("valid_until"),
    )
