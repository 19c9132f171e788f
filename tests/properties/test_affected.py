"""Law 1 stage by stage: whoever's rows change is affected, and what is built of the affected is what is built of everybody.

Many small worlds in one frame each; the world's number stands at the head of its ids. Features, whose keys are people from a
moment on, have tests of their own (tests/features/test_affected.py).
"""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from pyspark.sql import SparkSession

from dmp_spark.identity import stage as identity
from dmp_spark.identity.spec import IdentitySpec
from dmp_spark.profiles import stage as profiles
from dmp_spark.profiles.spec import Attribute, ProfilesSpec, Trait
from dmp_spark.segments import stage as segments
from dmp_spark.segments.spec import Segment, SegmentsSpec
from dmp_spark.stage import ChangedRows
from tests.affected import differing, feeds, frames, kept

WORLDS = 120
ZONE = "America/New_York"
MIDNIGHT = datetime(2018, 1, 1, 5, tzinfo=UTC)
BEFORE, NOW = MIDNIGHT + timedelta(hours=2), MIDNIGHT + timedelta(hours=9)  # one local day
TIMES = [MIDNIGHT - timedelta(days=3), MIDNIGHT, MIDNIGHT + timedelta(hours=5), NOW, NOW + timedelta(hours=1)]
State = dict[str, dict[Any, tuple[Any, ...]]]


def changed(draw: random.Random, state: State, drawn: dict[str, Any]) -> State:
    """Half of the rows of a third of the worlds become others, go or come; `drawn`: table → a function that draws keys and rows."""
    after = {table: dict(rows) for table, rows in state.items()}
    for number in range(0, WORLDS, 3):
        for table, row_of in drawn.items():
            for key, row in (row_of(draw, number) for _ in range(draw.randint(0, 2))):
                after[table].pop(key, None)
                if draw.random() < 0.7:
                    after[table][key] = row
    return after


def first_state(draw: random.Random, drawn: dict[str, Any]) -> State:
    return {table: dict(row_of(draw, number) for number in range(WORLDS) for _ in range(4)) for table, row_of in drawn.items()}


def world_of(key: str) -> str:
    return key.split("-")[0]


def check(spark: SparkSession, stage: Any, spec: Any, schemas: dict[str, str], drawn: dict[str, Any], own: str = "") -> None:
    """Draw two states, and compare going on from the first with building all; `own` is a table that the stage reads itself."""
    draw = random.Random(42)
    before = first_state(draw, drawn)
    after = changed(draw, before, drawn)
    old, new = frames(spark, before, schemas), frames(spark, after, schemas)
    assert spec.all_because(BEFORE, NOW) == ""
    if own:  # stays since two days before, of everybody as they are in the first state
        begun = stage.build({**old, own: spark.createDataFrame([], OWN[own])}, spec, BEFORE - timedelta(days=2))[own]
        standing = {own: kept(stage.build({**old, own: begun}, spec, BEFORE)[own])}
        new |= standing
    else:
        standing = {table: kept(rows) for table, rows in stage.build(old, spec, BEFORE).items()}
    changes = ChangedRows(BEFORE, feeds(spark, before, after, schemas))
    wrong, keys = differing(stage, spec, changes, standing, new, NOW)
    assert not wrong, f"{len(wrong)} rows, such as {next(iter(wrong))}"
    assert 10 < len({world_of(key) for key in keys}) < WORLDS * 0.7


def test_identity_follows_identifiers_that_change_and_those_that_are_known_only_now(spark: SparkSession) -> None:
    schemas = {"silver.identifiers": "identifier_id string, namespace string, value string, first_known_time timestamp"}

    def identifier(draw: random.Random, number: int) -> tuple[Any, Any]:
        times = TIMES if number % 5 == 0 else [*TIMES[:2], *TIMES[4:]]
        return f"{number}-{draw.randrange(4)}", ("customer", "x", draw.choice(times))

    check(spark, identity, IdentitySpec(zone=ZONE), schemas, {"silver.identifiers": identifier})


