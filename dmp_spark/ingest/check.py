"""From ingest.yml to what the stage needs: every name and expression is proven here. No pyspark here."""

from collections.abc import Iterator, Mapping
from datetime import UTC

from dmp_spark.contracts import Contract
from dmp_spark.enrichment import check as check_enrichment
from dmp_spark.enrichment.spec import names_of
from dmp_spark.expressions.types import keeps
from dmp_spark.ingest import check_expected, check_outliers, check_reading, check_records
from dmp_spark.ingest.check_names import Names
from dmp_spark.ingest.resolved import Bounds, Computed, IngestSpec, Lookup, Rule, Source
from dmp_spark.ingest.spec import IngestFile, LookupFile, RuleFile, SourceFile
from dmp_spark.ingest.tables import reference_name
from dmp_spark.project.engines import Need, Needed, with_
from dmp_spark.project.load import Found, Project
from dmp_spark.project.secrets import databricks_refused
from dmp_spark.project.types import Duration, moment_instant

VOLUMES = "/Volumes/"
"""Databricks' volumes: at this path for the driver and for Spark alike."""
IDENTIFIER_KEY = "project.identifier_key"


def resolve(project: Project, contracts: Mapping[str, Contract], found: Found) -> IngestSpec:
    """The resolved sources of ingest.yml; each mistake is added to `found` and what is wrong is left out.

    A name that exists but is wrong stays, with type unknown, so that later stages do not complain of it again.
    """
    settings = project.settings
    written: IngestFile | None = project.written("ingest")
    key = _identifier_key(project, found)
    if written is None:
        return IngestSpec(zone=settings.time_zone, currency=settings.currency or "", identifier_key=key)
    priorities = _priorities(project)
    sources: dict[str, Source] = {}
    for name in _order(written, found):
        sources[name] = _source(name, written.sources[name], project, written, sources, priorities, found)
    _one_owner_a_table(written, found)
    return IngestSpec(
        zone=settings.time_zone,
        currency=settings.currency or "",
        late=_seconds(written.late, "late", found),
        bounds=_bounds(written, settings.time_zone, found),
        hold_if_rejected_above=written.hold_if_rejected_above,
        identifier_key=key,
        sources=tuple(sources.values()),
    )


def _identifier_key(project: Project, found: Found) -> str | None:
    """What names the secret that identifiers are hashed with, a file's path absolute; None where there is no such secret."""
    written = project.settings.identifier_key
    if written is None:
        return None
    provider, _, name = written.removeprefix("${").removesuffix("}").partition(":")
    if provider == "databricks":
        found.tell(databricks_refused(project.place(IDENTIFIER_KEY)))
        return None
    return f"${{file:{project.path(name, IDENTIFIER_KEY)}}}" if provider == "file" else written


def _bounds(written: IngestFile, zone: str, found: Found) -> Bounds:
    """When things can have happened; a problem where that says no length."""
    earliest = moment_instant(written.earliest, zone).astimezone(UTC).isoformat()
    ahead = _seconds(written.clock_ahead, "clock_ahead", found)
    return Bounds(earliest=earliest) if ahead is None else Bounds(earliest=earliest, clock_ahead=ahead)


def _seconds(written: Duration | None, key: str, found: Found) -> int | None:
    """The seconds of a duration; None where there is none, or, with a problem, where it has no fixed length."""
    try:
        return written.seconds if written else None
    except ValueError as error:
        found.add("no-length", str(error), f"ingest.{key}", f"{key}: 1 hour")
        return None


def needs(spec: IngestSpec) -> Iterator[Needed]:
    """What files ask of the engine: the driver lists them, and Spark reads them at the same path."""
    way_out = f"put the files into a volume (/Volumes/…), or run it on one of: {with_(Need.LOCAL)}"
    for source in spec.sources:
        if not source.path.startswith(VOLUMES):
            yield Needed(f"the source {source.name}", f"ingest.sources.{source.name}.read.path", Need.LOCAL, way_out)
        for each in source.enrich:
            if each.database and not each.database.startswith(VOLUMES):
                address = f"ingest.sources.{source.name}.enrich.{each.name}.database"
                yield Needed(f"the database of {each.name}", address, Need.LOCAL, way_out)


