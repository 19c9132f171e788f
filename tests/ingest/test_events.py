"""What a record becomes: which events it is, when each happened, what is kept beside, and its place among others."""

import json
from datetime import UTC, datetime
from typing import Any

from pyspark.sql import DataFrame, SparkSession

from dmp_spark.formats import cells
from dmp_spark.formats.headers import of_texts
from dmp_spark.formats.lines import SCHEMA
from dmp_spark.ingest import events, rules
from dmp_spark.ingest.resolved import Bounds, Computed, Known, Source, Time
from dmp_spark.ingest.times import Clocks
from tests.ingest.small_shop import HAS_CUSTOMER, orders, purchase

LANDED = 1_600_000_000_000_000
Line = tuple[list[str | None], int, dict[str, str] | None]


def shop(**changes: Any) -> Source:
    return orders(**{"format": "json", "rules": (HAS_CUSTOMER,)} | changes)


def mapped(spark: SparkSession, source: Source, *lines: Line, zone: str = "UTC", late: int | None = None) -> DataFrame:
    """Records of text (customer, receipt, at, amount, pieces), each with its element and what no column names."""
    rows = [("f", LANDED, place, element, texts, extra, None, None, None) for place, (texts, element, extra) in enumerate(lines)]
    records = cells.typed(spark.createDataFrame(rows, SCHEMA), source.reading)
    header = of_texts(source.reading)
    clocks = Clocks(zone, source.names, header.wall_clocks, Bounds(), header.mixed_clocks)
    return events.mapped(rules.judged(records, source), source, clocks, late=late)


def line(
    receipt: str | None, amount: str = "5", at: str = "2017-05-01T12:00:00Z", customer: str | None = "ann"
) -> list[str | None]:
    return [customer, receipt, at, amount, "1"]


def test_a_record_is_the_events_whose_conditions_hold_and_rejected_where_none_does(spark: SparkSession) -> None:
    source = shop(
        events=(
            purchase(where="amount > 0"),
            purchase(event_type="refund", where="amount < 0"),
            purchase(event_type="large_purchase", where="amount >= 100"),
        )
    )
    lines = [(line("1"), 0, None), (line("2", "-5"), 0, None), (line("3", "100"), 0, None), (line("4", "0"), 0, None)]
    lines += [(line("5", "-7", customer=None), 0, None), ([*line("6")[:3], None, "1"], 0, None)]
    told = mapped(spark, source, *lines).select("_position", "_ordinal", "event_type", "_reasons").collect()

    assert sorted(tuple(row) for row in told) == [
        (0, 0, "purchase", []),
        (1, 1, "refund", []),
        (2, 0, "purchase", []),
        (2, 2, "large_purchase", []),
        (3, 0, None, ["no_event"]),
        (4, 0, None, ["has_customer"]),
        (5, 0, None, ["no_event"]),  # null is not true
    ]


def test_events_of_one_record_have_times_identities_and_values_of_their_own(spark: SparkSession) -> None:
    by_receipt = (Computed(name="receipt", expression="receipt"),)
    shipped = purchase(
        event_type="shipped",
        id_kind="position",
        id_columns=(),
        time=Time(column="at", zone="UTC", precision="day"),
        known=Known(kind="after", amount=2, unit="days"),
        identifiers=by_receipt,
        values=(Computed(name="quantity", expression="pieces"),),
        attributes=(),
        amounts=(Computed(name="cost", expression="amount"),),
    )
    of_both = mapped(spark, shop(events=(purchase(), shipped)), (line("17", "2.5"), 0, None))
    columns = ("event_time", "known_time", "value", "currency", "quantity", "attributes", "amounts", "identifier_ids")
    bought, sent = of_both.orderBy("_ordinal").select("event_type", *columns).collect()
    alone = mapped(spark, shop(events=(purchase(),)), (line("17", "2.5"), 0, None)).select("event_type", *columns).collect()
    assert [bought] == alone
    assert bought[:6] == ("purchase", datetime(2017, 5, 1, 12), datetime(2017, 5, 1, 12), 2.5, "USD", None)
    assert (bought["attributes"], bought["amounts"]) == ({"pieces": "1"}, None)
    assert sent[:6] == ("shipped", datetime(2017, 5, 1), datetime(2017, 5, 4), None, None, 1)
    assert (sent["attributes"], sent["amounts"]) == (None, {"cost": 2.5})
    assert bought["identifier_ids"] != sent["identifier_ids"]
    assert of_both.select("event_id").distinct().count() == 2


