"""The rows of a task, their summary and the model's version."""

from datetime import UTC, date, datetime
from decimal import Decimal

from chispa import assert_df_equality
from pyspark.sql import functions as F

from dmp_spark.models.spec import ModelsSpec, Preparation, Task, Words
from dmp_spark.models.training import inputs, parts_for, people_of, summarised, task_rows, with_inputs_hash
from dmp_spark.models.version import code_hash, model_version, training_hash

TASK = Task(
    name="leaves",
    question="",
    eligible="feature.days <= 30",
    rule="-feature.baskets",
    names={"feature.days": "bigint", "feature.baskets": "bigint"},
    label="",
    horizon_days=30,
    choose_by="roc_auc",
)
SPEC = ModelsSpec(
    project="shop",
    zone="America/New_York",
    folds=2,
    confidence=0.95,
    preparation=Preparation(words=(Words(column="bought", buckets=8),)),
    tasks=(TASK,),
    numbers=("baskets", "days", "share", "spend"),
)
NOV = datetime(2017, 11, 1, 4, tzinfo=UTC)  # midnights in New York
DEC = datetime(2017, 12, 1, 5, tzinfo=UTC)
JAN = datetime(2018, 1, 1, 5, tzinfo=UTC)
NAN = float("nan")


def frames(spark):
    features = spark.createDataFrame(
        [
            ("a", NOV, 3, 10, Decimal("1.2500"), 0.5, NOV, {"tea": 2, "milk": 1}),
            ("a", DEC, None, 30, None, NAN, NOV, None),
            ("a", JAN, 5, 31, Decimal("2.0000"), None, NOV, {"tea": 9}),
            ("b", DEC, 1, None, Decimal("0.0000"), 0.25, None, {}),
            ("b", JAN, 1, 5, Decimal("0.0000"), 0.25, None, None),
            ("c", DEC, 1, 1, Decimal("1.0000"), 1.0, None, None),
        ],
        "person_id string, as_of timestamp, baskets bigint, days bigint, spend decimal(18,4), share double, last timestamp, "
        "bought map<string,bigint>",
    )
    labels = spark.createDataFrame(
        [
            ("a", "leaves", NOV, 0.0, DEC),
            ("a", "leaves", DEC, 1.0, DEC),
            ("b", "leaves", DEC, 0.0, DEC),
            ("c", "another", DEC, 1.0, DEC),
        ],
        "person_id string, task string, as_of timestamp, label double, ripe_at timestamp",
    )
    return with_inputs_hash(features, SPEC, TASK), labels


def test_rows_have_a_ripe_label_of_the_task_or_stand_at_the_moment_to_score(spark):
    rows = task_rows(*frames(spark), SPEC, TASK, JAN)
    low = float("-inf")
    expected = spark.createDataFrame(
        [
            ("a", NOV, date(2017, 11, 1), True, 0.0, -3.0, 3.0, 10.0, 0.5, 1.25),
            ("a", DEC, date(2017, 12, 1), True, 1.0, low, None, 30.0, None, None),  # nan is unknown
            ("b", DEC, date(2017, 12, 1), False, 0.0, -1.0, 1.0, None, 0.25, 0.0),  # null counts as false
            ("a", JAN, date(2018, 1, 1), False, None, -5.0, 5.0, 31.0, None, 2.0),
            ("b", JAN, date(2018, 1, 1), True, None, -1.0, 1.0, 5.0, 0.25, 0.0),
        ],
        "person_id string, as_of timestamp, moment date, is_eligible boolean, label double, rule double, "
        "baskets double, days double, share double, spend double",
    )
    assert_df_equality(
        rows.drop("bought", "inputs_hash"), expected, ignore_row_order=True, ignore_nullable=True
    )  # maps have no order
    words = {(row["person_id"], row["moment"].month): row["bought"] for row in rows.collect()}
    assert words == {("a", 11): {"tea": 2, "milk": 1}, ("a", 12): None, ("b", 12): {}, ("a", 1): {"tea": 9}, ("b", 1): None}
    amount = TASK.model_copy(update={"kind": "regression"})
    predictions = [row["rule"] for row in task_rows(*frames(spark), SPEC, amount, JAN).orderBy("as_of", "person_id").collect()]
    assert predictions == [-3.0, 0.0, -1.0, -5.0, -1.0]  # an unknown prediction counts as 0
    # a is positive in December and negative in November; nobody else is eligible then
    assert tuple(people_of(rows).first()) == (1, 1, 1)


def test_a_task_carries_the_words_that_it_prepares(spark):
    assert inputs(SPEC, TASK) == {**dict.fromkeys(SPEC.numbers, "double"), "bought": "map<string,bigint>"}
    without = TASK.model_copy(update={"preparation": Preparation()})
    assert list(inputs(SPEC, without)) == list(SPEC.numbers)
    assert "bought" not in task_rows(*frames(spark), SPEC, without, JAN).columns


def test_the_summary_counts_the_eligible_and_its_hash_depends_on_their_content_not_their_order(spark):
    features, labels = frames(spark)

    def found(features):
        rows = summarised(task_rows(with_inputs_hash(features, SPEC, TASK), labels, SPEC, TASK, JAN)).collect()
        return {row["moment"].month: tuple(row[1:5]) for row in rows}, {r["moment"].month: r["rows_hash"] for r in rows}

    counts, hashes = found(features)
    assert counts == {11: (1, 1, 1, 0), 12: (2, 1, 1, 1), 1: (2, 1, 0, 0)}
    assert found(features.repartition(3, "spend"))[1] == hashes
    other = found(features.na.fill({"baskets": 4}))[1]
    assert (other[11], other[12]) == (hashes[11], other[12])
    assert other[12] != hashes[12]
    words = found(
        features.withColumn(
            "bought", F.when(F.col("as_of") == F.lit(NOV), F.expr("map('milk', 2L, 'tea', 1L)")).otherwise(F.col("bought"))
        )
    )[1]
    assert (words[11] == hashes[11], words[12] == hashes[12]) == (False, True)
    turned = found(features.withColumn("bought", F.map_from_entries(F.reverse(F.map_entries("bought")))))[1]
    assert turned == hashes


def test_a_version_is_12_digits_that_depend_on_task_spec_code_and_rows_but_not_on_other_tasks(spark):
    training = training_hash([(1, 10), (2, -30)])
    assert training == "3:-20"
    assert len(code_hash()) == 64
    plain = model_version(spark, SPEC, TASK, training, "code")
    with_another = SPEC.model_copy(update={"tasks": (TASK, TASK.model_copy(update={"name": "other"}))})
    assert len(plain) == 12
    assert model_version(spark, with_another, TASK, training, "code") == plain
    others = [
        model_version(spark, SPEC, TASK.model_copy(update={"rule": "feature.days"}), training, "code"),
        model_version(spark, SPEC.model_copy(update={"seed": 1}), TASK, training, "code"),
        model_version(spark, SPEC, TASK, "3:-21", "code"),
        model_version(spark, SPEC, TASK, training, "other"),
    ]
    assert len({plain, *others}) == 5


def test_how_many_parts_depends_on_the_rows():
    assert [parts_for(rows, SPEC) for rows in (0, 1, 50_000, 50_001, 1_000_000)] == [1, 1, 1, 2, 20]
