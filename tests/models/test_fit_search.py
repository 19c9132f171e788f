"""The long search: its points, its budget, the moment it looks at, and what is said of it."""

from datetime import date, timedelta
from itertools import count, product

import numpy as np
import pytest

from dmp_spark.models.evaluation_file import of_search
from dmp_spark.models.fit_search import Point, Search, chosen, fit_search, points
from dmp_spark.models.folds import Fold, Outcomes, before, folds
from dmp_spark.models.sentences import searched
from dmp_spark.models.spec import DEFAULTS, WIDE, Candidate, ModelsSpec, Preparation, Task

FOREST = Candidate(name="forest", family="random_forest", parameters=DEFAULTS["random_forest"])
LINEAR = Candidate(name="linear", family="logistic_regression", parameters={"regularisation": 0.3, "elastic_net": 0.0})
TASK = Task(
    name="leaves",
    question="",
    eligible=None,
    rule="feature.a",
    names={},
    label="",
    horizon_days=30,
    choose_by="log_loss",
    candidates=(LINEAR, FOREST),
)
SPEC = ModelsSpec(
    project="shop",
    zone="UTC",
    folds=2,
    confidence=0.95,
    preparation=Preparation(),
    tasks=(TASK,),
    numbers=("a", "b"),
    search="wide",
    search_seconds=4,
)


def test_the_grid_knows_the_parameters_of_every_family():
    assert {family: set(grid) for family, grid in WIDE.items()} == {family: set(known) for family, known in DEFAULTS.items()}


def test_points_are_the_written_one_then_every_other_once_in_an_order_that_the_seed_fixes():
    found = points(FOREST, seed=7)
    assert found[0] == FOREST
    assert {one.name for one in found} == {"forest"}
    tried = [tuple(one.parameters.values()) for one in found]
    assert sorted(tried) == sorted({*product(*WIDE["random_forest"].values()), tuple(FOREST.parameters.values())})
    assert found == points(FOREST, seed=7)
    assert found[1:] != points(FOREST, seed=8)[1:]
    assert len(points(LINEAR, seed=7)) == 13  # .3 is not of the grid


def test_a_search_looks_at_the_last_moment_that_the_first_fold_learns_from():
    moments = [date(2017, month, 1) for month in range(1, 11)]
    outcomes = {moment: Outcomes(100, 20) for moment in moments}
    first = folds(outcomes, 60, 3)[0]
    assert (first.moment, first.training[-1]) == (date(2017, 8, 1), date(2017, 6, 1))
    earlier = before(first, outcomes, 60)
    assert earlier == Fold(0, date(2017, 6, 1), tuple(moments[:4]))  # the label of 2 April is ripe at 1 June
    assert earlier.moment + timedelta(days=60) <= first.moment  # no outcome that a fold tests was looked at


@pytest.mark.parametrize(
    "few",
    [
        {date(2017, 1, 1): Outcomes(100, 20)},  # nothing was ripe then
        {date(2017, 1, 1): Outcomes(100, 9), date(2017, 3, 1): Outcomes(100, 20)},  # too few to learn from
        {date(2017, 1, 1): Outcomes(100, 20), date(2017, 3, 1): Outcomes(100, 0)},  # nothing to find at the test
    ],
)
def test_no_search_where_that_moment_has_too_little(few):
    assert before(Fold(1, date(2017, 6, 1), tuple(few)), few, 30) is None


def searched_points(*values):
    """A search whose points have these values: of the linear candidate first, then of the forest in turn."""
    pairs = zip(points(LINEAR, 1), points(FOREST, 1), strict=False)
    tried = [candidate for pair in pairs for candidate in pair]
    found = tuple(Point(candidate, value) for candidate, value in zip(tried, values, strict=False))
    return Search(date(2017, 6, 1), "log_loss", found, 22, 12.3)


def test_the_best_is_the_smallest_loss_unknown_counts_as_worst_and_of_equal_ones_the_written_stays():
    search = searched_points(0.4, 0.5, 0.4, 0.45, float("nan"), 0.6)
    assert search.best("linear").candidate == LINEAR
    assert search.best("forest") == Point(points(FOREST, 1)[1], 0.45)
    assert [one.parameters for one in chosen(TASK, search).candidates] == [
        LINEAR.parameters,
        points(FOREST, 1)[1].parameters,
    ]
    highest = Search(search.moment, "roc_auc", search.points, search.possible, search.seconds)
    assert highest.best("forest").value == 0.6
    assert of_search(search)["points"][4] == {"candidate": "linear", "parameters": points(LINEAR, 1)[2].parameters, "value": None}


def test_what_was_found_is_said_as_yaml_beside_what_was_written():
    best = ", ".join(f"{name}: {value:g}" for name, value in points(FOREST, 1)[1].parameters.items())
    assert searched(searched_points(0.4, 0.5, 0.4, 0.45), SPEC, TASK) == (
        "leaves: searched at 2017-06-01, before the folds: 4 of 22 points in 12 of 4 s, by log loss",
        "leaves: linear stays as written: 0.400, the best of 2",
        f"leaves: forest takes {{family: random_forest, {best}}}: 0.450 there, 0.500 as written",
    )
    assert searched(None, SPEC, TASK) == (
        "leaves: no search: the first fold's own moments are too few to choose on; parameters stay as written",
    )
    assert searched(None, SPEC.model_copy(update={"search": "none"}), TASK) == ()


@pytest.mark.slow  # five real fits
def test_candidates_take_turns_until_the_budget_ends_and_the_better_point_is_found(spark):
    generator = np.random.default_rng(5)
    days = [date(2017, 1, 1), date(2017, 3, 1)]
    rows = []
    for day, number in product(days, range(200)):
        a, b = generator.normal(size=2)
        rows.append((f"p{number}", day, True, bool(generator.random() < 1 / (1 + np.exp(-3 * a))), float(a), float(b)))
    columns = "person_id string, as_of date, is_eligible boolean, label boolean, a double, b double"
    frame = spark.createDataFrame(rows, columns).selectExpr(
        "person_id", "as_of", "is_eligible", "cast(label as double) as label", "a as rule", "a", "b", "as_of as moment"
    )
    told = []
    tiny = FOREST.model_copy(update={"parameters": {"trees": 2, "depth": 1}})
    task = TASK.model_copy(update={"candidates": (LINEAR, tiny)})
    seconds = count()
    fold = Fold(0, days[1], (days[0],))
    search = fit_search(frame, fold, 200, 1, SPEC, task, lambda rows, name: rows, told.append, clock=lambda: next(seconds))
    # the written two, then three more fits began before the budget of 4 seconds was over
    assert len(search.points) == 5
    assert [point.candidate for point in search.points[:2]] == [LINEAR, tiny]
    assert [point.candidate.name for point in search.points] == ["linear", "forest", "linear", "forest", "linear"]
    assert (search.possible, len(told), search.moment) == (23, 5, days[1])
    assert search.best("linear").value < search.of("linear")[0].value  # a third of the weight is too much shrinkage
