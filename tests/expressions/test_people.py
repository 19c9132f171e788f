"""One row a person with all that expressions name."""

from datetime import UTC, datetime

from chispa import assert_df_equality

from dmp_spark.expressions.people import named, people

NOW, BEFORE = datetime(2018, 1, 1, 5, tzinfo=UTC), datetime(2017, 12, 1, 5, tzinfo=UTC)


def test_features_and_scores_are_those_of_the_moment_and_null_where_there_are_none(spark):
    profiles = spark.createDataFrame([("p1", "0"), ("p2", None)], "person_id string, kids string")
    features = spark.createDataFrame(
        [("p1", NOW, 3), ("p1", BEFORE, 9), ("p2", BEFORE, 9)], "person_id string, as_of timestamp, baskets long"
    )
    scores = spark.createDataFrame(
        [("p2", "leaves", "v2", NOW, 0.5, 80.0), ("p2", "leaves", "v1", BEFORE, 0.1, 3.0), ("p1", "other", "v1", NOW, 0.9, 99.0)],
        "person_id string, model string, version string, as_of timestamp, score double, percentile double",
    )
    names = ["profile.kids", "feature.baskets", "score.leaves.percentile", "score.leaves.version"]
    actual = people(profiles, features, scores, names, NOW).select(
        "person_id", *[named(name).alias(name.replace(".", "_")) for name in names]
    )
    schema = (
        "person_id string, profile_kids string, feature_baskets long, score_leaves_percentile double, score_leaves_version string"
    )
    expected = spark.createDataFrame([("p1", "0", 3, None, None), ("p2", None, None, 80.0, "v2")], schema)
    assert_df_equality(actual, expected, ignore_row_order=True, ignore_nullable=True)
    without = people(profiles, features, None, names, NOW).where("person_id = 'p2'").select(named("score.leaves.percentile"))
    assert without.collect()[0][0] is None
