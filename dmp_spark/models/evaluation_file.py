"""evaluation.json: all that is known of how good a training's candidates are, kept beside its model.

Written by the stage, read without Spark and without MLflow by whoever shows it.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dmp_spark.models.evaluation import Estimate, Evaluation, Judged
from dmp_spark.models.folds import Fold
from dmp_spark.models.spec import ModelsSpec, Task

if TYPE_CHECKING:
    from dmp_spark.models.fit_search import Search

FILE = "evaluation.json"
_DIGITS = 6


def document(
    evaluation: Evaluation,
    judged: Sequence[Judged],
    folds: Sequence[Fold],
    spec: ModelsSpec,
    task: Task,
    version: str,
    best: str,
    features: Sequence[Mapping[str, Any]],
    search: "Search | None" = None,
) -> dict[str, Any]:
    """The content of evaluation.json, as docs/reference/models.md describes it; what has no meaning (nan) is null."""
    rows = {fold.fold: fold for fold in judged}
    is_classification = task.kind == "classification"
    return {
        "task": task.name,
        "kind": task.kind,
        "question": task.question,
        "version": version,
        "champion": best,
        "rule": task.rule,
        "choose_by": task.choose_by,
        "confidence": spec.confidence,
        "folds": [
            {
                "number": fold.number,
                "moment": fold.moment.isoformat(),
                "rows": len(rows[fold.number].labels),
                "positives": int(rows[fold.number].labels.sum()) if is_classification else None,
                "trained_on": [moment.isoformat() for moment in fold.training],
            }
            for fold in folds
        ],
        "names": {name: _name(evaluation, name) for name in dict.fromkeys(name for name, _ in evaluation.means)},
        "features": [{**feature, "importance": _number(feature["importance"])} for feature in features],
        "search": None if search is None else of_search(search),
    }


def text(content: Mapping[str, Any]) -> str:
    """The content as it is kept: JSON without spaces."""
    return json.dumps(content, separators=(",", ":"), allow_nan=False, ensure_ascii=False)


def artifacts(root: Path, task: str) -> Path:
    """Where MLflow keeps the files of a task's runs, in the lakehouse at `root`: a folder `<run id>/artifacts` each."""
    return root / "mlflow" / "artifacts" / task


def read(root: Path, task: str, version: str) -> dict[str, Any] | None:
    """The evaluation of a task's version, as gold.scores names it; None where none was kept. `root` is the lakehouse's folder."""
    return next((content for content in kept(root, task, FILE) if content["version"] == version), None)


def read_run(root: Path, task: str, run_id: str) -> dict[str, Any] | None:
    """The evaluation of one training by MLflow's id of its run; None where none was kept."""
    file = artifacts(root, task) / run_id / "artifacts" / FILE
    return json.loads(file.read_text(encoding="utf-8")) if file.is_file() else None


def kept(root: Path, task: str, name: str) -> Iterator[dict[str, Any]]:
    """What the runs of a task (`*`: of all) keep as JSON under this name, by path."""
    for file in sorted(root.glob(str(artifacts(Path(), task) / "*" / "artifacts" / name))):
        yield json.loads(file.read_text(encoding="utf-8"))


def of_search(search: "Search") -> dict[str, Any]:
    """The part that tells what parameters were tried."""
    points = [
        {"candidate": one.candidate.name, "parameters": one.candidate.parameters, "value": _number(one.value)}
        for one in search.points
    ]
    return {"moment": search.moment.isoformat(), "metric": search.choose_by, "possible": search.possible, "points": points}


def _name(evaluation: Evaluation, name: str) -> dict[str, Any]:
    against: dict[str, dict[str, Any]] = {}
    for (of, other, metric), estimate in evaluation.differences.items():
        if of == name:
            against.setdefault(other, {})[metric] = _estimate(estimate)
    return {
        "metrics": {
            metric: {**_estimate(estimate), "folds": [_number(value) for value in evaluation.folds[of, metric]]}
            for (of, metric), estimate in evaluation.means.items()
            if of == name
        },
        "against": against,
        "curves": {
            curve: [[_number(value) for value in point] for point in points]
            for (of, curve), points in evaluation.curves.items()
            if of == name
        },
    }


def _estimate(estimate: Estimate) -> dict[str, float | None]:
    return {"value": _number(estimate.value), "low": _number(estimate.low), "high": _number(estimate.high)}


def _number(value: float) -> float | int | None:
    if not math.isfinite(value):
        return None
    rounded = round(value, _DIGITS)
    return int(rounded) if rounded == int(rounded) else rounded
