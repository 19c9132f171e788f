"""Better parameters of the candidates, looked for before the folds judge them and within a budget of seconds."""

import math
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from itertools import product, zip_longest

from pyspark import inheritable_thread_target
from pyspark.sql import DataFrame

from dmp_spark.models.fit_candidates import FITS_AT_ONCE, judged, ready, scores_by_person, truth_of
from dmp_spark.models.fit_preparation import Keep
from dmp_spark.models.folds import Fold
from dmp_spark.models.metrics import LOWER_IS_BETTER, measured
from dmp_spark.models.spec import WIDE, Candidate, Choice, ModelsSpec, Task


@dataclass(frozen=True)
class Point:
    """A candidate with some parameters, and the metric that chooses: nan where it has no meaning."""

    candidate: Candidate
    value: float


@dataclass(frozen=True)
class Search:
    """What was tried at a moment; of each candidate the point that was written comes first. `possible` counts all points."""

    moment: date
    choose_by: Choice
    points: tuple[Point, ...]
    possible: int
    seconds: float

    def of(self, name: str) -> tuple[Point, ...]:
        """The points of a candidate, in the order in which they were tried."""
        return tuple(point for point in self.points if point.candidate.name == name)

    def best(self, name: str) -> Point:
        """The best point of a candidate; of equal ones the earlier, so that the written one stays where none is better."""
        sign = 1 if self.choose_by in LOWER_IS_BETTER else -1
        return min(self.of(name), key=lambda point: math.inf if math.isnan(point.value) else sign * point.value)


def points(candidate: Candidate, seed: int) -> list[Candidate]:
    """The candidate as written, then with every other combination of `WIDE`, in a random order that the seed fixes.

    A budget that ends early has then seen every parameter move, not one corner of the grid (Bergstra and Bengio, 2012).
    """
    grid = WIDE[candidate.family]
    combined = [dict(zip(grid, values, strict=True)) for values in product(*grid.values())]
    others = [parameters for parameters in combined if parameters != candidate.parameters]
    random.Random(f"{seed} {candidate.name}").shuffle(others)
    return [candidate, *[candidate.model_copy(update={"parameters": parameters}) for parameters in others]]


def fit_search(
    rows: DataFrame,
    fold: Fold,
    people: int,
    parts: int,
    spec: ModelsSpec,
    task: Task,
    keep: Keep,
    progress: Callable[[str], None],
    clock: Callable[[], float] = time.monotonic,
) -> Search:
    """What each point is worth on `fold`, which no fold that judges tests on (`folds.before`).

    Candidates take turns. The budget is looked at before each fit, so that one more may run over it; the written points
    are fitted whatever it is.
    """
    began = clock()
    training, test = ready(rows, fold, people, parts, spec, task, keep)
    truth = truth_of(test)
    grids = [points(candidate, spec.seed) for candidate in task.candidates]
    turns = [point for turn in zip_longest(*grids) for point in turn if point is not None]

    def tried(place: int, candidate: Candidate) -> Point | None:
        if place >= len(grids) and clock() - began >= spec.search_seconds:
            return None
        name, scores = candidate.name, scores_by_person(candidate, training, test, spec, task)
        progress(f"{name}: point {place + 1} of {len(turns)}")
        told = judged(fold.number, truth, {name: scores})
        metrics = measured(task.kind, name, told.labels, told.scores[name], None).metrics
        return Point(candidate, float(metrics[task.choose_by][0]))

    in_session = inheritable_thread_target(rows.sparkSession)  # over Connect each thread has to be told its session
    with ThreadPoolExecutor(FITS_AT_ONCE) as pool:
        waiting = [pool.submit(in_session(tried), place, candidate) for place, candidate in enumerate(turns)]
        found = [point.result() for point in waiting]
    kept = tuple(point for point in found if point is not None)
    return Search(fold.moment, task.choose_by, kept, len(turns), clock() - began)


def chosen(task: Task, search: Search) -> Task:
    """The task with the best point of each candidate."""
    return task.model_copy(update={"candidates": tuple(search.best(one.name).candidate for one in task.candidates)})
