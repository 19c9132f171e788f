"""From outcomes of units to arms side by side, by sums that add up over days and slices. Pure: nothing is read."""

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.activation.tables import Variant
from dmp_spark.measurement.outcomes import VALUE
from dmp_spark.measurement.tables import EVERYBODY

_METRIC = ("experiment", "metric", "ahead", "is_condition")


def held(outcomes: DataFrame, shares: Sequence[float]) -> DataFrame:
    """Outcomes with `winsorised_at`, and values above it held at it; null where a metric is not winsorised.

    The bound is the quantile (exact, interpolated) of the counted units of both arms together, so that neither arm has a
    bound of its own. It is a value of this population: it stands in the result, and in no table by unit. A bound of 0, where
    so few did anything, would leave nothing of the metric and is not used. `shares` are all that metrics name.
    """
    if not shares:
        return outcomes.withColumn("winsorised_at", F.lit(None).cast(VALUE))
    bounds = outcomes.groupBy("experiment", "metric").agg(F.percentile("value", F.array(*map(F.lit, shares))).alias("bounds"))
    chosen = [F.when(F.col("winsorise") == share, F.col("bounds")[place]) for place, share in enumerate(shares)]
    bound = F.coalesce(*chosen).cast(VALUE)
    joined = outcomes.join(bounds, on=["experiment", "metric"], how="inner")
    return joined.withColumn("winsorised_at", F.when(bound > 0, bound)).withColumn(
        "value", F.when(F.col("value") > F.col("winsorised_at"), F.col("winsorised_at")).otherwise(F.col("value"))
    )


def sums(outcomes: DataFrame) -> DataFrame:
    """experiment, metric, variant, first_day (keys), ahead, is_condition, winsorised_at, units, total, total_of_squares.

    They are decimals, so that no order of adding changes a digit. A unit whose value is not known (too large, for example)
    makes its totals null: leaving it out would compare others than those who were assigned.
    """
    square = F.col("value") * F.col("value")
    return outcomes.groupBy(*_METRIC, "winsorised_at", "variant", "first_day").agg(
        F.count("*").alias("units"),
        _whole(F.lit(True), F.col("value")).try_cast("decimal(30,6)").alias("total"),
        _whole(F.lit(True), square).try_cast("decimal(38,9)").alias("total_of_squares"),
    )


def arms(parts: DataFrame) -> DataFrame:
    """A row an experiment, metric and slice (keys): `treatment` and `holdout`, structs of units, total, total_of_squares.

    `parts` are rows of `sums`, which are added up. An arm without units has 0 of each.
    """
    return (
        parts.withColumn("slice", _slices())
        .groupBy(*_METRIC, "winsorised_at", "slice")
        .agg(
            *[
                F.struct(
                    F.coalesce(F.sum(F.when(_is(variant), F.col("units"))), F.lit(0)).alias("units"),
                    _whole(_is(variant), F.col("total")).try_cast("decimal(30,6)").alias("total"),
                    _whole(_is(variant), F.col("total_of_squares")).try_cast("decimal(38,9)").alias("total_of_squares"),
                ).alias(variant)
                for variant in Variant
            ]
        )
    )


def sizes(assigned: DataFrame) -> DataFrame:
    """A row an experiment and slice (keys): `assigned` and `sent` by arm, and of the holdout its size as it was drawn for:
    `expected`, the sum of the units' chances p, and `spread`, the sum of p (1 − p).
    """
    chance = F.col("chance")
    return (
        assigned.withColumn("slice", _slices())
        .groupBy("experiment", "slice")
        .agg(
            *[F.count_if(_is(variant)).alias(f"assigned_{variant}") for variant in Variant],
            *[F.count_if(_is(variant) & F.col("is_sent")).alias(f"sent_{variant}") for variant in Variant],
            _whole(F.lit(True), chance).alias("expected"),
            _whole(F.lit(True), chance * (1 - chance)).alias("spread"),
        )
    )


def _is(variant: Variant) -> Column:
    return F.col("variant") == F.lit(str(variant))


def _slices() -> Column:
    """Everybody, and those whose window began on the same day."""
    return F.explode(F.array(F.lit(EVERYBODY), F.concat(F.lit("first_day="), F.col("first_day").cast("string"))))


def _whole(which: Column, value: Column) -> Column:
    """The sum of a value over the rows of `which`: 0 of none, null where one of them has none or the sum is too large."""
    is_whole = F.count_if(which) == F.count_if(which & value.isNotNull())
    counted = F.count_if(which)
    return F.when(counted == 0, F.lit(0)).otherwise(F.when(is_whole, F.try_sum(F.when(which, value))))
