"""What a record becomes, proven: events, rows of reference data, facts about people. No pyspark here."""

from collections.abc import Mapping
from datetime import UTC
from typing import Any
from zoneinfo import ZoneInfo

from dmp_spark.expressions.types import family
from dmp_spark.ingest.check_names import Names
from dmp_spark.ingest.resolved import Computed, Event, Known, PersonAttributes, Reference, Time
from dmp_spark.ingest.spec import Combine, EventFile, KnownFile, SourceFile, TimeFile
from dmp_spark.project.types import moment_instant

TEXTS = ("order_id", "item_id", "currency", "channel", "device", "text")
ZONE_WHY = "a time without its zone is read a day or some hours off, and no count shows it"
KNOWN_WHY = "without it a model would use what nobody knew yet"
KNOWN_WAYS = "known: {after: 0 minutes}, {column: arrived_at, zone: UTC} or landing"
EXTREMES = ("values that have an order", ("integer", "decimal", "double", "string", "date", "timestamp"), "any or all")
CONDITIONS = ("conditions", ("boolean",), "min or max; or a condition in `select`")
COMBINES: Mapping[Combine, tuple[str, tuple[str, ...], str]] = {  # what it combines, as a sentence and as families; the way out
    "any": CONDITIONS,
    "all": CONDITIONS,
    "min": EXTREMES,
    "max": EXTREMES,
    # a sum of doubles would depend on the order of rows
    "sum": ("whole numbers and decimals", ("integer", "decimal"), "cast(… as decimal(18,4)) in `select`; or min or max"),
}
TIMES = ("timestamp", "date", "unknown")


def events(written: SourceFile, names: Names, priorities: list[str] | None, address: str, settings: Any) -> tuple[Event, ...]:
    """The events of a source, those that are right."""
    resolved = [
        _event(name, event, names, priorities, f"{address}.events.{name}") for name, event in (written.events or {}).items()
    ]
    return tuple(event for event in resolved if event)


def _event(name: str, written: EventFile, names: Names, priorities: list[str] | None, address: str) -> Event | None:
    time = _time(written.time, names, f"{address}.time", address)
    known = _known(written.known, names, f"{address}.known", address)
    carried = identifiers(written.identifiers, names, priorities, f"{address}.identifiers")
    if written.where is not None and not names.expression(written.where, f"{address}.where", predicate=True):
        return None
    id_columns: tuple[str, ...] = ()
    if isinstance(written.id, list):
        id_columns = tuple(column for column in written.id if names.has_column(column, names.types, f"{address}.id"))
        if not written.id:
            names.found.add("empty", "`id` names no column", f"{address}.id", "id: [columns], fingerprint or position")
    values = [names.values({key: getattr(written, key) for key in TEXTS}, address, "text")]
    values.append(names.values({"value": written.value, "quantity": written.quantity}, address, "number"))
    values.append(names.values({"is_bot": written.is_bot}, address, "boolean"))
    maps = {
        "context": names.values(written.context, f"{address}.context", "text"),
        "attributes": names.values(written.attributes, f"{address}.attributes", "text"),
        "amounts": names.values(written.amounts, f"{address}.amounts", "number"),
    }
    if (written.value or written.amounts) and not written.currency:
        names.found.add("no-currency", "money without a currency", address, "currency: {value: USD}, or an expression")
    if not time or not known or not carried:
        return None
    return Event(
        event_type=name,
        where=written.where or "",
        id_kind="given" if isinstance(written.id, list) else written.id,
        id_columns=id_columns,
        time=time,
        known=known,
        identifiers=carried,
        values=tuple(value for group in values for value in group),
        **maps,
    )


def identifiers(written: Mapping[str, str], names: Names, priorities: list[str] | None, address: str) -> tuple[Computed, ...]:
    """The identifiers that are right, highest priority first: as identity.yml orders them, else as written."""
    for namespace in written:
        if priorities is not None and namespace not in priorities:
            suggestion = names.found.suggest(namespace, priorities)
            names.found.add(
                "unknown-namespace", f"identity.yml has no namespace {namespace}", f"{address}.{namespace}", suggestion
            )
    order = [name for name in priorities or [] if name in written] + [name for name in written if name not in (priorities or [])]
    carried = names.values({name: written[name] for name in order}, address, "text")
    for one in carried:
        if names.type_of(one) in ("float", "double"):
            what = f"{one.expression} is a {names.type_of(one)}, and identifiers are texts: a customer would be called 17850.0"
            names.found.warn("identifier-type", what, f"{address}.{one.name}", f"cast({one.expression} as bigint)")
    return carried


def _time(written: TimeFile | None, names: Names, address: str, owner: str) -> Time | None:
    if written is None:
        names.found.add("missing", "`time` is missing: an event has a time", owner, "time: {column: …, zone: UTC}")
        return None
    has_zone = _zone(written.zone, names, address)
    if not names.has_column(written.column, names.types, f"{address}.column") or not has_zone:
        return None
    kind = names.types[written.column]
    if kind not in TIMES:
        names.found.add(
            "wrong-type",
            f"{written.column} is {kind}, and a time is needed",
            f"{address}.column",
            "declare it as timestamp or date",
        )
        return None
    if kind == "date" and written.precision != "day":
        names.found.add("precision", f"{written.column} is a date", address, "precision: day")
        return None
    return Time(column=written.column, zone=written.zone, precision=written.precision)


