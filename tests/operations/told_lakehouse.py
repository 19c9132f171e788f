"""A published lakehouse of the small project, written without Spark, of which the report has something to tell in every section.

Six people a to f. Every text that a project, a file or a person may have written is hostile: markup, quotes, entities.
"""

import json
import shutil
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

from dmp_spark.lakehouse.location import Location
from dmp_spark.lakehouse.standing import standing
from dmp_spark.operations.ledger import Ledger, Row
from tests.operations.made_evaluation import evaluation
from tests.operations.small_lakehouse import AS_OF, INSTANT, WORDS, instant, write

SMALL = Path(__file__).parents[1] / "projects" / "small"
EVIL = "<script>alert(1)</script>"
QUOTED = "\"'><img src=https://evil.example/x onerror=alert(2)>&lt;b&gt;"
BEFORE = datetime(2017, 12, 1, 5, tzinfo=UTC)
RUN = datetime(2018, 1, 2, 3, tzinfo=UTC)
VERSION = "0123456789ab"
PEOPLE = list("abcdef")
QUERIES = {
    "a_count.sql": f"-- How many {EVIL} {QUOTED}?\n-- And where?\nselect event_type, count(*) as n from silver.events group by 1 order by 1",
    "long.sql": "select a.event_id, b.event_id as other, 1234567 as thousands, 2017 as year, 0.5 as half, cast(null as string) as nothing,\n"
    f"  '{EVIL}' as `{EVIL}` from silver.events a join silver.events b on 1 = 1 order by 1, 2",
    "of_spark.sql": "-- Only Spark?\nselect xxhash64(event_id) as h from silver.events",
    "wrong.sql": f"-- Which?\nselect value from silver.person_attributes where attribute = '{EVIL}'",
}


def project(folder: Path) -> Path:
    """The small project with hostile titles, questions and freshness; its lakehouse is empty yet."""
    place = folder / "small"
    shutil.copytree(SMALL, place, ignore=shutil.ignore_patterns("lakehouse", "data", "queries"))
    for name, (old, new) in {
        "segments.yml": ("Redeemed in the last 90 days", json.dumps(EVIL + QUOTED)),
        "models.yml": ("Will it buy nothing for 30 days?", json.dumps(f"Will it {EVIL}?")),
        "measurement.yml": ("come_back:\n", f"come_back:\n    question: {json.dumps(f'Did it {EVIL}?')}\n"),
        "project.yml": ("Fifty households of a retailer's 2017", json.dumps(f"A {QUOTED} year")),
    }.items():
        text = (place / name).read_text(encoding="utf-8")
        assert text.count(old) == 1, (name, old)
        (place / name).write_text(text.replace(old, new), encoding="utf-8")
    (place / "operations.yml").write_text("fresh: {silver.events: 2 days, gold.scores: 1 hour}\n", encoding="utf-8")
    (place / "queries").mkdir()
    for name, text in QUERIES.items():
        (place / "queries" / name).write_text(text, encoding="utf-8")
    return place


def told(folder: Path) -> Path:
    """The project with a published lakehouse."""
    place = project(folder)
    root = place / "lakehouse"
    for table, columns in tables().items():
        write(root, table, columns)
    artifacts = root / "mlflow" / "artifacts" / "goes_quiet" / "run" / "artifacts"
    artifacts.mkdir(parents=True)
    kept = evaluation(VERSION, people=300, resamples=10) | {"rule": EVIL, "question": EVIL}
    kept["features"] += [{"name": EVIL, "importance": 0.02, "direction": None}]
    (artifacts / "evaluation.json").write_text(json.dumps(kept), encoding="utf-8")
    publish(root)
    return place


def publish(root: Path) -> None:
    """A run's rows: every stage with something to say, then the publication of all tables."""
    ledger = Ledger(Location(root))
    for number, stage in enumerate(
        ("ingest", "identity", "features", "profiles", "models", "segments", "activation", "measurement", "sessions")
    ):
        notes = (f"{stage} says {EVIL}", f"file {root}/exports/x.csv") if stage != "identity" else ()
        checks = ({"name": QUOTED, "passed": stage != "models", "detail": EVIL},) if stage in ("models", "features") else ()
        ledger.append(Row("r1", stage, AS_OF, RUN, 1.5 * number, "done", rows_written=number * 1000, notes=notes, checks=checks))
    tables = [table for table in standing(Location(root)).names() if not table.startswith("ops.")]
    ledger.append(Row("r1", "run", AS_OF, RUN, 12.0, "done", versions_written=standing(Location(root)).versions(tables)))


