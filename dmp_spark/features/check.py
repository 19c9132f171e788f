"""Whether `features.yml`, and the labels of `models.yml`, fit the tables that they name."""

from collections.abc import Mapping
from datetime import date

from dmp_spark.contracts import Contract
from dmp_spark.expressions.parse import ExpressionError, parse
from dmp_spark.features.spec import FeaturesFile, FeaturesSpec, Label, Lookup, LookupFile
from dmp_spark.measures import windows
from dmp_spark.measures.resolve import MeasureError, event_columns, resolve_measure, unresolved
from dmp_spark.measures.spec import Measure, MeasureFile
from dmp_spark.project.load import Found, Project

_EVENTS = "silver.events"
_OUTCOMES = {"classification": ("boolean",), "regression": ("bigint", "double", "decimal")}
_WRITTEN = {"classification": "a condition, such as count(*) = 0", "regression": "a number, such as sum(value)"}


def resolve(project: Project, contracts: Mapping[str, Contract], found: Found) -> FeaturesSpec:
    """The stage's spec; mistakes go to `found`, and a measure that has one keeps its columns, of type unknown."""
    written: FeaturesFile | None = project.written("features")
    events = event_columns(contracts[_EVENTS]) if _EVENTS in contracts else {}
    lookups = _lookups(written, contracts, events, found) if written else ()
    columns = events | _looked_up(written, contracts, found)
    types = _event_types(project)
    measures = _measures(written, columns, types, found) if written else ()
    moments = _moments(written, found)
    return FeaturesSpec(
        zone=project.settings.time_zone,
        every=moments[0],
        start=moments[1],
        until=moments[2],
        at_as_of=written is not None and "as_of" in written.moments.also,
        lookups=lookups,
        measures=measures,
        labels=_labels(project, columns, types, found),
    )


def _moments(written: FeaturesFile | None, found: Found) -> tuple[str, date, date]:
    if written is None:
        return "1 month", date.min, date.min
    moments = written.moments
    every = str(moments.every)
    if fault := windows.fault(every):
        found.add("moments", fault, "features.moments.every", "for example every: 1 month")
        every = "1 month"
    if moments.until < moments.start:
        found.add("moments", f"until {moments.until} lies before from {moments.start}", "features.moments.until")
    return every, moments.start, moments.until


def _table_of(lookup: LookupFile) -> str:
    return "silver.items" if lookup.table == "items" else f"silver.reference_{lookup.table}"


def _lookups(
    written: FeaturesFile, contracts: Mapping[str, Contract], events: Mapping[str, str], found: Found
) -> tuple[Lookup, ...]:
    lookups = []
    for name, said in written.lookups.items():
        address = f"features.lookups.{name}"
        contract = contracts.get(_table_of(said))
        if name in events:
            found.add("name-taken", f"{name} is a column of events already", address, "give the lookup another name")
        if contract is None:
            known = [
                table.removeprefix("silver.reference_").removeprefix("silver.") for table in contracts if _is_reference(table)
            ]
            found.add(
                "unknown-table",
                f"no source gives the reference table {said.table}",
                f"{address}.table",
                Found.suggest(said.table, known),
            )
            continue
        if set(said.key) != set(contract.key):
            what = f"a lookup joins by the whole key of {said.table}: {', '.join(contract.key)}"
            found.add("lookup-key", what, f"{address}.key", "else one event would become several")
            continue
        if _key_is_right(said, address, events, found):
            lookups.append(Lookup(name=name, table=contract.name, key=said.key, event_columns=_used(said, events)))
    return tuple(lookups)


def _is_reference(table: str) -> bool:
    return table == "silver.items" or table.startswith("silver.reference_")


def _key_is_right(said: LookupFile, address: str, events: Mapping[str, str], found: Found) -> bool:
    is_right = True
    for column, text in said.key.items():
        try:
            parse(text, events)
        except ExpressionError as error:
            found.add("expression", error.message, f"{address}.key.{column}", error.way_out, error.offset)
            is_right = False
    return is_right


def _used(said: LookupFile, events: Mapping[str, str]) -> dict[str, str]:
    names = {name.partition(".")[0] for text in said.key.values() for name in parse(text, events).names}
    return {column: kind for column, kind in events.items() if column in names}


def _looked_up(written: FeaturesFile | None, contracts: Mapping[str, Contract], found: Found) -> dict[str, str]:
    """The names that lookups add (`item.category`). Of a lookup that is wrong the names stay, where they are known."""
    columns: dict[str, str] = {}
    for name, said in (written.lookups if written else {}).items():
        contract = contracts.get(_table_of(said))
        if contract is not None:
            columns |= {f"{name}.{column.name}": column.type for column in contract.business}
    return columns


def _event_types(project: Project) -> set[str]:
    """The event types that the sources of ingest.yml write."""
    sources = getattr(project.written("ingest"), "sources", None) or {}
    return {name for source in sources.values() for name in (getattr(source, "events", None) or {})}


def _measures(written: FeaturesFile, columns: Mapping[str, str], types: set[str], found: Found) -> tuple[Measure, ...]:
    measures = []
    for name, said in written.measures.items():
        address = f"features.measures.{name}"
        if said.ahead is not None:
            found.add(
                "law-5",
                "a feature looks back; labels look ahead",
                f"{address}.ahead",
                "use over, or make it a label in models.yml",
            )
            continue
        measures.append(_measure(name, said, columns, types, address, found))  # name_window: no two can be equal
    return tuple(measures)


def _measure(name: str, said: MeasureFile, columns: Mapping[str, str], types: set[str], address: str, found: Found) -> Measure:
    for wrong in sorted(set(said.event_types) - types) if types else ():
        found.add(
            "unknown-event", f"no source writes events of type {wrong}", f"{address}.of", Found.suggest(wrong, sorted(types))
        )
    try:
        return resolve_measure(name, said, columns)
    except MeasureError as error:
        found.add(
            "expression" if error.part in ("where", "take") else "measure",
            error.message,
            f"{address}.{error.part}",
            error.way_out,
            error.offset,
        )
        return unresolved(name, said)


def _labels(project: Project, columns: Mapping[str, str], types: set[str], found: Found) -> tuple[Label, ...]:
    tasks = getattr(project.written("models"), "tasks", None) or {}
    labels = []
    for task, said in tasks.items():
        if said.label.ahead is None:  # told by the models stage
            continue
        address = f"models.tasks.{task}.label"
        before = len(found.problems)
        measure = _measure(f"label_{task}", said.label, columns, types, address, found)  # no column is called like a key
        kind = measure.columns[0].type
        if not kind.startswith((*_OUTCOMES[said.kind], "unknown")):
            what = f"the label of a {said.kind} is {_WRITTEN[said.kind]}, and this is {kind}"
            found.add("expression-type", what, f"{address}.take")
        if len(found.problems) == before:
            labels.append(Label(task=task, measure=measure))
    return tuple(labels)
