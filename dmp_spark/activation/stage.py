"""Activation: segments become messages, with a holdout, and a row on record for everyone.

The order is what makes a kill harmless: assignments, then export folders (each whole or not at all), then decisions.
Whoever was sent to is in an export folder; a run that is repeated at the same `as_of` decides the same and finds it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import reduce
from pathlib import Path

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.activation import export
from dmp_spark.activation.decide import decide, instant_text, occasions, recipients, undecided
from dmp_spark.activation.spec import RECIPIENT, ActivationSpec, Destination, Message
from dmp_spark.activation.summary import Outcome, held, note, outcomes
from dmp_spark.activation.tables import READS, WRITES, Decision, contracts
from dmp_spark.errors import StageError
from dmp_spark.expressions.compile import to_column
from dmp_spark.expressions.parse import parse
from dmp_spark.expressions.people import named, people
from dmp_spark.expressions.prefixes import tasks_of
from dmp_spark.functions.clock import local_day, midnight
from dmp_spark.stage import RunContext, RunSummary

__all__ = ["READS", "WRITES", "build", "contracts", "run"]


def build(inputs: Mapping[str, DataFrame], spec: ActivationSpec, as_of: datetime) -> DataFrame:
    """What is decided at `as_of`: a row an activation, person and occasion that is not final yet (see `decide`)."""
    return reduce(DataFrame.unionByName, [_decided(inputs, spec, message, as_of) for message in spec.messages])


def _decided(inputs: Mapping[str, DataFrame], spec: ActivationSpec, message: Message, as_of: datetime) -> DataFrame:
    stays = occasions(inputs["gold.segment_membership"], message)
    left = undecided(stays, inputs["gold.decisions"], message, as_of)
    known = recipients(inputs["silver.identifiers"], inputs["silver.identity_map"], message.destination.recipient)
    return decide(left, known, inputs["gold.assignments"], message, spec.is_granted(message.purpose))


def assignments(decided: DataFrame, as_of: datetime) -> DataFrame:
    """The rows of gold.assignments: who came as far as the holdout."""
    came = decided.where(F.col("variant").isNotNull())
    unit = (F.col("activation").alias("experiment"), F.col("person_id").alias("unit_id"))
    return came.select(*unit, "variant", "propensity", F.lit(as_of).alias("assigned_at"))


def decisions(decided: DataFrame, messages: tuple[Message, ...], folders: Mapping[str, str], as_of: datetime) -> DataFrame:
    """The rows of gold.decisions: what differs from the last decision of the same occasion."""
    return decided.where(F.col("is_news")).select(
        *("activation", "person_id", "occasion", F.lit(as_of).alias("as_of"), "decision", "reason"),
        _by_activation({message.name: message.destination.name for message in messages}).alias("destination"),
        F.when(F.col("decision") == Decision.SENT, _by_activation(folders)).alias("export"),
    )


def _by_activation(values: Mapping[str, str]) -> Column:
    texts = [F.when(F.col("activation") == name, F.lit(value)) for name, value in values.items()]
    return F.coalesce(*texts, F.lit(None).cast("string"))


def rows_to_send(decided: DataFrame, everyone: DataFrame, message: Message, known: Mapping[str, str]) -> DataFrame:
    """The rows of a message's file, in the columns of the YAML, ordered by recipient (times as ISO text)."""
    sent = decided.where((F.col("activation") == message.name) & (F.col("decision") == Decision.SENT))
    ordered = sent.select("person_id", RECIPIENT).join(everyone, on="person_id", how="left").orderBy(RECIPIENT, "person_id")
    columns = {
        column.name: to_column(parse(column.expression, {**known, RECIPIENT: "string"}), named) for column in message.columns
    }
    instants = {column.name for column in message.columns if column.type == "timestamp"}
    return ordered.select(*[(instant_text(c) if name in instants else c).alias(name) for name, c in columns.items()])


def run(context: RunContext, spec: ActivationSpec) -> RunSummary:
    """Decide, assign, export, record; in this order."""
    if not spec.messages:
        return RunSummary()
    lakehouse = context.lakehouse
    inputs = {table: lakehouse.read(table) for table in (*READS[:3], *WRITES)}
    folders = {message.name: _folder(context, inputs["gold.decisions"], message) for message in spec.messages}
    decided = lakehouse.scratch.write(build(inputs, spec, context.as_of), "decided")
    results = outcomes(decided)
    changes = {"gold.assignments": lakehouse.append("gold.assignments", assignments(decided, context.as_of))}
    everyone = _everyone(context, spec)
    for message in spec.messages:
        if results.get(message.name, Outcome()).sent:
            context.progress(f"{message.name}: writing {folders[message.name]}")
            _export(context, spec, decided, everyone, message, folders[message.name], results[message.name])
    lakehouse.fault("after_export")
    rows = decisions(decided, spec.messages, folders, context.as_of)
    changes["gold.decisions"] = lakehouse.append("gold.decisions", rows)
    told = [(message, results.get(message.name, Outcome())) for message in spec.messages]
    return RunSummary(
        changes=changes,
        held=tuple(sentence for message, outcome in told if (sentence := held(message, outcome))),
        tables_stand=True,  # what `minimum_size` keeps back is an export
        notes=tuple(
            note(message, outcome, _place(lakehouse.root, message) / folders[message.name], spec.unknown_means)
            for message, outcome in told
        ),
    )


def _place(root: Path, message: Message) -> Path:
    destination: Destination = message.destination
    return (root / destination.path if destination.is_inside else Path(destination.path)) / message.name


def _folder(context: RunContext, decisions_: DataFrame, message: Message) -> str:
    """The name of this run's export folder; StageError where another run left one and no record of whom it holds."""
    exports = decisions_.where((F.col("activation") == message.name) & F.col("export").isNotNull())
    recorded = [row["export"] for row in exports.select("export").distinct().collect()]  # bounded: one a run that sent
    name = export.folder_name(context.as_of, recorded)
    place = _place(context.lakehouse.root, message)
    if left := export.unrecorded(place, recorded, name):
        raise StageError(
            f"{message.name}: {place / left[0]} was exported, and there is no record of to whom: run again with --as-of "
            f"{left[0][:13]}:{left[0][13:15]}:{left[0][15:17]}Z, or move it away if nobody took it"
        )
    return name


def _everyone(context: RunContext, spec: ActivationSpec) -> DataFrame:
    """The people with all that the columns of exports name, at the midnight that begins the local day of `as_of`."""
    lakehouse = context.lakehouse
    moment = midnight(local_day(context.as_of, spec.zone), spec.zone)
    has_features = any(name.startswith("feature.") for name in spec.known)
    features = lakehouse.read("gold.features") if has_features else None
    scores = lakehouse.read("gold.scores") if tasks_of(spec.known) else None
    return people(lakehouse.read("gold.profiles"), features, scores, spec.known, moment)


def _export(
    context: RunContext,
    spec: ActivationSpec,
    decided: DataFrame,
    everyone: DataFrame,
    message: Message,
    name: str,
    outcome: Outcome,
) -> None:
    rows = rows_to_send(decided, everyone, message, spec.known)
    about = {
        "activation": message.name,
        "destination": message.destination.name,
        "segment": message.segment,
        "segment_versions": list(outcome.versions),
        "as_of": context.as_of.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "held_out": outcome.held_out,
        "refused": dict(outcome.refused),
    }
    folder = _place(context.lakehouse.root, message) / name
    header = [column.name for column in message.columns]
    export.write(folder, f"{message.name}.csv", header, rows.toLocalIterator(), about)  # a partition at a time
