"""What a run of activation tells: counts by activation, gates that held, lines worth reading."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from dmp_spark.activation.spec import Message
from dmp_spark.activation.tables import Decision, Reason


@dataclass(frozen=True)
class Outcome:
    """What was decided about an activation's people; `versions` are those of the segment by which the sent entered."""

    sent: int = 0
    held_out: int = 0
    refused: Mapping[str, int] = field(default_factory=dict)
    versions: tuple[str, ...] = ()


def outcomes(decided: DataFrame) -> dict[str, Outcome]:
    """Activation → outcome, counted from what was staged; an activation of which nothing was decided is not there."""
    is_sent = F.col("decision") == Decision.SENT
    groups = (
        decided.groupBy("activation", "decision", "reason")
        .agg(F.count("*").alias("people"), F.array_sort(F.collect_set(F.when(is_sent, F.col("version")))).alias("versions"))
        .orderBy("activation", "decision", "reason")
        .collect()  # bounded: activations × reasons
    )
    found: dict[str, Outcome] = {}
    for group in groups:
        outcome = found.get(group["activation"], Outcome())
        if group["decision"] == Decision.SENT:
            outcome = replace(outcome, sent=group["people"], versions=tuple(group["versions"]))
        elif group["decision"] == Decision.HELD_OUT:
            outcome = replace(outcome, held_out=group["people"])
        else:
            outcome = replace(outcome, refused={**outcome.refused, group["reason"]: group["people"]})
        found[group["activation"]] = outcome
    return found


def held(message: Message, outcome: Outcome) -> str:
    """The sentence of the gate `minimum_size`; empty where it did not hold."""
    too_few = outcome.refused.get(Reason.MINIMUM_SIZE, 0)
    if not too_few:
        return ""
    return f"{message.name}: {too_few} people are left, fewer than minimum_size {message.minimum_size}: nobody was sent to"


def note(message: Message, outcome: Outcome, folder: Path, unknown_means: Mapping[str, str]) -> str:
    """One line about an activation."""
    if outcome == Outcome():
        return f"{message.name}: nobody new; what was decided at this as_of or sent before stands"
    parts = [f"{outcome.sent} to send", f"{outcome.held_out} held out"]
    parts += [f"{people} refused ({reason})" for reason, people in outcome.refused.items()]
    if outcome.sent:
        parts.append(f"file {folder / message.name}.csv")
    if Reason.CONSENT in outcome.refused and message.purpose not in unknown_means:
        parts.append(
            f"no source writes consent for {message.purpose}, and project.consent.unknown_means does not say what unknown means"
        )
    return f"{message.name}: {', '.join(parts)}"
