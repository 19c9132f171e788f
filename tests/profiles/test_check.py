"""What is told about a wrong profiles.yml."""

from dmp_spark.profiles.tables import contracts
from tests.written_project import resolved, told


def test_columns_have_the_types_of_their_features_and_attributes_are_text(tmp_path):
    spec, found = resolved(
        tmp_path,
        "profiles",
        profiles="""\
        attributes: {kids: {from: [crm], choose: latest}}
        traits: {spend: spend_ever, last: last_purchase_ever}
        """,
    )
    assert told(found) == []
    assert contracts(spec)["gold.profiles"].types == {
        "person_id": "string",
        "kids": "string",
        "spend": "decimal(18,4)",
        "last": "timestamp",
    }


def test_unknown_sources_attributes_and_features_are_told_with_what_was_meant(tmp_path):
    spec, found = resolved(
        tmp_path,
        "profiles",
        profiles="""\
        attributes:
          kids: {from: [crmm]}
          kid: {from: [crm]}
          age: {from: [orders]}
        traits:
          spend: spend_evr
          kids: spend_ever
        """,
    )
    assert [(place.rsplit(":", 1)[0], what, way_out) for place, what, way_out in told(found)] == [
        ("profiles.yml:2", "no source crmm gives attributes of persons", "did you mean crm?"),
        ("profiles.yml:3", "the source crm gives no attribute kid", "did you mean kids?"),
        ("profiles.yml:4", "no source orders gives attributes of persons", "known: crm"),
        ("profiles.yml:6", "there is no feature spend_evr", "did you mean spend_ever?"),
        ("profiles.yml:7", "kids is a column of gold.profiles already", "give one of the two another name"),
    ]
    assert contracts(spec)["gold.profiles"].types["spend"] == "unknown"  # its name stays: segments do not complain again


def test_traits_without_features_are_told(tmp_path):
    _, found = resolved(tmp_path, "profiles", contracts={}, profiles="traits: {spend: spend_ever}\n")
    assert [what for _, what, _ in told(found)] == ["traits need features.yml, and there is none"]
