"""Measurement through storage: rows of an earlier as_of stay, and nobody is lost who was not sent to."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from dmp_spark.contracts import Changes
from dmp_spark.errors import StageError
from dmp_spark.ingest.tables import EVENTS
from dmp_spark.measurement.spec import Experiment, MeasurementSpec, Metric
from dmp_spark.measurement.stage import run
from dmp_spark.measurement.tables import READS, WRITES, contracts
from dmp_spark.measures.resolve import event_columns, resolve_measure
from dmp_spark.measures.spec import MeasureFile
from dmp_spark.stage import Check, RunContext
from tests.refusals import refusal
from tests.written_project import table

ASSIGNED_AT = datetime(2017, 11, 1, 4, tzinfo=UTC)
RIPE_AT = datetime(2017, 12, 1, 5, tzinfo=UTC)
WRITTEN = MeasureFile.model_validate({"of": "purchase", "take": "sum(value)", "ahead": "30 days", "unit": "USD"})
SPEND = Metric(name="spend", measure=resolve_measure("back.spend", WRITTEN, event_columns(EVENTS)))
SPEC = MeasurementSpec(
    zone="America/New_York", experiments=(Experiment(name="back", question="", activation="back", metrics=(SPEND,)),)
)
GIVEN = {
    contract.name: contract
    for contract in (
        table(
            "silver.events",
            ("event_id",),
            subject_id="string",
            event_type="string",
            event_time="timestamp",
            known_time="timestamp",
            event_date="date",
            value="decimal(18,4)",
            currency="string",
        ),
        table("silver.identity_map", ("identifier_id",), person_id="string", valid_until="timestamp"),
        table("gold.assignments", ("experiment", "unit_id"), variant="string", propensity="double", assigned_at="timestamp"),
        table("gold.decisions", ("activation", "person_id"), decision="string"),
    )
}


def fill(spark, lakehouse, spent):
    """People p0, p1, … who spent this, each on the second day; every fifth is held out, p1 was refused after all."""
    people = [f"p{number}" for number in range(len(spent))]
    held_out = {person for number, person in enumerate(people) if number % 5 == 0}
    when = ASSIGNED_AT + timedelta(days=1)
    events = [
        (f"e-{p}", f"i-{p}", "purchase", when, when, (when - timedelta(hours=4)).date(), Decimal(value), "USD")
        for p, value in zip(people, spent, strict=True)
    ]
    rows = {
        "silver.identity_map": [(f"i-{p}", p, None) for p in people],
        "gold.assignments": [
            ("back", p, *(("holdout", 0.2) if p in held_out else ("treatment", 0.8)), ASSIGNED_AT) for p in people
        ],
        "gold.decisions": [("back", p, "refused" if p == "p1" else "held_out" if p in held_out else "sent") for p in people],
        "silver.events": events,
    }
    for name, given in rows.items():
        types = ", ".join(f"`{column}` {kind}" for column, kind in GIVEN[name].types.items())
        lakehouse.replace(name, spark.createDataFrame(given, types))


@pytest.mark.slow(reason="two runs through Delta")
def test_everybody_counts_and_rows_of_an_earlier_as_of_stay(spark, lakehouse_at):
    known = GIVEN | contracts(SPEC)
    fill(spark, lakehouse_at(known), [10, 100, 20, 30, 40, 20, 30, 30, 20, 30])
    lakehouse = lakehouse_at(known, "measurement", READS, WRITES)
    context = RunContext(lakehouse, RIPE_AT, "run-1", RIPE_AT, SPEC.zone)
    ripe = run(context, SPEC)
    # 20, 100 of p1 who was not sent to, 30, 40, 30, 30, 20, 30: the mean is 37.5 with p1, and 28.57 without
    assert ripe.notes == (
        "back: spend in 30 days: 2 people with 15.00 USD each held out, 8 people with 37.50 USD each to be sent to; "
        "difference +22.50 [-2.08, +47.08] USD, could have seen 33.94: no effect seen",
    )
    assert ripe.checks == (Check("back: arms are as large as they were drawn", True),)
    rows = sorted(lakehouse.read("gold.experiments").collect(), key=lambda row: (row["slice"], row["variant"]))
    assert [(row["variant"], row["slice"], row["assigned"], row["sent"], row["units"], row["total"]) for row in rows] == [
        ("holdout", "all", 2, 0, 2, 30),
        ("treatment", "all", 8, 7, 8, 300),
        ("holdout", "first_day=2017-11-01", 2, 0, 2, 30),
        ("treatment", "first_day=2017-11-01", 8, 7, 8, 300),
    ]
    later = run(replace(context, as_of=RIPE_AT + timedelta(days=1)), SPEC)
    assert later.changes["gold.experiments"] == Changes(inserted=4)
    assert {row["as_of"] for row in lakehouse.read("gold.experiments").collect()} == {
        moment.replace(tzinfo=None) for moment in (RIPE_AT, RIPE_AT + timedelta(days=1))
    }
    assert run(context, MeasurementSpec(zone=SPEC.zone)).changes == {}

    dollars = lakehouse.read("silver.events")
    mixed = {name: lakehouse.read(name) for name in READS}
    mixed["silver.events"] = dollars.union(dollars.replace("USD", "EUR", ["currency"]))
    lakehouse.read = mixed.__getitem__
    assert refusal(StageError, lambda: run(context, SPEC)) == (
        "measurement: back.spend would add up money in EUR and USD: let its `where` choose one, such as currency = 'EUR'"
    )
