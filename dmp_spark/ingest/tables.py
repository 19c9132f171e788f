"""What ingest promises: the silver tables of events, items, reference data and facts, and the books it keeps."""

from enum import StrEnum

from dmp_spark.contracts import Column, Contract, TableClass
from dmp_spark.ingest.resolved import IngestSpec

READS: tuple[str, ...] = ()


class RejectedState(StrEnum):
    """What became of a rejected record: nothing yet; it waits for its reference; it is an event by now."""

    OPEN = "open"
    WAITING = "waiting"
    REPLAYED = "replayed"


class ConflictReason(StrEnum):
    """Why another content of an id holds: it was known earlier; known at once, its hash is the smaller one."""

    KNOWN_LATER = "known_later"
    GREATER_HASH = "greater_hash"


WRITES = (
    "bronze.conflicts",
    "bronze.files",
    "bronze.rejected",
    "silver.events",
    "silver.items",
    "silver.reference_*",
    "silver.person_attributes",
    "silver.identifiers",
    "silver.outlier_bounds",
)
FOLLOWS: tuple[str, ...] = ()  # files have a manifest of their own

EVENTS = Contract(
    name="silver.events",
    owner="ingest",
    table_class=TableClass.STATE,
    meaning="What happened: one row an event, whoever did it",
    key=("event_id",),
    partitioned_by=("event_month",),
    columns=(
        Column("event_id", "string", "stable_id of source, declared identity and ordinal", nullable=False),
        Column("source", "string", "the source of ingest.yml that delivered it", nullable=False),
        Column("event_type", "string", "what happened: purchase, campaign_exposure, …", nullable=False),
        Column(
            "event_time", "timestamp", "when it happened; where only the day is known, the start of the local day", nullable=False
        ),
        Column("event_date", "date", "the local day of the project on which it happened", nullable=False),
        Column("event_month", "date", "first day of event_date's month", generated="trunc(event_date,'MM')"),
        Column("known_time", "timestamp", "from when it could have been used", nullable=False),
        Column("subject_id", "string", "identifier_id of its identifier of the highest priority", nullable=False),
        Column("identifier_ids", "array<string>", "identifier_id of all its identifiers, by priority", nullable=False),
        Column("order_id", "string", "what events of one order share; a purchase is one event a line"),
        Column("item_id", "string", "the item, as in silver.items"),
        Column("value", "decimal(18,4)", "money that it brought; a refund is negative", "currency"),
        Column("currency", "string", "ISO 4217 code of value and amounts"),
        Column("quantity", "bigint", "how many", "pieces"),
        Column("channel", "string", "where it happened: store, web, mail, …"),
        Column("device", "string", "on what it happened"),
        Column("is_bot", "boolean", "whether a machine did it; null where nobody judged"),
        Column("text", "string", "words that belong to it, for text measures", personal=True),
        Column("context", "map<string,string>", "what surrounded it: campaign, page, …; null where none is declared"),
        Column("attributes", "map<string,string>", "what else is known of it; null where none is declared"),
        Column("amounts", "map<string,decimal(18,4)>", "further sums of money; null where none is declared", "currency"),
        Column("flags", "array<string>", "rules of kind flag that its record broke", nullable=False),
        Column(
            "_extra", "map<string,string>", "what its record had and no column names, as text; null where nothing", personal=True
        ),
        Column("_file_id", "string", "the file that delivered it first, as in bronze.files", audit=True),
        Column("_ingested_at", "timestamp", "start of the run that wrote it", audit=True),
    ),
)

IDENTIFIERS = Contract(
    name="silver.identifiers",
    owner="ingest",
    table_class=TableClass.STATE,
    meaning="Identifiers seen: the only silver or gold table with their raw values",
    key=("identifier_id",),
    columns=(
        Column(
            "identifier_id", "string", "stable_id of namespace and value; keyed where the project names a key", nullable=False
        ),
        Column("namespace", "string", "what kind of identifier it is", nullable=False),
        Column("value", "string", "the identifier itself, as text", personal=True),
        Column("first_known_time", "timestamp", "the earliest known_time of an event or fact that carries it", nullable=False),
    ),
)

