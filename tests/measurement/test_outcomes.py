"""Arms and their comparison against plain Python: everybody assigned counts, the unripe do not, sums add up."""

import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from dmp_spark.ingest.tables import EVENTS
from dmp_spark.measurement.arms import arms, held, sums
from dmp_spark.measurement.outcomes import outcomes, units
from dmp_spark.measurement.spec import Experiment, MeasurementSpec, Metric
from dmp_spark.measurement.stage import build
from dmp_spark.measurement.tables import EXPERIMENTS
from dmp_spark.measures.events import Events, events_of_people
from dmp_spark.measures.resolve import event_columns, resolve_measure
from dmp_spark.measures.spec import MeasureFile
from tests.oracles import lift_plain as plain

ZONE = "America/New_York"
MIDNIGHT = datetime(2017, 11, 1, 4, tzinfo=UTC)
NOON = datetime(2017, 11, 5, 17, tzinfo=UTC)  # its first whole day is the sixth, after clocks went back
AS_OF = datetime(2017, 11, 16, 5, tzinfo=UTC)  # ten days after the sixth, to the hour
WRITTEN: dict[str, dict[str, Any]] = {
    "redeemed": {"of": "coupon_redemption", "take": "count(*) > 0", "ahead": "10 days"},
    "spend": {"of": "purchase", "take": "sum(value)", "ahead": "10 days", "unit": "USD"},
    "capped": {"of": "purchase", "take": "sum(value)", "ahead": "10 days"},
    "later": {"of": "purchase", "take": "count(*)", "ahead": "2 weeks"},
}
WINSORISED = {"capped": 0.9}
PLAIN = (
    plain.Metric("redeemed", "coupon_redemption", 10, lambda found: bool(found), is_condition=True),
    plain.Metric("spend", "purchase", 10, sum),
    plain.Metric("capped", "purchase", 10, sum, winsorise=0.9),
    plain.Metric("later", "purchase", 14, len),
)


def experiment(name: str, metrics: tuple[str, ...], activation: str = "") -> Experiment:
    def metric(of: str) -> Metric:
        measure = resolve_measure(f"{name}.{of}", MeasureFile.model_validate(WRITTEN[of]), event_columns(EVENTS))
        return Metric(name=of, measure=measure, winsorise=WINSORISED.get(of))

    return Experiment(name=name, question="", activation=activation or name, metrics=tuple(metric(of) for of in metrics))


def frames(
    spark: SparkSession,
    assigned: list[plain.Assigned],
    events: list[plain.Event],
    owners: dict[str, str],
    sent: list[tuple[str, str, str]],
) -> dict[str, DataFrame]:
    moment = datetime(2017, 1, 1, tzinfo=UTC)
    told = spark.createDataFrame(
        [(f"e{n}", e.subject, e.kind, e.at, e.known, Decimal(str(e.value))) for n, e in enumerate(events)],
        "event_id string, subject_id string, event_type string, event_time timestamp, known_time timestamp, value decimal(18,4)",
    ).withColumn("event_date", F.from_utc_timestamp("event_time", ZONE).cast("date"))
    columns = [
        F.col(c.name) if c.name in told.columns else F.lit(None).cast(c.type).alias(c.name) for c in EVENTS.columns if not c.audit
    ]
    return {
        "silver.events": told.select(*columns),
        "silver.identity_map": spark.createDataFrame(
            [(who, person, moment, None) for who, person in owners.items()],
            "identifier_id string, person_id string, valid_from timestamp, valid_until timestamp",
        ),
        "gold.assignments": spark.createDataFrame(
            [(a.experiment, a.unit, a.variant, a.propensity, a.at) for a in assigned],
            "experiment string, unit_id string, variant string, propensity double, assigned_at timestamp",
        ),
        "gold.decisions": spark.createDataFrame(
            [(activation, person, f"o{n}", MIDNIGHT, decision) for n, (activation, person, decision) in enumerate(sent)],
            "activation string, person_id string, occasion string, as_of timestamp, decision string",
        ),
    }


