"""The libraries of enrichment, imported only where they are used: what is missing, which versions there are. No pyspark here."""

from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from dmp_spark.errors import StageError

WANTED = {
    "user_agent": (("ua_parser", "ua_parser_rs"), "user agents are read by ua-parser[regex]", "pip install 'ua-parser[regex]'"),
    "ip": (("maxminddb",), "places are looked up by maxminddb", "pip install maxminddb"),
}
"""Kind of enrichment → modules, what they do, the way out where one is missing."""
_DISTRIBUTIONS = {"user_agent": ("ua-parser", "ua-parser-builtins", "ua-parser-rs"), "ip": ("maxminddb",)}


def missing(kind: str) -> tuple[str, str] | None:
    """What is missing for a kind of enrichment, and the way out; None where nothing is."""
    if kind not in WANTED:
        return None
    modules, what, way_out = WANTED[kind]
    return None if all(find_spec(module) for module in modules) else (f"{what}, which is not installed", way_out)


def refuse_missing(kind: str) -> None:
    """StageError where the library of a kind is missing here; on a worker this is the first to know."""
    if told := missing(kind):
        what, way_out = told
        raise StageError(f"{what}, also on each worker: {way_out}")


def versions(kind: str) -> str:
    """The installed versions of what reads a kind, as `name version, …`; another text means other answers, perhaps."""
    return ", ".join(f"{name} {_version(name)}" for name in _DISTRIBUTIONS.get(kind, ()))


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"
