"""Who is sent to, who is held out, and the first reason why not."""

from datetime import UTC, datetime, timedelta

from chispa import assert_df_equality
from pyspark.sql import functions as F

from dmp_spark.activation.decide import decide, instant_text, occasions, recipients, undecided, uniform
from dmp_spark.activation.spec import Destination, Message

AS_OF = datetime(2018, 1, 2, 5, tzinfo=UTC)
EARLIER = AS_OF - timedelta(days=1)
DECISIONS = "activation string, person_id string, occasion string, as_of timestamp, decision string, reason string"
ASSIGNMENTS = "experiment string, unit_id string, variant string, propensity double"
LEFT = "person_id string, occasion string, version string, last struct<decision: string, reason: string>"


def message(name="back", holdout=0.0, minimum_size=0, salt="s"):
    house = Destination(name="house", path="exports/house", is_inside=True, recipient="customer")
    return Message(
        name=name,
        segment="cold",
        destination=house,
        purpose="mail",
        holdout=holdout,
        salt=salt,
        minimum_size=minimum_size,
        columns=(),
    )


def test_the_earliest_known_identifier_of_the_namespace_is_the_recipient(spark):
    identifiers = spark.createDataFrame(
        [
            ("i1", "customer", "late", AS_OF),
            ("i2", "customer", "early", EARLIER),
            ("i4", "customer", "tie, greater id", EARLIER),
            ("i3", "email", "a@b.c", EARLIER),
            ("i5", "customer", "was of another", EARLIER),
            ("i6", "customer", None, EARLIER),
        ],
        "identifier_id string, namespace string, value string, first_known_time timestamp",
    )
    owners = [("i1", "p1"), ("i2", "p1"), ("i3", "p2"), ("i4", "p1"), ("i6", "p4")]
    rows = [(identifier, person, EARLIER, None) for identifier, person in owners] + [("i5", "p3", EARLIER, AS_OF)]
    identity_map = spark.createDataFrame(
        rows, "identifier_id string, person_id string, valid_from timestamp, valid_until timestamp"
    )
    expected = spark.createDataFrame([("p1", "early")], "person_id string, recipient string")
    assert_df_equality(recipients(identifiers, identity_map, "customer"), expected, ignore_nullable=True)


def test_an_occasion_is_the_instant_at_which_the_open_stay_began(spark):
    stays = spark.createDataFrame(
        [("cold", "p1", AS_OF, None, "v"), ("cold", "p2", EARLIER, AS_OF, "v"), ("hot", "p3", AS_OF, None, "v")],
        "segment string, person_id string, entered_at timestamp, left_at timestamp, version string",
    )
    expected = spark.createDataFrame([("p1", "2018-01-02T05:00:00Z", "v")], "person_id string, occasion string, version string")
    assert_df_equality(occasions(stays, message()), expected, ignore_nullable=True)
    precise = stays.limit(1).select(instant_text(F.timestamp_micros(F.lit(1_500_000))).alias("t")).collect()
    assert precise[0]["t"] == "1970-01-01T00:00:01.5Z"


def test_sent_and_held_out_are_final_and_what_this_as_of_decided_stands(spark):
    before = [
        ("back", "sent", "o1", EARLIER, "sent", None),
        ("back", "held", "o1", EARLIER, "held_out", "holdout"),
        ("back", "refused", "o1", EARLIER - timedelta(days=1), "refused", "minimum_size"),
        ("back", "refused", "o1", EARLIER, "refused", "consent"),
        ("back", "refused now", "o1", AS_OF, "refused", "consent"),
        ("back", "came back", "o0", EARLIER, "sent", None),
        ("other", "new", "o1", EARLIER, "sent", None),
    ]
    people = ["sent", "held", "refused", "refused now", "came back", "new"]
    stays = spark.createDataFrame([(person, "o1", "v") for person in people], "person_id string, occasion string, version string")
    actual = undecided(stays, spark.createDataFrame(before, DECISIONS), message(), AS_OF)
    expected = spark.createDataFrame(
        [("refused", "o1", "v", ("refused", "consent")), ("came back", "o1", "v", None), ("new", "o1", "v", None)], LEFT
    )
    assert_df_equality(actual, expected, ignore_row_order=True, ignore_nullable=True)