def _priorities(project: Project) -> list[str] | None:
    """The namespaces of identity.yml, highest priority first; None without that file."""
    written = project.written("identity")
    namespaces = getattr(written, "namespaces", None)
    if not namespaces:
        return None
    return sorted(namespaces, key=lambda name: getattr(namespaces[name], "priority", None) or 0)


def _order(written: IngestFile, found: Found) -> list[str]:
    """The sources so that each comes after the reference tables that it looks up; a circle is a mistake."""
    owner = {source.reference.table: name for name, source in written.sources.items() if source.reference}
    needs = {
        name: {owner[lookup.table] for lookup in source.lookups.values() if lookup.table in owner}
        for name, source in written.sources.items()
    }
    ordered: list[str] = []
    while len(ordered) < len(needs):
        ready = [name for name in needs if name not in ordered and needs[name] <= set(ordered)]
        if not ready:
            circle = [name for name in needs if name not in ordered]
            found.add("circle", f"these sources look one another up: {', '.join(circle)}", f"ingest.sources.{circle[0]}.lookups")
            return ordered + circle
        ordered += ready
    return ordered


def _one_owner_a_table(written: IngestFile, found: Found) -> None:
    owners: dict[str, str] = {}
    for name, source in written.sources.items():
        if source.reference and owners.setdefault(source.reference.table, name) != name:
            other = owners[source.reference.table]
            found.add(
                "two-owners",
                f"the reference table {source.reference.table} is written by {other} already",
                f"ingest.sources.{name}.reference.table",
                "give it a name of its own, or let one source read both by a glob",
            )


def _source(
    name: str,
    written: SourceFile,
    project: Project,
    file: IngestFile,
    earlier: Mapping[str, Source],
    priorities: list[str] | None,
    found: Found,
) -> Source:
    address = f"ingest.sources.{name}"
    read = check_reading.read(written, address, found)
    columns = read.columns
    lookups = tuple(
        lookup
        for key, value in written.lookups.items()
        if (lookup := _lookup(key, value, columns, earlier, file, f"{address}.lookups.{key}", found))
    )
    looked_up = {f"{lookup.name}.{column}": kind for lookup in lookups for column, kind in lookup.columns.items()}
    taken = {**{column.lower(): "a column" for column in columns}, **dict.fromkeys(written.lookups, "a lookup")}
    of_columns = Names(columns, frozenset(), found)
    enrich = check_enrichment.checked(written.enrich, taken, of_columns.expression, f"{address}.enrich", project)
    derived = {column: kind for each in enrich for column, kind in names_of(each).items()}
    # the wrong ones, whose columns are not judged: also of a name that is both, and right as one of them
    open_names = written.lookups.keys() - {lookup.name for lookup in lookups}
    open_names |= written.enrich.keys() - {each.name for each in enrich}
    names = Names({**columns, **derived, **looked_up}, frozenset(open_names), found)
    rules = tuple(_rule(key, value, columns, names, f"{address}.rules.{key}") for key, value in written.rules.items())
    _exactly_one(written, address, found)
    return Source(
        name=name,
        path=project.path(written.read.path, f"{address}.read.path"),
        format=written.read.format,
        arrives=written.arrives,
        **vars(read),
        keeps_extra=written.extra == "keep",
        enrich=enrich,
        truncate_ip=check_enrichment.checked_texts(written.truncate_ip, columns, f"{address}.truncate_ip", "addresses", found),
        pseudonymize=_pseudonyms(written, of_columns, project, f"{address}.pseudonymize"),
        optional=tuple(name for name in written.optional if names.has_column(name, columns, f"{address}.optional")),
        rules=tuple(rule for rule in rules if rule),
        outliers=check_outliers.outliers(written, names, columns, address, project.settings.time_zone),
        expected=check_expected.expected(written, f"{address}.expect", found),
        lookups=lookups,
        events=check_records.events(written, names, priorities, address, project.settings),
        reference=check_records.reference(written, name, names, columns, address),
        person_attributes=check_records.person_attributes(written, names, priorities, address, project.settings),
    )


