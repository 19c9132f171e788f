"""Bounds of outliers by pandas and SciPy: the twin of what ingest learns."""

from collections.abc import Iterable, Mapping

import pandas as pd
from scipy.stats import iqr, median_abs_deviation

Bound = tuple[int, float | None, float | None]


def bounds(rows: Iterable[tuple[str, str | None, float]], method: str, factor: float, fewest: int = 30) -> Mapping[str, Bound]:
    """By group (empty: the whole) how many values there are, and the least and greatest that is no outlier.

    `rows` are event, group (null: of no group) and value, each event once. None where there are too few, or no spread.
    """
    frame = pd.DataFrame(rows, columns=["event", "group", "value"])
    found = {"": _bound(frame["value"], method, factor, fewest)}
    for group, own in frame.dropna(subset=["group"]).groupby("group"):
        if len(own) >= fewest:
            found[str(group)] = _bound(own["value"], method, factor, fewest)
    return found


def _bound(values: "pd.Series[float]", method: str, factor: float, fewest: int) -> Bound:
    if len(values) < fewest:
        return len(values), None, None
    if method == "iqr":
        low, high, spread = values.quantile(0.25), values.quantile(0.75), float(iqr(values))
    else:
        low = high = values.median()
        # SciPy divides by the quantile of the normal distribution; the factor in use is rounded to 1.4826
        spread = 1.4826 * float(median_abs_deviation(values))
    if spread <= 0:
        return len(values), None, None
    return len(values), float(low - factor * spread), float(high + factor * spread)
