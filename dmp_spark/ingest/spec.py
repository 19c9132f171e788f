"""What users write in ingest.yml; what becomes of it once every name is resolved is in resolved.py. No pyspark here."""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from dmp_spark.enrichment.spec import EnrichmentFile
from dmp_spark.formats.spec import ColumnFile, ReadFile
from dmp_spark.project.types import Duration, Moment, Multiple, Name, Share, Text, Written


def _null_is_a_word(value: Any) -> Any:
    return "null" if value is None else value


class FixedFile(Written):
    """A fixed value: `{value: USD}`."""

    value: Text


Value = Text | FixedFile


class SetNullFile(Written):
    """What a broken rule does: these columns become null."""

    set_null: list[str] = Field(min_length=1)


class RuleFile(Written):
    """A predicate over one record, and what happens where it is not true (null is not true)."""

    require: Text
    otherwise: Literal["reject", "flag"] | SetNullFile


class OutlierFile(Written):
    """A number whose outliers are flagged or clipped, by bounds learned at stated moments from what was known before each."""

    of: Text
    by: list[str] = Field(default_factory=list)
    method: Literal["iqr", "mad"] = "iqr"
    factor: float | None = Field(default=None, gt=0)
    learned_at: list[Moment] = Field(min_length=1)
    otherwise: Literal["flag", "clip"]


class FreshnessFile(Written):
    """How old the newest event of the source may be at the moment of a run, and what follows where it is older."""

    within: Duration
    otherwise: Literal["hold", "warn"]


class VolumeFile(Written):
    """How many events a day may have, against the median of recent days, and what follows where it has not."""

    recent: Duration = Duration(28, "days")
    against: Literal["recent_days", "same_weekdays"] = "recent_days"
    least: Share = 0.5
    most: Multiple = 2.0
    otherwise: Literal["hold", "warn"]


class SchemaFile(Written):
    """Whether records may have what no column names, and what follows where they have."""

    columns: Literal["exact", "grows"]
    otherwise: Literal["hold", "warn"]


class ExpectFile(Written):
    """What is expected of a source as a whole: a gate or a warning, never a reason to reject a record."""

    freshness: FreshnessFile | None = None
    volume: VolumeFile | None = None
    schema_: SchemaFile | None = Field(default=None, alias="schema")


class LookupFile(Written):
    """Reference data joined by its whole key; its columns are `<lookup>.<column>` in the source's expressions."""

    table: Name
    key: dict[str, Text] = Field(min_length=1)
    missing: Annotated[
        Literal["reject", "wait", "null"],
        BeforeValidator(_null_is_a_word, json_schema_input_type=Literal["reject", "wait", "null"] | None),
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
    """One kind of event that each record of the source is, or those of which `where` is true."""

    where: Text | None = None
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
    """A source: its files, columns, enrichments, rules and lookups, and exactly one of the three things a record can become."""

    read: ReadFile
    arrives: Literal["appended", "replaced"]
    extra: Literal["keep", "drop"] = "keep"
    columns: dict[str, str | ColumnFile] = Field(default_factory=dict)
    optional: list[str] = Field(default_factory=list)
    enrich: dict[Name, EnrichmentFile] = Field(default_factory=dict)
    truncate_ip: list[str] = Field(default_factory=list)
    pseudonymize: dict[str, Text] = Field(default_factory=dict)
    rules: dict[Name, RuleFile] = Field(default_factory=dict)
    outliers: dict[Name, OutlierFile] = Field(default_factory=dict)
    expect: ExpectFile | None = None
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