def world() -> tuple[list[plain.Assigned], list[plain.Event], dict[str, str], list[tuple[str, str, str]]]:
    """Three cohorts of people with two identifiers, a third of the treatment not sent to, who are idle; news that comes late."""
    chance = random.Random(5)
    assigned, events, sent, owners = [], [], [], {}
    for number in range(120):
        person, variant = f"p{number}", "holdout" if number % 4 == 0 else "treatment"
        at = (MIDNIGHT, NOON, NOON + timedelta(days=1), AS_OF + timedelta(days=1))[number % 3 if number else 3]
        assigned.append(plain.Assigned("back", person, variant, at, 0.25 if variant == "holdout" else 0.75))
        owners |= {f"{person}-{part}": person for part in ("a", "b")}
        is_sent = variant == "treatment" and number % 3 > 0
        sent += [("back", person, "sent"), ("back", person, "sent")] if is_sent else [("back", person, "refused")]
        sent.append(("other", person, "sent"))
        for _ in range(chance.randrange(6) if is_sent or variant == "holdout" else 0):
            when = MIDNIGHT + timedelta(minutes=chance.randrange(-4000, 40_000))
            known = when + timedelta(days=chance.choice([0, 0, 0, 9]))
            kind = chance.choice(["purchase", "purchase", "coupon_redemption"])
            value = round(chance.lognormvariate(3, 1), 2)
            events.append(plain.Event(f"{person}-{chance.choice('ab')}", kind, when, known, value))
    edges = [(MIDNIGHT, 1000), (MIDNIGHT - timedelta(seconds=1), 5000), (MIDNIGHT + timedelta(days=10, hours=1), 7000)]
    events += [plain.Event("p3-a", "purchase", at, at, value) for at, value in edges]  # only the first lies in the window
    assigned.append(plain.Assigned("other", "p1", "holdout", MIDNIGHT, 0.5))
    return assigned, events, owners, sent


def test_arms_and_differences_equal_plain_python(spark: SparkSession) -> None:
    assigned, events, owners, sent = world()
    spec = MeasurementSpec(zone=ZONE, experiments=(experiment("come_back", tuple(WRITTEN), "back"),))
    days = sorted({plain.first_day(one.at, ZONE) for one in assigned if one.experiment == "back" and one.at <= AS_OF})
    assert days == [date(2017, 11, 1), date(2017, 11, 6), date(2017, 11, 7)]
    built = build(frames(spark, assigned, events, owners, sent), spec, AS_OF, days)["gold.experiments"]
    assert built.dtypes == list(EXPERIMENTS.types.items())
    found = {(row["metric"], row["slice"], row["variant"]): row.asDict() for row in built.collect()}

    ours = [one for one in assigned if one.experiment == "back"]
    expected = {metric.name: plain.values(ours, events, owners, metric, ZONE, AS_OF) for metric in PLAIN}
    assert {"all", "first_day=2017-11-01", "first_day=2017-11-06"} == {where for where, _ in expected["spend"]}
    assert set(found) == {(metric, *arm) for metric, by_arm in expected.items() for arm in by_arm}
    assert {metric for metric, *_ in found} == {"redeemed", "spend", "capped", "later"}
    for (metric, where, variant), row in found.items():
        values = expected[metric][where, variant]
        assert row["units"] == len(values)
        assert float(row["total"]) == pytest.approx(sum(values), abs=1e-5)
        assert float(row["total_of_squares"]) == pytest.approx(sum(value**2 for value in values), rel=1e-9, abs=1e-5)
        assert row["mean"] == pytest.approx(sum(values) / len(values), abs=1e-5)
        contrast = (row["difference"], row["difference_low"], row["difference_high"])
        if variant == "holdout":
            assert contrast == (None, None, None)
        else:
            others = expected[metric][where, "holdout"]
            wanted = plain.compared(values, others, metric == "redeemed")
            assert contrast == pytest.approx(wanted, abs=2e-5)
            assert row["lift"] == pytest.approx(wanted[0] / (sum(others) / len(others)), abs=1e-5)
    treatment = found["spend", "all", "treatment"]
    counted = [one for one in ours if one.at <= AS_OF]
    assert treatment["assigned"] == sum(one.variant == "treatment" for one in counted)
    assert treatment["sent"] == sum(one.variant == "treatment" and int(one.unit[1:]) % 3 > 0 for one in counted)
    assert treatment["sent"] < treatment["assigned"]
    assert (
        found["capped", "all", "treatment"]["winsorised_at"]
        == found["capped", "first_day=2017-11-06", "holdout"]["winsorised_at"]
    )
    assert found["spend", "all", "treatment"]["winsorised_at"] is None


