"""How good each candidate is, how sure that is, and which one is the champion. Numpy only; no Spark."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dmp_spark.functions.statistics import Numbers, cluster_resamples, interval, mean_over
from dmp_spark.models.metrics import LOWER_IS_BETTER, Bins, Measured, abscissae, binned, measured
from dmp_spark.models.spec import RULE, Kind

RELATIVE = "mean_squared_error_percent"
"""The difference of mean squared errors in percent of the other's."""
_SQUARED = "mean_squared_error"

Point = tuple[float, ...]


@dataclass(frozen=True)
class Judged:
    """The test rows of one fold: persons in order, their labels, and what each candidate and the rule say of them."""

    fold: int
    persons: tuple[str, ...]
    labels: Numbers
    scores: Mapping[str, Numbers]


@dataclass(frozen=True)
class Estimate:
    """A value with its interval; nan where it has no meaning."""

    value: float
    low: float
    high: float

    @property
    def is_above_zero(self) -> bool:
        """Whether the whole interval is above zero."""
        return self.low > 0

    @property
    def is_below_zero(self) -> bool:
        """Whether the whole interval is below zero."""
        return self.high < 0


@dataclass(frozen=True)
class Evaluation:
    """By name and metric: the value in each fold and the mean with its interval; by name, other and metric the difference.

    By name and curve its points: abscissa, height, low and high; of reliability mean predicted, mean observed, rows, low, high.
    """

    folds: Mapping[tuple[str, str], tuple[float, ...]]
    means: Mapping[tuple[str, str], Estimate]
    differences: Mapping[tuple[str, str, str], Estimate]
    curves: Mapping[tuple[str, str], tuple[Point, ...]]


def evaluate(
    judged: Sequence[Judged], kind: Kind, others: Sequence[str], confidence: float, resamples: int, seed: int
) -> Evaluation:
    """The evaluation of all names in `judged`, paired with each of `others` (the rule, the baseline).

    Intervals are percentile intervals of a bootstrap that draws persons with all their rows over all folds, because the
    rows of one person are not independent; a difference is taken within each resample. Metrics and curves are means over
    the folds, at each abscissa; reliability is over the rows of all folds.
    """
    names = list(judged[0].scores)
    bins = {name: _bins(judged, name) for name in names if kind == "regression" or name != RULE}
    plain = [{name: measured(kind, name, fold.labels, fold.scores[name], None) for name in names} for fold in judged]
    metrics: dict[tuple[str, str], list[Numbers]] = defaultdict(list)
    curves: dict[tuple[str, str], list[Numbers]] = defaultdict(list)
    places, persons = _places(judged)
    for block in cluster_resamples(persons, resamples, seed):
        by_person = np.ascontiguousarray(block.T)
        weights = [by_person[place].T for place in places]
        for name in names:
            drawn = [
                measured(kind, name, fold.labels, fold.scores[name], weight) for fold, weight in zip(judged, weights, strict=True)
            ]
            for metric in drawn[0].metrics:
                metrics[name, metric].append(mean_over([of.metrics[metric] for of in drawn]))
            for curve in drawn[0].curves:
                curves[name, curve].append(_mean_curve(drawn, curve))
            if name in bins:
                curves[name, "reliability"].append(bins[name].observed(weights))
    resampled = {key: np.concatenate(parts) for key, parts in metrics.items()}
    folds = {(name, metric): tuple(float(of[name].metrics[metric][0]) for of in plain) for name, metric in resampled}
    means = {key: float(mean_over([np.array([value]) for value in values])[0]) for key, values in folds.items()}
    return Evaluation(
        folds=folds,
        means={key: Estimate(means[key], *interval(resampled[key], confidence)) for key in means},
        differences=_differences(means, resampled, others, confidence),
        curves={
            (name, curve): _points(name, curve, plain, bins, np.vstack(parts), confidence)
            for (name, curve), parts in curves.items()
        },
    )


def champion(evaluation: Evaluation, names: Sequence[str], choose_by: str) -> str:
    """The name with the best mean over the folds; of equal ones the first."""
    sign = 1 if choose_by in LOWER_IS_BETTER else -1
    return min(names, key=lambda name: sign * evaluation.means[name, choose_by].value)


def _places(judged: Sequence[Judged]) -> tuple[list[np.ndarray], int]:
    """For each fold the places of its rows' persons among all persons, and how many these are."""
    persons = sorted({person for fold in judged for person in fold.persons})
    place = {person: index for index, person in enumerate(persons)}
    return [np.array([place[person] for person in fold.persons], dtype=np.int64) for fold in judged], len(persons)


def _bins(judged: Sequence[Judged], name: str) -> Bins:
    return binned(np.concatenate([fold.labels for fold in judged]), np.concatenate([fold.scores[name] for fold in judged]))


def _differences(
    means: Mapping[tuple[str, str], float],
    resampled: Mapping[tuple[str, str], Numbers],
    others: Sequence[str],
    confidence: float,
) -> dict[tuple[str, str, str], Estimate]:
    found = {}
    pairs = [(n, o, m) for o in others for n, m in means if n not in (o, RULE) and (o, m) in means]
    for name, other, metric in pairs:
        mine, its = resampled[name, metric], resampled[other, metric]
        value = means[name, metric] - means[other, metric]
        found[name, other, metric] = Estimate(value, *interval(mine - its, confidence))
        if metric == _SQUARED and means[other, metric] > 0:
            share = 100 * value / means[other, metric]
            found[name, other, RELATIVE] = Estimate(share, *interval(100 * (mine - its) / its, confidence))
    return found


def _mean_curve(drawn: Sequence[Measured], curve: str) -> Numbers:
    parts = [of.curves[curve] for of in drawn]
    return mean_over([part.reshape(-1) for part in parts]).reshape(parts[0].shape)


def _points(
    name: str,
    curve: str,
    plain: Sequence[Mapping[str, Measured]],
    bins: Mapping[str, Bins],
    resampled: Numbers,
    confidence: float,
) -> tuple[Point, ...]:
    bands = [interval(column, confidence) for column in resampled.T]
    lows, highs = np.array(bands).T
    if curve == "reliability":
        columns = [bins[name].predicted(), bins[name].observed()[0], bins[name].rows(), lows, highs]
    else:
        columns = [abscissae(curve), _mean_curve([of[name] for of in plain], curve)[0], lows, highs]
    return tuple(tuple(float(value) for value in point) for point in zip(*columns, strict=True))
