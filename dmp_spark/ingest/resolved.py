"""What ingest gets of ingest.yml once every name is resolved. No pyspark here."""

from typing import Literal

from pydantic import Field

from dmp_spark.enrichment.spec import Enrichment, names_of
from dmp_spark.formats.spec import Field as Column
from dmp_spark.formats.spec import Format, Reading, Signs
from dmp_spark.ingest.spec import Combine
from dmp_spark.project.types import Resolved


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
    missing: Literal["reject", "wait", "null"]
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
    """One kind of event, of the records of which `where` is true (empty: all).

    `identifiers` stand in order of priority, `values` and the maps as written.
    """

    event_type: str
    where: str = ""
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


class Outlier(Resolved):
    """A rule for outliers: the number `of` a record within its group `by`, against bounds learned at each of `learned_at`
    (ISO, UTC, ascending); one beyond them is flagged, and where the rule `clips`, the column `of` is set to the bound.
    """

    name: str
    of: str
    by: tuple[str, ...] = ()
    method: Literal["iqr", "mad"]
    factor: float
    learned_at: tuple[str, ...]
    clips: bool = False


class Freshness(Resolved):
    """That the newest event is no older than `within` seconds at the run's moment; else the run is held, or warned of."""

    within: int
    holds: bool


class Volume(Resolved):
    """That a day has `least` to `most` times the median of the `days` before it, or of the same weekdays among these."""

    days: int
    same_weekdays: bool
    least: float
    most: float
    holds: bool


class Shape(Resolved):
    """That no record has what no column names; where it `grows`, that none has what no event of the source had before."""

    grows: bool
    holds: bool


class Expected(Resolved):
    """What is expected of a source as a whole."""

    freshness: Freshness | None = None
    volume: Volume | None = None
    shape: Shape | None = None


class Source(Resolved):
    """A source as the stage reads it; `path` is absolute: a file, a folder or a glob; `optional` columns a file may lack.

    `columns` by type; `fields` are those of them that are not found under their own names, or not written in ISO. What
    else there is says `Reading`. What `enrich` derives sees the record as it came; addresses in the columns of
    `truncate_ip` are cut afterwards, and in those of `pseudonymize` stand pseudonyms of what they compute. `expected` is
    of the source as a whole and decides of no record.
    Files changed less than `settle` seconds before the run are left for the next one.
    """

    name: str
    path: str
    format: Format = "parquet"
    arrives: Literal["appended", "replaced"]
    columns: dict[str, str]
    fields: tuple[Column, ...] = ()
    optional: tuple[str, ...] = ()
    signs: Signs = Signs()
    cells: tuple[str, ...] = ()
    pattern: str = ""
    explode: str = ""
    settle: int = 0
    keeps_extra: bool = True
    enrich: tuple[Enrichment, ...] = ()
    truncate_ip: tuple[str, ...] = ()
    pseudonymize: tuple[Computed, ...] = ()
    rules: tuple[Rule, ...] = ()
    outliers: tuple[Outlier, ...] = ()
    expected: Expected = Expected()
    lookups: tuple[Lookup, ...] = ()
    events: tuple[Event, ...] = ()
    reference: Reference | None = None
    person_attributes: PersonAttributes | None = None

    @property
    def names(self) -> dict[str, str]:
        """The names that expressions of this source may use, by type: its columns, those of its enrichments and lookups."""
        derived = {name: kind for each in self.enrich for name, kind in names_of(each).items()}
        looked_up = {f"{lookup.name}.{name}": kind for lookup in self.lookups for name, kind in lookup.columns.items()}
        return {**self.columns, **derived, **looked_up}

    @property
    def structs(self) -> tuple[str, ...]:
        """The structs that stand beside its columns: an enrichment or a lookup each."""
        return (*(each.name for each in self.enrich), *(lookup.name for lookup in self.lookups))

    @property
    def waits_for(self) -> tuple[str, ...]:
        """The reasons for which a rejected record waits: reference data that is not there yet."""
        return tuple(f"missing_{lookup.name}" for lookup in self.lookups if lookup.missing == "wait")

    @property
    def without_rejecting(self) -> "Source":
        """The same without its rules that reject: what it says of a record that holds."""
        rules = tuple(rule for rule in self.rules if rule.action != "reject")
        lookups = tuple(lookup.model_copy(update={"missing": "null"}) for lookup in self.lookups)
        return self.model_copy(update={"rules": rules, "lookups": lookups})

    @property
    def reading(self) -> Reading:
        """How its files become records."""
        own = {field.name: field for field in self.fields}
        return Reading(
            format=self.format,
            fields=tuple(own.get(name) or Column(name=name, type=kind) for name, kind in self.columns.items()),
            optional=self.optional,
            signs=self.signs,
            names=self.cells,
            pattern=self.pattern,
            explode=self.explode,
            keeps_extra=self.keeps_extra,
        )


class Bounds(Resolved):
    """When things can have happened: not before `earliest` (ISO, UTC), nor `clock_ahead` seconds after their file came."""

    earliest: str = "1970-01-02T00:00:00+00:00"
    clock_ahead: int = 3600


class IngestSpec(Resolved):
    """Everything the stage needs; `sources` stand so that each comes after the reference tables it looks up.

    `late` is in seconds: an event that was known so much later than it could be is flagged. `identifier_key` names the
    secret with which identifiers are hashed; its value is read when the stage runs.
    """

    zone: str
    currency: str
    late: int | None = None
    bounds: Bounds = Bounds()
    hold_if_rejected_above: float | None = None
    identifier_key: str | None = None
    sources: tuple[Source, ...] = ()

    @property
    def secrets(self) -> dict[str, str]:
        """As in Resolved."""
        return {"project.identifier_key": self.identifier_key} if self.identifier_key else {}
