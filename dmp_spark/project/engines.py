"""Where a project can run: what each engine gives, and what does not run there. No pyspark here."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from dmp_spark.errors import Problem, UserError
from dmp_spark.project.found import Found


class Need(StrEnum):
    """What a part of a project asks of the engine that runs it."""

    CONNECT = "connect"
    """A session, also of a server: every engine has one."""
    CLASSIC = "classic"
    """Spark's JVM beside the driver: RDDs, sparkContext."""
    LOCAL = "local"
    """A disk that the driver shares with Spark, at the same paths."""


@dataclass(frozen=True)
class Needed:
    """A part of a project, in words that begin a sentence, where it stands, what it needs, and what else one can do."""

    what: str
    address: str
    need: Need
    way_out: str


ENGINES: dict[str, tuple[Need, ...]] = {
    "local": (Need.CONNECT, Need.CLASSIC, Need.LOCAL),
    "standalone": (Need.CONNECT, Need.CLASSIC, Need.LOCAL),
    "connect": (Need.CONNECT, Need.LOCAL),
    "classic": (Need.CONNECT, Need.CLASSIC),
    "standard": (Need.CONNECT,),
    "serverless": (Need.CONNECT,),
}
"""Engine → what it gives; the last three are Databricks' kinds of compute. docs/portability.md says what stands behind."""
WORDS = {
    Need.CONNECT: "a Spark session",
    Need.CLASSIC: "Spark's JVM beside the driver",
    Need.LOCAL: "a disk that the driver shares with Spark",
}


def checked_engine(name: str) -> str:
    """The name, where there is such an engine; else UserError."""
    if name not in ENGINES:
        raise UserError(Problem("engine", f"there is no engine {name}", "--engine", Found.suggest(name, ENGINES)))
    return name


def with_(need: Need) -> str:
    """The engines that give this, as a list in words."""
    return ", ".join(name for name, gives in ENGINES.items() if need in gives)


def refused(engine: str, needed: Iterable[Needed], found: Found) -> None:
    """Add to `found` what the engine does not give, where it stands in the files."""
    for one in needed:
        if one.need not in ENGINES[engine]:
            what = f"{one.what} needs {WORDS[one.need]}, which {engine} has not"
            found.add("engine", what, one.address, one.way_out)
