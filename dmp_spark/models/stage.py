"""Scores of people: each task's champion is trained once a training set, and judges the eligible at the run's as_of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import reduce

from pyspark.ml import PipelineModel
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from dmp_spark.contracts import Changes
from dmp_spark.functions.clock import local_day, midnight
from dmp_spark.models import sentences
from dmp_spark.models.evaluation import Evaluation, champion, evaluate
from dmp_spark.models.fit_candidates import fit_champion, fit_folds, score
from dmp_spark.models.folds import LEAST_OF_EACH, Outcomes, enough
from dmp_spark.models.folds import folds as folds_of
from dmp_spark.models.spec import RULE, ModelsSpec, Task
from dmp_spark.models.tables import READS, WRITES, contracts
from dmp_spark.models.tracking import ModelStore
from dmp_spark.models.training import inputs, parts_for, summarised, task_rows
from dmp_spark.models.version import code_hash, model_version, training_hash
from dmp_spark.stage import Check, RunContext, RunSummary

__all__ = ["READS", "WRITES", "contracts", "run"]

SCORES = "gold.scores"
SUSPICIOUS_AUC = 0.95
"""Above this a model more likely saw the future than learned."""


@dataclass(frozen=True)
class Population:
    """What one aggregation says of a task's rows: people at each moment, and the outcomes of the eligible."""

    people: Mapping[date, int]
    eligible: Mapping[date, int]
    outcomes: Mapping[date, Outcomes]
    rows_hash: str


@dataclass(frozen=True)
class Trained:
    """A model and what is said of it; checks are made when it is trained."""

    model: PipelineModel
    notes: tuple[str, ...]
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True)
class Result:
    """A task's part of the stage; `scores` is None where there is no model."""

    scores: DataFrame | None
    notes: tuple[str, ...]
    checks: tuple[Check, ...] = field(default=())


def run(context: RunContext, spec: ModelsSpec) -> RunSummary:
    """Train what is new, score the eligible at as_of and write the differences; tasks without a model write nothing."""
    scored_at = midnight(local_day(context.as_of, spec.zone), spec.zone)
    results = {task.name: _run_task(context, spec, task, scored_at) for task in spec.tasks}
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


def _run_task(context: RunContext, spec: ModelsSpec, task: Task, scored_at: datetime) -> Result:
    lakehouse = context.lakehouse
    rows = task_rows(lakehouse.read("gold.features"), lakehouse.read("gold.labels"), spec, task, scored_at)
    rows = lakehouse.scratch.write(rows, f"{task.name}_rows")
    population = _population(rows, spec, task)
    today = local_day(scored_at, spec.zone)
    if not enough(population.outcomes, list(population.outcomes)) or not spec.numbers:
        return Result(None, (_no_model(task, population),))
    version = model_version(lakehouse.spark, spec, task, population.rows_hash, code_hash())
    store = ModelStore(lakehouse.root, spec.project, task.name)
    kept = store.find(version)
    trained: Trained | None
    if kept is not None:
        trained = Trained(kept.model, kept.notes)
    else:
        trained = _train(context, spec, task, rows, population, version, store)
    if trained is None:
        return Result(None, (_no_model(task, population),))
    judged = rows.where(F.col("is_eligible") & (F.col("as_of") == F.lit(scored_at)))
    scores = scores_of(trained.model, judged, task.name, version)
    return Result(scores, (*trained.notes, _eligible_share(task, population, today)), trained.checks)


def scores_of(model: PipelineModel, rows: DataFrame, task: str, version: str) -> DataFrame:
    """The rows of gold.scores for one moment: a person each, with the score and its percentile among these rows."""
    scored = model.transform(rows).select(
        "person_id", F.lit(task).alias("model"), F.lit(version).alias("version"), "as_of", score()
    )
    return scored.withColumns({"percentile": _percentile(F.col("score")), "reasons": F.lit(None).cast("array<string>")})


