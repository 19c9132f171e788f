"""A small published lakehouse, written without Spark: three events of two people, one of them without a person."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
from deltalake import write_deltalake

from dmp_spark.lakehouse.location import Location
from dmp_spark.lakehouse.standing import standing
from dmp_spark.operations.ledger import Ledger, Row

AS_OF = datetime(2018, 1, 1, 5, tzinfo=UTC)
INSTANT = pa.timestamp("us", "UTC")
WORDS = pa.map_(pa.string(), pa.string())


def instant(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def write(root: Path, table: str, columns: dict[str, pa.Array]) -> None:
    write_deltalake(Location(root).path(table), pa.table(columns), mode="append")


def events(**changes: list) -> dict[str, pa.Array]:
    columns = {
        "event_id": pa.array(["e1", "e2", "e3", "e4"]),
        "event_type": pa.array(["purchase", "purchase", "visit", None]),
        "subject_id": pa.array(["a", "b", "b", "unknown"]),
        "event_time": pa.array([instant(2017, 1, 1, 5), instant(2017, 2, 3, 4, 5, 6, 7), instant(2017, 2, 5), None], INSTANT),
        "event_date": pa.array([date(2017, 1, 1), date(2017, 2, 3), date(2017, 2, 5), None]),
        "value": pa.array([Decimal("1.5000"), Decimal("2.2500"), None, Decimal("-1.0000")], pa.decimal128(18, 4)),
        "quantity": pa.array([1, 7, None, -7], pa.int64()),
        "share": pa.array([0.5, 1.75, None, -2.5]),
        "is_bot": pa.array([True, False, None, False]),
        "attributes": pa.array([[("store_id", "9")], [], None, [("store_id", "10")]], WORDS),
        "flags": pa.array([["x", "y"], [], None, ["z"]], pa.list_(pa.string())),
        "text": pa.array(["a, b", "", None, 'say "c"']),
        "_content_hash": pa.array([1, 2, 3, 4], pa.int64()),
    }
    return {**columns, **{name: pa.array(values, columns[name].type) for name, values in changes.items()}}


def identities() -> dict[str, pa.Array]:
    return {
        "identifier_id": pa.array(["a", "b", "b"]),
        "person_id": pa.array(["A", "old", "B"]),
        "valid_from": pa.array([instant(2017, 1, 1), instant(2017, 1, 1), instant(2017, 1, 2)], INSTANT),
        "valid_until": pa.array([None, instant(2017, 1, 2), None], INSTANT),
    }


def stays() -> dict[str, pa.Array]:
    return {
        "segment": pa.array(["lovers", "lovers", "gone"]),
        "person_id": pa.array(["A", "B", "A"]),
        "entered_at": pa.array([instant(2017, 6, 1), AS_OF, instant(2017, 6, 1)], INSTANT),
        "left_at": pa.array([None, None, instant(2017, 7, 1)], INSTANT),
    }


def publish(root: Path, run_id: str = "r1") -> None:
    tables = [table for table in standing(Location(root)).names() if not table.startswith("ops.")]
    Ledger(Location(root)).append(
        Row(run_id, "run", AS_OF, AS_OF, 1.0, "done", versions_written=standing(Location(root)).versions(tables))
    )


def published(root: Path) -> Path:
    write(root, "silver.events", events())
    write(root, "silver.identity_map", identities())
    write(root, "gold.segment_membership", stays())
    publish(root)
    return root
