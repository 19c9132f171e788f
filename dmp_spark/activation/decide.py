"""Who is sent to, who is held out, and the first reason why not. Pure: nothing is read or written."""

from datetime import datetime

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.activation.spec import Message
from dmp_spark.activation.tables import Decision, Reason, Variant
from dmp_spark.functions.keys import stable_id

_FINAL = (Decision.SENT, Decision.HELD_OUT)


def instant_text(instant: Column) -> Column:
    """An instant as ISO text, `2018-01-01T05:00:00Z`, with as many digits of a second as it has; null stays null."""
    return F.concat(F.replace(instant.cast("string"), F.lit(" "), F.lit("T")), F.lit("Z"))


def recipients(identifiers: DataFrame, identity_map: DataFrame, namespace: str) -> DataFrame:
    """person_id, recipient: of a person's identifiers of a namespace the earliest known, then the smallest id.

    A row for each person who has one now; keys person_id.
    """
    owners = identity_map.where(F.col("valid_until").isNull()).select("identifier_id", "person_id")
    of_namespace = identifiers.where((F.col("namespace") == namespace) & F.col("value").isNotNull())
    order = F.struct("first_known_time", "identifier_id")
    owned = of_namespace.join(owners, on="identifier_id", how="inner")  # an identifier has one person now
    return owned.groupBy("person_id").agg(F.min_by("value", order).alias("recipient"))


def uniform(salt: Column | str, experiment: str, unit_id: Column) -> Column:
    """A number in [0, 1) that a unit keeps: the first 13 hex digits of stable_id(salt, experiment, unit) over 16^13.

    A `str` is one salt for all. 13 hex digits are 52 bits, which a double holds exactly: the same number on every engine.
    """
    digits = F.substring(stable_id(salt, experiment, unit_id), 1, 13)
    return F.conv(digits, 16, 10).cast("bigint").cast("double") / F.lit(float(16**13))


def draw(salt: Column | str, experiment: str, unit_id: Column, holdout: float) -> tuple[Column, Column]:
    """The variant that a unit gets, and the probability with which it got this one (`propensity`)."""
    is_drawn = uniform(salt, experiment, unit_id) < holdout
    variant = F.when(is_drawn, F.lit(Variant.HOLDOUT)).otherwise(F.lit(Variant.TREATMENT))
    return variant, F.when(is_drawn, holdout).otherwise(1 - holdout)


def occasions(membership: DataFrame, message: Message) -> DataFrame:
    """person_id, occasion, version: the open stays in the message's segment; keys person_id."""
    is_open = F.col("left_at").isNull() & (F.col("segment") == message.segment)
    return membership.where(is_open).select("person_id", instant_text(F.col("entered_at")).alias("occasion"), "version")


def undecided(stays: DataFrame, decisions: DataFrame, message: Message, as_of: datetime) -> DataFrame:
    """The occasions that are to be decided at `as_of`, with what was decided last (`last`, null where nothing was).

    What was sent or held out is final: a stay is one message. What was decided at this very `as_of` stands, so a run
    that is repeated decides nothing again.
    """
    before = (
        decisions.where(F.col("activation") == message.name)
        .groupBy("person_id", "occasion")
        .agg(
            F.max_by(F.struct("decision", "reason"), "as_of").alias("last"),
            F.max("as_of").alias("_decided_at"),
            F.bool_or(F.col("decision").isin(*_FINAL)).alias("_is_final"),
        )
    )
    is_left = F.col("_decided_at").isNull() | (~F.col("_is_final") & (F.col("_decided_at") < F.lit(as_of)))
    joined = stays.join(before, on=["person_id", "occasion"], how="left")  # `before` has one row an occasion
    return joined.where(is_left).drop("_decided_at", "_is_final")


def decide(left: DataFrame, recipients_: DataFrame, assignments: DataFrame, message: Message, is_granted: bool) -> DataFrame:
    """What is decided about each of `left`: activation, person_id, occasion (keys), version, recipient, variant,
    propensity, decision, reason, is_news.

    The first reason counts, in the order of `Reason`; the holdout is last, so that both arms hold the same kind of
    people. `variant` is null for who never came so far; one that was assigned before stays. `is_news`: it differs from
    the last decision.
    """
    reason = F.when(F.col("recipient").isNull(), Reason.NO_IDENTIFIER).when(F.lit(not is_granted), Reason.CONSENT)
    reached = left.join(recipients_, on="person_id", how="left").withColumn("_refused", reason)
    counted = reached.agg(F.count_if(F.col("_refused").isNull()).alias("_left_over"))
    assigned = assignments.where(F.col("experiment") == message.name).select(
        F.col("unit_id").alias("person_id"), F.col("variant").alias("_variant"), F.col("propensity").alias("_propensity")
    )
    is_too_few = F.col("_left_over") < message.minimum_size
    judged = (
        reached.crossJoin(counted)  # one row
        .withColumn("_refused", F.coalesce("_refused", F.when(is_too_few, F.lit(Reason.MINIMUM_SIZE))))
        .join(assigned, on="person_id", how="left")
    )
    return _concluded(judged, message)


def _concluded(judged: DataFrame, message: Message) -> DataFrame:
    drawn, chance = draw(message.salt, message.name, F.col("person_id"), message.holdout)
    is_refused = F.col("_refused").isNotNull()
    is_held_out = F.col("variant") == Variant.HOLDOUT
    decision = F.when(is_refused, F.lit(Decision.REFUSED)).when(is_held_out, F.lit(Decision.HELD_OUT))
    is_same = F.col("last.decision").eqNullSafe(F.col("decision")) & F.col("last.reason").eqNullSafe(F.col("reason"))
    return (
        judged.withColumns(
            {
                "variant": F.when(~is_refused, F.coalesce("_variant", drawn)),
                "propensity": F.when(~is_refused, F.coalesce("_propensity", F.round(chance, 6))),
            }
        )
        .withColumns(
            {
                "decision": decision.otherwise(F.lit(Decision.SENT)),
                "reason": F.coalesce("_refused", F.when(is_held_out, F.lit(Reason.HOLDOUT))),
            }
        )
        .select(
            F.lit(message.name).alias("activation"),
            *("person_id", "occasion", "version", "recipient", "variant", "propensity", "decision", "reason"),
            (~is_same).alias("is_news"),
        )
    )
