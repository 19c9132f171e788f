"""The stage builds a row a person and moment, and labels once they are ripe; on real households DuckDB agrees."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from chispa import assert_df_equality
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from dmp_spark.errors import StageError
from dmp_spark.features import stage
from dmp_spark.features.spec import FeaturesFile, FeaturesSpec, Label, Lookup
from dmp_spark.features.stage import build, run
from dmp_spark.features.tables import contracts
from dmp_spark.functions.keys import stable_id
from dmp_spark.ingest.tables import EVENTS
from dmp_spark.measures.resolve import event_columns, resolve_measure
from dmp_spark.measures.spec import MeasureFile
from dmp_spark.stage import RunContext
from tests.oracles import features_duckdb
from tests.refusals import refusal

ZONE = "America/New_York"
SMALL = Path(__file__).parents[1] / "projects" / "small"
ITEM = {"item.category": "string", "item.is_private_label": "boolean"}
PROMOTION = {"promotion.is_displayed": "boolean", "promotion.is_mailed": "boolean"}
COLUMNS = event_columns(EVENTS) | ITEM | PROMOTION
LOOKUPS = (
    Lookup(name="item", table="silver.items", key={"item_id": "item_id"}, event_columns={"item_id": "string"}),
    Lookup(
        name="promotion",
        table="silver.reference_promotions",
        key={"item_id": "item_id", "store_id": "attributes.store_id", "week": "attributes.week"},
        event_columns={"item_id": "string", "attributes": "map<string,string>"},
        missing={"is_displayed": "false", "is_mailed": "false"},
        covered_by=("store_id", "week"),
    ),
)


def spec_of(measures: dict[str, object], labels: dict[str, object], start: date, until: date) -> FeaturesSpec:
    def resolved(name: str, written: object):
        return resolve_measure(name, MeasureFile.model_validate(written), COLUMNS)

    return FeaturesSpec(
        zone=ZONE,
        every="1 month",
        start=start,
        until=until,
        at_as_of=True,
        lookups=LOOKUPS,
        measures=tuple(resolved(name, written) for name, written in measures.items()),
        labels=tuple(Label(task=name, measure=resolved(name, written)) for name, written in labels.items()),
    )


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def events(spark: SparkSession, rows: list[tuple[str, str, str | None]]) -> DataFrame:
    """Events of one dollar: who, when (UTC), when it was known; the day is New York's."""
    frame = spark.createDataFrame(
        [(f"e{number}", who, instant(time), instant(known or time)) for number, (who, time, known) in enumerate(rows)],
        "event_id string, subject_id string, event_time timestamp, known_time timestamp",
    )
    day = F.from_utc_timestamp(F.col("event_time"), ZONE).cast("date")
    own = {"event_type": F.lit("purchase"), "event_date": day, "value": F.lit(Decimal("1.0000"))}
    columns = [column for column in EVENTS.columns if not column.audit]
    return frame.withColumns(own).select(
        *[
            F.col(column.name) if column.name in {*own, *frame.columns} else F.lit(None).cast(column.type).alias(column.name)
            for column in columns
        ]
    )


def inputs(
    spark: SparkSession, rows: list[tuple[str, str, str | None]], owners: list[tuple[str, str, str | None]]
) -> dict[str, DataFrame]:
    return {
        "silver.events": events(spark, rows),
        "silver.identity_map": spark.createDataFrame(
            [(who, person, instant("2016-01-01"), instant(until) if until else None) for who, person, until in owners],
            "identifier_id string, person_id string, valid_from timestamp, valid_until timestamp",
        ),
        "silver.items": spark.createDataFrame([], "item_id string, category string, is_private_label boolean"),
        "silver.reference_promotions": spark.createDataFrame(
            [], "item_id bigint, store_id bigint, week int, is_displayed boolean, is_mailed boolean"
        ),
    }


