"""ingest.yml, right and wrong. No Spark."""

import sys
from pathlib import Path

import pytest

from tests.written_project import resolved, told

ORDERS = """
sources:
  orders:
    read: {path: orders.parquet}
    arrives: appended
    columns: {customer: string, at: timestamp, amount: double, day: date}
    rules:
      has_customer: {require: customer is not null, otherwise: reject}
    events:
      purchase:
        id: fingerprint
        time: {column: at, zone: UTC}
        known: {after: 2 hours}
        identifiers: {customer: customer}
        value: amount
        currency: {value: USD}
"""
CAMPAIGNS = """
  campaigns:
    read: {path: campaigns.parquet}
    arrives: replaced
    columns: {campaign_id: bigint, start_date: timestamp}
    reference: {table: campaigns, key: [campaign_id]}
"""


def found_in(folder: Path, text: str, **files: str) -> list[tuple[str, str, str]]:
    _, found = resolved(folder, "ingest", ingest=text, models="", **files)
    return told(found)


def test_a_right_source_resolves_with_everything_it_needs(tmp_path: Path) -> None:
    spec, found = resolved(tmp_path, "ingest", ingest=ORDERS, models="")

    assert told(found) == []
    assert spec.zone == "America/New_York"
    [orders] = spec.sources
    assert orders.path == str(tmp_path / "orders.parquet")
    [purchase] = orders.events
    assert (purchase.known.kind, purchase.known.amount, purchase.known.unit) == ("after", 2, "hours")
    assert [(value.name, value.expression, value.is_fixed) for value in purchase.values] == [
        ("currency", "USD", True),
        ("value", "amount", False),
    ]


def test_sources_stand_after_the_reference_tables_that_they_look_up(tmp_path: Path) -> None:
    lookups = "lookups: {campaign: {table: campaigns, key: {campaign_id: 1}, missing: null}}\n    events:"
    spec, found = resolved(tmp_path, "ingest", ingest=ORDERS.replace("events:", lookups) + CAMPAIGNS, models="")

    assert told(found) == []
    assert [source.name for source in spec.sources] == ["campaigns", "orders"]
    assert spec.sources[1].lookups[0].missing == "null"
    assert spec.sources[1].names["campaign.start_date"] == "timestamp"


@pytest.mark.parametrize(
    ("right", "wrong", "place", "sentence", "way_out"),
    [
        ("customer is not null", "custmer is not null", "ingest.yml:8:32", "custmer", "customer"),
        ("customer is not null", "amount + 1", "ingest.yml:8:32", "condition", ""),
        ("        known: {after: 2 hours}\n", "", "ingest.yml:10:7", "`known` is missing beside `time`", "landing"),
        (", zone: UTC", "", "ingest.yml:12:9", "`zone` is missing", "America/New_York"),
        ("zone: UTC", "zone: New York", "ingest.yml:12:33", "no such zone: New York", "America/New_York"),
        ("column: at,", "column: customer,", "ingest.yml:12:24", "customer is string, and a time is needed", "timestamp"),
        ("column: at,", "column: day,", "ingest.yml:12:9", "day is a date", "precision: day"),
        ("amount: double", "amount: doubel", "ingest.yml:6:54", "no such type: doubel", "did you mean double?"),
        ("value: amount", "value: customer", "ingest.yml:15:16", "this gives string, and a number is needed", "cast"),
        ("        currency: {value: USD}\n", "", "ingest.yml:10:7", "money without a currency", "currency"),
        (
            "{value: USD}",
            "USD",
            "ingest.yml:16:19",
            "there is no column USD",
            "a fixed value is written {value: USD}; known: amount",
        ),
        ("{path:", "{format: cvs, path:", "ingest.yml:4:20", "cvs", "did you mean csv?"),
        ("id: fingerprint", "id: [custmer]", "ingest.yml:11:13", "no such column: custmer", "did you mean customer?"),
    ],
)
def test_a_mistake_is_told_where_it_stands_with_a_way_out(
    tmp_path: Path, right: str, wrong: str, place: str, sentence: str, way_out: str
) -> None:
    assert ORDERS.count(right) >= 1
    [(where, what, way)] = found_in(tmp_path, ORDERS.replace(right, wrong, 1))

    assert where.rsplit(":", 1)[0] == place.rsplit(":", 1)[0]  # the line; the column is project/'s own matter
    assert sentence in what
    assert way_out in way


def test_an_identifier_that_is_a_fraction_is_warned_of(tmp_path: Path) -> None:
    text = ORDERS.replace("identifiers: {customer: customer}", "identifiers: {customer: amount, account: cast(amount as bigint)}")
    _, found = resolved(tmp_path, "ingest", ingest=text, models="")

    assert told(found) == []
    [warning] = found.warnings
    assert warning.what == "amount is a double, and identifiers are texts: a customer would be called 17850.0"
    assert (warning.code, warning.way_out) == ("identifier-type", "cast(amount as bigint)")


def test_a_lookup_by_a_part_of_the_key_is_refused(tmp_path: Path) -> None:
    text = ORDERS.replace("events:", "lookups: {campaign: {table: campaigns, key: {start_date: at}}}\n    events:") + CAMPAIGNS
    [(_, what, way_out)] = found_in(tmp_path, text)

    assert what == "campaigns is looked up by its whole key: campaign_id"
    assert "multiply" in way_out


