"""Bounds beyond which a number is an outlier, from statistics that a few wild numbers do not move."""

from pyspark.sql import Column
from pyspark.sql import functions as F

MAD_SCALE = 1.4826
"""Of a normal distribution the standard deviation is so many median absolute deviations: 1 / Φ⁻¹(3/4)."""


def iqr_bounds(quartiles: Column, factor: float) -> Column:
    """struct<lower, upper>: the quartiles (array of first, median, third), and beyond them `factor` interquartile ranges.

    Null where the range is 0: then nothing is an outlier. J. W. Tukey, Exploratory Data Analysis, 1977: a factor of 1.5 for
    what is outside, of 3 for what is far out.

    >>> spark.range(1).select(iqr_bounds(F.array(F.lit(2.0), F.lit(3.0), F.lit(4.0)), 1.5).alias("b")).first().b
    Row(lower=-1.0, upper=7.0)
    """
    first, third = F.get(quartiles, 0), F.get(quartiles, 2)
    return _around(first, third, third - first, factor)


def mad_bounds(median: Column, deviation: Column, factor: float) -> Column:
    """struct<lower, upper>: `factor` times the median absolute deviation, in standard deviations, around the median.

    Null where the deviation is 0. B. Iglewicz and D. C. Hoaglin, How to Detect and Handle Outliers, 1993: a factor of 3.5.

    >>> spark.range(1).select(mad_bounds(F.lit(0.0), F.lit(1.0), 2.0).alias("b")).first().b
    Row(lower=-2.9652, upper=2.9652)
    """
    return _around(median, median, deviation * F.lit(MAD_SCALE), factor)


def _around(low: Column, high: Column, spread: Column, factor: float) -> Column:
    away = spread * F.lit(factor)
    return F.when(spread > 0, F.struct((low - away).alias("lower"), (high + away).alias("upper")))
