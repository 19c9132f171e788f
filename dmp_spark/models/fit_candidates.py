"""Fitting candidates on the folds, and the champion on all ripe rows."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import numpy as np
from pyspark import inheritable_thread_target
from pyspark.ml import Estimator, PipelineModel
from pyspark.ml.classification import GBTClassifier, LogisticRegression, RandomForestClassifier
from pyspark.ml.functions import vector_to_array
from pyspark.ml.regression import GBTRegressor, LinearRegression, RandomForestRegressor
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.models.evaluation import Judged
from dmp_spark.models.fit_preparation import FEATURES, Keep, fit_preparation, prepared
from dmp_spark.models.folds import Fold
from dmp_spark.models.spec import LINEAR, RULE, Candidate, Family, Kind, ModelsSpec, Task
from dmp_spark.models.training import at_moments, laid_out

MOST_TEST_ROWS = 500_000
"""Of a larger test moment a fixed sample of persons is judged: the scores of these many rows come to the driver."""
SCORE_DIGITS = 6
FITS_AT_ONCE = 2


LEARNERS: dict[tuple[Kind, Family], Callable[..., Estimator[Any]]] = {
    ("classification", "logistic_regression"): LogisticRegression,
    ("classification", "random_forest"): RandomForestClassifier,
    ("classification", "gradient_boosted_trees"): GBTClassifier,
    ("regression", "linear_regression"): LinearRegression,
    ("regression", "random_forest"): RandomForestRegressor,
    ("regression", "gradient_boosted_trees"): GBTRegressor,
}


def learner(kind: Kind, candidate: Candidate, seed: int) -> Estimator[Any]:
    """The estimator of a candidate: its parameters, a fixed seed, and settings that change the time alone."""
    said = candidate.parameters
    common: dict[str, Any] = {"featuresCol": FEATURES, "labelCol": "label"}
    trees: dict[str, Any] = {**common, "seed": seed, "maxMemoryInMB": 512, "checkpointInterval": -1, "cacheNodeIds": False}
    made = LEARNERS[kind, candidate.family]
    if candidate.family in LINEAR.values():
        return made(**common, regParam=float(said["regularisation"]), elasticNetParam=float(said["elastic_net"]))
    if candidate.family == "random_forest":
        return made(**trees, numTrees=int(said["trees"]), maxDepth=int(said["depth"]))
    return made(**trees, maxIter=int(said["trees"]), maxDepth=int(said["depth"]), stepSize=float(said["step"]))


def score(kind: Kind) -> Column:
    """What is published, rounded to six digits: the probability that the label comes true, or the number that is expected."""
    said = F.col("prediction") if kind == "regression" else vector_to_array(F.col("probability"))[1]
    return F.round(said, SCORE_DIGITS).alias("score")


def fit_folds(
    rows: DataFrame,
    folds: Sequence[Fold],
    people: Mapping[int, int],
    parts: int,
    spec: ModelsSpec,
    task: Task,
    keep: Keep,
    progress: Callable[[str], None],
) -> tuple[Judged, ...]:
    """What each candidate and the rule say of the test rows of each fold.

    `people` is the number of test rows by fold; training rows are fitted in `parts` parts. Preparation is fitted once a
    fold, on its training rows, and shared: prepared rows are materialised by `keep`, because a fit goes over them many
    times. Two fits run side by side; each depends on its own rows and seed only.
    """
    in_session = inheritable_thread_target(rows.sparkSession)  # over Connect each thread has to be told its session
    with ThreadPoolExecutor(FITS_AT_ONCE) as pool:
        making = {f.number: pool.submit(in_session(ready), rows, f, people[f.number], parts, spec, task, keep) for f in folds}
        made: dict[int, tuple[DataFrame, DataFrame]] = {number: waiting.result() for number, waiting in making.items()}
        truths = {number: pool.submit(in_session(truth_of), test) for number, (_, test) in made.items()}

        def fitted(fold: Fold, candidate: Candidate) -> dict[str, float]:
            scored = scores_by_person(candidate, *made[fold.number], spec, task)
            progress(f"{candidate.name}: fold {fold.number} of {len(folds)}")
            return scored

        pairs = [(fold, candidate) for candidate in by_cost(task.candidates) for fold in folds]
        scores = {(f.number, c.name): pool.submit(in_session(fitted), f, c) for f, c in pairs}
        said = {f.number: {c.name: scores[f.number, c.name].result() for c in task.candidates} for f in folds}
        return tuple(judged(number, truths[number].result(), said[number]) for number in said)


def ready(
    rows: DataFrame, fold: Fold, people: int, parts: int, spec: ModelsSpec, task: Task, keep: Keep
) -> tuple[DataFrame, DataFrame]:
    """The prepared training rows of a fold (`label`, `features`) and its test rows (`person_id` and `rule` too), both kept."""
    preparation, training = _prepared(rows, fold.training, parts, spec, task, keep)
    test = prepared(_test(rows, fold, people), preparation, spec.preparation_of(task))
    return training, keep(test.select("person_id", "label", "rule", FEATURES), f"{task.name}_test")


def fit_champion(
    rows: DataFrame, moments: Sequence[date], candidate: Candidate, parts: int, spec: ModelsSpec, task: Task, keep: Keep
) -> PipelineModel:
    """The candidate, with its preparation, fitted on all eligible rows of these moments: one flat pipeline."""
    preparation, training = _prepared(rows, moments, parts, spec, task, keep)
    return PipelineModel([*preparation.stages, learner(task.kind, candidate, spec.seed).fit(training)])


def by_cost(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates, those that take longest first, so that no long one is left alone at the end."""
    order = ("gradient_boosted_trees", "random_forest", *LINEAR.values())
    return sorted(candidates, key=lambda candidate: order.index(candidate.family))