def test_profiles_follow_facts_identifiers_and_traits_of_the_old_person_and_the_new(spark: SparkSession) -> None:
    spec = ProfilesSpec(
        zone=ZONE,
        attributes=(Attribute(name="kids", sources=("crm", "survey")),),
        traits=(Trait(name="spend", feature="spend_ever", type="decimal(18,4)"),),
    )
    schemas = {
        "silver.identity_map": "identifier_id string, valid_from timestamp, person_id string, valid_until timestamp",
        "silver.person_attributes": "source string, subject_id string, attribute string, valid_from timestamp, value string, "
        "valid_until timestamp",
        "gold.features": "person_id string, as_of timestamp, spend_ever decimal(18,4), orders_ever bigint",
    }

    def owner(draw: random.Random, number: int) -> tuple[Any, Any]:
        who = draw.choice("abc")
        return (f"{number}-{who}", TIMES[0]), (f"{number}-{draw.choice('ABC')}", draw.choice([None, None, MIDNIGHT]))

    def fact(draw: random.Random, number: int) -> tuple[Any, Any]:
        times = TIMES if number % 5 == 0 else TIMES[:2]
        key = (draw.choice(["crm", "survey"]), f"{number}-{draw.choice('abc')}", "kids", draw.choice(times))
        return key, (draw.choice(["0", "1", None]), draw.choice([None, None, MIDNIGHT]))

    def feature(draw: random.Random, number: int) -> tuple[Any, Any]:
        moment = draw.choice([MIDNIGHT, MIDNIGHT - timedelta(days=31)])
        return (f"{number}-{draw.choice('ABC')}", moment), (Decimal(draw.randrange(9)), draw.randrange(9))

    drawn = {"silver.identity_map": owner, "silver.person_attributes": fact, "gold.features": feature}
    check(spark, profiles, spec, schemas, drawn)
    assert spec.all_because(BEFORE, NOW + timedelta(days=1)) == "traits are of another moment"


def test_segments_follow_profiles_features_and_scores_of_one_person_at_a_time(spark: SparkSession) -> None:
    wheres = {
        "rich": "profile.spend >= 5",
        "busy": "feature.orders_ever >= 4 and not segment.rich",
        "leaving": "score.leaves.value > 0.5",
    }
    known = {"profile.spend": "decimal(18,4)", "feature.orders_ever": "bigint", "score.leaves.value": "double"}
    needs = {"busy": ("rich",)}
    spec = SegmentsSpec(
        zone=ZONE,
        known=known,
        segments=tuple(
            Segment(name=n, title=n, where=w, definition=w, needs=needs.get(n, ()), level=int(n in needs))
            for n, w in wheres.items()
        ),
    )
    schemas = {
        "gold.profiles": "person_id string, spend decimal(18,4)",
        "gold.features": "person_id string, as_of timestamp, orders_ever bigint",
        "gold.scores": "person_id string, model string, version string, as_of timestamp, score double, percentile double",
    }

    def person(draw: random.Random, number: int) -> str:
        return f"{number}-{draw.choice('abc')}"

    drawn = {
        "gold.profiles": lambda draw, number: (person(draw, number), (Decimal(draw.randrange(10)),)),
        "gold.features": lambda draw, number: (
            (person(draw, number), draw.choice([MIDNIGHT, MIDNIGHT - timedelta(days=31)])),
            (draw.randrange(9),),
        ),
        "gold.scores": lambda draw, number: (
            (person(draw, number), "leaves", "v", draw.choice([MIDNIGHT, MIDNIGHT - timedelta(days=1)])),
            (draw.random(), 1.0),
        ),
    }
    check(spark, segments, spec, schemas, drawn, own="gold.segment_membership")
    assert spec.all_because(BEFORE, NOW + timedelta(days=1)) == "features and scores are of another moment"
    ranked = Segment(name="top", title="", where="percentile(profile.spend) > 9", definition="")
    compares = spec.model_copy(update={"segments": (ranked,)})
    assert compares.all_because(BEFORE, NOW) == "top compares people with one another"
    of_profiles = spec.model_copy(update={"segments": spec.segments[:1], "known": {"profile.spend": known["profile.spend"]}})
    assert of_profiles.all_because(BEFORE, NOW + timedelta(days=1)) == ""


OWN = {
    "gold.segment_membership": "segment string, person_id string, entered_at timestamp, left_at timestamp, version string, "
    "is_open boolean"
}