def tables() -> dict[str, dict[str, pa.Array]]:
    """What stands."""
    times = pa.array([AS_OF] * 6, INSTANT)
    return {
        "bronze.files": {
            "source": pa.array(["transactions", "transactions", "campaigns", "products"]),
            "state": pa.array(["taken", "taken", "refused", "replaced"]),
            "reason": pa.array([None, None, f"no column {EVIL}", None]),
            **{
                name: pa.array(values, pa.int64())
                for name, values in {
                    "rows_in": [7, 1200, None, 99],
                    "rows_unreadable": [1, 0, None, 0],
                    "rows_mapped": [6, 1200, None, 99],
                    "rows_accepted": [3, 1199, None, 99],
                    "rows_duplicate": [1, 0, None, 0],
                    "rows_rejected": [2, 1, None, 0],
                    "rows_suppressed": [0, 0, None, 0],
                }.items()
            },
        },
        "bronze.rejected": {
            "source": pa.array(["transactions"] * 4),
            "payload": pa.array([f'{{"mail": "{who}@secret.example"}}' for who in "abcd"]),
            "reasons": pa.array([["sane_time"], ["sane_time", "has_household"], ["has_household"], ["sane_time"]]),
            "state": pa.array(["open", "open", "open", "replayed"]),
        },
        "bronze.conflicts": {
            "event_id": pa.array(["e1", "e1", "e2", "e2"]),
            "source": pa.array(["transactions"] * 4),
            "content": pa.array([1, 2, 3, 4], pa.int64()),
            "reason": pa.array(["known_later", "known_later", "known_later", "greater_hash"]),
        },
        "silver.events": events(),
        "silver.sessions": sessions(),
        "silver.items": {"item_id": pa.array(["1", "2"])},
        "silver.identifiers": {
            "identifier_id": pa.array(PEOPLE),
            "namespace": pa.array(["household"] * 6),
            "value": pa.array([f"{who}@secret.example" for who in PEOPLE]),
        },
        "silver.identity_map": {
            "identifier_id": pa.array([*PEOPLE, "a"]),
            "person_id": pa.array(["person-ab", "person-ab", *(f"person-{who}" for who in "cdef"), "person-gone"]),
            "valid_from": pa.array([BEFORE] * 7, INSTANT),
            "valid_until": pa.array([None] * 6 + [AS_OF], INSTANT),
        },
        "gold.features": {
            "person_id": pa.array([f"person-{who}" for who in PEOPLE] * 2),
            "as_of": pa.array([BEFORE] * 6 + [AS_OF] * 6, INSTANT),
            "spend_30d": pa.array([Decimal(n) for n in range(12)], pa.decimal128(18, 4)),
            "baskets_90d": pa.array([None, 1, 2, 3, 4, 5] * 2, pa.int64()),
            "first_purchase_ever": pa.array([instant(2017, 1, 1, 5)] * 12, INSTANT),
            "favourite_categories_ever": pa.array([[EVIL]] * 11 + [None]),
        },
        "gold.profiles": profiles(),
        "gold.scores": {
            "person_id": pa.array([f"person-{who}" for who in PEOPLE]),
            "model": pa.array(["goes_quiet"] * 6),
            "version": pa.array([VERSION] * 6),
            "as_of": times,
            "score": pa.array([0.0, 0.04, 0.05, 0.5, 0.999, 1.0]),
        },
        "gold.segment_membership": stays(),
        "gold.decisions": decisions(),
        "gold.assignments": {
            "experiment": pa.array(["come_back"] * 3),
            "unit_id": pa.array(["person-a", "person-b", "person-c"]),
            "variant": pa.array(["treatment", "treatment", "holdout"]),
            "assigned_at": pa.array([BEFORE, BEFORE, AS_OF], INSTANT),
        },
        "gold.experiments": experiments(),
    }


def events() -> dict[str, pa.Array]:
    return {
        "event_id": pa.array([f"e{n:02}" for n in range(12)]),
        "source": pa.array(["transactions"] * 9 + ["campaigns"] * 3),
        "event_type": pa.array(["purchase"] * 9 + [EVIL] * 3),
        "event_time": pa.array([instant(2017, 11, 1 + n, 15) for n in range(9)] + [instant(2017, 12, 1, 5)] * 3, INSTANT),
        "event_month": pa.array([date(2017, 11, 1)] * 9 + [date(2017, 12, 1)] * 3),
        "known_time": pa.array([instant(2017, 12, 30, 17)] * 9 + [instant(2017, 12, 2, 5)] * 3, INSTANT),
        "subject_id": pa.array(PEOPLE * 2),
        "value": pa.array([Decimal("1000.5000")] * 9 + [None] * 3, pa.decimal128(18, 4)),
        "currency": pa.array(["USD"] * 9 + [None] * 3),
        "attributes": pa.array([[("k", EVIL)]] * 12, WORDS),
    }