def decided(spark, left, known, assigned=(), is_granted=True, **how):
    recipients_ = spark.createDataFrame([(person, f"r-{person}") for person in known], "person_id string, recipient string")
    frame = decide(
        spark.createDataFrame(left, LEFT),
        recipients_,
        spark.createDataFrame(list(assigned), ASSIGNMENTS),
        message(**how),
        is_granted,
    )
    return {row["person_id"]: row for row in frame.collect()}


def test_the_first_reason_counts_and_only_news_is_news(spark):
    left = [("unknown", "o", "v", None), ("fine", "o", "v", None), ("again", "o", "v", ("refused", "no_identifier"))]
    granted = decided(spark, left, ["fine"])
    assert {p: (r["decision"], r["reason"], r["variant"], r["is_news"]) for p, r in granted.items()} == {
        "unknown": ("refused", "no_identifier", None, True),
        "fine": ("sent", None, "treatment", True),
        "again": ("refused", "no_identifier", None, False),
    }
    denied = decided(spark, left, ["fine"], is_granted=False)
    assert {p: r["reason"] for p, r in denied.items()} == {
        "unknown": "no_identifier",
        "fine": "consent",
        "again": "no_identifier",
    }
    assert all(row["propensity"] is None for row in denied.values())
    few = decided(spark, left, ["fine"], minimum_size=2)
    assert {p: r["reason"] for p, r in few.items()} == {
        "unknown": "no_identifier",
        "fine": "minimum_size",
        "again": "no_identifier",
    }
    enough = decided(spark, left, ["fine", "again"], minimum_size=2)
    assert {p: r["decision"] for p, r in enough.items()} == {"unknown": "refused", "fine": "sent", "again": "sent"}


def test_a_holdout_is_a_share_that_stays_and_an_assignment_on_record_wins(spark):
    people = [f"p{number}" for number in range(2000)]
    left = [(person, "o", "v", None) for person in people]
    drawn = decided(spark, left, people, holdout=0.1)
    held = {person for person, row in drawn.items() if row["decision"] == "held_out"}
    assert 140 < len(held) < 260  # 200 ± 4 standard deviations
    assert all(row["reason"] == "holdout" and row["variant"] == "holdout" for p, row in drawn.items() if p in held)
    assert {row["propensity"] for p, row in drawn.items() if p in held} == {0.1}
    assert {row["propensity"] for p, row in drawn.items() if p not in held} == {0.9}
    fewer = decided(spark, left[:1000], people[:1000], holdout=0.1)
    assert {p for p, row in fewer.items() if row["variant"] == "holdout"} == held & set(people[:1000])
    wider = decided(spark, left, people, holdout=0.2)
    assert held < {p for p, row in wider.items() if row["variant"] == "holdout"}
    other = decided(spark, left, people, holdout=0.1, salt="t")
    assert {p for p, row in other.items() if row["variant"] == "holdout"} != held
    assigned = [("back", "p0", "holdout", 0.5), ("back", "p1", "treatment", 0.5), ("else", "p2", "holdout", 0.5)]
    sticky = decided(spark, left[:3], people, assigned, holdout=0.0)
    assert [(sticky[p]["variant"], sticky[p]["propensity"]) for p in ("p0", "p1", "p2")] == [
        ("holdout", 0.5),
        ("treatment", 0.5),
        ("treatment", 1.0),
    ]


def test_the_number_of_a_unit_is_that_of_plain_python(spark):
    import hashlib
    import json

    digest = hashlib.sha256(json.dumps(["salt", "back", "p1"], separators=(",", ":")).encode()).hexdigest()
    found = spark.range(1).select(uniform("salt", "back", F.lit("p1"))).collect()[0][0]
    assert found == int(digest[:13], 16) / 16**13
