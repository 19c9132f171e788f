"""Reasons of a score: what the learners add up to, and how it is said."""

import numpy as np
import pytest
from pyspark.ml import PipelineModel
from pyspark.ml.functions import vector_to_array
from pyspark.sql import functions as F

from dmp_spark.models.fit_candidates import learner
from dmp_spark.models.fit_preparation import FEATURES, fit_preparation
from dmp_spark.models.reasons import explainer, importances, reasons
from dmp_spark.models.slots import feature_of, slot_names
from dmp_spark.models.spec import DEFAULTS, Candidate, ModelsSpec, Preparation, Task

SPEC = ModelsSpec(
    project="shop",
    zone="UTC",
    folds=1,
    confidence=0.95,
    preparation=Preparation(),
    tasks=(),
    numbers=("baskets", "days", "spend"),
)
TASK = Task(name="big", question="", eligible=None, rule="0", names={}, label="", horizon_days=30, choose_by="roc_auc")
SMALL = {"trees": 5, "depth": 3}
LEARNERS = [
    ("classification", "logistic_regression", {"elastic_net": 0.0}, "rawPrediction"),
    ("classification", "random_forest", SMALL, "probability"),
    ("classification", "gradient_boosted_trees", {**SMALL, "step": 0.3}, "rawPrediction"),
    ("regression", "linear_regression", {}, "prediction"),
    ("regression", "random_forest", SMALL, "prediction"),
    ("regression", "gradient_boosted_trees", {**SMALL, "step": 0.3}, "prediction"),
]


@pytest.fixture(scope="module")
def prepared(spark):
    """Two hundred people, the preparation fitted on them and its rows: who buys much and lately spends much."""
    generator = np.random.default_rng(5)
    made = []
    for number in range(200):
        baskets, days = int(generator.integers(0, 12)), int(generator.integers(0, 60))
        spend = None if number % 9 == 0 else round(float(baskets * generator.uniform(5, 20)), 2)
        size = 10 * baskets - days + generator.normal(0, 10)
        made.append((f"p{number:03d}", float(baskets), float(days), spend, float(size > 20), float(size)))
    rows = spark.createDataFrame(made, "person_id string, baskets double, days double, spend double, is_big double, size double")
    rows = rows.coalesce(1)
    preparation, _ = fit_preparation(rows, SPEC, TASK, lambda rows, name: rows)
    return preparation, preparation.transform(rows)


@pytest.mark.parametrize(("kind", "family", "parameters", "raw"), LEARNERS, ids=[f"{k} {f}" for k, f, _, _ in LEARNERS])
def test_contributions_and_the_base_add_up_to_the_raw_prediction_of_every_row(prepared, tmp_path, kind, family, parameters, raw):
    preparation, rows = prepared
    candidate = Candidate(name="it", family=family, parameters={**DEFAULTS[family], **parameters})
    fitted = learner(kind, candidate, 7).fit(rows.withColumn("label", F.col("is_big" if kind == "classification" else "size")))
    model = PipelineModel([*preparation.stages, fitted])
    model.write().overwrite().save(str(tmp_path / "model"))
    said = F.col("prediction") if raw == "prediction" else vector_to_array(F.col(raw))[1]
    found = fitted.transform(rows).select(FEATURES, said.alias("raw")).collect()
    explains = explainer(model, tmp_path / "model", kind)
    sums = explains.base + explains.contributions(np.array([row[FEATURES].toArray() for row in found])).sum(axis=1)
    assert sums == pytest.approx([row["raw"] for row in found], abs=1e-9)
    assert np.std(sums) > 0

    counted = importances(model, candidate)
    assert sum(one.importance for one in counted) == pytest.approx(1)
    assert [one.importance for one in counted] == sorted((one.importance for one in counted), reverse=True)
    directions = {one.name: one.direction for one in counted}
    is_linear = family in ("logistic_regression", "linear_regression")
    assert (directions["baskets"], directions["days"]) == (("raises", "lowers") if is_linear else (None, None))


def test_reasons_name_the_features_that_moved_the_score_most_with_their_own_values(prepared, tmp_path):
    preparation, rows = prepared
    candidate = Candidate(name="it", family="linear_regression", parameters={"regularisation": 0.0, "elastic_net": 0.0})
    label = 10 * F.col("baskets") - F.col("days") + F.coalesce("spend", F.lit(0.0)) / 100
    fitted = learner("regression", candidate, 7).fit(rows.withColumn("label", label))
    model = PipelineModel([*preparation.stages, fitted])
    assert [feature_of(slot) for slot in ("spend", "missing: spend", "word bucket 3 of bought")] == ["spend", "spend", "bought"]
    assert slot_names(model) == ["baskets", "days", "spend", "missing: spend"]
    explains = explainer(model, tmp_path, "regression")
    scored = fitted.transform(rows).select(
        "baskets", "days", "spend", reasons(model, explains, ("baskets", "spend")).alias("why")
    )
    found = scored.collect()
    first = next(row for row in found if row["baskets"] == 11 and row["days"] > 40)
    assert first["why"][:2] == ["baskets = 11 (raises)", "days (lowers)"]
    without = next(row for row in found if row["spend"] is None)
    assert [why for why in without["why"] if why.startswith("spend")][0].startswith("spend = unknown (")
    assert {len(row["why"]) for row in found} == {3}
