"""What activation reads and promises."""

from enum import StrEnum

from dmp_spark.contracts import Column, Contract, TableClass

READS = (
    "gold.segment_membership",
    "silver.identifiers",
    "silver.identity_map",
    "gold.profiles",
    "gold.features",
    "gold.scores",
)
WRITES = ("gold.assignments", "gold.decisions")
FOLLOWS: tuple[str, ...] = ()  # every occasion that is not final is decided again


class Variant(StrEnum):
    """The arms of an experiment."""

    TREATMENT = "treatment"
    HOLDOUT = "holdout"


class Decision(StrEnum):
    """What was decided about a person on an occasion."""

    SENT = "sent"
    HELD_OUT = "held_out"
    REFUSED = "refused"


class Reason(StrEnum):
    """Why not, in the order in which it is tested."""

    NO_IDENTIFIER = "no_identifier"
    CONSENT = "consent"
    MINIMUM_SIZE = "minimum_size"
    HOLDOUT = "holdout"


ASSIGNMENTS = Contract(
    name="gold.assignments",
    owner="activation",
    table_class=TableClass.LEDGER,
    meaning="Which arm a unit is in; written before anything is sent, never rewritten",
    key=("experiment", "unit_id"),
    columns=(
        Column("experiment", "string", "the activation's name", nullable=False),
        Column("unit_id", "string", "the person", nullable=False),
        Column("variant", "string", "treatment or holdout", nullable=False),
        Column("propensity", "double", "probability with which the unit got this variant", "share"),
        Column("assigned_at", "timestamp", "the as_of of the run that assigned it: when it was first eligible", nullable=False),
    ),
)

DECISIONS = Contract(
    name="gold.decisions",
    owner="activation",
    table_class=TableClass.LEDGER,
    meaning="Who was sent to, and the first reason why not; a row when that changes",
    key=("activation", "person_id", "occasion", "as_of"),
    columns=(
        Column("activation", "string", "the activation's name", nullable=False),
        Column("person_id", "string", "the person", nullable=False),
        Column("occasion", "string", "of a message: when the stay began, so one stay is one message", nullable=False),
        Column("as_of", "timestamp", "the as_of of the run that decided", nullable=False),
        Column("decision", "string", "sent, held_out or refused", nullable=False),
        Column("reason", "string", "no_identifier, consent, minimum_size, holdout; null when sent"),
        Column("destination", "string", "the destination's name", nullable=False),
        Column("export", "string", "the folder of the export, under the destination; null unless sent"),
    ),
)


def contracts(spec: object) -> dict[str, Contract]:
    """The contracts of this stage's tables, by name."""
    return {contract.name: contract for contract in (ASSIGNMENTS, DECISIONS)}