def test_a_time_with_an_offset_is_an_instant_and_one_without_is_read_in_its_zone(spark: SparkSession) -> None:
    zone = "America/New_York"
    exact = purchase().time.model_copy(update={"zone": zone})
    ats = ["2017-05-01T23:30:00-07:00", "2017-05-01 23:30", "2017-05-01T23:30:00Z"]
    lines: list[Line] = [(line(str(number), at=at), 0, None) for number, at in enumerate(ats)]
    found = {}
    for precision in ("exact", "day"):
        time = exact.model_copy(update={"precision": precision})
        rows = mapped(spark, shop(events=(purchase(time=time),)), *lines, zone=zone).orderBy("_position")
        found[precision] = [
            (row["event_time"], row["event_date"].day) for row in rows.select("event_time", "event_date").collect()
        ]

    def utc(day: int, hour: int, minute: int = 0) -> datetime:
        return datetime(2017, 5, day, hour, minute, tzinfo=UTC).replace(tzinfo=None)

    assert found["exact"] == [(utc(2, 6, 30), 2), (utc(2, 3, 30), 1), (utc(1, 23, 30), 1)]
    assert found["day"] == [(utc(2, 4), 2), (utc(1, 4), 1), (utc(1, 4), 1)]


def test_elements_of_a_record_are_events_of_their_own_and_keep_what_no_column_names(spark: SparkSession) -> None:
    given = purchase(id_columns=("receipt", "pieces"))
    lines: list[Line] = [(line("1"), 0, {"color": "red"}), (line("1"), 1, None), (line(None, customer=None), 2, {"size": "XL"})]
    for event, distinct in (
        (given, 1),
        (purchase(id_kind="fingerprint", id_columns=()), 2),
        (purchase(id_kind="position", id_columns=()), 2),
    ):
        source = shop(explode="items", events=(event, event.model_copy(update={"event_type": "second"})))
        rows = [row.asDict() for row in mapped(spark, source, *lines).collect()]
        held = [row for row in rows if not row["_reasons"]]
        assert sorted((row["_position"], row["_ordinal"], row["_extra"]) for row in held) == [
            (0, 0, {"color": "red"}),
            (0, 1, {"color": "red"}),
            (1, 2, None),
            (1, 3, None),
        ]
        assert len({row["event_id"] for row in held}) == 2 * distinct
        [rejected] = [row for row in rows if row["_reasons"]]
        assert rejected["_ordinal"] == 4
        payload = json.loads(rejected["_payload"])
        assert (payload["_extra"], payload["amount"], payload["customer"]) == ({"size": "XL"}, "5", None)


def test_an_event_that_was_known_later_than_allowed_is_flagged_and_a_day_is_known_at_its_end(spark: SparkSession) -> None:
    day = 86_400
    lags = {"in time": 2 * day, "late": 2 * day + 1}
    for precision, begin in (("exact", "2017-05-01T12:00:00Z"), ("day", "2017-05-01T00:00:00Z")):
        ends = datetime.fromisoformat(begin).timestamp() + (day if precision == "day" else 0)
        lines: list[Line] = []
        for number, lag in enumerate(lags.values()):
            known = datetime.fromtimestamp(ends + lag, UTC).isoformat()
            lines.append(([known, str(number), begin, "5", "1"], 0, None))
        columns = {"known": "timestamp", "receipt": "bigint", "at": "timestamp", "amount": "double", "pieces": "bigint"}
        event = purchase(
            time=Time(column="at", zone="UTC", precision=precision),
            known=Known(kind="column", column="known", zone="UTC"),
            identifiers=(Computed(name="receipt", expression="receipt"),),
        )
        source = shop(columns=columns, events=(event,), rules=())
        rows = mapped(spark, source, *lines, late=2 * day).orderBy("_position").select("flags", "_reasons").collect()
        assert [tuple(row) for row in rows] == [([], []), (["late"], [])]
        assert [row["flags"] for row in mapped(spark, source, *lines).collect()] == [[], []]
