"""What users write in ingest.yml, and what the stage gets of it once every name is resolved. No pyspark here."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from dmp_spark.project.types import Duration, Moment, Name, Resolved, Share, Text, Written


def _null_is_a_word(value: Any) -> Any:
    return "null" if value is None else value


class FixedFile(Written):
    """A fixed value: `{value: USD}`."""

    value: Text


Value = Text | FixedFile
Format = Literal["parquet", "csv"]


class ReadFile(Written):
    """Where a source's files lie (a file, a folder, a glob) and what they are."""

    format: Format = "parquet"
    path: str


class SetNullFile(Written):
    """What a broken rule does: these columns become null."""

    set_null: list[str] = Field(min_length=1)


class RuleFile(Written):
    """A predicate over one record, and what happens where it is not true (null is not true)."""

    require: Text
    otherwise: Literal["reject", "flag"] | SetNullFile


class LookupFile(Written):
    """Reference data joined by its whole key; its columns are `<lookup>.<column>` in the source's expressions."""

    table: Name
    key: dict[str, Text] = Field(min_length=1)
    missing: Annotated[
        Literal["reject", "null"], BeforeValidator(_null_is_a_word, json_schema_input_type=Literal["reject", "null"] | None)
    ] = "null"


class TimeFile(Written):
    """The column that says when it happened, the zone in which it is read, and how precise it is."""

    column: str
    zone: str = ""
    precision: Literal["exact", "second", "day"] = "exact"


class KnownFile(Written):
    """When a record could be used: its own column in a zone, or a lag `after` the event."""

    after: Duration | None = None
    column: str | None = None
    zone: str = ""


class EventFile(Written):
    """One kind of event that each record of the source is."""

    id: list[str] | Literal["fingerprint", "position"]
    time: TimeFile | None = None
    known: KnownFile | Literal["landing"] | None = None
    identifiers: dict[Name, Text] = Field(min_length=1)
    order_id: Value | None = None
    item_id: Value | None = None
    value: Value | None = None
    currency: Value | None = None
    quantity: Value | None = None
    channel: Value | None = None
    device: Value | None = None
    is_bot: Value | None = None
    text: Value | None = None
    context: dict[Name, Value] = Field(default_factory=dict)
    attributes: dict[Name, Value] = Field(default_factory=dict)
    amounts: dict[Name, Value] = Field(default_factory=dict)


Combine = Literal["any", "all", "min", "max", "sum"]


class ReferenceFile(Written):
    """Reference data: silver.items where `table` is items, else silver.reference_<table>; `combine` joins rows of one key."""

    table: Name
    key: list[str] = Field(min_length=1)
    select: dict[Name, Text] | None = None
    combine: dict[Name, Combine] = Field(default_factory=dict)


class PersonAttributesFile(Written):
    """Facts about people that are no events; `known` is a moment, a column with its zone, or `landing`."""

    identifiers: dict[Name, Text] = Field(min_length=1)
    known: str | KnownFile | None = None
    attributes: dict[Name, Text] = Field(min_length=1)


class SourceFile(Written):
    """A source: its files, columns, rules and lookups, and exactly one of the three things a record can become."""

    read: ReadFile
    arrives: Literal["appended", "replaced"]
    columns: dict[str, str] = Field(min_length=1)
    optional: list[str] = Field(default_factory=list)
    rules: dict[Name, RuleFile] = Field(default_factory=dict)
    lookups: dict[Name, LookupFile] = Field(default_factory=dict)
    events: dict[Name, EventFile] | None = None
    reference: ReferenceFile | None = None
    person_attributes: PersonAttributesFile | None = None


class IngestFile(Written):
    """The file ingest.yml."""

    late: Duration | None = None
    earliest: Moment = "1970-01-02"
    clock_ahead: Duration = Duration(1, "hours")
    hold_if_rejected_above: Share | None = None
    sources: dict[Name, SourceFile] = Field(min_length=1)


class Rule(Resolved):
    """A rule; `action` is reject, flag or set_null, `columns` those that become null."""

    name: str
    require: str
    action: Literal["reject", "flag", "set_null"]
    columns: tuple[str, ...] = ()


class Computed(Resolved):
    """A named value of a record: an expression, or a fixed text where `is_fixed`."""

    name: str
    expression: str
    is_fixed: bool = False


class Lookup(Resolved):
    """A lookup; `key` holds (column of the reference, expression, type), `columns` those of the reference by type."""

    name: str
    table: str
    key: tuple[tuple[str, str, str], ...]
    missing: Literal["reject", "null"]
    columns: dict[str, str]


class Time(Resolved):
    """When an event happened."""

    column: str
    zone: str
    precision: Literal["exact", "second", "day"]


class Known(Resolved):
    """When a record could be used; of `kind` after: `amount` of `unit` after the event; column; landing; moment (ISO, UTC)."""

    kind: Literal["after", "column", "landing", "moment"]
    amount: int = 0
    unit: str = "minutes"
    column: str = ""
    zone: str = "UTC"
    moment: str = ""


class Event(Resolved):
    """One kind of event; `identifiers` stand in order of priority, `values` and the maps as written."""

    event_type: str
    id_kind: Literal["given", "fingerprint", "position"]
    id_columns: tuple[str, ...] = ()
    time: Time
    known: Known
    identifiers: tuple[Computed, ...]
    values: tuple[Computed, ...] = ()
    context: tuple[Computed, ...] = ()
    attributes: tuple[Computed, ...] = ()
    amounts: tuple[Computed, ...] = ()


class Reference(Resolved):
    """A reference table; `select` in the order of its columns, `types` by column, `combine` by column where rows may differ."""

    table: str
    key: tuple[str, ...]
    select: tuple[Computed, ...]
    types: dict[str, str]
    combine: dict[str, Combine] = Field(default_factory=dict)


class PersonAttributes(Resolved):
    """Facts about people."""

    identifiers: tuple[Computed, ...]
    known: Known
    attributes: tuple[Computed, ...]


class Source(Resolved):
    """A source as the stage reads it; `path` is absolute: a file, a folder or a glob; `optional` columns a file may lack."""

    name: str
    path: str
    format: Format = "parquet"
    arrives: Literal["appended", "replaced"]
    columns: dict[str, str]
    optional: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    lookups: tuple[Lookup, ...] = ()
    events: tuple[Event, ...] = ()
    reference: Reference | None = None
    person_attributes: PersonAttributes | None = None

    @property
    def names(self) -> dict[str, str]:
        """The names that expressions of this source may use, by type: its columns and those of its lookups."""
        looked_up = {f"{lookup.name}.{name}": kind for lookup in self.lookups for name, kind in lookup.columns.items()}
        return {**self.columns, **looked_up}


class Bounds(Resolved):
    """When things can have happened: not before `earliest` (ISO, UTC), nor `clock_ahead` seconds after their file came."""

    earliest: str = "1970-01-02T00:00:00+00:00"
    clock_ahead: int = 3600


class IngestSpec(Resolved):
    """Everything the stage needs; `sources` stand so that each comes after the reference tables it looks up.

    `identifier_key` names the secret with which identifiers are hashed; its value is read when the stage runs.
    """

    zone: str
    currency: str
    late: str | None = None
    bounds: Bounds = Bounds()
    hold_if_rejected_above: float | None = None
    identifier_key: str | None = None
    sources: tuple[Source, ...] = ()

    @property
    def secrets(self) -> dict[str, str]:
        """As in Resolved."""
        return {"project.identifier_key": self.identifier_key} if self.identifier_key else {}
