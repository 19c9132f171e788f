"""What a stage is, what it is given and what it gives back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import ModuleType
from typing import TYPE_CHECKING, Any

from dmp_spark.contracts import Changes

if TYPE_CHECKING:  # pyspark stays out of the modules that `dmp check` imports
    from dmp_spark.lakehouse.lakehouse import Lakehouse


@dataclass(frozen=True)
class Check:
    """A check that a stage made while it ran, kept in `ops.runs`."""

    name: str
    passed: bool
    detail: str = ""


@dataclass(frozen=True)
class RunContext:
    """What a stage may know of the run: the cut-off, the tables it declared, and whom to tell.

    `as_of` and `started_at` are aware instants; `started_at` is for audit columns only. `full` asks to ignore positions.
    `progress(text)` shows a line to whoever looks. `lakehouse` refuses tables that the stage did not declare.
    """

    lakehouse: "Lakehouse"
    as_of: datetime
    run_id: str
    started_at: datetime
    zone: str
    full: bool = False
    progress: Callable[[str], None] = lambda text: None


@dataclass(frozen=True)
class RunSummary:
    """What a stage did: changes by table, counted columns of `ops.runs`, checks, gates that held, lines worth reading.

    `failed` sentences make the stage fail (exit 1) after what stands was written; `held` sentences are gates (exit 3).
    A gate holds back the stages that need this one, unless `tables_stand`: what it kept back was not in the tables.
    """

    changes: Mapping[str, Changes] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    checks: tuple[Check, ...] = ()
    held: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    tables_stand: bool = False


def rebuild(context: RunContext, spec: Any, stage: ModuleType) -> RunSummary:
    """Read all that `stage.READS` names, build, and write the differences: the run of every plain stage.

    `stage` has `READS`, `contracts(spec)` and the pure `build(inputs, spec, as_of) -> {table: DataFrame}`, whose
    tables are written in the order in which it returns them.
    """
    inputs = {name: context.lakehouse.read(name) for name in stage.READS}
    outputs = stage.build(inputs, spec, context.as_of)
    return RunSummary(changes={name: context.lakehouse.replace(name, rows) for name, rows in outputs.items()})