def _known(written: KnownFile | str | None, names: Names, address: str, owner: str) -> Known | None:
    if written is None:
        names.found.add("missing", f"`known` is missing beside `time`: {KNOWN_WHY}", owner, KNOWN_WAYS)
        return None
    if isinstance(written, str):
        return Known(kind="landing")
    if (written.after is None) == (written.column is None):
        names.found.add("one-of", "`known` says either `after` or `column`", address, KNOWN_WAYS)
        return None
    if written.after is not None:
        return Known(kind="after", amount=written.after.amount, unit=written.after.unit)
    return _known_column(written, names, address)


def _known_column(written: KnownFile, names: Names, address: str) -> Known | None:
    has_zone = _zone(written.zone, names, address)
    column = written.column or ""
    if not names.has_column(column, names.types, f"{address}.column") or not has_zone:
        return None
    if names.types[column] not in ("timestamp", "unknown"):
        names.found.add("wrong-type", f"{column} is {names.types[column]}, and a timestamp is needed", f"{address}.column")
        return None
    return Known(kind="column", column=column, zone=written.zone)


def _zone(zone: str, names: Names, address: str) -> bool:
    if not zone:
        names.found.add("missing", f"`zone` is missing: {ZONE_WHY}", address, "zone: UTC, or America/New_York")
        return False
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, KeyError):
        names.found.add(
            "unknown-zone", f"no such zone: {zone}", f"{address}.zone", "a name like UTC, America/New_York, Europe/Paris"
        )
        return False
    return True


def reference(written: SourceFile, source: str, names: Names, columns: Mapping[str, str], address: str) -> Reference | None:
    """The reference table of a source; wrong columns keep their name, with type unknown read as text."""
    if written.reference is None:
        return None
    given, address = written.reference, f"{address}.reference"
    select: list[Computed] = []
    types: dict[str, str] = {}
    wrong: set[str] = set()  # told already
    for name, text in (given.select or {column: column for column in columns}).items():
        if name == "flags" or name.startswith("_"):
            names.found.add("reserved", f"{name} is a name of the table's own", f"{address}.select.{name}", "name it otherwise")
            continue
        expression = names.expression(text, f"{address}.select.{name}")
        kind = expression.type if expression else "unknown"
        wrong |= {name} if kind == "unknown" else set()
        types[name] = "string" if kind in ("unknown", "null") or (given.table == "items" and name == "item_id") else kind
        select.append(Computed(name=name, expression=text))
    key = tuple(column for column in given.key if names.has_column(column, types, f"{address}.key"))
    if given.table == "items" and given.key != ["item_id"]:
        names.found.add("items-key", "the key of items is item_id", f"{address}.key", "key: [item_id], and `select` names it")
    combine = {
        name: how
        for name, how in given.combine.items()
        if name not in wrong and _combines(name, how, key, types, names, f"{address}.combine.{name}")
    }
    return Reference(table=given.table, key=key, select=tuple(select), types=types, combine=combine) if key else None


def _combines(name: str, how: Combine, key: tuple[str, ...], types: Mapping[str, str], names: Names, address: str) -> bool:
    """Whether a column can be combined in this way; a problem where it cannot."""
    if name in key:
        names.found.add("combine-key", f"{name} is of the key, which rows that are combined share", address, "leave it out")
        return False
    if not names.has_column(name, types, address):
        return False
    kind = types[name]
    wanted, fitting, way_out = COMBINES[how]
    if family(kind) not in fitting:
        names.found.add("combine-type", f"{how} combines {wanted}, and {name} is {kind}", address, way_out)
    return family(kind) in fitting


def person_attributes(
    written: SourceFile, names: Names, priorities: list[str] | None, address: str, settings: Any
) -> PersonAttributes | None:
    """The facts of a source."""
    if written.person_attributes is None:
        return None
    given, address = written.person_attributes, f"{address}.person_attributes"
    known = _known_of_facts(given.known, names, address, settings.time_zone)
    carried = identifiers(given.identifiers, names, priorities, f"{address}.identifiers")
    facts = names.values(given.attributes, f"{address}.attributes", "text")
    if not known or not carried:
        return None
    return PersonAttributes(identifiers=carried, known=known, attributes=facts)


def _known_of_facts(written: KnownFile | str | None, names: Names, address: str, zone: str) -> Known | None:
    ways = "known: 2017-01-01, {column: changed_at, zone: UTC} or landing"
    if written is None:
        names.found.add("missing", f"`known` is missing: {KNOWN_WHY}", address, ways)
        return None
    if written == "landing":
        return Known(kind="landing")
    if isinstance(written, KnownFile):
        if written.column is None or written.after is not None:
            names.found.add("one-of", "a fact has no time that `after` could follow", f"{address}.known", ways)
            return None
        return _known_column(written, names, f"{address}.known")
    try:
        return Known(kind="moment", moment=moment_instant(written, zone).astimezone(UTC).isoformat())
    except ValueError as error:
        names.found.add("moment", str(error), f"{address}.known", ways)
        return None