def _percentile(value: Column) -> Column:
    # percent_rank gives equal scores the same rank, so no further key may break the ties
    window = Window.partitionBy("model", "as_of").orderBy(value).rowsBetween(Window.unboundedPreceding, Window.currentRow)
    return F.round(100 * F.percent_rank().over(window), 4)


def _population(rows: DataFrame, spec: ModelsSpec, task: Task) -> Population:
    found = {row["moment"]: row for row in summarised(rows, spec, task).collect()}  # as many rows as moments
    ripe = {moment: row for moment, row in found.items() if row["ripe"]}
    return Population(
        people={moment: row["people"] for moment, row in found.items()},
        eligible={moment: row["eligible"] for moment, row in found.items()},
        outcomes={moment: Outcomes(row["positives"], row["ripe"] - row["positives"]) for moment, row in ripe.items()},
        rows_hash=training_hash((row["ripe"], int(row["rows_hash"])) for row in ripe.values()),
    )


def _train(
    context: RunContext, spec: ModelsSpec, task: Task, rows: DataFrame, population: Population, version: str, store: ModelStore
) -> Trained | None:
    """The champion, tested on the folds, fitted on all ripe rows and kept; None where there is too little to learn from."""
    folds = folds_of(population.outcomes, task.horizon_days, spec.folds)
    if not folds:
        return None
    store.clear(version)
    counts = {fold.number: population.eligible[fold.moment] for fold in folds}
    parts = parts_for(sum(outcome.positives + outcome.negatives for outcome in population.outcomes.values()), spec)
    judged = fit_folds(rows, folds, counts, parts, spec, task, lambda text: context.progress(f"{task.name}: {text}"))
    others = [RULE] if spec.baseline is None else [RULE, spec.baseline]
    evaluation = evaluate(judged, others, spec.confidence, spec.resamples, spec.seed)
    best = champion(evaluation, [candidate.name for candidate in spec.candidates], task.choose_by)
    context.progress(f"{task.name}: {best} learns from all {len(population.outcomes)} moments")
    chosen = next(candidate for candidate in spec.candidates if candidate.name == best)
    model = fit_champion(rows, sorted(population.outcomes), chosen, parts, spec, task)
    notes = sentences.notes(evaluation, spec, task, folds, best)
    tags = {
        "as_of": context.as_of.isoformat(),
        "training_set": population.rows_hash,
        "training_from": min(population.outcomes).isoformat(),
        "training_until": max(population.outcomes).isoformat(),
        "candidate": best,
        "task": task.model_dump_json(),
    }
    trials = sentences.trials(evaluation, spec, task)
    store.keep(version, model, inputs(spec, task), trials, tags, notes, context.lakehouse.scratch.folder)
    return Trained(model, notes, _checks(evaluation, spec, task, best))


def _checks(evaluation: Evaluation, spec: ModelsSpec, task: Task, best: str) -> tuple[Check, ...]:
    auc = evaluation.means[best, "roc_auc"].value
    checks = [Check(f"{task.name}: no sign of a leak", not auc > SUSPICIOUS_AUC, f"mean AUC {auc:.3f}")]
    for other in (RULE, spec.baseline):
        if other is not None and other != best:
            passed = sentences.beats(evaluation, best, other, sentences.compared_by(task, other))
            checks.append(Check(f"{task.name}: {best} beats {other}", passed))
    return tuple(checks)


def _no_model(task: Task, population: Population) -> str:
    outcomes = population.outcomes.values()
    positives, negatives = sum(outcome.positives for outcome in outcomes), sum(outcome.negatives for outcome in outcomes)
    return (
        f"{task.name}: no model yet: {len(outcomes)} moments with ripe labels, {positives} positive and {negatives} negative; it "
        f"takes a moment to test and, {task.horizon_days} days before it, {LEAST_OF_EACH} of each to learn from"
    )


def _eligible_share(task: Task, population: Population, today: date) -> str:
    people, eligible = population.people.get(today, 0), population.eligible.get(today, 0)
    share = eligible / people if people else 0.0
    return f"{task.name}: {eligible:,} of {people:,} people are eligible at {today.isoformat()} ({share:.0%}) and get a score"