def test_people_moments_and_labels(spark: SparkSession) -> None:
    """Two identifiers are one person; one moved to another; who has no person is left out; late news comes in late."""
    spec = spec_of(
        {"spend": {"of": "purchase", "take": "sum(value)", "over": ["30 days", "ever"]}},
        {
            "quiet": {"of": "purchase", "take": "count(*) = 0", "ahead": "10 days"},
            "spends": {"of": "purchase", "take": "sum(value)", "ahead": "1 month"},
        },
        date(2017, 3, 1),
        date(2017, 6, 1),
    )
    given = inputs(
        spark,
        [
            ("a1", "2017-02-10T12:00:00", None),
            ("a2", "2017-03-05T12:00:00", None),
            ("a2", "2017-03-01T04:59:59", None),  # a second before New York's midnight: February 28
            ("a2", "2017-03-20T12:00:00", "2017-04-01T03:59:59"),  # known a second before the moment
            ("b1", "2017-03-31T12:00:00", "2017-04-01T04:00:01"),  # known a second after the moment
            ("b1", "2017-04-20T12:00:00", "2017-06-01T00:00:00"),  # known after the run's as_of
            ("nobody", "2017-02-10T12:00:00", None),
        ],
        [("a1", "A", None), ("a2", "A", None), ("b1", "A", "2017-01-01"), ("b1", "B", None)],
    )
    built = build(given, spec, instant("2017-04-12T15:00:00"))
    midnights = {
        "march": instant("2017-03-01T05:00:00"),
        "april": instant("2017-04-01T04:00:00"),
        "now": instant("2017-04-12T04:00:00"),
    }
    features = spark.createDataFrame(
        [
            ("A", midnights["march"], Decimal(2), Decimal(2)),
            ("A", midnights["april"], Decimal(2), Decimal(4)),
            ("A", midnights["now"], Decimal(1), Decimal(4)),
            ("B", midnights["now"], Decimal(1), Decimal(1)),
        ],
        "person_id string, as_of timestamp, spend_30d decimal(18,4), spend_ever decimal(18,4)",
    )
    assert_df_equality(built["gold.features"], features, ignore_row_order=True, ignore_nullable=True)
    labels = spark.createDataFrame(
        [
            ("A", "quiet", midnights["march"], 0.0, instant("2017-03-11T05:00:00")),
            ("A", "quiet", midnights["april"], 1.0, instant("2017-04-11T04:00:00")),
            ("A", "spends", midnights["march"], 2.0, instant("2017-04-01T04:00:00")),  # April's month has not ended
        ],
        "person_id string, task string, as_of timestamp, label double, ripe_at timestamp",
    )
    assert_df_equality(built["gold.labels"], labels, ignore_row_order=True, ignore_nullable=True)
    assert {name: list(contract.types.items()) for name, contract in contracts(spec).items()} == {
        name: rows.dtypes for name, rows in built.items()
    }


def test_before_the_first_label_is_ripe_there_are_none(spark: SparkSession) -> None:
    spec = spec_of(
        {"lines": {"of": "purchase", "take": "count(*)", "over": ["ever"]}},
        {"quiet": {"of": "purchase", "take": "count(*) = 0", "ahead": "10 days"}},
        date(2017, 3, 1),
        date(2017, 6, 1),
    )
    given = inputs(spark, [("a1", "2017-02-10T12:00:00", None)], [("a1", "A", None)])
    labels = build(given, spec, instant("2017-03-10T05:00:00"))["gold.labels"]
    assert labels.dtypes == list(contracts(spec)["gold.labels"].types.items())
    assert labels.count() == 0


def test_money_of_several_currencies_stops_the_stage_before_it_writes(spark: SparkSession, lakehouse_at: Any) -> None:
    spec = spec_of(
        {
            "lines": {"of": "purchase", "take": "count(*)", "over": ["ever"]},
            "spend": {"of": "purchase", "take": "sum(value)", "over": ["ever"]},
        },
        {},
        date(2017, 3, 1),
        date(2017, 6, 1),
    )
    told = [("a1", "2017-02-10T12:00:00", None), ("a1", "2017-02-11T12:00:00", None)]
    given = inputs(spark, told, [("a1", "A", None)])
    currency = F.when(F.dayofmonth("event_time") == 10, "EUR").otherwise("USD")
    given["silver.events"] = given["silver.events"].withColumn("currency", currency)
    lakehouse = lakehouse_at(contracts(spec), stage="features")
    lakehouse.read = given.__getitem__  # tables of other stages, which these rows stand for
    as_of = instant("2017-04-12T15:00:00")
    assert refusal(StageError, lambda: run(RunContext(lakehouse, as_of, "run-1", as_of, ZONE), spec)) == (
        "features: spend would add up money in EUR and USD: let its `where` choose one, such as currency = 'EUR'"
    )
    assert not lakehouse.root.exists()


