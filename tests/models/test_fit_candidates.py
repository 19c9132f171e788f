"""Learners as models.yml describes them."""

import pytest

from dmp_spark.models.fit_candidates import LEARNERS, by_cost, learner
from dmp_spark.models.spec import LINEAR, Candidate

WANTED = {
    "linear_regression": ({"regularisation": 0.02, "elastic_net": 0.25}, {"regParam": 0.02, "elasticNetParam": 0.25}),
    "logistic_regression": ({"regularisation": 0.02, "elastic_net": 0.25}, {"regParam": 0.02, "elasticNetParam": 0.25}),
    "random_forest": ({"trees": 7, "depth": 3}, {"numTrees": 7, "maxDepth": 3, "seed": 5}),
    "gradient_boosted_trees": ({"trees": 7, "depth": 3, "step": 0.3}, {"maxIter": 7, "maxDepth": 3, "stepSize": 0.3, "seed": 5}),
}
CANDIDATES = [Candidate(name=family, family=family, parameters=parameters) for family, (parameters, _) in WANTED.items()]
PAIRS = [(kind, candidate) for kind in LINEAR for candidate in CANDIDATES if (kind, candidate.family) in LEARNERS]


@pytest.mark.parametrize(("kind", "candidate"), PAIRS, ids=[f"{kind} {candidate.name}" for kind, candidate in PAIRS])
def test_a_learner_has_the_parameters_that_were_written_and_the_fixed_seed(spark, kind, candidate):
    estimator = learner(kind, candidate, seed=5)
    assert type(estimator).__module__ == f"pyspark.ml.{kind}"
    found = {name: estimator.getOrDefault(name) for name in WANTED[candidate.family][1]}
    assert found == WANTED[candidate.family][1]
    assert (estimator.getFeaturesCol(), estimator.getLabelCol()) == ("features", "label")


def test_what_takes_longest_starts_first():
    assert [candidate.family for candidate in by_cost(CANDIDATES)] == [
        "gradient_boosted_trees",
        "random_forest",
        "logistic_regression",
        "linear_regression",
    ]
