"""Which value of an attribute counts."""

from datetime import UTC, datetime

from chispa import assert_df_equality

from dmp_spark.profiles.attributes import latest_values
from dmp_spark.profiles.spec import Attribute

AS_OF = datetime(2018, 1, 1, 5, tzinfo=UTC)
FACTS = "person_id string, source string, subject_id string, attribute string, value string, valid_from timestamp, valid_until timestamp"


def fact(person, value, day="2017-01-01", source="crm", subject="s1", attribute="age_band", until=None):
    at = datetime.fromisoformat(f"{day}T05:00:00+00:00")
    return (person, source, subject, attribute, value, at, until)


def test_the_latest_value_of_the_preferred_source_counts(spark):
    closed = datetime(2017, 6, 1, tzinfo=UTC)
    rows = [
        fact("later", "old", "2017-01-01"),
        fact("later", "new", "2017-05-01"),
        fact("later", "after as_of", "2018-01-02"),
        fact("tie", "from the second source", source="survey"),
        fact("tie", "from the first source", source="crm"),
        fact("second is later", "said later", "2017-03-01", source="survey"),
        fact("second is later", "said earlier", "2017-02-01", source="crm"),
        fact("closed", "gone", until=closed),
        fact("closed", "holds", "2016-01-01", attribute="income_band"),
        fact("other source", "nobody asked", source="web"),
        fact("null", None, "2017-05-01"),
        fact("null", "before", "2017-04-01"),
        fact("two subjects", "of s1", subject="s1"),
        fact("two subjects", "of s2", subject="s2"),
        fact("at as_of", "just in time", "2018-01-01"),
    ]
    attributes = [Attribute(name="age_band", sources=("crm", "survey")), Attribute(name="income_band", sources=("crm",))]
    expected = [
        ("later", "new", None),
        ("tie", "from the first source", None),
        ("second is later", "said later", None),
        ("closed", None, "holds"),
        ("other source", None, None),
        ("null", None, None),
        ("two subjects", "of s2", None),
        ("at as_of", "just in time", None),
    ]
    actual = latest_values(spark.createDataFrame(rows, FACTS), attributes, AS_OF)
    wanted = spark.createDataFrame(expected, "person_id string, age_band string, income_band string")
    assert_df_equality(actual, wanted, ignore_row_order=True, ignore_nullable=True)
