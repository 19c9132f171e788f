"""The only list of the stages, in the order of the flow; what runs is imported when it runs. No pyspark here."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

from dmp_spark.contracts import Contract
from dmp_spark.errors import UserError
from dmp_spark.project.engines import Need, Needed, with_
from dmp_spark.project.found import Found
from dmp_spark.project.load import Project, load
from dmp_spark.project.settings import ProjectFile
from dmp_spark.project.types import Resolved, Written

STAGES = ("ingest", "sessions", "identity", "features", "profiles", "models", "segments", "activation", "measurement")
ALWAYS = ("ingest", "identity")  # these run without a file of their own, or cannot go without one
PLANNED = ("privacy",)  # known to the design, not built yet
BESIDE = ("operations",)  # have a file, and are no stage of the flow

_BELOW = (
    "functions",
    "expressions",
    "measures",
    "formats",
    "enrichment",
    "lakehouse",
    "project",
    "contracts.py",
    "stage.py",
    "errors.py",
)


@dataclass(frozen=True)
class Resolution:
    """A project with every name resolved: the spec of each stage that runs, the contract of each table, and what is beside."""

    specs: Mapping[str, Resolved]
    contracts: Mapping[str, Contract]
    beside: Mapping[str, Resolved] = field(default_factory=dict)


def shapes() -> dict[str, type[Written]]:
    """Stage → the model of its file; and of the files of what is beside the stages."""
    names = (*STAGES, *BESIDE)
    return {name: getattr(import_module(f"dmp_spark.{name}.spec"), f"{name.title()}File") for name in names}


def json_schemas() -> dict[str, dict[str, Any]]:
    """File → its JSON Schema, with which editors complete and check."""
    models: dict[str, type[Written]] = {"project": ProjectFile, **shapes()}
    return {f"{name}.yml": model.model_json_schema(by_alias=True) for name, model in models.items()}


def tables(name: str) -> ModuleType:
    """The module with a stage's READS, WRITES and contracts."""
    return import_module(f"dmp_spark.{name}.tables")


def stage(name: str) -> ModuleType:
    """The module with a stage's `run`; importing it imports pyspark."""
    return import_module(f"dmp_spark.{name}.stage")


def report(name: str) -> ModuleType | None:
    """The module with a stage's section of the report; None where it has none."""
    return import_module(f"dmp_spark.{name}.report") if find_spec(f"dmp_spark.{name}.report") else None


def read(folder: Path, overrides: Sequence[str] = (), found: Found | None = None) -> Project:
    """The project in a folder, every file by the shape of its stage; mistakes as `load` tells them."""
    return load(folder, shapes(), overrides, found, planned=PLANNED, needed=("ingest",))


def resolve(project: Project, found: Found) -> Resolution:
    """Specs and contracts of the stages that the project has; what does not fit goes to `found`.

    A stage whose file cannot be used is left out, and so are those that read what it writes: their mistakes could
    follow from its own.
    """
    specs: dict[str, Resolved] = {}
    contracts: dict[str, Contract] = {}
    left_out: set[str] = set()
    for name in order():
        if name in project.unusable or any(feeds(other, name) for other in left_out):
            left_out.add(name)
        elif name in project.files or name in ALWAYS:
            try:
                spec = import_module(f"dmp_spark.{name}.check").resolve(project, contracts, found)
            except UserError as error:
                left_out.add(name)
                for problem in error.problems:
                    found.tell(problem)
                continue
            specs[name] = spec
            contracts |= tables(name).contracts(spec)
    beside = {name: _checked(name, project, contracts, found) for name in BESIDE if not left_out and name not in project.unusable}
    return Resolution(specs, contracts, beside)


def _checked(name: str, project: Project, contracts: Mapping[str, Contract], found: Found) -> Resolved:
    spec: Resolved = import_module(f"dmp_spark.{name}.check").resolve(project, contracts, found)
    return spec


def resolved(folder: Path, overrides: Sequence[str] = ()) -> tuple[Project, Resolution]:
    """A project and its resolution; UserError with every mistake there is."""
    found = Found()
    project = read(folder, overrides, found)
    resolution = resolve(project, found)
    if found.problems:
        raise UserError(found.sorted())
    return project, resolution


def needed(resolution: Resolution, is_by_name: bool) -> Iterator[Needed]:
    """What a project asks of the engine that runs it: tables at a path, and what `needs(spec)` in a stage's check.py says."""
    if not is_by_name:
        way_out = f"name a catalog (project.lakehouse.catalog), or run it on one of: {with_(Need.LOCAL)}"
        yield Needed("a lakehouse at a path", "project.lakehouse.path", Need.LOCAL, way_out)
    for name, spec in resolution.specs.items():
        says = getattr(import_module(f"dmp_spark.{name}.check"), "needs", None)
        if says is not None:
            yield from says(spec)


def feeds(one: str, other: str) -> bool:
    """Whether a stage writes a table that another one reads."""
    return one != other and any(_same(written, read_) for written in tables(one).WRITES for read_ in tables(other).READS)


@cache
def order() -> tuple[str, ...]:
    """The stages such that each comes after those that write what it reads; ValueError where that cannot be."""
    graph = {name: (tuple(tables(name).READS), tuple(tables(name).WRITES)) for name in STAGES}
    return ordered(graph)


def ordered(graph: Mapping[str, tuple[Sequence[str], Sequence[str]]]) -> tuple[str, ...]:
    """Names by (reads, writes) such that every table is written before it is read; else in the order given.

    A stage may read what it writes itself. ValueError where nobody writes a table that is read, where two write
    one, or in a circle.
    """
    for name, (reads, _) in graph.items():
        for table in reads:
            if not any(_same(table, written) for _, writes in graph.values() for written in writes):
                raise ValueError(f"{name} reads {table}, which no stage writes")
    every = [table for _, writes in graph.values() for table in writes]
    if twice := sorted({table for table in every if every.count(table) > 1}):
        raise ValueError(f"more than one stage writes {twice[0]}")
    done: list[str] = []
    while len(done) < len(graph):
        ready = [name for name in graph if name not in done and not _waits(name, graph, done)]
        if not ready:
            raise ValueError(f"a circle among {', '.join(sorted(set(graph) - set(done)))}")
        done.append(ready[0])
    return tuple(done)


def _waits(name: str, graph: Mapping[str, tuple[Sequence[str], Sequence[str]]], done: Sequence[str]) -> bool:
    reads = graph[name][0]
    others = [writes for other, (_, writes) in graph.items() if other != name and other not in done]
    return any(_same(table, written) for table in reads for writes in others for written in writes)


def _same(one: str, other: str) -> bool:
    """Whether two table names, which may end in `*`, can mean one table."""
    return fnmatchcase(one, other) or fnmatchcase(other, one)


def spec_hash(spec: Any) -> str:
    """sha2-256 over the JSON of a resolved spec, keys in the order of its fields."""
    return hashlib.sha256(spec.model_dump_json().encode()).hexdigest()


@cache
def code_hash(name: str) -> str:
    """sha2-256 over the Python files of a stage's package and of the layers below it: another hash, another answer.

    `report*.py` only tells of what stands, so a change to it makes nothing run again.
    """
    root = Path(__file__).parent
    digest = hashlib.sha256()
    for part in (name, *_BELOW):
        files = [root / part] if part.endswith(".py") else sorted((root / part).rglob("*.py"))
        files = [file for file in files if not file.name.startswith("report")]
        for file in files:
            content = file.read_bytes()
            digest.update(f"{file.relative_to(root).as_posix()} {len(content)}\n".encode())
            digest.update(content)
    return digest.hexdigest()