def test_columns_of_a_wrong_lookup_are_not_told_again(tmp_path: Path) -> None:
    text = ORDERS.replace("events:", "lookups: {campaign: {table: campaign, key: {campaign_id: 1}}}\n    events:")
    text = (
        text.replace("column: at,", "column: campaign.start_date,").replace("value: amount", "value: campaign.costs") + CAMPAIGNS
    )
    [(_, what, way_out)] = found_in(tmp_path, text)

    assert (what, way_out) == ("no source writes the reference table campaign", "did you mean campaigns?")


def test_sources_that_look_one_another_up_are_refused(tmp_path: Path) -> None:
    text = CAMPAIGNS.replace("reference:", "lookups: {self: {table: campaigns, key: {campaign_id: 1}}}\n    reference:")
    [(_, what, _)] = [line for line in found_in(tmp_path, "sources:" + text) if "one another" in line[1]]

    assert what == "these sources look one another up: campaigns"


def test_a_source_becomes_exactly_one_thing(tmp_path: Path) -> None:
    text = "sources:" + CAMPAIGNS.replace("    reference: {table: campaigns, key: [campaign_id]}\n", "")
    [(_, what, _)] = found_in(tmp_path, text)

    assert what == "a source becomes one of events, reference, person_attributes; here none stands"


def test_what_a_file_may_lack_and_when_things_can_have_happened_are_proven(tmp_path: Path) -> None:
    given = ORDERS.replace("    rules:", "    optional: [amount]\n    rules:")
    bounds = "earliest: 2016-01-01\nclock_ahead: 10 minutes\n"
    spec, found = resolved(tmp_path, "ingest", ingest=bounds + given, models="")
    assert told(found) == []
    assert spec.sources[0].optional == ("amount",)
    assert (spec.bounds.earliest, spec.bounds.clock_ahead) == ("2016-01-01T05:00:00+00:00", 600)  # midnight in New York

    wrong = "clock_ahead: 1 month\n" + given.replace("[amount]", "[amuont]")
    assert found_in(tmp_path, wrong) == [
        ("ingest.yml:1:14", "1 month has no fixed length: write days, hours or minutes", "clock_ahead: 1 hour"),
        ("ingest.yml:8:5", "no such column: amuont", "did you mean amount?"),
    ]


def test_reference_data_must_be_delivered_whole(tmp_path: Path) -> None:
    lines = found_in(tmp_path, "sources:" + CAMPAIGNS.replace("replaced", "appended"))

    assert [what for _, what, _ in lines] == ["reference are read as a whole"]


def test_what_combines_rows_of_one_key_fits_the_types_of_its_columns(tmp_path: Path) -> None:
    def combined(combine: str) -> list[tuple[str, str]]:
        text = """
sources:
  mailers:
    read: {path: mailers.parquet}
    arrives: replaced
    columns: {item: bigint, mailed: boolean, price: double, name: string, at: timestamp, left: decimal(8,2)}
    reference:
      table: mailers
      key: [item]
      select: {item: item, mailed: mailed, price: price, name: name, at: at, left: left, wrong: itm > 3}
      combine: {%s}
"""
        found = found_in(tmp_path, text % combine)
        return [(what, way_out) for place, what, way_out in found if place.startswith("ingest.yml:11:")]

    assert combined("mailed: any, price: max, name: min, at: max, left: sum, wrong: any") == []
    assert combined("mailed: sum") == [
        ("sum combines whole numbers and decimals, and mailed is boolean", "cast(… as decimal(18,4)) in `select`; or min or max")
    ]
    [(what, way_out)] = combined("price: sum")
    assert (what, "cast" in way_out) == ("sum combines whole numbers and decimals, and price is double", True)
    assert combined("name: any") == [("any combines conditions, and name is string", "min or max; or a condition in `select`")]
    assert combined("mailed: max") == [("max combines values that have an order, and mailed is boolean", "any or all")]
    assert combined("mialed: any") == [("no such column: mialed", "did you mean mailed?")]
    assert combined("item: max") == [("item is of the key, which rows that are combined share", "leave it out")]
    [(what, way_out)] = combined("mailed: anny")
    assert "any" in way_out


def test_a_lookup_by_a_value_that_the_key_would_cut_is_refused(tmp_path: Path) -> None:
    text = (
        ORDERS.replace("events:", "lookups: {campaign: {table: campaigns, key: {campaign_id: amount}}}\n    events:") + CAMPAIGNS
    )
    [(_, what, way_out)] = found_in(tmp_path, text)

    assert (what, way_out) == (
        "this gives double, and campaign_id of campaigns is bigint",
        "cast(… as bigint) says what is meant",
    )


def test_identifiers_stand_in_the_order_of_identity_yml(tmp_path: Path) -> None:
    from dmp_spark.ingest.check_names import Names
    from dmp_spark.ingest.check_records import identifiers
    from dmp_spark.project.found import Found

    names = Names({"a": "string", "b": "bigint"}, frozenset(), Found())
    assert [each.name for each in identifiers({"email": "a", "card": "b"}, names, ["card", "email"], "x")] == ["card", "email"]
    assert [each.name for each in identifiers({"email": "a", "card": "b"}, names, None, "x")] == ["email", "card"]
    identifiers({"mail": "a"}, names, ["card", "email"], "x")
    assert [problem.what for problem in names.found.problems] == ["identity.yml has no namespace mail"]


def test_the_check_does_not_import_pyspark(tmp_path: Path) -> None:
    import subprocess

    code = "import sys; import dmp_spark.ingest.check, dmp_spark.ingest.tables, dmp_spark.ingest.manifest; sys.exit('pyspark' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=False).returncode == 0
