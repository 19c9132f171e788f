"""The stages of a project as the pipeline sees them: what each reads and writes, its hashes, and how it is run."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from dmp_spark.errors import Problem, UserError
from dmp_spark.lakehouse.standing import Standing
from dmp_spark.operations.position import Following, Position, hash_of
from dmp_spark.stage import RunContext, RunSummary

if TYPE_CHECKING:
    from dmp_spark.lakehouse.lakehouse import Lakehouse
    from dmp_spark.registry import Resolution


@dataclass(frozen=True)
class Step:
    """A stage of the project; `reads` and `writes` may end in `*`.

    `files_hash` is ingest's, of the files that it would read at a moment. `following`: what it can go on from, without
    judging all. `misfit`: asked before `run`, what of the project does not fit the lakehouse, or None. Only a step before
    which no other can have run has one: a refusal says that nothing was touched.
    """

    name: str
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    spec_hash: str
    code_hash: str
    run: Callable[[RunContext], RunSummary]
    files_hash: Callable[[datetime], str] | None = None
    following: Following = Following()
    misfit: "Callable[[Lakehouse], Problem | None] | None" = None

    def needs(self, other: "Step") -> tuple[str, ...]:
        """The tables by which this step depends on another, ordered; empty where it does not."""
        return tuple(sorted({name for name in self.reads for written in other.writes if _meet(name, written)}))

    def position(self, tables: Standing, as_of: datetime, now: datetime) -> Position:
        """Where the step stands at `now`; what it writes itself is no news to it, though it may read that too."""
        names = tables.names()
        written = tables.versions(matching(self.writes, names))
        read = tables.versions(table for table in matching(self.reads, names) if table not in written)
        return Position(
            read=read,
            written=written,
            inputs_hash=self.files_hash(now) if self.files_hash else hash_of(read),
            as_of=as_of,
            spec_hash=self.spec_hash,
            code_hash=self.code_hash,
        )

    def written(self, tables: Standing) -> dict[str, int]:
        """The versions of the tables it writes, of those that stand."""
        return tables.versions(matching(self.writes, tables.names()))


def matching(patterns: Iterable[str], tables: Iterable[str]) -> tuple[str, ...]:
    """The tables that one of the patterns names, ordered."""
    wanted = tuple(patterns)
    return tuple(sorted(table for table in tables if any(fnmatchcase(table, pattern) for pattern in wanted)))


def _meet(one: str, other: str) -> bool:
    return fnmatchcase(one, other) or fnmatchcase(other, one)


def steps_of(resolution: "Resolution") -> tuple[Step, ...]:
    """The steps of a resolved project, in the order in which they run."""
    from dmp_spark import registry

    return tuple(_step(name, resolution.specs[name]) for name in registry.order() if name in resolution.specs)


def _step(name: str, spec: Any) -> Step:
    from dmp_spark import registry

    tables = registry.tables(name)

    def run(context: RunContext) -> RunSummary:
        summary: RunSummary = registry.stage(name).run(context, spec)
        return summary

    def misfit(lakehouse: "Lakehouse") -> Problem | None:
        problem: Problem | None = registry.stage(name).misfit(lakehouse, spec)
        return problem

    def files_hash(now: datetime) -> str:
        from dmp_spark.ingest.manifest import listing_hash

        return listing_hash(spec, now)

    return Step(
        name=name,
        reads=tuple(tables.reads(spec) if hasattr(tables, "reads") else tables.READS),
        writes=tuple(tables.WRITES),
        spec_hash=registry.spec_hash(spec),
        code_hash=registry.code_hash(name),
        run=run,
        files_hash=files_hash if name == "ingest" else None,
        following=Following(
            tuple(tables.FOLLOWS), "its files only" if name == "ingest" else "all", spec.all_because, spec.new_moments
        ),
        misfit=misfit if name == "ingest" else None,
    )


def chosen(steps: Sequence[Step], stages: Sequence[str], first: str | None, last: str | None) -> tuple[Step, ...]:
    """The steps that `--stage`, `--from` and `--until` leave; UserError for a stage that the project does not have."""
    names = [step.name for step in steps]
    for name in (*stages, *(name for name in (first, last) if name)):
        if name not in names:
            raise UserError(Problem("no-stage", f"the project has no stage {name!r}", way_out=f"it has {', '.join(names)}"))
    begin = names.index(first) if first else 0
    end = names.index(last) + 1 if last else len(names)
    return tuple(step for step in steps[begin:end] if not stages or step.name in stages)


def blocking(step: Step, blocked: Mapping[str, str], steps: Sequence[Step]) -> str | None:
    """The stage without which this step cannot run: one that failed or was held, even at some distance."""
    reasons = (blocked[other.name] for other in steps if other.name in blocked and step.needs(other))
    return next(reasons, None)
