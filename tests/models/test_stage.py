"""The stage from features and labels to scores and MLflow's store: trained once, killed and rerun, moved on in time."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from mlflow import MlflowClient
from pyspark.ml import PipelineModel
from pyspark.sql import functions as F

from dmp_spark.contracts import Column, Contract, TableClass
from dmp_spark.functions.clock import midnight
from dmp_spark.models import evaluation_file, stage, tables
from dmp_spark.models.reasons import explainer
from dmp_spark.models.spec import DEFAULTS, Candidate, ModelsSpec, Preparation, Task
from dmp_spark.models.tracking import ModelStore
from dmp_spark.stage import RunContext

ZONE = "America/New_York"
MOMENTS = [date(2017, month, 1) for month in (9, 10, 11, 12)]
AS_OF = date(2018, 1, 1)
PEOPLE = 80


def candidate(name, family, **parameters):
    return Candidate(name=name, family=family, parameters={**DEFAULTS[family], **parameters})


TASK = Task(
    name="leaves",
    question="Will it leave?",
    eligible="feature.baskets >= 1",
    rule="-feature.baskets",
    names={"feature.baskets": "bigint"},
    label="",
    horizon_days=30,
    choose_by="roc_auc",
    candidates=(
        candidate("baseline", "logistic_regression"),
        candidate("boosting", "gradient_boosted_trees", trees=2, depth=2),
    ),
    baseline="baseline",
)
SPEND = TASK.model_copy(
    update={
        "name": "spend",
        "kind": "regression",
        "eligible": None,
        "rule": "feature.spend / 2",
        "names": {"feature.spend": "decimal(18,4)"},
        "choose_by": "mean_squared_error",
        "candidates": (candidate("trees", "random_forest", trees=3, depth=2),),
        "baseline": None,
    }
)
SPEC = ModelsSpec(
    project="shop",
    zone=ZONE,
    folds=2,
    confidence=0.95,
    preparation=Preparation(),
    tasks=(TASK,),
    numbers=("baskets", "spend"),
    least_rows=100,
    least_people=10,
    resamples=50,
)


def contract(name, key, **columns):
    every = [Column(n, kind, n) for n, kind in columns.items()]
    return Contract(name, "features", TableClass.POINT_IN_TIME, name, tuple(every), key)


CONTRACTS = {
    "gold.features": contract(
        "gold.features", ("person_id", "as_of"), person_id="string", as_of="timestamp", baskets="bigint", spend="decimal(18,4)"
    ),
    "gold.labels": contract(
        "gold.labels",
        ("person_id", "task", "as_of"),
        person_id="string",
        task="string",
        as_of="timestamp",
        label="double",
        ripe_at="timestamp",
    ),
    **tables.contracts(SPEC),
}


def deliver(lakehouse, moments, also):
    """Features at all moments and `also`, labels at `moments`: who buys little leaves, mostly."""
    generator = np.random.default_rng(3)
    features, labels = [], []
    for moment in [*moments, also]:
        for number in range(PEOPLE):
            baskets = int(generator.integers(0, 10))
            spend = None if generator.random() < 0.1 else round(float(baskets * generator.uniform(5, 20)), 2)
            leaves = float(generator.random() < (0.7 if baskets < 4 else 0.15))
            features.append((f"p{number:02d}", midnight(moment, ZONE), baskets, spend))
            if moment != also:
                ripe_at = midnight(moment + timedelta(days=30), ZONE)
                labels.append((f"p{number:02d}", TASK.name, midnight(moment, ZONE), leaves, ripe_at))
                labels.append((f"p{number:02d}", SPEND.name, midnight(moment, ZONE), 10.0 * baskets, ripe_at))
    spark = lakehouse.spark
    frame = spark.createDataFrame(features, "person_id string, as_of timestamp, baskets bigint, spend double")
    lakehouse.replace("gold.features", frame)
    lakehouse.replace(
        "gold.labels",
        spark.createDataFrame(labels, "person_id string, task string, as_of timestamp, label double, ripe_at timestamp"),
    )


def runner(lakehouse):
    def run(as_of=AS_OF, spec=SPEC):
        context = RunContext(lakehouse, midnight(as_of, ZONE), "run-1", datetime(2026, 1, 1, tzinfo=UTC), ZONE)
        return stage.run(context, spec)

    return run


def client_of(lakehouse):
    uri = f"sqlite:///{lakehouse.root / 'mlflow' / 'mlflow.db'}"
    return MlflowClient(tracking_uri=uri, registry_uri=uri)


def runs_of(client):
    experiment = client.get_experiment_by_name("shop leaves")
    return client.search_runs([experiment.experiment_id])


def scores_of(lakehouse):
    return [tuple(row) for row in lakehouse.read("gold.scores").orderBy("as_of", "person_id").collect()]


@pytest.mark.slow  # it fits, saves and loads real models
def test_a_model_is_trained_once_survives_a_kill_and_scores_the_eligible_at_each_moment(lakehouse_at, monkeypatch):
    lakehouse = lakehouse_at(CONTRACTS, stage="models")
    deliver(lakehouse, MOMENTS, AS_OF)
    run = runner(lakehouse)

    with monkeypatch.context() as broken:  # dies after the model was saved, before it is registered
        broken.setattr(ModelStore, "_register", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            run()
    assert not lakehouse.exists("gold.scores")

    first = run()
    client = client_of(lakehouse)
    runs = runs_of(client)
    parents = [found for found in runs if "mlflow.parentRunId" not in found.data.tags]
    assert len(parents) == 1
    names = sorted(found.data.tags["mlflow.runName"] for found in runs if found not in parents)
    assert names == ["baseline", "boosting", "rule"]
    assert {found.info.status for found in runs} == {"FINISHED"}
    (version,) = client.search_model_versions("name = 'leaves'")
    assert client.get_model_version_by_alias("leaves", "champion").version == version.version

    assert evaluation_file.read(lakehouse.root, "leaves", version.tags["dmp_version"])["champion"] in ("baseline", "boosting")

    rows = scores_of(lakehouse)
    eligible = lakehouse.read("gold.features").where((F.col("as_of") == F.lit(midnight(AS_OF, ZONE))) & (F.col("baskets") >= 1))
    assert [row[0] for row in rows] == sorted(row["person_id"] for row in eligible.collect())
    assert {(row[1], row[2]) for row in rows} == {("leaves", version.tags["dmp_version"])}
    values = np.array([row[4] for row in rows])
    ranks = (values[:, None] > values[None, :]).sum(axis=1) * 100 / (len(values) - 1)
    assert [row[5] for row in rows] == pytest.approx(ranks.round(4))
    assert (
        first.notes[-1]
        == f"leaves: {len(rows)} of {PEOPLE} people are eligible at 2018-01-01 ({len(rows) / PEOPLE:.0%}) and get a score"
    )

    folder = Path(client.get_run(version.run_id).info.artifact_uri.removeprefix("file://")) / "model" / "sparkml"
    model = PipelineModel.load(str(folder))
    explains = explainer(model, folder, "classification")
    again = stage.scores_of(model, explains, eligible, SPEC, TASK, version.tags["dmp_version"])
    found = again.select("person_id", "score", "reasons").collect()
    assert sorted(map(tuple, found)) == [(row[0], row[4], row[6]) for row in rows]
    assert all(reason.startswith(("baskets = ", "spend = ")) for row in rows for reason in row[6])

    second = run()  # again is harmless
    assert (second.changes["gold.scores"].written, second.notes) == (0, first.notes)
    assert len(runs_of(client)) == 4
    assert scores_of(lakehouse) == rows

    lakehouse.replace(
        "gold.features",
        lakehouse.read("gold.features").union(
            lakehouse.read("gold.features")
            .where(F.col("as_of") == F.lit(midnight(AS_OF, ZONE)))
            .withColumn("as_of", F.lit(midnight(date(2018, 1, 2), ZONE)))
        ),
    )
    later = run(date(2018, 1, 2))  # a day later: the same training rows, so the same model; what was scored stays
    assert later.changes["gold.scores"].inserted == len(rows)
    assert [row[:3] + row[4:] for row in scores_of(lakehouse)[len(rows) :]] == [row[:3] + row[4:] for row in rows]
    assert len(client.search_model_versions("name = 'leaves'")) == 1


def test_too_little_to_learn_from_is_said_and_nothing_is_written(lakehouse_at):
    lakehouse = lakehouse_at(CONTRACTS, stage="models")
    empty = runner(lakehouse)()
    assert empty.notes == (
        "leaves: no model yet: 0 moments with ripe labels, 0 rows of 0 people with the outcome and 0 without; "
        "it takes 100 rows, and 10 people of each",
    )
    deliver(lakehouse, MOMENTS[-1:], AS_OF)  # one moment: nothing to test on
    few = runner(lakehouse)(spec=SPEC.model_copy(update={"tasks": (SPEND,)}))
    assert few.notes == (
        "spend: no model yet: 1 moments with ripe labels, 80 rows of 80 people; it takes 100 rows, and 10 people",
    )
    one = runner(lakehouse)(spec=SPEC.model_copy(update={"least_rows": 50}))
    assert one.notes[0].startswith("leaves: no model yet: 1 moments with ripe labels, ")
    assert one.notes[0].endswith("; it takes a moment to test and, 30 days before it, 10 rows of each to learn from")
    assert [(of.changes, of.failed, of.held) for of in (empty, few, one)] == [({}, (), ())] * 3
    assert not lakehouse.exists("gold.scores")
    assert not (lakehouse.root / "mlflow" / "artifacts").exists()


@pytest.mark.slow  # it fits, saves and loads a real model
def test_a_regression_gives_everybody_a_number_in_the_labels_unit(lakehouse_at):
    lakehouse = lakehouse_at(CONTRACTS, stage="models")
    deliver(lakehouse, MOMENTS, AS_OF)
    done = runner(lakehouse)(spec=SPEC.model_copy(update={"tasks": (SPEND,), "folds": 1}))
    rows = scores_of(lakehouse)
    assert len(rows) == PEOPLE
    assert {row[1] for row in rows} == {"spend"}
    assert max(row[4] for row in rows) > 30
    assert [check.name for check in done.checks] == ["spend: no sign of a leak", "spend: trees beats rule"]
    kept = evaluation_file.read(lakehouse.root, "spend", rows[0][2])
    assert (kept["kind"], kept["champion"], kept["folds"][0]["positives"]) == ("regression", "trees", None)
    assert {feature["name"] for feature in kept["features"]} <= {"baskets", "spend"}
    again = runner(lakehouse)(spec=SPEC.model_copy(update={"tasks": (SPEND,), "folds": 1}))  # loaded, and its trees read
    assert (again.changes["gold.scores"].written, again.checks) == (0, ())