def _prepared(
    rows: DataFrame, moments: Sequence[date], parts: int, spec: ModelsSpec, task: Task, keep: Keep
) -> tuple[PipelineModel, DataFrame]:
    """The fitted preparation, and `label` and `features` of the training rows: kept, and laid out the same way each time."""

    def kept(rows: DataFrame, name: str) -> DataFrame:
        return laid_out(keep(rows, f"{task.name}_{name}"), parts)

    preparation, ready = fit_preparation(laid_out(at_moments(rows, moments), parts), spec, task, kept)
    return preparation, kept(ready.select("person_id", "as_of", "label", FEATURES), "training").select("label", FEATURES)


def _test(rows: DataFrame, fold: Fold, people: int) -> DataFrame:
    test = at_moments(rows, [fold.moment])
    if people <= MOST_TEST_ROWS:
        return test
    share = int(1_000_000 * MOST_TEST_ROWS / people)
    return test.where(F.pmod(F.xxhash64("person_id"), F.lit(1_000_000)) < share)


def truth_of(test: DataFrame) -> dict[str, tuple[float, float]]:
    """By person of the test rows of one moment: the label, and what the rule says."""
    return {row["person_id"]: (row["label"], row["rule"]) for row in test.select("person_id", "label", "rule").collect()}


def scores_by_person(
    candidate: Candidate, training: DataFrame, test: DataFrame, spec: ModelsSpec, task: Task
) -> dict[str, float]:
    """By person of the test rows, what a candidate says that was fitted on prepared training rows."""
    model = learner(task.kind, candidate, spec.seed).fit(training)
    return {row["person_id"]: row["score"] for row in model.transform(test).select("person_id", score(task.kind)).collect()}


def judged(fold: int, truth: Mapping[str, tuple[float, float]], scores: Mapping[str, Mapping[str, float]]) -> Judged:
    """The truth of a fold beside the scores of candidates, by name; persons in order."""
    persons = sorted(truth)
    values = {name: np.array([of[person] for person in persons]) for name, of in scores.items()}
    values[RULE] = np.array([truth[person][1] for person in persons])
    return Judged(fold, tuple(persons), np.array([truth[person][0] for person in persons]), values)
