"""Learners as models.yml describes them."""

import pytest

from dmp_spark.models.fit_candidates import by_cost, learner
from dmp_spark.models.spec import Candidate

WANTED = {
    "logistic_regression": ({"regularisation": 0.02, "elastic_net": 0.25}, {"regParam": 0.02, "elasticNetParam": 0.25}),
    "random_forest": ({"trees": 7, "depth": 3}, {"numTrees": 7, "maxDepth": 3, "seed": 5}),
    "gradient_boosted_trees": ({"trees": 7, "depth": 3, "step": 0.3}, {"maxIter": 7, "maxDepth": 3, "stepSize": 0.3, "seed": 5}),
}
CANDIDATES = [Candidate(name=family, family=family, parameters=parameters) for family, (parameters, _) in WANTED.items()]


@pytest.mark.parametrize("candidate", CANDIDATES, ids=lambda candidate: candidate.name)
def test_a_learner_has_the_parameters_that_were_written_and_the_fixed_seed(spark, candidate):
    estimator = learner(candidate, seed=5)
    found = {name: estimator.getOrDefault(name) for name in WANTED[candidate.family][1]}
    assert found == WANTED[candidate.family][1]
    assert (estimator.getFeaturesCol(), estimator.getLabelCol()) == ("features", "label")


def test_what_takes_longest_starts_first():
    assert [candidate.family for candidate in by_cost(CANDIDATES)] == [
        "gradient_boosted_trees",
        "random_forest",
        "logistic_regression",
    ]