def small_inputs(spark: SparkSession) -> dict[str, DataFrame]:
    """The small project's files as silver tables, made without the ingest stage."""

    def file(name: str) -> DataFrame:
        return spark.read.parquet(str(SMALL / "data" / f"{name}.parquet"))

    household = stable_id("household", F.col("household_id"))
    lines = file("transactions").select(
        stable_id("line", F.col("basket_id"), F.col("product_id")).alias("event_id"),
        F.lit("purchase").alias("event_type"),
        F.col("transaction_timestamp").cast("timestamp").alias("event_time"),
        F.col("transaction_timestamp").cast("timestamp").alias("known_time"),
        F.from_utc_timestamp(F.col("transaction_timestamp").cast("timestamp"), ZONE).cast("date").alias("event_date"),
        household.alias("subject_id"),
        F.col("basket_id").cast("string").alias("order_id"),
        F.col("product_id").cast("string").alias("item_id"),
        F.create_map(F.lit("store_id"), F.col("store_id").cast("string"), F.lit("week"), F.col("week").cast("string")).alias(
            "attributes"
        ),
        F.col("sales_value").cast("decimal(18,4)").alias("value"),
        F.lit("USD").alias("currency"),
        F.create_map(F.lit("retail_discount"), F.col("retail_disc").cast("decimal(18,4)")).alias("amounts"),
    )
    mailed = file("campaigns").join(file("campaign_descriptions"), "campaign_id", how="inner")
    redeemed = file("coupon_redemptions").dropDuplicates()
    days = [
        frame.select(
            stable_id(kind, *[F.col(name).cast("string") for name in frame.columns]).alias("event_id"),
            F.lit(kind).alias("event_type"),
            F.to_utc_timestamp(F.col(day).cast("date").cast("timestamp"), ZONE).alias("event_time"),
            F.to_utc_timestamp(F.date_add(F.col(day).cast("date"), 1).cast("timestamp"), ZONE).alias("known_time"),
            F.col(day).cast("date").alias("event_date"),
            household.alias("subject_id"),
        )
        for kind, day, frame in (("campaign_exposure", "start_date", mailed), ("coupon_redemption", "redemption_date", redeemed))
    ]
    everything = lines.unionByName(days[0], allowMissingColumns=True).unionByName(days[1], allowMissingColumns=True)
    subjects = everything.select("subject_id").distinct()
    return {
        "silver.events": everything,
        "silver.identity_map": subjects.select(
            F.col("subject_id").alias("identifier_id"),
            stable_id("person", F.col("subject_id")).alias("person_id"),
            F.lit(None).cast("timestamp").alias("valid_until"),
        ),
        "silver.items": file("products").select(
            F.col("product_id").cast("string").alias("item_id"),
            F.col("product_category").alias("category"),
            (F.col("brand") == "Private").alias("is_private_label"),
        ),
        "silver.reference_promotions": file("promotions")
        .groupBy(F.col("product_id").alias("item_id"), "store_id", F.col("week").cast("int").alias("week"))
        .agg(
            F.bool_or(F.col("display_location") != "0").alias("is_displayed"),
            F.bool_or(F.col("mailer_location") != "0").alias("is_mailed"),
        ),
    }


@pytest.mark.slow  # 27,000 lines at ten moments: the one test in which features of a real year are judged by another engine
def test_features_of_fifty_households_equal_those_of_duckdb(
    spark: SparkSession, lakehouse_at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both lookups are narrowed to what the households bought, as those of millions of rows are."""
    written = FeaturesFile.model_validate(read_yaml(SMALL / "features.yml"))
    connection = features_duckdb.connect(SMALL / "data")
    wanted = features_duckdb.compared(connection)
    measures = {
        name: {**measure.model_dump(exclude_defaults=True), "over": windows}
        for name, measure in written.measures.items()
        if (windows := [str(w) for w in measure.over if f"{name}_{w if w == 'ever' else w.suffix}" in wanted])
    }
    spec = spec_of(
        measures,
        {"goes_quiet": {"of": "purchase", "take": "count(*) = 0", "ahead": "30 days"}},
        written.moments.start,
        written.moments.until,
    )
    monkeypatch.setattr(stage, "LARGE", 1_000)
    given, as_of = small_inputs(spark), instant("2018-01-01T05:00:00")
    lakehouse = lakehouse_at(contracts(spec), stage="features")
    table = lakehouse.read
    lakehouse.read = given.__getitem__  # tables of other stages, which these rows stand for
    run(RunContext(lakehouse, as_of, "run-1", as_of, ZONE), spec)
    built = {name: table(name) for name in contracts(spec)}
    narrowed = spark.read.parquet(*map(str, lakehouse.scratch.folder.glob("*-promotion")))
    assert narrowed.count() == 6150 < given["silver.reference_promotions"].count()
    assert features_duckdb.differences(connection, built["gold.features"].toArrow()) == {}
    assert set(built["gold.features"].columns) == {"person_id", "as_of", *wanted}
    labels = {(row["moment"], row["label"], row["count"]) for row in by_label(built["gold.labels"]).collect()}
    assert labels == set(connection.execute(features_duckdb.LABEL_COUNTS).fetchall())


def by_label(labels: DataFrame) -> DataFrame:
    moment = F.from_utc_timestamp(F.col("as_of"), ZONE).cast("date").alias("moment")
    return labels.groupBy(moment, "label").count()


def read_yaml(file: Path) -> object:
    from ruamel.yaml import YAML

    return YAML(typ="safe").load(file.read_text(encoding="utf-8"))
