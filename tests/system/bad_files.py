"""Records with one thing wrong in each, and what ingest must say of it; files are in tests/system/refused_files.py."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.system.bad_writers import CUT, LINES, RENAMED, cells, line_of, reads

PERSONAL = "victim"  # stands in every customer and in every bad cell: whatever shows a value shows this
NOON = datetime(2017, 5, 1, 12, tzinfo=UTC)
DAY_AHEAD = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
YEAR_9999, YEAR_1900 = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), datetime(1900, 1, 1, tzinfo=UTC)
TOO_LONG = PERSONAL + "x" * 10_000_000


@dataclass(frozen=True)
class Fault:
    """What differs from a good record, why it is rejected, and what of its payload is not simply what came."""

    changes: Mapping[str, Any]
    reasons: list[str]
    payload: Mapping[str, Any] = field(default_factory=dict)


BOTH = {
    "no number": Fault({"amount": float("nan")}, ["unreadable_amount"], {"amount": "NaN"}),
    "infinity": Fault({"amount": float("inf")}, ["unreadable_amount"], {"amount": "Infinity"}),
    "infinity below": Fault({"amount": float("-inf")}, ["unreadable_amount"], {"amount": "-Infinity"}),
    "more money than fits": Fault({"amount": 1e300}, ["unreadable_value"]),
    "null key": Fault({"receipt": None}, ["no_id"]),
    "null customer": Fault({"customer": None}, ["no_identifier"]),
    "null time": Fault({"at": None}, ["no_time"]),
    "year 9999": Fault({"at": YEAR_9999}, ["time_in_future"]),
    "year 9999 known": Fault({"arrived": YEAR_9999}, ["known_time_in_future"]),
    "year 1900": Fault({"at": YEAR_1900}, ["time_too_early"]),
    "year 1900 known": Fault({"arrived": YEAR_1900}, ["known_time_too_early"]),
    "clock a day ahead": Fault({"at": DAY_AHEAD, "arrived": DAY_AHEAD}, ["time_in_future", "known_time_in_future"]),
    "NUL": Fault({"note": f"{PERSONAL}\0"}, ["unreadable_note"]),
}
TEXTS = {
    "text for a number": Fault({"receipt": f"{PERSONAL}@example.com"}, ["unreadable_receipt"]),
    "text for numbers": Fault({"receipt": PERSONAL, "amount": PERSONAL}, ["unreadable_receipt", "unreadable_amount"]),
    "text for a time": Fault({"at": PERSONAL}, ["unreadable_at"]),
    "year 0": Fault({"at": "0000-01-01 00:00:00"}, ["unreadable_at"]),
}
LONG = {"10 MB field": Fault({"note": TOO_LONG}, ["too_long_note"], {"note": TOO_LONG[:1_000]})}
NOT_TEXT = b"gr\xfc\xdfe " + PERSONAL.encode()
CUT_LINE, NOT_UTF8 = "truncated line", "invalid UTF-8"
FAULTS: dict[str, dict[str, Fault]] = {
    "csv": {**BOTH, **TEXTS, CUT_LINE: Fault({"note": CUT}, ["number_of_cells"])},
    "json": {
        **BOTH,
        **TEXTS,
        **LONG,
        # what is no JSON, and many write, Spark takes for a text, in quotes
        "no number": Fault({"amount": float("nan")}, ["unreadable_amount"], {"amount": '"NaN"'}),
        "infinity": Fault({"amount": float("inf")}, ["unreadable_amount"], {"amount": '"Infinity"'}),
        "infinity below": Fault({"amount": float("-inf")}, ["unreadable_amount"], {"amount": '"-Infinity"'}),
        "more money than fits": Fault({"amount": 1e300}, ["unreadable_value"], {"amount": "1.0E300"}),
        "renamed column": Fault({"receipt": RENAMED}, ["no_id"], {"receipt": None, "_extra": {"number": "7"}}),
        CUT_LINE: Fault({"note": CUT}, ["not_json"]),
        NOT_UTF8: Fault({"note": NOT_TEXT}, ["not_utf8"]),
    },
    "text": {
        **BOTH,
        **TEXTS,
        **LONG,
        CUT_LINE: Fault({"note": CUT}, ["no_match"]),
        NOT_UTF8: Fault({"note": NOT_TEXT}, ["not_utf8"]),
    },
    "parquet": {
        **BOTH,
        **LONG,
        NOT_UTF8: Fault({"note": NOT_TEXT}, ["unreadable_note"], {"note": f"gr��e {PERSONAL}"}),
        "year 294247": Fault({"at": 2**63 - 1}, ["unreadable_at"], {"at": "+294247-01-10T04:00:54.775807Z"}),
        "before year 1": Fault({"arrived": -(2**62)}, ["unreadable_arrived"], {"arrived": "-144169-06-28T09:59:32.612096Z"}),
    },
    "orc": {  # whose reader counts nanoseconds: the year 9999 refuses the file
        **{name: fault for name, fault in BOTH.items() if not name.startswith("year 9999")},
        **LONG,
        NOT_UTF8: Fault({"note": NOT_TEXT}, ["unreadable_note"], {"note": f"gr��e {PERSONAL}"}),
    },
    "avro": {**BOTH, **LONG},
}


def record(number: int, **changes: Any) -> dict[str, Any]:
    """A good record but for the changes."""
    customer = f"{PERSONAL}-{number}@example.com"
    given = {"customer": customer, "receipt": number, "at": NOON, "arrived": NOON, "amount": 1.5, "note": "x"}
    return given | changes


def bad_records(kind: str) -> list[dict[str, Any]]:
    """A good record, one whose clock runs half an hour ahead, each fault in its order, and the first key again, later."""
    soon = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=30)
    faults = [record(number, **fault.changes) for number, fault in enumerate(FAULTS[kind].values(), 10)]
    again = record(1, amount=9.0, arrived=NOON + timedelta(hours=1))
    return [again, record(1), record(2, at=soon, arrived=soon), *faults[:-1], record(3), faults[-1]]


def place(kind: str, fault: str) -> int:
    """Where the fault's record stands among those of `bad_records`."""
    names = list(FAULTS[kind])
    return 3 + names.index(fault) + (1 if fault == names[-1] else 0)


