"""Words and selection against numpy and scikit-learn, and what is learned comes from training rows alone."""

from datetime import date

import numpy as np
import pytest
from pyspark.ml import PipelineModel
from pyspark.ml.feature import HashingTF, VectorAssembler
from pyspark.sql import functions as F

from dmp_spark.models.fit_candidates import _prepared
from dmp_spark.models.fit_preparation import FEATURES, fit_preparation, hashed
from dmp_spark.models.slots import slot_names
from dmp_spark.models.spec import ModelsSpec, Preparation, Selection, Task, Words
from dmp_spark.models.tracking import _save
from dmp_spark.models.training import inputs
from tests.oracles import preparation_plain as plain

MAY, JUNE = date(2017, 5, 1), date(2017, 6, 1)
BUCKETS, LEAST, PEOPLE = 16, 4, 60
VOCABULARY = ("tea", "milk", "ale", "bread", "crème", "salt", "rare", "soap")
ABOVE, BELOW, KEEP = 0.001, 0.9, 6
NUMBERS = ("constant", "copied", "spend")
PREPARATION = Preparation(
    clip_factor=None,
    words=(Words(column="bought", buckets=BUCKETS, in_at_least=LEAST),),
    selection=Selection(variance_above=ABOVE, correlation_below=BELOW, keep=KEEP),
)
SPEC = ModelsSpec(
    project="shop", zone="UTC", folds=1, confidence=0.95, preparation=PREPARATION, tasks=(), numbers=NUMBERS
)  # fmt: skip
TASK = Task(name="leaves", question="", eligible=None, rule="0", names={}, label="", horizon_days=30, choose_by="roc_auc")
PLAIN = TASK.model_copy(update={"preparation": PREPARATION.model_copy(update={"selection": Selection()})})
SCHEMA = """person_id string, as_of date, moment date, is_eligible boolean, label double, constant double, copied double,
    spend double, bought map<string,bigint>"""


def drawn(seed):
    """A month: who leaves buys little, and other words; some have no words, some no spend."""
    generator = np.random.default_rng(seed)
    rows = []
    for number in range(PEOPLE):
        label = float(generator.random() < 0.4)
        spend = round(float(generator.gamma(2.0, 10.0) * (1.5 - label)), 2)
        counts = {
            word: int(generator.integers(1, 40))
            for word in VOCABULARY
            if generator.random() < (0.7 if word == "tea" and label else 0.3)
        }
        counts.pop("rare", None)
        if number < LEAST - 1:
            counts["rare"] = 8
        words = [None, {}, counts][min(2, int(generator.integers(0, 12)))]
        rows.append((f"p{number:02d}", label, 3.0, spend * 2, spend, words))
    return rows


def frame(spark, may=1, june=2):
    made = [
        (person, moment, moment, True, label, *rest)
        for moment, seed in ((MAY, may), (JUNE, june))
        for person, label, *rest in drawn(seed)
    ]
    return spark.createDataFrame(made, SCHEMA)


@pytest.fixture(scope="module")
def training(spark):
    return frame(spark).where(F.col("moment") == F.lit(MAY))


def fitted(training, spec, task):
    """The preparation alone."""
    return fit_preparation(training, spec, task, lambda rows, name: rows)[0]


@pytest.fixture(scope="module")
def whole(training):
    """Fitted without selection: every slot is there."""
    return fitted(training, SPEC, PLAIN)


@pytest.fixture(scope="module")
def chosen(training):
    return fitted(training, SPEC, TASK)


def vectors(preparation, rows):
    return np.array(
        [row[FEATURES].toArray() for row in preparation.transform(rows).orderBy("as_of", "person_id").select(FEATURES).collect()]
    )


@pytest.fixture(scope="module")
def bucket_of(spark):
    """The bucket of a word: as Spark puts it there, because its hash is no function that others have."""
    words = spark.createDataFrame([(word, [word]) for word in VOCABULARY], "word string, i array<string>")
    counted = HashingTF(inputCol="i", outputCol="o", numFeatures=BUCKETS).transform(words).collect()
    return {row["word"]: int(row["o"].indices[0]) for row in counted}.__getitem__


