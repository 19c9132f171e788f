"""Whether `features.yml`, and the labels of `models.yml`, fit the tables that they name."""

from collections.abc import Mapping
from datetime import date

from dmp_spark.contracts import Contract
from dmp_spark.expressions.parse import ExpressionError, parse
from dmp_spark.expressions.types import family, keeps
from dmp_spark.features.spec import FeaturesFile, FeaturesSpec, Label, Lookup, LookupFile
from dmp_spark.measures import windows
from dmp_spark.measures.check import checked, event_types
from dmp_spark.measures.resolve import event_columns
from dmp_spark.measures.spec import Measure
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
    types = event_types(project)
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
        key_is_right = _key_is_right(said, contract, address, events, found)
        if _missing_is_right(said, contract, address, found) and key_is_right:
            lookups.append(_lookup(name, said, contract, events))
    return tuple(lookups)


def _lookup(name: str, said: LookupFile, contract: Contract, events: Mapping[str, str]) -> Lookup:
    return Lookup(
        name=name,
        table=contract.name,
        key=said.key,
        event_columns=_used(said, events),
        missing=said.missing,
        covered_by=said.covered_by,
    )


def _is_reference(table: str) -> bool:
    return table == "silver.items" or table.startswith("silver.reference_")


def _key_is_right(said: LookupFile, contract: Contract, address: str, events: Mapping[str, str], found: Found) -> bool:
    before = len(found.problems)
    for column, text in said.key.items():
        try:
            kind = parse(text, events).type
        except ExpressionError as error:
            found.add("expression", error.message, f"{address}.key.{column}", error.way_out, error.offset)
            continue
        wanted = contract.column(column).type
        if not keeps(kind, wanted):
            what = f"this gives {kind}, and {column} of {said.table} is {wanted}"
            found.add("wrong-type", what, f"{address}.key.{column}", f"cast(… as {wanted}) says what is meant")
    return len(found.problems) == before


def _missing_is_right(said: LookupFile, contract: Contract, address: str, found: Found) -> bool:
    before = len(found.problems)
    columns = {column.name: column.type for column in contract.business if column.name not in contract.key}
    for column, text in said.missing.items():
        place = f"{address}.missing.{column}"
        if column not in columns:
            found.add("unknown-column", f"{said.table} has no such value: {column}", place, Found.suggest(column, columns))
            continue
        try:
            kind = parse(text, {}).type
        except ExpressionError as error:
            found.add("expression", error.message, place, error.way_out or "a value: false, 0, 'none'", error.offset)
            continue
        is_text_for_another = family(kind) == "string" and family(columns[column]) != "string"
        if is_text_for_another or not keeps(kind, columns[column]):
            found.add("wrong-type", f"this is {kind}, and {column} of {said.table} is {columns[column]}", place)
    for column in said.covered_by:
        if column not in contract.key:
            what = f"{column} is not of the key of {said.table}"
            found.add("unknown-column", what, f"{address}.covered_by", Found.suggest(column, contract.key))
    if set(said.covered_by) == set(contract.key):
        what = "covered_by names the whole key, and an event whose whole key stands there misses nothing"
        found.add("covered-by", what, f"{address}.covered_by", "name the part that tells whether the table knows of it")
    if said.covered_by and not said.missing:
        what = "covered_by says where `missing` holds, and there is none"
        found.add("covered-by", what, f"{address}.covered_by", "missing: {column: false}")
    return len(found.problems) == before


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
        measures.append(checked(name, said, columns, types, address, found))  # name_window: no two can be equal
    return tuple(measures)


def _labels(project: Project, columns: Mapping[str, str], types: set[str], found: Found) -> tuple[Label, ...]:
    tasks = getattr(project.written("models"), "tasks", None) or {}
    labels = []
    for task, said in tasks.items():
        if said.label.ahead is None:  # told by the models stage
            continue
        address = f"models.tasks.{task}.label"
        before = len(found.problems)
        measure = checked(f"label_{task}", said.label, columns, types, address, found)  # no column is called like a key
        kind = measure.columns[0].type
        if not kind.startswith((*_OUTCOMES[said.kind], "unknown")):
            what = f"the label of a {said.kind} is {_WRITTEN[said.kind]}, and this is {kind}"
            found.add("expression-type", what, f"{address}.take")
        if len(found.problems) == before:
            labels.append(Label(task=task, measure=measure))
    return tuple(labels)