def _pseudonyms(written: SourceFile, names: Names, project: Project, address: str) -> tuple[Computed, ...]:
    """What stands in columns of texts instead of them; without a key everybody could try out whose pseudonym it is."""
    if not written.pseudonymize:
        return ()
    found = names.found
    if project.settings.identifier_key is None:
        way_out = "name the secret as identifier_key in project.yml"
        found.add("no-key", "pseudonyms are made with a key, or trying out would tell whose they are", address, way_out)
    right = check_enrichment.checked_texts(written.pseudonymize, names.types, address, "pseudonyms", found)
    for name in right:
        if name in written.truncate_ip:
            what = f"{name} is in truncate_ip, too"
            found.add("two-meanings", what, f"{address}.{name}", "an address is cut, or a pseudonym stands for it")
    return names.values({name: written.pseudonymize[name] for name in right}, address, "text")


def _exactly_one(written: SourceFile, address: str, found: Found) -> None:
    said = [kind for kind in ("events", "reference", "person_attributes") if getattr(written, kind)]
    if len(said) != 1:
        what = f"a source becomes one of events, reference, person_attributes; here {' and '.join(said) or 'none'} stands"
        found.add("one-of", what, address, "read the same files by a second source" if said else "")
    if said and said[0] != "events" and written.arrives != "replaced":
        way_out = "arrives: replaced; where each file holds a part, a glob or folder reads them together"
        found.add("arrives", f"{said[0]} are read as a whole", f"{address}.arrives", way_out)


def _rule(name: str, written: RuleFile, columns: Mapping[str, str], names: Names, address: str) -> Rule | None:
    expression = names.expression(written.require, f"{address}.require", predicate=True)
    otherwise = written.otherwise
    if name == "late" and otherwise == "flag":
        names.found.add("reserved", "late is the flag of events that were known late", address, "name the rule otherwise")
    if isinstance(otherwise, str):
        return Rule(name=name, require=written.require, action=otherwise) if expression else None
    known = [column for column in otherwise.set_null if names.has_column(column, columns, f"{address}.otherwise.set_null")]
    return Rule(name=name, require=written.require, action="set_null", columns=tuple(known)) if expression and known else None


def _lookup(
    name: str,
    written: LookupFile,
    columns: Mapping[str, str],
    earlier: Mapping[str, Source],
    file: IngestFile,
    address: str,
    found: Found,
) -> Lookup | None:
    tables = {source.reference.table: source.reference for source in earlier.values() if source.reference}
    if written.table not in tables:
        every = [source.reference.table for source in file.sources.values() if source.reference]
        if written.table not in every:
            found.add(
                "unknown-table",
                f"no source writes the reference table {written.table}",
                f"{address}.table",
                Found.suggest(written.table, every),
            )
        return None
    reference = tables[written.table]
    if set(written.key) != set(reference.key):
        found.add(
            "whole-key",
            f"{written.table} is looked up by its whole key: {', '.join(reference.key)}",
            f"{address}.key",
            "a part of the key would find several rows and multiply events",
        )
        return None
    names = Names(columns, frozenset(), found)
    key = []
    for column in reference.key:
        place = f"{address}.key.{column}"
        expression = names.expression(written.key[column], place)
        if not expression:
            return None
        if not keeps(expression.type, reference.types[column]):
            what = f"this gives {expression.type}, and {column} of {written.table} is {reference.types[column]}"
            found.add("wrong-type", what, place, f"cast(… as {reference.types[column]}) says what is meant")
            return None
        key.append((column, written.key[column], reference.types[column]))
    return Lookup(
        name=name, table=reference_name(written.table), key=tuple(key), missing=written.missing, columns=reference.types
    )
