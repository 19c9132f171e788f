"""Outliers: bounds as pandas and SciPy learn them, and what becomes of a record that is beyond them."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from chispa import assert_df_equality
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from dmp_spark.ingest import events, fit_outliers, outliers, rules
from dmp_spark.ingest.resolved import IngestSpec, Outlier, Source
from dmp_spark.ingest.times import Clocks
from tests.ingest.small_shop import CAMPAIGN, COLUMNS, HAS_CUSTOMER, orders, purchase
from tests.ingest.test_rules import records
from tests.oracles import outliers_pandas

LEARNED = datetime(2017, 5, 1, tzinfo=UTC)
AGAIN = datetime(2017, 6, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
TAUGHT = "event_id string, rule string, known_time timestamp, value double, group_values array<string>"
BOUNDS = "rule string, learned_at timestamp, group_values array<string>, records bigint, lower double, upper double"
WILD = Outlier(name="wild", of="amount", method="iqr", factor=1.5, learned_at=(LEARNED.isoformat(),))
CUT = Outlier(
    name="cut",
    of="pieces",
    by=("customer",),
    method="mad",
    factor=3.5,
    learned_at=(LEARNED.isoformat(), AGAIN.isoformat()),
    clips=True,
)


def test_bounds_are_what_pandas_and_scipy_find(spark: SparkSession) -> None:
    """Groups of many sizes and shapes, learned at two moments; files in another order teach the same."""
    chance = random.Random(1)
    shapes = {
        "normal": [chance.gauss(100, 15) for _ in range(200)],
        "skewed": [chance.lognormvariate(3, 1) for _ in range(101)],
        "equal": [5.0] * 40,
        "nearly_equal": [5.0] * 60 + [1.0, 9.0, 1e9],
        "thirty": [float(n) for n in range(30)],
        "too_few": [float(n) for n in range(29)],
        "whole_numbers": [float(chance.randrange(4)) for _ in range(50)],
        "negative": [-chance.expovariate(1) for _ in range(64)] + [-1e6],
    }
    rows = [(f"{name}-{n}", name, value) for name, values in shapes.items() for n, value in enumerate(values)]
    rows += [(f"none-{n}", None, float(n)) for n in range(10)]
    late = [(f"late-{n}", "too_few", 1000.0) for n in range(40)]
    by_rule = [Outlier(name=m, of="amount", by=("customer",), method=m, factor=f, learned_at=CUT.learned_at) for m, f in
               (("iqr", 1.5), ("mad", 3.5))]  # fmt: skip
    taught = [
        (event, rule, at, value, None if group is None else [group])
        for of, at in ((rows, LEARNED - HOUR), (late, LEARNED))  # what was known at the moment itself comes after it
        for event, group, value in of
        for rule in ("iqr", "mad")
    ]
    chance.shuffle(taught)
    wanted = {rule.name: rule.learned_at for rule in by_rule}
    found = fit_outliers.fitted(spark.createDataFrame(taught, TAUGHT), "orders", by_rule, wanted, {"iqr": "v1", "mad": "v2"})
    assert {(row.rule, row.version) for row in found.select("rule", "version").distinct().collect()} == {
        ("iqr", "v1"),
        ("mad", "v2"),
    }

    expected = []
    for rule in by_rule:
        for moment, known in ((LEARNED, rows), (AGAIN, rows + late)):
            for group, (number, low, high) in outliers_pandas.bounds(known, rule.method, rule.factor).items():
                expected.append((rule.name, moment, [group] if group else [], number, low, high))
    told = found.select("rule", "learned_at", "group_values", "records", F.round("lower", 6), F.round("upper", 6))
    wanted_rows = spark.createDataFrame(expected, BOUNDS)
    assert_df_equality(
        told.toDF(*wanted_rows.columns),
        wanted_rows.withColumns({name: F.round(name, 6) for name in ("lower", "upper")}),
        ignore_row_order=True,
        ignore_nullable=True,
    )


def test_of_very_many_events_so_many_are_drawn_by_their_ids(spark: SparkSession) -> None:
    rows = spark.range(4000).selectExpr(
        "cast(id as string) event_id", "'wild' rule", "timestamp'2017-01-01' known_time", "cast(id as double) value",
        "cast(null as array<string>) group_values",
    )  # fmt: skip
    [few] = fit_outliers.fitted(rows, "orders", [WILD], {"wild": WILD.learned_at}, {"wild": ""}, most=1000).collect()
    [other] = fit_outliers.fitted(rows.repartition(7), "orders", [WILD], {"wild": WILD.learned_at}, {"wild": ""}, 1000).collect()

    assert few.records == 4000
    assert few.lower == pytest.approx(-2000, abs=300)
    assert few.lower != -1999.5  # what all of them give
    assert (few.lower, few.upper) == (other.lower, other.upper)


def test_nothing_known_teaches_nothing_and_says_so(spark: SparkSession) -> None:
    empty = spark.createDataFrame([], TAUGHT)
    told = fit_outliers.fitted(empty, "orders", [WILD], {"wild": WILD.learned_at}, {"wild": "v"})

    expected = [("wild", LEARNED, [], 0, None, None)]
    assert_df_equality(told.select(*[name.split()[0] for name in BOUNDS.split(", ")]), spark.createDataFrame(expected, BOUNDS),
                       ignore_nullable=True)  # fmt: skip


def judged(spark: SparkSession, source: Source, bounds: dict[str, DataFrame], *rows: tuple[object, ...]) -> DataFrame:
    placed = outliers.bounded(rules.judged(records(spark, *rows), source), source, bounds)
    return events.mapped(placed, source, Clocks("UTC", COLUMNS))


def rows_of(spark: SparkSession, *rows: tuple[str, datetime, list[str], float | None, float | None]) -> dict[str, DataFrame]:
    """Bounds by rule, of (rule, learned_at, group, lower, upper)."""
    frame = spark.createDataFrame(
        list(rows), "rule string, learned_at timestamp, group_values array<string>, lower double, upper double"
    ).withColumn("group_id", outliers.group_id(F.col("group_values")))
    return {name: frame.where(F.col("rule") == name) for name in {row[0] for row in rows}}


def test_a_record_is_judged_by_what_was_learned_before_it_was_known(spark: SparkSession) -> None:
    """Amounts from 10 to 20 are usual; pieces by customer: 1 to 5 of ann and then up to 8.5, of nobody else known up to 3."""
    source = orders(outliers=(WILD, CUT))
    nothing = (None, None)
    bounds = rows_of(
        spark,
        ("wild", LEARNED, [], 10.0, 20.0),
        ("cut", LEARNED, [], 1.0, 3.0),
        ("cut", LEARNED, ["ann"], 1.0, 5.0),
        ("cut", LEARNED, ["eve"], *nothing),
        ("cut", AGAIN, [], 2.0, 3.0),
        ("cut", AGAIN, ["ann"], 1.5, 8.5),
    )
    told = judged(
        spark,
        source,
        bounds,
        ("ann", 1, LEARNED - HOUR, 99.0, 99),  # known before anything was learned
        ("ann", 2, LEARNED, 10.0, 5),
        ("ann", 3, LEARNED, 9.9, 6),
        ("ann", 4, AGAIN - HOUR, 20.1, 0),
        ("ann", 5, AGAIN, None, 9),  # the greatest whole number within is 8
        ("ann", 6, AGAIN, 15.0, 1),  # the least is 2
        ("bob", 7, LEARNED, 15.0, 4),  # his group taught too little
        ("bob", 8, AGAIN, 15.0, None),
        ("eve", 9, LEARNED, float(10**12), 1000),  # all of hers were equal: nothing is an outlier
        ("eve", 10, AGAIN, 15.0, 1000),  # of a group that taught too little later, the whole says
    )
    assert sorted((int(row.attributes.get("pieces", -1)), row.flags) for row in told.select("attributes", "flags").collect()) == (
        sorted(
            [
                (99, []),
                (5, []),
                (5, ["wild", "cut"]),
                (1, ["wild", "cut"]),
                (8, ["cut"]),
                (2, ["cut"]),
                (3, ["cut"]),
                (-1, []),
                (1000, ["wild"]),
                (3, ["cut"]),
            ]
        )
    )
    alone = judged(spark, source, {}, ("ann", 3, AGAIN, 9999.0, 9999)).select("flags", "attributes.pieces").collect()
    assert [tuple(row) for row in alone] == [([], "9999")]  # nothing was learned yet


def test_what_is_measured_is_the_record_after_its_rules_once_an_event(spark: SparkSession) -> None:
    source = orders(HAS_CUSTOMER, outliers=(WILD, CUT))
    rows = records(
        spark,
        ("ann", 1, LEARNED, 5.0, 3),
        ("ann", 1, LEARNED - HOUR, 6.0, 3),  # the same event, known before
        (None, 2, LEARNED, 7.0, 3),  # of no identifier: no event
        ("bob", 3, LEARNED, None, 4),
    )
    mapped = events.mapped(outliers.measured(rules.judged(rows, source), source), source, Clocks("UTC", COLUMNS))
    told = fit_outliers.values(mapped.where(F.size("_reasons") == 0)).drop("event_id")

    expected = [
        ("wild", LEARNED - HOUR, 6.0, []),
        ("cut", LEARNED - HOUR, 3.0, ["ann"]),
        ("cut", LEARNED, 4.0, ["bob"]),
    ]
    schema = "rule string, known_time timestamp, value double, group_values array<string>"
    assert_df_equality(told, spark.createDataFrame(expected, schema), ignore_row_order=True, ignore_nullable=True)


def test_bounds_are_learned_again_where_what_they_are_learned_from_is_another() -> None:
    def version(source: Source, looked_up: tuple[str, ...] = ()) -> str:
        [rule] = source.outliers
        return fit_outliers.version(rule, source, IngestSpec(zone="UTC", currency="USD", late=len(looked_up)), looked_up)

    plain = orders(outliers=(WILD,))
    same = [
        orders(outliers=(WILD.model_copy(update={"clips": True}),)),
        orders(outliers=(WILD.model_copy(update={"learned_at": (*WILD.learned_at, AGAIN.isoformat())}),)),
        orders(HAS_CUSTOMER, outliers=(WILD,)),
        orders(outliers=(WILD,), lookups=(CAMPAIGN,)),
        orders(outliers=(WILD,), path="elsewhere"),
    ]
    assert {version(source, ("file",)) for source in same} == {version(plain)}
    other = [
        orders(outliers=(WILD.model_copy(update={"factor": 3.0}),)),
        orders(outliers=(WILD.model_copy(update={"by": ("customer",)}),)),
        orders(outliers=(WILD,), columns=COLUMNS | {"amount": "float"}),
        orders(outliers=(WILD,), events=(purchase(id_columns=("customer",)),)),
    ]
    of_lookup = orders(outliers=(WILD.model_copy(update={"of": "day(campaign.start_date)"}),), lookups=(CAMPAIGN,))
    versions = [version(plain), *[version(source) for source in other], version(of_lookup), version(of_lookup, ("file",))]
    assert len(set(versions)) == len(versions)
