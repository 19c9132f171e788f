"""Values that no table should hold: rejected by name, wherever they come from, and never just null."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from chispa import assert_df_equality
from pyspark.sql import DataFrame, SparkSession

from dmp_spark.formats.readable import KEPT, LONGEST, readable
from dmp_spark.ingest import attributes, events, rules
from dmp_spark.ingest.resolved import Bounds, Computed, Known, PersonAttributes, Rule, Source, Time
from dmp_spark.ingest.times import Clocks
from tests.ingest.small_shop import COLUMNS, orders, purchase

LANDED = datetime(2020, 1, 1, tzinfo=UTC)
AT = LANDED - timedelta(days=1)
PLACED = (
    ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items()) + ", _position bigint, _file_id string, _landed_at timestamp"
    ", _element bigint, _extra map<string,string>"
)


def placed(spark: SparkSession, *rows: tuple[object, ...]) -> DataFrame:
    return readable(
        spark.createDataFrame([(*row, place, "f", LANDED, 0, None) for place, row in enumerate(rows)], PLACED), COLUMNS
    )


def reasons_by_place(frame: DataFrame) -> list[list[str]]:
    return [row["_reasons"] for row in frame.orderBy("_position").select("_reasons").collect()]


def test_text_that_is_none_and_times_of_no_calendar_are_null_and_told_by_name(spark: SparkSession, tmp_path: Path) -> None:
    long, wide = "x" * (LONGEST + 1), "ü" * LONGEST  # as many characters as may be, and twice the bytes
    texts = [b"fine", "größe".encode(), None, b"gr\xfc\xdfe", b"a\0b", long.encode(), wide.encode()]
    first, last, beyond = -62_135_596_800_000_000, 253_402_300_799_999_999, 253_402_300_800_000_000
    micros = [0, first, last, first - 1, beyond, 2**63 - 1, None]
    days = [0, first // 86_400_000_000, last // 86_400_000_000, first // 86_400_000_000 - 1, 2**31 - 1, None, 1]
    columns = {
        "note": pa.array(texts, pa.binary()).view(pa.string()),
        "at": pa.array(micros, pa.int64()).view(pa.timestamp("us", "UTC")),
        "day": pa.array(days, pa.int32()).view(pa.date32()),
    }
    pq.write_table(pa.table(columns), tmp_path / "x.parquet")
    kinds = {"note": "string", "at": "timestamp", "day": "date"}
    came = spark.read.schema(", ".join(f"{name} {kind}" for name, kind in kinds.items())).parquet(str(tmp_path / "x.parquet"))

    told = readable(came, kinds).selectExpr("*", "_raw.note as kept", "unix_micros(_raw.at) as micros").drop("_raw")
    told = told.selectExpr("note", "unix_micros(at) as at", "day", "_misread", "kept", "micros")
    epoch, least, most = date(1970, 1, 1), date(1, 1, 1), date(9999, 12, 31)
    expected = [
        ("fine", 0, epoch, [], "fine", 0),
        ("größe", first, least, [], "größe", first),
        (None, last, most, [], None, last),
        (None, None, None, ["unreadable_note", "unreadable_at", "unreadable_day"], "gr\ufffd\ufffde", first - 1),
        (None, None, None, ["unreadable_note", "unreadable_at", "unreadable_day"], "a\0b", beyond),
        (None, None, None, ["too_long_note", "unreadable_at"], long[:KEPT], 2**63 - 1),
        (wide, None, date(1970, 1, 2), [], wide, None),
    ]
    assert_df_equality(told, spark.createDataFrame(expected, told.schema), ignore_row_order=True, ignore_nullable=True)


def test_a_float_that_is_no_number_is_rejected_unless_a_rule_sets_it_null(spark: SparkSession) -> None:
    numbers = [1.0, None, float("nan"), float("inf"), float("-inf")]
    rows = placed(spark, *[("ann", place, AT, number, 1) for place, number in enumerate(numbers)])
    sane = Rule(name="sane", require="amount < 1000 or amount is null", action="set_null", columns=("amount",))
    bad = ["unreadable_amount"]

    assert reasons_by_place(rules.judged(rows, orders())) == [[], [], bad, bad, bad]
    assert reasons_by_place(rules.judged(rows, orders(sane))) == [[], [], [], [], bad]  # the least of all is less than 1000


def test_a_value_that_its_place_cannot_hold_rejects_the_record_and_null_does_not(spark: SparkSession) -> None:
    event = purchase(
        values=(Computed(name="value", expression="amount"), Computed(name="quantity", expression="amount * 1000000")),
        amounts=(
            Computed(name="tax", expression="cast(customer as decimal(10,2))"),
            Computed(name="fee", expression="amount / 10"),
        ),
    )
    source = orders(events=(event,))
    rows = placed(spark, ("7", 1, AT, 5.0, 3), ("x", 2, AT, None, 3), ("7", 3, AT, 1e14, 3), ("7", 4, AT, 1e15, 3))
    mapped = events.mapped(rules.judged(rows, source), source, Clocks("UTC", source.names))

    assert reasons_by_place(mapped) == [
        [],
        [],  # what an expression cannot compute is null, and null is no value
        ["unreadable_value", "unreadable_quantity"],
        ["unreadable_value", "unreadable_quantity", "unreadable_fee"],
    ]


def test_a_time_lies_between_the_earliest_and_the_arrival_of_its_file(spark: SparkSession) -> None:
    """Bounds are inclusive; of a day, which begins earlier elsewhere, one day more is allowed; a lag may reach further."""
    bounds = Bounds(earliest="2019-01-01T00:00:00+00:00", clock_ahead=3600)
    limit, earliest = LANDED + timedelta(hours=1), datetime(2019, 1, 1, tzinfo=UTC)
    micro = timedelta(microseconds=1)
    cases = [AT, earliest, earliest - micro, limit, limit + micro, limit + timedelta(days=1), limit + timedelta(days=2), None]
    rows = placed(spark, *[("ann", place, at, 1.0, 1) for place, at in enumerate(cases)])
    own, later = Known(kind="column", column="at", zone="UTC"), Known(kind="after", amount=90, unit="days")
    found = {}
    for name, event in {
        "after": purchase(known=later),
        "column": purchase(known=own),
        "day": purchase(time=Time(column="at", zone="UTC", precision="day")),
    }.items():
        source = orders(events=(event,))
        mapped = events.mapped(rules.judged(rows, source), source, Clocks("UTC", source.names, bounds=bounds))
        found[name] = reasons_by_place(mapped)
    facts = PersonAttributes(
        identifiers=(Computed(name="customer", expression="customer"),),
        known=own,
        attributes=(Computed(name="pieces", expression="pieces"),),
    )
    crm = Source(name="crm", path="", arrives="replaced", columns=COLUMNS, person_attributes=facts)
    of_facts = attributes.records_of_facts(rules.judged(rows, crm), crm, facts, Clocks("UTC", COLUMNS, bounds=bounds))
    found["facts"] = reasons_by_place(of_facts)

    early, late = ["time_too_early"], ["time_in_future"]
    assert found == {
        "after": [[], [], early, [], late, late, late, ["no_time"]],
        "column": [[], [], [*early, "known_time_too_early"], [], *[[*late, "known_time_in_future"]] * 3, ["no_time"]],
        "day": [[], [], early, [], [], [], late, ["no_time"]],
        "facts": [[], [], ["known_time_too_early"], [], *[["known_time_in_future"]] * 3, ["no_known_time"]],
    }
