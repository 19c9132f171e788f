"""gold.profiles out of its three inputs."""

from datetime import UTC, datetime
from decimal import Decimal

from chispa import assert_df_equality

from dmp_spark.profiles.spec import Attribute, ProfilesSpec, Trait
from dmp_spark.profiles.stage import build

MIDNIGHT = datetime(2018, 1, 1, 5, tzinfo=UTC)  # in New York
BEFORE = datetime(2017, 12, 1, 5, tzinfo=UTC)
SPEC = ProfilesSpec(
    zone="America/New_York",
    attributes=(Attribute(name="kids", sources=("crm",)),),
    traits=(Trait(name="spend", feature="spend_ever", type="decimal(18,4)"),),
)


def test_a_person_with_an_identifier_has_one_row_with_or_without_facts_and_features(spark):
    inputs = {
        "silver.identity_map": spark.createDataFrame(
            [
                ("i1", "p1", BEFORE, None),
                ("i2", "p1", BEFORE, None),
                ("i3", "p2", BEFORE, None),
                ("i4", "gone", BEFORE, MIDNIGHT),
            ],
            "identifier_id string, person_id string, valid_from timestamp, valid_until timestamp",
        ),
        "silver.person_attributes": spark.createDataFrame(
            [("crm", "i2", "kids", BEFORE, "2", None), ("crm", "i4", "kids", BEFORE, "1", None)],
            "source string, subject_id string, attribute string, valid_from timestamp, value string, valid_until timestamp",
        ),
        "gold.features": spark.createDataFrame(
            [("p1", MIDNIGHT, Decimal("12.5000")), ("p1", BEFORE, Decimal("3.0000")), ("p2", BEFORE, Decimal("9.0000"))],
            "person_id string, as_of timestamp, spend_ever decimal(18,4)",
        ),
    }
    expected = spark.createDataFrame(
        [("p1", "2", Decimal("12.5000")), ("p2", None, None)], "person_id string, kids string, spend decimal(18,4)"
    )
    at_noon = datetime(2018, 1, 1, 17, tzinfo=UTC)
    for as_of in (MIDNIGHT, at_noon):  # an as_of that is no midnight counts as its local date
        actual = build(inputs, SPEC, as_of)["gold.profiles"]
        assert_df_equality(actual, expected, ignore_row_order=True, ignore_nullable=True)


def test_a_project_without_attributes_and_traits_lists_its_people(spark):
    inputs = {
        "silver.identity_map": spark.createDataFrame(
            [("i1", "p1", BEFORE, None)], "identifier_id string, person_id string, valid_from timestamp, valid_until timestamp"
        ),
        "silver.person_attributes": spark.createDataFrame(
            [], "source string, subject_id string, attribute string, valid_from timestamp, value string, valid_until timestamp"
        ),
    }
    actual = build(inputs, ProfilesSpec(zone="UTC"), MIDNIGHT)["gold.profiles"]
    assert_df_equality(actual, spark.createDataFrame([("p1",)], "person_id string"), ignore_nullable=True)