PERSON_ATTRIBUTES = Contract(
    name="silver.person_attributes",
    owner="ingest",
    table_class=TableClass.HISTORY,
    meaning="Facts about a subject that are no events: from a CRM, a survey",
    key=("source", "subject_id", "attribute", "valid_from"),
    columns=(
        Column("source", "string", "the source of ingest.yml that says so", nullable=False),
        Column("subject_id", "string", "identifier_id of the subject", nullable=False),
        Column("attribute", "string", "what is said", nullable=False),
        Column("valid_from", "timestamp", "from when this was known", nullable=False),
        Column("value", "string", "the value, as text", personal=True),
        Column("valid_until", "timestamp", "until when; null while it holds"),
        Column(
            "_opened_as_of",
            "timestamp",
            "as_of of the run that opened it: a run at the same as_of takes it back first",
            audit=True,
        ),
        Column("_ingested_at", "timestamp", "start of the run that wrote it", audit=True),
    ),
)

FILES = Contract(
    name="bronze.files",
    owner="ingest",
    table_class=TableClass.STATE,
    meaning="The manifest: one row a version of a file seen, with its state and counts",
    key=("file_id",),
    columns=(
        Column("file_id", "string", "stable_id of source, path, length and modification time", nullable=False),
        Column("source", "string", "the source of ingest.yml", nullable=False),
        Column("path", "string", "where the file lay", nullable=False),
        Column("length", "bigint", "its length", "bytes"),
        Column("modified_at", "timestamp", "its modification time"),
        Column(
            "state",
            "string",
            "taken; refused (nothing of its source was taken); replaced (gone, or another version came)",
            nullable=False,
        ),
        Column("rows_in", "bigint", "records in it", "records"),
        Column("rows_unreadable", "bigint", "records that could not be read", "records"),
        Column("rows_mapped", "bigint", "accepted + duplicate + rejected + suppressed", "events"),
        Column("rows_accepted", "bigint", "events, reference rows or records of facts that hold", "events"),
        Column("rows_duplicate", "bigint", "those that stand already", "events"),
        Column("rows_rejected", "bigint", "those that broke a rule, as in bronze.rejected", "events"),
        Column("rows_suppressed", "bigint", "those of people who were erased", "events"),
        Column("reason", "string", "why it was refused"),
        Column("spec_hash", "string", "hash of the resolved source and of files it looks up; another one reads all again"),
        Column(
            "mapping_hash",
            "string",
            "hash of the same without rules that reject: where it stays, rejected records can be replayed",
        ),
        Column("header", "string", "how it holds its columns, as JSON: types by name"),
        Column("_landed_at", "timestamp", "start of the run that first saw it: the known time of `known: landing`", audit=True),
    ),
)

REJECTED = Contract(
    name="bronze.rejected",
    owner="ingest",
    table_class=TableClass.STATE,
    meaning="Records and events that broke a rule, with all reasons",
    key=("_ingest_id", "ordinal"),
    columns=(
        Column("_ingest_id", "string", "stable_id of source, file and position", nullable=False),
        Column("ordinal", "bigint", "which event of the record, over all its elements; 0 for the record itself", nullable=False),
        Column("source", "string", "the source of ingest.yml", nullable=False),
        Column("file_id", "string", "the file, as in bronze.files", nullable=False),
        Column("position", "bigint", "the record's place in the file, from 0", nullable=False),
        Column("event_type", "string", "the event it would have been; null where it would be none, or one of several"),
        Column("payload", "string", "the record's columns as JSON", personal=True),
        Column("reasons", "array<string>", "all rules it broke", nullable=False),
        Column("rule_version", "string", "the resolved source that judged it last", nullable=False),
        Column(
            "state",
            "string",
            "open; waiting for reference data (`missing: wait`); replayed: it is an event by now",
            nullable=False,
        ),
        Column("_ingested_at", "timestamp", "start of the run that wrote it", audit=True),
    ),
)


