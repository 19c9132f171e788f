"""What is said of a comparison, in sentences for people."""

from collections.abc import Mapping, Sequence
from datetime import date

from dmp_spark.models.evaluation import RELATIVE, Estimate, Evaluation
from dmp_spark.models.fit_search import Point, Search
from dmp_spark.models.folds import LEAST_OF_EACH, Fold
from dmp_spark.models.metrics import LIFT, LOWER_IS_BETTER
from dmp_spark.models.population import Population
from dmp_spark.models.spec import RULE, ModelsSpec, Task
from dmp_spark.models.tracking import Trial

WORDS = {
    "roc_auc": "AUC",
    "average_precision": "average precision",
    "log_loss": "log loss",
    "mean_squared_error": "squared error",
    "mean_absolute_error": "absolute error",
    "r_squared": "R²",
}
_IN_UNITS = frozenset({"mean_squared_error", "mean_absolute_error"})


def notes(evaluation: Evaluation, spec: ModelsSpec, task: Task, folds: Sequence[Fold], best: str) -> tuple[str, ...]:
    """A line for each candidate and the rule, then which is the champion and whether it beats rule and baseline."""
    metric, word = task.choose_by, WORDS[task.choose_by]
    moments = ", ".join(fold.moment.isoformat() for fold in folds)
    lines = [f"{task.name}: tested at {moments}; mean {word} with the {spec.confidence:.0%} interval, by person"]
    for name in [candidate.name for candidate in task.candidates] + [RULE]:
        if (name, metric) in evaluation.means:
            shown = _interval(evaluation.means[name, metric], metric)
            lines.append(f"{task.name}: {name} {shown}" + (" (no learning)" if name == RULE else ""))
    lines.append(f"{task.name}: the champion is {best}; chosen by the best of these means, which is slightly kind to it")
    for other in task.others:
        if other != best:
            lines.append(f"{task.name}: {_verdict(evaluation, best, other, compared_by(task, other))}")
    lines += [f"{task.name}: {line}" for line in _quality(evaluation, task, best)]
    if best == task.baseline and len(task.candidates) > 1:
        lines.append(f"{task.name}: no other candidate does better than the linear baseline")
    return tuple(lines)


def searched(search: Search | None, spec: ModelsSpec, task: Task) -> tuple[str, ...]:
    """What a search found, a line a candidate: its best parameters as YAML, beside what the written ones are worth."""
    if spec.search == "none":
        return ()
    if search is None:
        return (f"{task.name}: no search: the first fold's own moments are too few to choose on; parameters stay as written",)
    tried, budget = f"{len(search.points)} of {search.possible} points", f"{search.seconds:,.0f} of {spec.search_seconds:,} s"
    lines = [f"{task.name}: searched at {search.moment}, before the folds: {tried} in {budget}, by {WORDS[task.choose_by]}"]
    for name in [candidate.name for candidate in task.candidates]:
        written, best = search.of(name)[0], search.best(name)
        if best == written:
            lines.append(f"{task.name}: {name} stays as written: {_worth(written, task)}, the best of {len(search.of(name))}")
            continue
        said = ", ".join(f"{key}: {value:g}" for key, value in best.candidate.parameters.items())
        found = f"{{family: {best.candidate.family}, {said}}}"
        lines.append(f"{task.name}: {name} takes {found}: {_worth(best, task)} there, {_worth(written, task)} as written")
    return tuple(lines)


def _worth(point: Point, task: Task) -> str:
    return f"{point.value:{_form(task.choose_by)}}"


def too_little(population: Population, spec: ModelsSpec, task: Task) -> str:
    """Why nothing is learned yet: too few rows or people."""
    return f"{_no_model(population, task)}; it takes {spec.least_rows:,} rows, and {spec.least_people:,} people{_of_each(task)}"


def no_fold(population: Population, task: Task) -> str:
    """Why nothing is learned yet: no moment can be tested."""
    return (
        f"{_no_model(population, task)}; it takes a moment to test and, {task.horizon_days} days before it, "
        f"{LEAST_OF_EACH} rows{_of_each(task)} to learn from"
    )


