"""The rows of gold.experiments: each arm, and of the treatment what it changed. Pure: nothing is read."""

from datetime import datetime

import numpy as np
import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.pandas.functions import pandas_udf
from pyspark.sql.types import DoubleType, StructField, StructType

from dmp_spark.activation.tables import Variant
from dmp_spark.functions.contrasts import Arm, newcombe, sample_ratio, welch
from dmp_spark.measurement.tables import EXPERIMENTS

DIGITS = 6
_SUMS = ("units", "total", "total_of_squares")
_OF_ARMS = tuple(f"{what}_{variant}" for variant in Variant for what in ("mean", "deviation"))
_OF_BOTH = ("difference", "low", "high", "p_value", "detectable", "sample_ratio_p_value")
_RESULT = StructType([StructField(name, DoubleType()) for name in (*_OF_ARMS, *_OF_BOTH)])


def results(arms: DataFrame, sizes: DataFrame, as_of: datetime) -> DataFrame:
    """The rows of gold.experiments at `as_of`: two an experiment, metric and slice, of `arms` and `sizes`.

    What compares is null in the row of the holdout. Shares of conditions are compared by Newcombe's interval, means by
    Welch's (`functions/contrasts.py`).
    """
    joined = arms.join(sizes, on=["experiment", "slice"], how="inner")
    compared = joined.withColumn("compared", _compared())
    return compared.select("*", F.inline(F.array(*[_arm(variant) for variant in Variant]))).select(
        *[F.lit(as_of).alias(name) if name == "as_of" else F.col(name) for name in EXPERIMENTS.names]
    )


def _arm(variant: Variant) -> Column:
    told: dict[str, Column] = {
        "variant": F.lit(str(variant)),
        "assigned": F.col(f"assigned_{variant}"),
        "sent": F.col(f"sent_{variant}"),
        **{name: F.col(f"{variant}.{name}") for name in _SUMS},
        "mean": _said(f"mean_{variant}"),
        "deviation": _said(f"deviation_{variant}"),
    }
    base = _said(f"mean_{Variant.HOLDOUT}")
    contrast = {
        "difference": _said("difference"),
        "difference_low": _said("low"),
        "difference_high": _said("high"),
        "lift": F.when(base > 0, F.round(F.try_divide(_said("difference"), base), DIGITS)),
        "p_value": _said("p_value"),
        "detectable": _said("detectable"),
        "sample_ratio_p_value": _said("sample_ratio_p_value"),
        "method": F.when(F.col("is_condition"), F.lit("newcombe")).otherwise(F.lit("welch")),
    }
    if variant == Variant.HOLDOUT:
        contrast = {name: F.lit(None).cast(EXPERIMENTS.column(name).type) for name in contrast}
    return F.struct(*[column.alias(name) for name, column in (told | contrast).items()])


def _said(name: str) -> Column:
    return F.round(F.col("compared")[name], DIGITS)


def _compared() -> Column:
    """A struct of all that `compared` gives. Spark has no Student's t, so it is vectorised Python over a few rows of sums."""
    sums = [F.col(f"{variant}.{name}").cast("double").alias(f"{name}_{variant}") for variant in Variant for name in _SUMS]
    sizes = [F.col(f"assigned_{Variant.HOLDOUT}").cast("double").alias("counted")]
    sizes += [F.col(name).cast("double").alias(name) for name in ("expected", "spread")]
    return pandas_udf(compared, _RESULT)(F.struct("is_condition", *sums, *sizes))  # type: ignore[call-overload,no-any-return]


def compared(rows: pd.DataFrame) -> pd.DataFrame:
    """What arms give by their sums, a row each of `rows`; nan where it has no meaning."""
    treatment, control = (
        Arm(*[rows[f"{name}_{variant}"].to_numpy(np.float64) for name in _SUMS])
        for variant in (Variant.TREATMENT, Variant.HOLDOUT)
    )
    with np.errstate(all="ignore"):  # nan is an answer here
        by_mean, by_share = welch(treatment, control), newcombe(treatment, control)
        is_condition = rows["is_condition"].to_numpy(bool)
        both = {name: np.where(is_condition, vars(by_share)[name], vars(by_mean)[name]) for name in _OF_BOTH[:-1]}
        told = {
            f"mean_{Variant.TREATMENT}": treatment.mean,
            f"mean_{Variant.HOLDOUT}": control.mean,
            f"deviation_{Variant.TREATMENT}": np.sqrt(treatment.variance),
            f"deviation_{Variant.HOLDOUT}": np.sqrt(control.variance),
            **both,
            "sample_ratio_p_value": sample_ratio(*[rows[n].to_numpy(np.float64) for n in ("counted", "expected", "spread")]),
        }
    return pd.DataFrame({name: told[name] for name in _RESULT.names})
