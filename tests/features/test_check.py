"""What is told about a wrong features.yml, and about labels that do not fit."""

from datetime import date

import pytest

from dmp_spark.features.tables import contracts, reads
from dmp_spark.ingest.tables import EVENTS, reference_contract
from tests.written_project import resolved, told

ITEMS = reference_contract("items", ("item_id",), {"item_id": "string", "category": "string", "is_own": "boolean"}, "products")
PROMOTIONS = reference_contract(
    "promotions", ("item_id", "store_id"), {"item_id": "bigint", "store_id": "bigint", "is_mailed": "boolean"}, "mailers"
)
KNOWN = {contract.name: contract for contract in (EVENTS, ITEMS, PROMOTIONS)}
MOMENTS = "moments: {every: 1 month, from: 2017-04-01, until: 2018-01-01, also: [as_of]}\n"
BY_SHOP = "lookups: {promotion: {table: promotions, key: {item_id: item_id, store_id: %s}%s}}"
LOOKUPS = "lookups: {item: {table: items, key: {item_id: item_id}}}\n"


def checked(folder, rest: str, **files: str):
    return resolved(folder, "features", KNOWN, features=MOMENTS + rest, **files)


def test_features_have_the_columns_types_and_units_of_their_measures(tmp_path):
    spec, found = checked(
        tmp_path,
        LOOKUPS
        + """\
measures:
  spend: {of: purchase, take: sum(value), unit: USD, over: [30 days, ever]}
  own_share: {of: purchase, where: "item.category <> 'TEA'", take: share(item.is_own), over: [90 days]}
""",
    )
    assert told(found) == []
    tables = contracts(spec)
    assert tables["gold.features"].types == {
        "person_id": "string",
        "as_of": "timestamp",
        "spend_30d": "decimal(18,4)",
        "spend_ever": "decimal(18,4)",
        "own_share_90d": "double",
    }
    assert tables["gold.features"].column("spend_30d").unit == "USD"
    assert [label.task for label in spec.labels] == ["leaves"]
    assert reads(spec) == ("silver.events", "silver.identity_map", "silver.items")
    assert type(spec).model_validate_json(spec.model_dump_json()) == spec


def test_moments_are_those_up_to_as_of_and_as_of_itself(tmp_path):
    spec, _ = checked(tmp_path, "measures: {lines: {of: purchase, take: count(*), over: [ever]}}\n")
    assert spec.moments(date(2017, 3, 1)) == (date(2017, 3, 1),)
    assert spec.moments(date(2017, 5, 1)) == (date(2017, 4, 1), date(2017, 5, 1))
    assert spec.moments(date(2017, 5, 20)) == (date(2017, 4, 1), date(2017, 5, 1), date(2017, 5, 20))
    assert len(spec.moments(date(2019, 1, 1))) == 10


