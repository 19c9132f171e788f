"""`dmp model list`, `compare` and `explain`: which models there are, how good, why somebody has a score. By path no JVM."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from dmp_spark.cli.call import lakehouse_of
from dmp_spark.cli.printing import Format, print_rows

LIST = ("task", "number", "version", "champion", "tested_at", "metric", "value", "low", "high", "alias")
LIST_SHORT = ("task", "version", "champion", "tested at", "metric", "mean", "alias")
COMPARED = ("candidate", "metric", "value", "low", "high", "other", "difference", "difference_low", "difference_high")
EXPLAINED = ("task", "person_id", "version", "as_of", "score", "percentile", "reasons")


def model_list(folder: Path, overrides: Sequence[str], form: Format) -> int:
    """Print every registered version of each task; 0."""
    from dmp_spark.operations.model_catalogue import registered

    rows = [
        _listed(one.task, one.number, one.version, one.alias, one.evaluation)
        for one in registered(lakehouse_of(folder, overrides).root)
    ]
    if not rows:
        print("no model is trained yet: dmp run", file=sys.stderr)
    if form == "table":
        short = [(row[0], row[2], row[3], ", ".join(row[4]), row[5], _interval(*row[6:9]), row[9]) for row in rows]
        print_rows(LIST_SHORT, short, form, sys.stdout, sys.stderr)
    else:
        print_rows(LIST, rows, form, sys.stdout, sys.stderr)
    return 0


def model_compare(folder: Path, overrides: Sequence[str], task: str, version: str | None, form: Format) -> int:
    """Print the candidates of a training and the rule, metric by metric; 0. UserError where there is no such model."""
    from dmp_spark.errors import Problem, UserError
    from dmp_spark.operations.model_catalogue import chosen

    found = chosen(lakehouse_of(folder, overrides).root, task, version)
    if found.evaluation is None:
        raise UserError(Problem("model", f"the evaluation of {task} {found.version} was removed", way_out="dmp run trains anew"))
    told = found.evaluation
    if form != "table":
        print_rows(COMPARED, list(_compared(told)), form, sys.stdout, sys.stderr)
        return 0
    tested = ", ".join(fold["moment"] for fold in told["folds"])
    print(f"{task} {found.version}: {told['question']}", file=sys.stderr)
    print(f"tested at {tested}; the champion is {told['champion']}, by {told['choose_by']}", file=sys.stderr)
    others = list(dict.fromkeys(other for of in told["names"].values() for other in of["against"]))
    columns = ("candidate", "metric", "mean", *[f"minus {other}" for other in others])
    print_rows(columns, list(_table(told, others)), form, sys.stdout, sys.stderr)
    return 0


def model_explain(folder: Path, overrides: Sequence[str], task: str, person: str, form: Format) -> int:
    """Print a person's score and what moved it most; 0. UserError where there is no such person or score."""
    from dmp_spark.operations.model_catalogue import explanation

    found = explanation(lakehouse_of(folder, overrides), task, person)
    row = (task, found.person_id, found.version, found.as_of, found.score, found.percentile, list(found.reasons))
    if form == "table":
        shown = [(name, value) for name, value in zip(EXPLAINED[:-1], row, strict=False)]
        shown += [("because" if place == 0 else "", reason) for place, reason in enumerate(found.reasons)]
        print_rows(("what", "value"), [(name, str(value)) for name, value in shown], form, sys.stdout, sys.stderr)
    else:
        print_rows(EXPLAINED, [row], form, sys.stdout, sys.stderr)
    return 0


def _listed(task: str, number: int, version: str, alias: str, told: Mapping[str, Any] | None) -> tuple[Any, ...]:
    if told is None:
        return (task, number, version, None, [], None, None, None, None, alias)
    metric = told["choose_by"]
    mean = told["names"][told["champion"]]["metrics"][metric]
    moments = [fold["moment"] for fold in told["folds"]]
    return (task, number, version, told["champion"], moments, metric, mean["value"], mean["low"], mean["high"], alias)


def _compared(told: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    """A row a candidate, metric and other; of a metric without a difference one row without an other."""
    for name, of in told["names"].items():
        for metric, mean in of["metrics"].items():
            own = (name, metric, mean["value"], mean["low"], mean["high"])
            pairs = [(other, by[metric]) for other, by in of["against"].items() if metric in by]
            yield from [(*own, other, it["value"], it["low"], it["high"]) for other, it in pairs] or [
                (*own, None, None, None, None)
            ]


def _table(told: Mapping[str, Any], others: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    for name, of in told["names"].items():
        metrics = dict.fromkeys([*of["metrics"], *(metric for by in of["against"].values() for metric in by)])
        for metric in metrics:
            differences = [_estimate(of["against"].get(other, {}).get(metric), "+") for other in others]
            yield (name, metric, _estimate(of["metrics"].get(metric)), *differences)


def _estimate(estimate: Mapping[str, float | None] | None, sign: str = "") -> str:
    return "" if estimate is None else _interval(estimate["value"], estimate["low"], estimate["high"], sign)


def _interval(value: float | None, low: float | None, high: float | None, sign: str = "") -> str:
    if value is None and low is None:
        return ""
    texts = ["-" if number is None else f"{number:{sign},.3f}" for number in (value, low, high)]
    return "{} [{}, {}]".format(*texts)