def sessions() -> dict[str, pa.Array]:
    """Four visits of people on two days, and one of a machine."""
    return {
        "session_id": pa.array([f"s{n}" for n in range(5)]),
        "session_date": pa.array([date(2017, 12, 30)] * 2 + [date(2017, 12, 31)] * 3),
        "began_by": pa.array(["first", "gap", "gap", "change", "gap"]),
        "page_views": pa.array([1, 3, 1, 2, 900], pa.int64()),
        "conversions": pa.array([0, 1, 0, 2, 0], pa.int64()),
        "engaged_seconds": pa.array([None] * 5, pa.int64()),
        "is_bounce": pa.array([True, False, True, False, False]),
        "is_bot": pa.array([None, False, False, None, True]),
        "channel": pa.array([None, EVIL, EVIL, "organic_search", None]),
    }


def profiles() -> dict[str, pa.Array]:
    texts = ("age_band", "income_band", "home_ownership", "marital_status", "household_size", "household_type", "kids")
    traits = ("first_purchase", "last_purchase", "recency_days", "baskets", "spend", "favourite_categories")
    people = {"person_id": pa.array([f"person-{who}" for who in PEOPLE])}
    said = {name: pa.array([EVIL, None, "0", None, None, QUOTED]) for name in texts}
    return people | said | {name: pa.array([1, 2, 3, 4, 5, None], pa.int64()) for name in traits}


def stays() -> dict[str, pa.Array]:
    rows = [
        ("coupon_lovers", "a", BEFORE, None),
        ("coupon_lovers", "b", AS_OF, None),
        ("coupon_lovers", "c", BEFORE, AS_OF),
        ("coupon_lovers", "d", BEFORE, BEFORE),
        ("families", "a", AS_OF, None),
        ("families", "b", AS_OF, None),
        ("families", "e", BEFORE, None),
    ]
    return {
        "segment": pa.array([row[0] for row in rows]),
        "person_id": pa.array([f"person-{row[1]}" for row in rows]),
        "entered_at": pa.array([row[2] for row in rows], INSTANT),
        "left_at": pa.array([row[3] for row in rows], INSTANT),
    }


def decisions() -> dict[str, pa.Array]:
    rows = [
        ("a", BEFORE, "refused", "minimum_size", None),
        ("a", AS_OF, "sent", None, "2018-01-01T050000Z"),
        ("b", AS_OF, "sent", None, "2018-01-01T050000Z"),
        ("c", AS_OF, "held_out", "holdout", None),
        ("d", BEFORE, "refused", "consent", None),
        ("e", BEFORE, "refused", EVIL, None),
    ]
    return {
        "activation": pa.array(["come_back"] * len(rows)),
        "person_id": pa.array([f"person-{row[0]}" for row in rows]),
        "occasion": pa.array(["2017-12-01T05:00:00Z"] * len(rows)),
        "as_of": pa.array([row[1] for row in rows], INSTANT),
        "decision": pa.array([row[2] for row in rows]),
        "reason": pa.array([row[3] for row in rows]),
        "destination": pa.array(["mail_house"] * len(rows)),
        "export": pa.array([row[4] for row in rows]),
    }


def experiments() -> dict[str, pa.Array]:
    """Spend of two arms at two moments, at the later one of a day of its own too, and arms of an experiment that is gone."""
    arms = [("come_back", BEFORE, "all", 1.0), ("come_back", AS_OF, "all", 2.0), (EVIL, AS_OF, "all", 3.0)]
    arms.append(("come_back", AS_OF, "first_day=2017-12-01", 4.0))
    rows = [(*arm, variant) for arm in arms for variant in ("treatment", "holdout")]
    told = {"difference": 19.674, "difference_low": -30.1, "difference_high": 69.44, "lift": 0.1, "p_value": 0.43}
    told |= {"detectable": 52.0, "sample_ratio_p_value": 0.5}
    count = pa.array([2, 1] * len(arms), pa.int64())
    return {
        "experiment": pa.array([row[0] for row in rows]),
        "variant": pa.array([row[4] for row in rows]),
        "metric": pa.array(["spend"] * len(rows)),
        "slice": pa.array([row[2] for row in rows]),
        "as_of": pa.array([row[1] for row in rows], INSTANT),
        "ahead": pa.array(["30 days"] * len(rows)),
        **{name: count for name in ("assigned", "sent", "units")},
        "winsorised_at": pa.array([Decimal("1234.500000")] * len(rows), pa.decimal128(20, 6)),
        "mean": pa.array([row[3] for row in rows]),
        **{name: pa.array([value, None] * len(arms), pa.float64()) for name, value in told.items()},
    }
