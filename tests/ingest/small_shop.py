"""A shop of two sources, resolved without files: what tests of ingest's frames start from."""

from typing import Any

from dmp_spark.ingest.resolved import Computed, Event, Known, Lookup, Rule, Source, Time

COLUMNS = {"customer": "string", "receipt": "bigint", "at": "timestamp", "amount": "double", "pieces": "bigint"}
HAS_CUSTOMER = Rule(name="has_customer", require="customer is not null", action="reject")
SANE_TIME = Rule(name="sane_time", require="at >= timestamp '2016-01-01'", action="reject")
FEW_PIECES = Rule(name="few_pieces", require="pieces between 1 and 100", action="set_null", columns=("pieces",))
HAS_AMOUNT = Rule(name="has_amount", require="amount > 0", action="flag")
CAMPAIGN = Lookup(
    name="campaign",
    table="silver.reference_campaigns",
    key=(("campaign_id", "receipt", "bigint"),),
    missing="reject",
    columns={"campaign_id": "bigint", "start_date": "timestamp"},
)


def purchase(**changes: Any) -> Event:
    """A purchase by receipt, at an exact time, known at once."""
    given: dict[str, Any] = {
        "event_type": "purchase",
        "id_kind": "given",
        "id_columns": ("receipt",),
        "time": Time(column="at", zone="UTC", precision="exact"),
        "known": Known(kind="after"),
        "identifiers": (Computed(name="customer", expression="customer"),),
        "values": (Computed(name="value", expression="amount"), Computed(name="currency", expression="USD", is_fixed=True)),
        "attributes": (Computed(name="pieces", expression="pieces"),),
    }
    return Event(**given | changes)


def orders(*rules: Rule, **changes: Any) -> Source:
    """The source of purchases, with these rules."""
    given: dict[str, Any] = {
        "name": "orders",
        "path": "orders.parquet",
        "arrives": "appended",
        "columns": COLUMNS,
        "events": (purchase(),),
    }
    return Source(**given | {"rules": rules} | changes)