def eligible_share(population: Population, task: Task, today: date) -> str:
    """How many people get a score."""
    people, eligible = population.people.get(today, 0), population.eligible.get(today, 0)
    share = eligible / people if people else 0.0
    return f"{task.name}: {eligible:,} of {people:,} people are eligible at {today.isoformat()} ({share:.0%}) and get a score"


def _no_model(population: Population, task: Task) -> str:
    what = f"{task.name}: no model yet: {len(population.outcomes)} moments with ripe labels, {population.rows:,} rows of "
    if task.kind == "regression":
        return f"{what}{population.learned_of:,} people"
    return f"{what}{population.positive_people:,} people with the outcome and {population.negative_people:,} without"


def _of_each(task: Task) -> str:
    return "" if task.kind == "regression" else " of each"


def compared_by(task: Task, other: str) -> str:
    """The metric of a comparison: the task's own, but a rule that is no probability can only be compared by rank."""
    return "roc_auc" if other == RULE and task.choose_by == "log_loss" else task.choose_by


def beats(evaluation: Evaluation, best: str, other: str, metric: str) -> bool:
    """Whether the whole interval of the paired difference is on the better side of zero."""
    difference = evaluation.differences[best, other, metric]
    return difference.is_below_zero if metric in LOWER_IS_BETTER else difference.is_above_zero


def trials(evaluation: Evaluation, task: Task) -> list[Trial]:
    """What the model store keeps of each candidate and the rule."""
    parameters: dict[str, Mapping[str, object]] = {c.name: {"family": c.family, **c.parameters} for c in task.candidates}
    parameters[RULE] = {"family": "no learning", "expression": task.rule}
    return [
        Trial(
            name=name,
            parameters={key: str(value) for key, value in said.items()},
            steps={m: dict(enumerate(values, start=1)) for (of, m), values in evaluation.folds.items() if of == name},
            metrics=_metrics(evaluation, name),
        )
        for name, said in parameters.items()
    ]


def _metrics(evaluation: Evaluation, name: str) -> dict[str, float]:
    found = {f"mean_{metric}": estimate for (of, metric), estimate in evaluation.means.items() if of == name}
    found |= {f"{metric}_minus_{other}": e for (of, other, metric), e in evaluation.differences.items() if of == name}
    return {
        f"{key}{end}": value
        for key, estimate in found.items()
        for end, value in (("", estimate.value), ("_low", estimate.low), ("_high", estimate.high))
    }


def _verdict(evaluation: Evaluation, best: str, other: str, metric: str) -> str:
    difference = evaluation.differences[best, other, metric]
    shown = f"difference in {WORDS[metric]} {_interval(difference, metric, sign=True)}"
    whom = "the rule" if other == RULE else other
    if beats(evaluation, best, other, metric):
        return f"{best} beats {whom}: {shown}"
    is_worse = difference.is_above_zero if metric in LOWER_IS_BETTER else difference.is_below_zero
    if is_worse:
        return f"{best} does worse than {whom}: {shown}"
    return f"{best} does not beat {whom}: {shown} includes 0"


def _quality(evaluation: Evaluation, task: Task, best: str) -> list[str]:
    """What is worth knowing beside the metric that chose."""
    if task.kind == "regression":
        relative = evaluation.differences.get((best, RULE, RELATIVE))
        fit = f"{best} R² {_interval(evaluation.means[best, 'r_squared'])}"
        return [
            fit if relative is None else f"{fit}; its squared error differs from the rule's by {_interval(relative, sign=True)} %"
        ]
    means = evaluation.means
    return [
        f"{best} finds {_interval(means[best, LIFT])} times as many in the highest 10 % as chance would",
        f"{best} predicts {means[best, 'mean_predicted'].value:.3f} on average and {means[best, 'mean_observed'].value:.3f} "
        f"came true (difference {_interval(means[best, 'calibration_in_the_large'], sign=True)}); slope "
        f"{_interval(means[best, 'calibration_slope'])}",
    ]


def _interval(estimate: Estimate, metric: str = "", sign: bool = False) -> str:
    form = ("+" if sign else "") + _form(metric)
    return f"{estimate.value:{form}} [{estimate.low:{form}}, {estimate.high:{form}}]"


def _form(metric: str) -> str:
    return ",.2f" if metric in _IN_UNITS else ".3f"