@pytest.mark.parametrize(
    ("rest", "line", "says", "way_out"),
    [
        ("measures: {m: {of: purchase, take: sum(valeu), over: [ever]}}", 2, "valeu", "did you mean value"),
        ("measures: {m: {of: purchase, where: value, take: count(*), over: [ever]}}", 2, "condition", ""),
        (
            "measures: {m: {of: purchse, take: count(*), over: [ever]}}",
            2,
            "no source writes events of type purchse",
            "did you mean purchase?",
        ),
        ("measures: {m: {of: purchase, take: count(*), over: [5 hours]}}", 2, "whole local days", ""),
        ("measures: {m: {of: purchase, take: count(*), over: [7 days, ever, 7 days]}}", 2, "7d stands twice", "leave one"),
        ("measures: {m: {of: purchase, take: count(*)}}", 2, "over which windows", ""),
        ("measures: {m: {of: purchase, take: count(*), ahead: 30 days}}", 2, "a feature looks back; labels look ahead", ""),
        ("measures: {m: {of: purchase, take: share(item.is_own), over: [ever]}}", 2, "item", ""),
        ("measures: {m: {of: purchase, take: \"reflect('java.lang.System')\", over: [ever]}}", 2, "reflect", ""),
        (
            "lookups: {item: {table: itmes, key: {item_id: item_id}}}",
            2,
            "no source gives the reference table itmes",
            "did you mean items?",
        ),
        (
            "lookups: {promotion: {table: promotions, key: {item_id: item_id}}}",
            2,
            "whole key of promotions: item_id, store_id",
            "several",
        ),
        ("lookups: {item: {table: items, key: {item_id: itm_id}}}", 2, "itm_id", "did you mean item_id"),
        ("lookups: {value: {table: items, key: {item_id: item_id}}}", 2, "value is a column of events already", ""),
        (BY_SHOP % ("value", ""), 2, "this gives decimal(18,4), and store_id of promotions is bigint", "cast(… as bigint)"),
        (BY_SHOP % ("attributes.store", ", missing: {is_maild: false}"), 2, "no such value: is_maild", "did you mean is_mailed?"),
        (BY_SHOP % ("attributes.store", ", missing: {item_id: 1}"), 2, "no such value: item_id", "is_mailed"),
        (
            BY_SHOP % ("attributes.store", ", missing: {is_mailed: 0}"),
            2,
            "this is bigint, and is_mailed of promotions is boolean",
            "",
        ),
        (BY_SHOP % ("attributes.store", ", missing: {is_mailed: is_bot}"), 2, "is_bot", ""),
        (
            BY_SHOP % ("attributes.store", ", missing: {is_mailed: false}, covered_by: [shop_id]"),
            2,
            "shop_id is not of the key of promotions",
            "did you mean store_id?",
        ),
        (
            BY_SHOP % ("attributes.store", ", missing: {is_mailed: false}, covered_by: [store_id, item_id]"),
            2,
            "covered_by names the whole key",
            "the part",
        ),
        (BY_SHOP % ("attributes.store", ", covered_by: [store_id]"), 2, "covered_by says where `missing` holds", "missing:"),
    ],
)
def test_a_mistake_is_told_once_with_its_place(tmp_path, rest, line, says, way_out):
    _, found = checked(tmp_path, rest + "\n")
    (place, what, way), *others = told(found)
    assert others == []
    assert place.startswith(f"features.yml:{line}:")
    assert says in what
    assert way_out in way


def test_a_measure_with_a_mistake_keeps_its_columns_so_that_others_do_not_complain(tmp_path):
    spec, _ = checked(tmp_path, "measures: {spend: {of: purchase, take: sum(valeu), over: [30 days]}}\n")
    assert contracts(spec)["gold.features"].types["spend_30d"] == "unknown"


def test_a_label_that_does_not_fit_is_told_in_models_yml(tmp_path):
    models = "tasks:\n  leaves: {kind: classification, rule: feature.lines_ever, label: {of: purchase, take: %s, ahead: %s}}\n"
    measures = "measures: {lines: {of: purchase, take: count(*), over: [ever]}}\n"
    _, found = checked(tmp_path, measures, models=models % ("sum(valeu) > 3", "30 days"))
    assert [(place.split(":")[0], what) for place, what, _ in told(found)] == [("models.yml", told(found)[0][1])]
    assert "valeu" in told(found)[0][1]
    _, found = checked(tmp_path, measures, models=models % ("first(time)", "30 days"))
    assert [what for _, what, _ in told(found)] == [
        "the label of a classification is a condition, such as count(*) = 0, and this is timestamp"
    ]
    _, found = checked(tmp_path, measures, models=models % ("count(*)", "30 days"))
    assert [what.rsplit(", ", 1)[1] for _, what, _ in told(found)] == ["and this is bigint"]
    amounts = models.replace("classification", "regression")
    assert told(checked(tmp_path, measures, models=amounts % ("sum(value)", "30 days"))[1]) == []
    _, found = checked(tmp_path, measures, models=amounts % ("count(*) > 0", "30 days"))
    assert [what for _, what, _ in told(found)] == [
        "the label of a regression is a number, such as sum(value), and this is boolean"
    ]
    _, found = checked(tmp_path, measures, models=models % ("days_since_last()", "30 days"))
    assert ["looks back" in what for _, what, _ in told(found)] == [True]
