"""What is said of a comparison, in sentences for people."""

from collections.abc import Mapping, Sequence

from dmp_spark.models.evaluation import LOWER_IS_BETTER, Estimate, Evaluation
from dmp_spark.models.folds import Fold
from dmp_spark.models.spec import RULE, ModelsSpec, Task
from dmp_spark.models.tracking import Trial

_WORDS = {"roc_auc": "AUC", "average_precision": "average precision", "log_loss": "log loss"}


def notes(evaluation: Evaluation, spec: ModelsSpec, task: Task, folds: Sequence[Fold], best: str) -> tuple[str, ...]:
    """A line for each candidate and the rule, then which is the champion and whether it beats rule and baseline."""
    metric, word = task.choose_by, _WORDS[task.choose_by]
    moments = ", ".join(fold.moment.isoformat() for fold in folds)
    lines = [f"{task.name}: tested at {moments}; mean {word} with the {spec.confidence:.0%} interval, by person"]
    for name in [candidate.name for candidate in spec.candidates] + [RULE]:
        if (name, metric) in evaluation.means:
            shown = _interval(evaluation.means[name, metric])
            lines.append(f"{task.name}: {name} {shown}" + (" (no learning)" if name == RULE else ""))
    lines.append(f"{task.name}: the champion is {best}; chosen by the best of these means, which is slightly kind to it")
    for other in (RULE, spec.baseline):
        if other is not None and other != best:
            lines.append(f"{task.name}: {_verdict(evaluation, best, other, compared_by(task, other))}")
    if best == spec.baseline and len(spec.candidates) > 1:
        lines.append(f"{task.name}: no other candidate does better than the linear baseline")
    return tuple(lines)


def compared_by(task: Task, other: str) -> str:
    """The metric of a comparison: the task's own, but a rule is no probability and can only be compared by rank."""
    return "roc_auc" if other == RULE and task.choose_by in LOWER_IS_BETTER else task.choose_by


def beats(evaluation: Evaluation, best: str, other: str, metric: str) -> bool:
    """Whether the whole interval of the paired difference is on the better side of zero."""
    difference = evaluation.differences[best, other, metric]
    return difference.is_below_zero if metric in LOWER_IS_BETTER else difference.is_above_zero


def trials(evaluation: Evaluation, spec: ModelsSpec, task: Task) -> list[Trial]:
    """What the model store keeps of each candidate and the rule."""
    parameters: dict[str, Mapping[str, object]] = {c.name: {"family": c.family, **c.parameters} for c in spec.candidates}
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
    shown = f"difference in {_WORDS[metric]} {_interval(difference, sign=True)}"
    whom = "the rule" if other == RULE else other
    if beats(evaluation, best, other, metric):
        return f"{best} beats {whom}: {shown}"
    is_worse = difference.is_above_zero if metric in LOWER_IS_BETTER else difference.is_below_zero
    if is_worse:
        return f"{best} does worse than {whom}: {shown}"
    return f"{best} does not beat {whom}: {shown} includes 0"


def _interval(estimate: Estimate, sign: bool = False) -> str:
    form = "+.3f" if sign else ".3f"
    return f"{estimate.value:{form}} [{estimate.low:{form}}, {estimate.high:{form}}]"