def payload(kind: str, fault: str) -> dict[str, Any]:
    """What bronze.rejected must keep of the record."""
    came = bad_records(kind)[place(kind, fault)]
    if fault == CUT_LINE or (fault == NOT_UTF8 and kind in LINES):
        return {"line": line_of(kind, came).decode(errors="replace")}
    if kind in LINES:
        texts = {name: cell or None for name, cell in cells(came).items()}
        return texts | (FAULTS[kind][fault].payload if kind == "json" or fault in LONG else {})
    written = {
        name: value if not isinstance(value, datetime) else f"{value:%Y-%m-%dT%H:%M:%S.%fZ}" for name, value in came.items()
    }
    return written | FAULTS[kind][fault].payload


def source_of(kind: str, fault: str) -> str:
    """The name of the source in which a fault stands."""
    return f"{kind}_{fault.lower().replace(' ', '_').replace('-', '_')}"


def events_source(kind: str, name: str) -> str:
    """A source of purchases in YAML, one record an event."""
    return f"""
  {name}:
    read: {{format: {reads(kind)}, path: data/{name}}}
    arrives: appended
    columns: {{customer: string, receipt: bigint, at: timestamp, arrived: timestamp, amount: double, note: string}}
    events:
      purchase:
        id: [receipt]
        time: {{column: at, zone: UTC}}
        known: {{column: arrived, zone: UTC}}
        identifiers: {{customer: customer}}
        value: amount
        currency: {{value: USD}}
        text: note
"""


def reference_source(kind: str, name: str) -> str:
    """A source of reference data in YAML, whose key is somebody's."""
    return f"""
  {name}:
    read: {{format: {reads(kind)}, path: data/{name}}}
    arrives: replaced
    columns: {{customer: string, receipt: bigint, at: timestamp, arrived: timestamp, amount: double, note: string}}
    reference: {{table: {name}, key: [customer], select: {{customer: customer, note: note}}}}
"""


def same_json(text: str, expected: Mapping[str, Any]) -> bool:
    """Whether the payload is this record, column by column in order."""
    return list(json.loads(text).items()) == list(expected.items())