def test_vectors_and_selection_are_those_of_numpy_and_scikit_learn(spark, training, whole, chosen, bucket_of):
    may, june = drawn(1), drawn(2)
    counted = plain.hashed([row[-1] for row in may], bucket_of, BUCKETS)
    weights = plain.weights(counted, LEAST)
    numbers = np.array([[row[2], row[3], row[4]] for row in may])

    def scaled(values, learned):
        spread = learned.std(axis=0, ddof=1)
        return (values - learned.mean(axis=0)) * np.where(spread > 1e-9, 1 / np.where(spread > 1e-9, spread, 1), 0)

    def unscaled(rows):
        own = np.array([[row[2], row[3], row[4]] for row in rows])
        return np.hstack([scaled(own, numbers), plain.hashed([row[-1] for row in rows], bucket_of, BUCKETS) * weights])

    def expected(rows):
        return scaled(unscaled(rows), unscaled(may))

    found = vectors(whole, frame(spark))
    np.testing.assert_allclose(found, np.vstack([expected(may), expected(june)]), atol=1e-9)
    assert (found[:, 3 + bucket_of("rare")] == 0).all() or bucket_of("rare") in map(bucket_of, VOCABULARY[:-2])
    number = fitted(training.withColumn("label", F.col("spend") + 10 * F.col("label")), SPEC, TASK)  # of a regression
    values, seen = unscaled(may), expected(may)
    for preparation, labels, is_regression in (
        (chosen, [row[1] for row in may], False),
        (number, [row[4] + 10 * row[1] for row in may], True),
    ):
        slots = plain.selected(values, np.array(labels), ABOVE, BELOW, KEEP, is_regression)
        np.testing.assert_allclose(vectors(preparation, training), seen[:, slots], atol=1e-9)
        assert slot_names(preparation) == [slot_names(whole)[slot] for slot in slots]
        assert len(slots) == KEEP
        assert 2 not in slots  # spend is half of what stands before it


def test_the_order_of_a_map_changes_nothing_and_unknown_words_are_none(spark, whole):
    rows = [("a", {"tea": 7, "milk": 8, "new": 1}), ("b", {"tea": 7, "milk": 8, "new": 1}), ("c", {}), ("d", None)]
    other = spark.createDataFrame([(person, MAY, MAY, True, 0.0, 3.0, 1.0, None, words) for person, words in rows], SCHEMA)
    turned = F.map_from_entries(F.reverse(F.map_entries("bought")))
    other = other.withColumn("bought", F.when(F.col("person_id") == "b", turned).otherwise(F.col("bought")))
    one, another, empty, unknown = vectors(whole, other)[:, 3:]
    assert (one == another).all()
    assert (one > empty).any()
    assert (unknown == empty).all()
    assert (empty <= 0).all()  # of each word fewer than on average


def test_words_and_selection_depend_on_training_rows_and_on_no_others(spark):
    def learned_of(**seeds):
        preparation, _ = _prepared(hashed(frame(spark, **seeds), PREPARATION), [MAY], 1, SPEC, TASK, lambda rows, name: rows)
        return [stage.idf.toArray().tolist() for stage in preparation.stages if hasattr(stage, "idf")], slot_names(preparation)

    learned = learned_of()
    assert learned_of(june=9) == learned
    other = learned_of(may=9)
    assert other[0] != learned[0]
    assert other[1] != learned[1]


def test_a_saved_preparation_is_plain_spark_ml_and_its_words_stand_in_the_signature(training, whole, chosen, tmp_path):
    from mlflow.models import Model

    _save(chosen, tmp_path / "chosen", inputs(SPEC, TASK))
    loaded = PipelineModel.load(str(tmp_path / "chosen" / "sparkml"))
    assert (vectors(loaded, training) == vectors(chosen, training)).all()
    assert slot_names(loaded) == slot_names(PipelineModel([loaded])) == slot_names(chosen)
    assert all(type(stage).__module__ == "pyspark.ml.feature" for stage in loaded.stages)
    assert slot_names(whole) == [*NUMBERS, *[f"word bucket {bucket} of bought" for bucket in range(BUCKETS)]]
    signature = Model.load(str(tmp_path / "chosen")).signature.inputs.to_dict()
    assert [column["name"] for column in signature] == [*NUMBERS, "bought"]
    assert signature[-1]["type"] == "map"


@pytest.mark.classic("MLflow copies the model with the JVM of its own process")
def test_mlflow_itself_loads_what_was_kept(training, chosen, tmp_path):
    import mlflow.spark
    from mlflow import pyfunc

    _save(chosen, tmp_path / "chosen", inputs(SPEC, TASK))
    loaded = mlflow.spark.load_model(str(tmp_path / "chosen"), dfs_tmpdir=str(tmp_path / "loading"))
    assert (vectors(loaded, training) == vectors(chosen, training)).all()
    assert pyfunc.get_model_dependencies(str(tmp_path / "chosen")) == str(tmp_path / "chosen" / "requirements.txt")


def test_a_slot_that_says_what_was_unknown_is_named_so(spark):
    assembled = VectorAssembler(inputCols=["prepared_spend_90d", "missing_spend_90d"], outputCol=FEATURES)
    assert slot_names(PipelineModel([assembled])) == ["spend_90d", "missing: spend_90d"]


def test_where_nothing_varies_enough_nothing_goes(training):
    above = Selection(variance_above=1e9)
    task = TASK.model_copy(update={"preparation": Preparation(clip_factor=None, selection=above)})
    assert slot_names(fitted(training, SPEC, task)) == [*NUMBERS]
