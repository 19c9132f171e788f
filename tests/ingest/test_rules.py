"""What records break, and what they become."""

from datetime import UTC, datetime

from chispa import assert_df_equality
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from dmp_spark.formats.readable import readable
from dmp_spark.ingest import events, rules
from dmp_spark.ingest.lookups import looked_up
from dmp_spark.ingest.resolved import Source, Time
from dmp_spark.ingest.times import Clocks
from tests.ingest.small_shop import CAMPAIGN, COLUMNS, FEW_PIECES, HAS_AMOUNT, HAS_CUSTOMER, SANE_TIME, orders, purchase

AT = datetime(2017, 5, 1, 12, tzinfo=UTC)
OLD = datetime(1900, 1, 1, tzinfo=UTC)
PLACED = (
    ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items()) + ", _position bigint, _file_id string, _landed_at timestamp"
    ", _element bigint, _extra map<string,string>"
)


def records(spark: SparkSession, *rows: tuple[object, ...]) -> DataFrame:
    return readable(spark.createDataFrame([(*row, place, "f", AT, 0, None) for place, row in enumerate(rows)], PLACED), COLUMNS)


def judged(spark: SparkSession, source: Source, *rows: tuple[object, ...]) -> DataFrame:
    return rules.judged(records(spark, *rows), source)


def test_a_record_learns_all_it_broke_and_null_is_not_true(spark: SparkSession) -> None:
    told = judged(
        spark,
        orders(HAS_CUSTOMER, SANE_TIME, FEW_PIECES, HAS_AMOUNT),
        ("ann", 1, AT, 5.0, 3),
        (None, 2, OLD, None, 0),
        ("bob", 3, None, 0.0, 101),
        ("cat", 4, AT, 1.0, None),
    ).select("receipt", "pieces", "_reasons", "_flags", "_raw.pieces")

    expected = [
        (1, 3, [], [], 3),
        (2, None, ["has_customer", "sane_time"], ["has_amount"], 0),  # the payload keeps what came
        (3, None, ["sane_time"], ["has_amount"], 101),
        (4, None, [], [], None),
    ]
    assert_df_equality(
        told.toDF("receipt", "pieces", "reasons", "flags", "raw"),
        spark.createDataFrame(expected, "receipt bigint, pieces bigint, reasons array<string>, flags array<string>, raw bigint"),
        ignore_nullable=True,
    )


def test_what_a_lookup_does_not_find_is_rejected_or_null_and_no_record_multiplies(spark: SparkSession) -> None:
    campaigns = spark.createDataFrame([(1, AT), (3, None)], "campaign_id bigint, start_date timestamp")
    rows = records(spark, ("ann", 1, AT, 5.0, 3), ("ann", 2, AT, 5.0, 3), ("ann", 3, AT, 5.0, 3), ("ann", None, AT, 5.0, 3))
    strict, lenient = (orders(lookups=(CAMPAIGN.model_copy(update={"missing": missing}),)) for missing in ("reject", "null"))

    found = looked_up(rows, strict.lookups, {"silver.reference_campaigns": campaigns}, COLUMNS)
    told = rules.judged(found, strict).select("receipt", "campaign.start_date", "_reasons")
    lenient_told = rules.judged(found, lenient).select("_position", F.size("_reasons").alias("n"))

    missing = ["missing_campaign"]
    expected = [(1, AT, []), (2, None, missing), (3, None, []), (None, None, missing)]
    assert_df_equality(told, spark.createDataFrame(expected, told.schema), ignore_row_order=True, ignore_nullable=True)
    assert_df_equality(
        lenient_told,
        spark.createDataFrame([(n, 0) for n in range(4)], lenient_told.schema),
        ignore_row_order=True,
        ignore_nullable=True,
    )


def test_an_event_needs_a_time_and_an_identifier_and_a_rejected_record_keeps_its_payload(spark: SparkSession) -> None:
    source = orders(HAS_CUSTOMER)
    rows = judged(
        spark, source, ("ann", 1, AT, 5.0, 3), (None, 2, None, None, None), (" ", 3, None, 1.0, 1), ("ann", None, AT, 1.0, 1)
    )
    told = events.mapped(rows, source, Clocks("America/New_York", source.names)).select(
        "_position", "_ordinal", "_reasons", "_payload"
    )

    expected = [
        (0, 0, [], None),
        (1, 0, ["has_customer"], '{"customer":null,"receipt":2,"at":null,"amount":null,"pieces":null}'),
        (2, 0, ["no_time", "no_identifier"], '{"customer":" ","receipt":3,"at":null,"amount":1.0,"pieces":1}'),
        (3, 0, ["no_id"], '{"customer":"ann","receipt":null,"at":"2017-05-01T12:00:00.000000Z","amount":1.0,"pieces":1}'),
    ]
    assert_df_equality(told, spark.createDataFrame(expected, told.schema), ignore_row_order=True, ignore_nullable=True)


def test_a_record_may_be_several_events_and_is_rejected_once(spark: SparkSession) -> None:
    delivery = purchase(event_type="delivery", time=Time(column="at", zone="UTC", precision="day"))
    source = orders(HAS_CUSTOMER, events=(purchase(), delivery))
    rows = judged(spark, source, ("ann", 1, AT, 5.0, 3), (None, 2, AT, 1.0, 1))
    mapped = events.mapped(rows, source, Clocks("America/New_York", source.names))
    told = mapped.select("_position", "_ordinal", "event_type", "event_time", "known_time", "_reasons")

    day, end = datetime(2017, 5, 1, 4, tzinfo=UTC), datetime(2017, 5, 2, 4, tzinfo=UTC)
    expected = [(0, 0, "purchase", AT, AT, []), (0, 1, "delivery", day, end, []), (1, 0, None, AT, AT, ["has_customer"])]
    assert_df_equality(told, spark.createDataFrame(expected, told.schema), ignore_row_order=True, ignore_nullable=True)
    assert mapped.where("_position = 0").select("event_id").distinct().count() == 2


def test_identity_is_given_or_the_content_or_the_place(spark: SparkSession) -> None:
    """World: the same receipt twice, once with another amount, in a frame of one file."""
    found = {}
    for kind in ("given", "fingerprint", "position"):
        source = orders(events=(purchase(id_kind=kind),))
        rows = judged(spark, source, ("ann", 1, AT, 5.0, 3), ("ann", 1, AT, 5.0, 3), ("ann", 1, AT, 6.0, 3))
        mapped = events.mapped(rows, source, Clocks("UTC", source.names))
        found[kind] = [row.event_id for row in mapped.orderBy("_position").select("event_id").collect()]

    assert {kind: [ids.index(each) for each in ids] for kind, ids in found.items()} == {
        "given": [0, 0, 0],
        "fingerprint": [0, 0, 2],
        "position": [0, 1, 2],
    }
