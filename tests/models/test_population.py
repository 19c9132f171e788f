"""Whether there is enough to learn from."""

from datetime import date

from dmp_spark.models.folds import Outcomes
from dmp_spark.models.population import Population
from dmp_spark.models.spec import ModelsSpec, Preparation

SPEC = ModelsSpec(project="shop", zone="UTC", folds=1, confidence=0.95, preparation=Preparation(), tasks=(), numbers=("x",))
MONTHS = [date(2017, month, 1) for month in (1, 2)]


def population(rows, people, positive, negative):
    outcomes = {month: Outcomes(rows // 2, None if positive is None else 1) for month in MONTHS}
    return Population({}, {}, outcomes, people, positive, negative, "")


def test_it_takes_rows_and_people_of_each_outcome():
    assert (SPEC.least_rows, SPEC.least_people) == (5_000, 100)
    assert population(5_000, 900, 100, 100).is_enough(SPEC)
    for few in [(4_998, 900, 100, 100), (5_000, 900, 99, 900), (5_000, 900, 900, 99)]:
        assert not population(*few).is_enough(SPEC)
    assert not population(5_000, 900, 100, 100).is_enough(SPEC.model_copy(update={"numbers": ()}))


def test_of_a_regression_it_takes_people():
    assert population(5_000, 100, None, None).is_enough(SPEC)
    assert not population(5_000, 99, None, None).is_enough(SPEC)
