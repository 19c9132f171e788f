"""What a stage is, what it is given and what it gives back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import ModuleType
from typing import TYPE_CHECKING, Any

from dmp_spark.contracts import Changes

if TYPE_CHECKING:  # pyspark stays out of the modules that `dmp check` imports
    from pyspark.sql import DataFrame

    from dmp_spark.lakehouse.lakehouse import Lakehouse


@dataclass(frozen=True)
class Check:
    """A check that a stage made while it ran, kept in `ops.runs`."""

    name: str
    passed: bool
    detail: str = ""


@dataclass(frozen=True)
class Since:
    """From where a stage can go on: the `as_of` at which it was last done, and what it reads that changed since.

    `changed`: table → the version that it read then (-1: there was none) and the one that stands now. Each range is whole.
    """

    as_of: datetime
    changed: Mapping[str, tuple[int, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class ChangedRows:
    """What changed since a stage was last done, at `as_of`: table → the rows that changed, as they were and as they are.

    Tables of which no row changed are left out.
    """

    as_of: datetime
    rows: "Mapping[str, DataFrame]"


@dataclass(frozen=True)
class RunContext:
    """What a stage may know of the run: the cut-off, the tables it declared, and whom to tell.

    `as_of` and `started_at` are aware instants; `started_at` is for audit columns only. `full` asks to ignore positions,
    `replay` to try rejected records again.
    `since` is where the stage can go on from; None: it has to look at everything.
    `progress(text)` shows a line to whoever looks. `lakehouse` refuses tables that the stage did not declare.
    """

    lakehouse: "Lakehouse"
    as_of: datetime
    run_id: str
    started_at: datetime
    zone: str
    full: bool = False
    replay: bool = False
    since: Since | None = None
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


def rebuild(context: RunContext, spec: Any, stage: ModuleType, inputs: "Mapping[str, DataFrame]") -> RunSummary:
    """Build what the changes of `inputs` affect, or all, and write the differences: the run of every plain stage.

    `stage` has the pure `build(inputs, spec, as_of) -> {table: DataFrame}`, whose tables are written in the order in which
    it returns them, `affected` (see `affected_keys`), and `narrowed(inputs, keys)`: the inputs of which the same `build`
    makes all rows of those keys.
    """
    keys, inputs = narrowed_inputs(context, spec, stage, inputs)
    if not inputs:
        return RunSummary()
    outputs = stage.build(inputs, spec, context.as_of)
    return RunSummary(changes={name: context.lakehouse.replace(name, rows, keys=keys) for name, rows in outputs.items()})


def narrowed_inputs(
    context: RunContext, spec: Any, stage: ModuleType, inputs: "Mapping[str, DataFrame]"
) -> "tuple[DataFrame | None, Mapping[str, DataFrame]]":
    """The keys that are affected (None: all) and the inputs of which `build` makes their rows; no inputs where none is."""
    keys = affected_keys(context, spec, stage, inputs)
    if keys is None:
        return None, inputs
    return keys, {} if keys.isEmpty() else stage.narrowed(inputs, keys)


def affected_keys(context: RunContext, spec: Any, stage: ModuleType, inputs: "Mapping[str, DataFrame]") -> "DataFrame | None":
    """The keys whose rows may differ from those that stand, each once, in scratch; None: all of them may.

    They are what the stage's pure `affected(changes, state, spec, as_of)` says of the rows that changed (`ChangedRows`) and
    of `state`, its inputs as they are now.
    """
    if context.since is None:
        return None
    rows = {table: context.lakehouse.changes(table, *versions) for table, versions in context.since.changed.items()}
    changes = ChangedRows(context.since.as_of, {table: found for table, found in rows.items() if found is not None})
    keys: DataFrame = stage.affected(changes, inputs, spec, context.as_of)
    return context.lakehouse.scratch.write(keys.distinct(), "affected")