def test_sums_add_up_over_days_and_over_deliveries(spark: SparkSession) -> None:
    """All is the sum of its days, and of units that come in two lots: what a slice or a later day needs no second look for."""
    assigned, events, owners, sent = world()
    spec = MeasurementSpec(zone=ZONE, experiments=(experiment("back", ("redeemed", "capped")),))
    inputs = frames(spark, assigned, events, owners, sent)
    everybody = units(inputs["gold.assignments"], inputs["gold.decisions"], spec, AS_OF)
    of_people = Events(events_of_people(inputs["silver.events"], inputs["silver.identity_map"], AS_OF), ZONE)
    days = [date(2017, 11, 1), date(2017, 11, 6), date(2017, 11, 7)]
    values = held(outcomes(of_people, everybody, spec, days, AS_OF), spec.shares)
    is_first = F.crc32(F.col("unit_id").cast("binary")) % 3 == 0
    lots = sums(values.where(is_first)).unionByName(sums(values.where(~is_first)))

    def told(parts: DataFrame) -> dict[tuple[str, str], tuple[Any, ...]]:
        rows = arms(parts).collect()
        return {(row["metric"], row["slice"]): (*row["treatment"], *row["holdout"]) for row in rows}

    at_once = told(sums(values))
    assert told(lots) == at_once
    for metric in ("redeemed", "capped"):
        parts = [numbers for (of, where), numbers in at_once.items() if of == metric and where != "all"]
        assert len(parts) == 2
        assert tuple(sum(part) for part in zip(*parts, strict=True)) == at_once[metric, "all"]


def test_arms_of_nobody_of_equals_and_of_what_is_too_large(spark: SparkSession) -> None:
    def arm_of(name: str, variant: str, number: int, spent: list[float]) -> tuple[list[plain.Assigned], list[plain.Event]]:
        people = [f"{name}-{variant}-{n}" for n in range(number)]
        return (
            [plain.Assigned(name, person, variant, MIDNIGHT, 0.5) for person in people],
            [plain.Event(person, "purchase", MIDNIGHT, MIDNIGHT, value) for person in people for value in spent],
        )

    given = [
        arm_of("empty", "treatment", 3, [5]),
        arm_of("equal", "treatment", 3, [0.1]),
        arm_of("equal", "holdout", 4, [0.1]),
        arm_of("large", "treatment", 2, [9e13] * 2),
        arm_of("large", "holdout", 2, [1]),
        arm_of("idle", "treatment", 2, []),
        arm_of("idle", "holdout", 2, []),
        arm_of("one", "treatment", 1, [2]),
        arm_of("one", "holdout", 2, [1]),
    ]
    assigned = [one for some, _ in given for one in some]
    events = [event for _, some in given for event in some]
    names = ("empty", "equal", "large", "idle", "one")
    spec = MeasurementSpec(zone=ZONE, experiments=tuple(experiment(name, ("redeemed", "spend", "capped")) for name in names))
    inputs = frames(spark, assigned, events, {e.subject: e.subject for e in events}, [("none", "nobody", "sent")])
    rows = build(inputs, spec, AS_OF, [date(2017, 11, 1)])["gold.experiments"].where("slice = 'all'").collect()
    told = {(row["experiment"], row["metric"], row["variant"]): row for row in rows}
    shown = ("units", "total", "mean", "difference", "difference_low", "p_value", "detectable", "lift")

    def of(name: str, variant: str, metric: str = "spend") -> tuple[Any, ...]:
        return tuple(told[name, metric, variant][column] for column in shown)

    assert of("empty", "treatment") == (3, 15, 5, None, None, None, None, None)
    assert of("empty", "holdout") == (0, 0, None, None, None, None, None, None)
    assert of("equal", "treatment") == (3, Decimal("0.3"), 0.1, 0, None, None, None, 0)
    assert of("large", "treatment") == (2, None, None, None, None, None, None, None)
    assert of("large", "holdout") == (2, 2, 1, None, None, None, None, None)
    assert of("idle", "treatment") == (2, 0, 0, 0, None, None, None, None)
    assert of("one", "treatment") == (1, 2, 2, 1, None, None, None, 1)
    # of a share the interval stands also where nobody did it: two of two could have been up to 66 %
    assert of("idle", "treatment", "redeemed") == (2, 0, 0, 0, -0.657620, None, None, None)
    assert told["idle", "capped", "treatment"]["winsorised_at"] is None  # a bound of 0 would leave nothing
    assert told["equal", "capped", "treatment"]["winsorised_at"] == Decimal("0.1")


def test_before_any_horizon_has_ended_there_are_no_rows(spark: SparkSession) -> None:
    assigned, events, owners, sent = world()
    spec = MeasurementSpec(zone=ZONE, experiments=(experiment("back", ("spend", "capped")),))
    early = datetime(2017, 11, 11, 4, 59, 59, tzinfo=UTC)
    built = build(frames(spark, assigned, events, owners, sent), spec, early, [date(2017, 11, 1)])["gold.experiments"]
    assert built.dtypes == list(EXPERIMENTS.types.items())
    assert built.count() == 0
