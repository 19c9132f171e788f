"""A measure of a project's file: resolved, with what is wrong told at its place. No pyspark here."""

from collections.abc import Iterable, Mapping

from dmp_spark.measures.resolve import MeasureError, resolve_measure, unresolved
from dmp_spark.measures.spec import Measure, MeasureFile
from dmp_spark.project.load import Found, Project


def event_types(project: Project) -> set[str]:
    """The event types that the sources of ingest.yml write."""
    sources = getattr(project.written("ingest"), "sources", None) or {}
    return {name for source in sources.values() for name in (getattr(source, "events", None) or {})}


def tell_unknown(named: Iterable[str], types: set[str], address: str, found: Found) -> None:
    """A problem for each event type that is named and no source writes; where no types are known none is told."""
    for wrong in sorted(set(named) - types) if types else ():
        found.add("unknown-event", f"no source writes events of type {wrong}", address, Found.suggest(wrong, sorted(types)))


def checked(name: str, said: MeasureFile, columns: Mapping[str, str], types: set[str], address: str, found: Found) -> Measure:
    """The measure of that name; one with a mistake keeps its columns, of type unknown, and the mistake goes to `found`."""
    tell_unknown(said.event_types, types, f"{address}.of", found)
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
