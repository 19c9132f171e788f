"""Scores of people: each task's champion is trained once a training set, and judges the eligible at the run's as_of."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import reduce

from pyspark.ml import PipelineModel
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from dmp_spark.contracts import Changes
from dmp_spark.functions.clock import local_day, midnight
from dmp_spark.models import sentences
from dmp_spark.models.contributions import Explainer
from dmp_spark.models.fit_candidates import score
from dmp_spark.models.fit_preparation import Keep, hashed
from dmp_spark.models.fit_task import fit_task, population_of
from dmp_spark.models.folds import folds as folds_of
from dmp_spark.models.reasons import explainer, reasons
from dmp_spark.models.spec import ModelsSpec, Task
from dmp_spark.models.tables import READS, WRITES, contracts
from dmp_spark.models.tracking import ModelStore
from dmp_spark.models.training import inputs, task_rows, with_inputs_hash
from dmp_spark.models.version import code_hash, model_version
from dmp_spark.stage import Check, RunContext, RunSummary

__all__ = ["READS", "WRITES", "contracts", "run"]

SCORES = "gold.scores"


@dataclass(frozen=True)
class Result:
    """A task's part of the stage; `scores` is None where there is no model. Checks are made when a model is trained."""

    scores: DataFrame | None
    notes: tuple[str, ...]
    checks: tuple[Check, ...] = ()


class _Inputs:
    """What tasks read of the features of all people and moments, computed once a run for all tasks that read the same.

    `keep` materialises what is asked for, when it is asked for first.
    """

    def __init__(self, features: DataFrame, spec: ModelsSpec, keep: Keep) -> None:
        self._features, self._spec, self._keep = features, spec, keep
        self._kept: dict[tuple[str, ...], DataFrame] = {}

    def of(self, task: Task) -> DataFrame:
        """The features with the hash of what the task reads of them."""
        return self._once(("features", *inputs(self._spec, task)), lambda: with_inputs_hash(self._features, self._spec, task))

    def with_words(self, rows: DataFrame, task: Task) -> DataFrame:
        """The rows of a task with the words that it prepares in buckets, kept; as they are where it prepares none."""
        preparation = self._spec.preparation_of(task)
        if not preparation.words:
            return rows
        words = [one.column for one in preparation.words]
        said = ("words", *[one.model_dump_json() for one in preparation.words])
        features = self.of(task).select("person_id", "as_of", *words)
        counted = self._once(said, lambda: hashed(features, preparation).drop(*words))
        return self._keep(rows.join(counted, ["person_id", "as_of"], "inner"), f"{task.name}_counted")

    def _once(self, said: tuple[str, ...], make: Callable[[], DataFrame]) -> DataFrame:
        if said not in self._kept:
            self._kept[said] = self._keep(make(), said[0])
        return self._kept[said]


def run(context: RunContext, spec: ModelsSpec) -> RunSummary:
    """Train what is new, score the eligible at as_of and write the differences; tasks without a model write nothing."""
    scored_at = midnight(local_day(context.as_of, spec.zone), spec.zone)
    shared = _Inputs(context.lakehouse.read("gold.features"), spec, context.lakehouse.scratch.write)
    results = {task.name: _run_task(context, spec, task, scored_at, shared) for task in spec.tasks}
    scored = {name: result.scores for name, result in results.items() if result.scores is not None}
    changes: dict[str, Changes] = {}
    if scored:
        rows = reduce(DataFrame.unionByName, scored.values())
        scope = (F.col("as_of") == F.lit(scored_at)) & F.col("model").isin(list(scored))
        changes[SCORES] = context.lakehouse.replace(SCORES, rows, scope)
    return RunSummary(
        changes=changes,
        checks=tuple(check for result in results.values() for check in result.checks),
        notes=tuple(note for result in results.values() for note in result.notes),
    )


def _run_task(context: RunContext, spec: ModelsSpec, task: Task, scored_at: datetime, shared: _Inputs) -> Result:
    lakehouse = context.lakehouse
    rows = task_rows(shared.of(task), lakehouse.read("gold.labels"), spec, task, scored_at)
    rows = lakehouse.scratch.write(rows, f"{task.name}_rows")
    population = population_of(rows, task)
    if not population.is_enough(spec):
        return Result(None, (sentences.too_little(population, spec, task),))
    folds = folds_of(population.outcomes, task.horizon_days, spec.folds)
    if not folds:
        return Result(None, (sentences.no_fold(population, task),))
    version = model_version(lakehouse.spark, spec, task, population.rows_hash, code_hash())
    store = ModelStore(lakehouse.root, spec.project, task.name)
    checks: tuple[Check, ...] = ()
    kept = store.find(version)
    if kept is None:  # words are hashed only now: most days nothing is learned
        learned = shared.with_words(rows, task)
        kept, checks = fit_task(context, spec, task, learned, population, folds, version, store)
    judged = rows.where(F.col("is_eligible") & (F.col("as_of") == F.lit(scored_at)))
    scores = scores_of(kept.model, explainer(kept.model, kept.folder, task.kind), judged, spec, task, version)
    return Result(scores, (*kept.notes, sentences.eligible_share(population, task, local_day(scored_at, spec.zone))), checks)


def scores_of(
    model: PipelineModel, explains: Explainer, rows: DataFrame, spec: ModelsSpec, task: Task, version: str
) -> DataFrame:
    """The rows of gold.scores for one moment: a person each, with the score, its percentile among these rows and its reasons."""
    scored = model.transform(rows).select(
        "person_id",
        F.lit(task.name).alias("model"),
        F.lit(version).alias("version"),
        "as_of",
        score(task.kind),
        reasons(model, explains, spec.numbers).alias("reasons"),
    )
    return scored.withColumn("percentile", _percentile(F.col("score")))


def _percentile(value: Column) -> Column:
    # percent_rank gives equal scores the same rank, so no further key may break the ties
    window = Window.partitionBy("model", "as_of").orderBy(value).rowsBetween(Window.unboundedPreceding, Window.currentRow)
    return F.round(100 * F.percent_rank().over(window), 4)