CONFLICTS = Contract(
    name="bronze.conflicts",
    owner="ingest",
    table_class=TableClass.STATE,
    meaning="Other contents that came under the id of an event that stands; made by the first of them",
    key=("event_id", "content"),
    columns=(
        Column("event_id", "string", "the event, as in silver.events", nullable=False),
        Column("source", "string", "the source of ingest.yml", nullable=False),
        Column("content", "bigint", "hash of the content that does not hold", nullable=False),
        Column("known_time", "timestamp", "from when this content could have been used first", nullable=False),
        Column("winner_content", "bigint", "hash of the content that holds", nullable=False),
        Column("winner_known_time", "timestamp", "from when that one could have been used", nullable=False),
        Column("reason", "string", "known_later; greater_hash: known at once, and the smaller hash holds", nullable=False),
        Column("file_id", "string", "the file of the record with this content that was known first", audit=True),
        Column("position", "bigint", "its place in the file, from 0; null where it was an event before it lost", audit=True),
        Column("ordinal", "bigint", "which event of the record; null as position is", audit=True),
        Column("winner_file_id", "string", "the file of the record that holds", audit=True),
        Column("_ingested_at", "timestamp", "start of the run that wrote it", audit=True),
    ),
)


BOUNDS = Contract(
    name="silver.outlier_bounds",
    owner="ingest",
    table_class=TableClass.LEDGER,
    meaning="Bounds beyond which a number is an outlier, as they were learned; made by the first of them",
    key=("source", "rule", "version", "learned_at", "group_id"),
    columns=(
        Column("source", "string", "the source of ingest.yml", nullable=False),
        Column("rule", "string", "its rule for outliers", nullable=False),
        Column("version", "string", "hash of all that decides what was learned from", nullable=False),
        Column(
            "learned_at", "timestamp", "learned from what was known before; holds for what is known from then on", nullable=False
        ),
        Column("group_id", "string", "stable_id of the group's values; of none: the whole", nullable=False),
        Column("group_values", "array<string>", "the values of `by`; empty of the whole", personal=True),
        Column("records", "bigint", "events in the group that had a value", "events"),
        Column("lower", "double", "the least number that is no outlier; null where none is"),
        Column("upper", "double", "the greatest number that is no outlier; null where none is"),
        Column("_ingested_at", "timestamp", "start of the run that learned it", audit=True),
    ),
)


def reference_name(table: str) -> str:
    """The full name of a reference table: silver.items, silver.reference_<table>."""
    return "silver.items" if table == "items" else f"silver.reference_{table}"


def reference_contract(table: str, key: tuple[str, ...], types: dict[str, str], source: str) -> Contract:
    """The contract of a reference table, whose columns are the project's own."""
    columns = [Column(name, kind, f"{name}, from {source}", nullable=name not in key) for name, kind in types.items()]
    columns.append(Column("flags", "array<string>", "rules of kind flag that its record broke", nullable=False))
    meaning = "Items that events are about" if table == "items" else f"Reference data: {table}"
    return Contract(reference_name(table), "ingest", TableClass.STATE, meaning, tuple(columns), key)


def contracts(spec: IngestSpec) -> dict[str, Contract]:
    """The contracts of this stage's tables, by name."""
    fixed = {contract.name: contract for contract in (FILES, REJECTED, CONFLICTS, EVENTS, PERSON_ATTRIBUTES, IDENTIFIERS, BOUNDS)}
    own = [(s.name, s.reference) for s in spec.sources if s.reference]
    references = [reference_contract(r.table, r.key, r.types, name) for name, r in own]
    return {**fixed, **{contract.name: contract for contract in references}}
