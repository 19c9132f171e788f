"""Enrichments of a source, proven: names, expressions, hosts, libraries, databases. No pyspark here."""

from collections.abc import Callable, Collection, Mapping, Sequence

from dmp_spark.enrichment.libraries import missing, versions
from dmp_spark.enrichment.lists import CRAWLERS, SOURCES, digest
from dmp_spark.enrichment.places import DatabaseError, build_of
from dmp_spark.enrichment.spec import Enrichment, EnrichmentFile, Kind
from dmp_spark.enrichment.urls import url_of
from dmp_spark.expressions.parse import Expression
from dmp_spark.project.load import Found, Project

Prove = Callable[[str, str], Expression | None]
"""An expression and its address → what it is; None, and a problem told, where it is wrong."""

KEYS: Mapping[Kind, tuple[str, ...]] = {
    "user_agent": ("user_agent",),
    "visit": ("page", "referrer", "hosts"),
    "ip": ("ip", "database", "city"),
}
"""Kind → the keys that it has, its inputs first."""
INPUTS: Mapping[Kind, int] = {"user_agent": 1, "visit": 2, "ip": 1}
WAYS = "write {user_agent: …}, {page: …, referrer: …} or {ip: …, database: file.mmdb}"
MAY_BE_TEXT = ("string", "null", "unknown")


def checked(
    written: Mapping[str, EnrichmentFile], taken: Mapping[str, str], prove: Prove, address: str, project: Project
) -> tuple[Enrichment, ...]:
    """The enrichments of a source that are right, in the order in which they are written; what is wrong is told.

    `taken` has names that stand for something else already, and what; `prove` proves an expression over the names
    that enrichments may use. `address` is that of the mapping, its keys are below.
    """
    found = project.found
    right = []
    for name, one in written.items():
        place = f"{address}.{name}"
        if name in taken:
            found.add("two-meanings", f"{name} is {taken[name]} and an enrichment", place, "name the enrichment otherwise")
        elif (kind := _kind(one, place, found)) and (enrichment := _enrichment(name, kind, one, prove, place, project)):
            right.append(enrichment)
    return tuple(right)


def checked_texts(
    columns: Sequence[str] | Mapping[str, str], types: Mapping[str, str], address: str, what: str, found: Found
) -> tuple[str, ...]:
    """The columns, a list's or the keys of a mapping, that are there, once each, and are texts; what is wrong is told."""
    right: list[str] = []
    for number, name in enumerate(columns):
        place = f"{address}.{name}" if isinstance(columns, Mapping) else f"{address}[{number}]"
        if name not in types:
            found.add("unknown-column", f"no such column: {name}", place, Found.suggest(name, types))
        elif types[name] not in MAY_BE_TEXT:
            found.add("wrong-type", f"{name} is {types[name]}, and {what} are texts", place, "declare it as string")
        elif name not in right:
            right.append(name)
    return tuple(right)


def _kind(written: EnrichmentFile, address: str, found: Found) -> Kind | None:
    """The kind that the keys say; None, and a problem, where they say several."""
    said = [key for key in EnrichmentFile.model_fields if key in written.model_fields_set and getattr(written, key) is not None]
    kinds = [kind for kind, keys in KEYS.items() if any(key in said for key in keys[: INPUTS[kind]])]
    if len(kinds) != 1:
        what = f"an enrichment is of one kind; here {' and '.join(said)} stands"
        found.add("one-of", what, address, WAYS)
        return None
    kind = kinds[0]
    for key in said:
        if key not in KEYS[kind]:
            found.add("one-of", f"{key} says nothing beside {said[0]}", f"{address}.{key}", f"leave it out, or {WAYS}")
            return None
    return kind


def _enrichment(
    name: str, kind: Kind, written: EnrichmentFile, prove: Prove, address: str, project: Project
) -> Enrichment | None:
    found = project.found
    if told := missing(kind):
        found.add("no-library", told[0], address, told[1])
        return None
    keys = KEYS[kind][: INPUTS[kind]]
    inputs = {key: _text(getattr(written, key), prove, f"{address}.{key}", found) for key in keys}
    hosts = [_own_host(host, f"{address}.hosts[{number}]", found) for number, host in enumerate(written.hosts)]
    database, build = _database(written, address, project) if kind == "ip" else ("", "")
    is_right = all(text != "" for text in inputs.values()) and all(hosts) and (kind != "ip" or build)
    if not is_right:
        return None
    return Enrichment(
        name=name,
        kind=kind,
        inputs=tuple(inputs.values()),
        hosts=tuple(host for host in hosts if host),
        database=database,
        with_city=written.city,
        reader=_reader(kind, build),
    )


def _text(written: str | None, prove: Prove, address: str, found: Found) -> str | None:
    """The expression where it gives a text; None where none is written, empty where it is wrong."""
    if written is None:
        return None
    expression = prove(written, address)
    if expression is None:
        return ""
    if expression.type not in MAY_BE_TEXT:
        what = f"this gives {expression.type}, and a text is needed"
        found.add("wrong-type", what, address, "cast(… as string) makes one of it")
        return ""
    return written


def _own_host(written: str, address: str, found: Found) -> str | None:
    """The host in small letters, without `www.`; None where it is none."""
    url = url_of(f"//{written.strip()}")
    host = url.host if url else None
    if host and url and url.path == "/" and not url.parameters and not written.rstrip().endswith("/") and "." in host:
        return host.removeprefix("www.")
    inside = url_of(written)
    way_out = f"write {inside.host}" if inside and inside.host else "a host is written as in an address: shop.example.com"
    found.add("no-host", f"{written} is no host", address, way_out)
    return None


def _database(written: EnrichmentFile, address: str, project: Project) -> tuple[str, str]:
    """The absolute path of the database, and which it is; the latter empty, and a problem, where it cannot be used."""
    if not written.database:
        what = "`database` is missing: places are looked up in a MaxMind file, which is yours to get"
        project.found.add("missing", what, address, "database: data/GeoLite2-City.mmdb (maxmind.com, free with an account)")
        return "", ""
    place = f"{address}.database"
    path = project.path(written.database, place)
    try:
        return path, build_of(path)
    except DatabaseError as error:
        project.found.add("no-database", str(error), place, f"--set {project.settable(place)}=/a/path/to/file.mmdb")
        return path, ""


def _reader(kind: Kind, build: str) -> str:
    lists: Mapping[Kind, Collection[str]] = {"user_agent": (CRAWLERS,), "visit": (SOURCES,), "ip": ()}
    parts = [versions(kind), *[f"{name} {digest(name)}" for name in lists[kind]], build]
    return ", ".join(part for part in parts if part)
