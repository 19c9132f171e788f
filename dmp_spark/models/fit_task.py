"""Learning one task: whether there is enough to learn from, the folds, the champion, and what is kept of all that."""

from collections.abc import Callable
from dataclasses import asdict

from pyspark.sql import DataFrame

from dmp_spark.models import sentences
from dmp_spark.models.evaluation import Evaluation, champion, evaluate
from dmp_spark.models.evaluation_file import document
from dmp_spark.models.fit_candidates import fit_champion, fit_folds
from dmp_spark.models.fit_preparation import Keep
from dmp_spark.models.fit_search import Search, chosen, fit_search
from dmp_spark.models.folds import Fold, Outcomes, before
from dmp_spark.models.population import Population
from dmp_spark.models.reasons import importances
from dmp_spark.models.spec import ModelsSpec, Task
from dmp_spark.models.tracking import Kept, ModelStore
from dmp_spark.models.training import inputs, parts_for, people_of, summarised
from dmp_spark.models.training_set import training_set
from dmp_spark.models.version import training_hash
from dmp_spark.stage import Check, RunContext

SUSPICIOUS = {"classification": ("roc_auc", 0.95), "regression": ("r_squared", 0.80)}
"""Kind of task → metric, and the mean above which a model more likely saw the future than learned."""


def population_of(rows: DataFrame, task: Task) -> Population:
    """The population of a task's rows; as many rows come to the driver as there are moments."""
    found = {row["moment"]: row for row in summarised(rows).collect()}
    ripe = {moment: row for moment, row in found.items() if row["ripe"]}
    people = people_of(rows).first()
    assert people is not None
    has_outcomes = task.kind == "classification"
    return Population(
        people={moment: row["people"] for moment, row in found.items()},
        eligible={moment: row["eligible"] for moment, row in found.items()},
        outcomes={day: Outcomes(row["ripe"], row["positives"] if has_outcomes else None) for day, row in ripe.items()},
        learned_of=people["people"],
        positive_people=people["positive_people"] if has_outcomes else None,
        negative_people=people["negative_people"] if has_outcomes else None,
        rows_hash=training_hash((row["ripe"], int(row["rows_hash"])) for row in ripe.values()),
    )


def fit_task(
    context: RunContext,
    spec: ModelsSpec,
    task: Task,
    rows: DataFrame,
    population: Population,
    folds: tuple[Fold, ...],
    version: str,
    store: ModelStore,
) -> tuple[Kept, tuple[Check, ...]]:
    """The champion, tested on the folds, fitted on all ripe rows and kept; with the checks that were made of it."""
    store.clear(version)
    counts = {fold.number: population.eligible[fold.moment] for fold in folds}
    parts = parts_for(population.rows, spec)
    keep = context.lakehouse.scratch.write

    def progress(text: str) -> None:
        context.progress(f"{task.name}: {text}")

    search = _search(rows, population, folds[0], parts, spec, task, keep, progress)
    task = task if search is None else chosen(task, search)
    judged = fit_folds(rows, folds, counts, parts, spec, task, keep, progress)
    evaluation = evaluate(judged, task.kind, task.others, spec.confidence, spec.resamples, spec.seed)
    best = champion(evaluation, [candidate.name for candidate in task.candidates], task.choose_by)
    context.progress(f"{task.name}: {best} learns from all {len(population.outcomes)} moments")
    winner = next(candidate for candidate in task.candidates if candidate.name == best)
    model = fit_champion(rows, sorted(population.outcomes), winner, parts, spec, task, keep)
    tags = {
        "as_of": context.as_of.isoformat(),
        "training_set": population.rows_hash,
        "training_from": min(population.outcomes).isoformat(),
        "training_until": max(population.outcomes).isoformat(),
        "candidate": best,
        "task": task.model_dump_json(exclude={"candidates"}),
    }
    kept = store.keep(
        version,
        model,
        inputs=inputs(spec, task),
        trials=sentences.trials(evaluation, task),
        tags=tags,
        notes=(*sentences.searched(search, spec, task), *sentences.notes(evaluation, spec, task, folds, best)),
        evaluation=document(
            evaluation, judged, folds, spec, task, version, best, [asdict(one) for one in importances(model, winner)], search
        ),
        training_set=training_set(spec, task, context.as_of, list(population.outcomes), population.rows, population.rows_hash),
        scratch=context.lakehouse.scratch.folder,
    )
    return kept, checks(evaluation, task, best)


def _search(
    rows: DataFrame,
    population: Population,
    first: Fold,
    parts: int,
    spec: ModelsSpec,
    task: Task,
    keep: Keep,
    progress: Callable[[str], None],
) -> Search | None:
    """What a search found; None where none was asked for, or where the first fold's own moments are too few for one."""
    earlier = before(first, population.outcomes, task.horizon_days) if spec.search != "none" else None
    if earlier is None:
        return None
    return fit_search(rows, earlier, population.eligible[earlier.moment], parts, spec, task, keep, progress)


def checks(evaluation: Evaluation, task: Task, best: str) -> tuple[Check, ...]:
    """Whether the champion is not too good to be true, and whether it beats the rule and the baseline."""
    metric, highest = SUSPICIOUS[task.kind]
    mean = evaluation.means[best, metric].value
    detail = f"mean {sentences.WORDS[metric]} {mean:.3f}"
    is_suspicious = mean > highest
    found = [Check(f"{task.name}: no sign of a leak", not is_suspicious, f"{detail}: a leak?" if is_suspicious else detail)]
    for other in task.others:
        if other != best:
            passed = sentences.beats(evaluation, best, other, sentences.compared_by(task, other))
            found.append(Check(f"{task.name}: {best} beats {other}", passed))
    return tuple(found)
