"""Training sets drawn again: the same measures, moments and known time give the same rows, whatever came since."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

from dmp_spark.errors import Problem, UserError
from dmp_spark.features.spec import FeaturesSpec
from dmp_spark.lakehouse.location import Location
from dmp_spark.models.spec import ModelsSpec, Task
from dmp_spark.models.training_set import TrainingSet, definition, differences, find, known_sets

if TYPE_CHECKING:
    from dmp_spark.registry import Resolution

MOST_NAMED = 3


def chosen(root: Path, wanted: str, out: Path | None) -> TrainingSet:
    """The training set of this id. UserError where no kept model learned from one, or where `out` stands already."""
    kept = find(root, wanted)
    if kept is None:
        known = ", ".join(f"{one.id} ({one.task})" for one in known_sets(root)) or "none, because no model is trained yet"
        raise UserError(Problem("training-set", f"there is no training set {wanted}", way_out=f"there is {known}"))
    if out is not None and out.exists():
        raise UserError(Problem("training-set", f"{out} stands already", way_out="name a folder that does not exist yet"))
    return kept


def same_definition(kept: TrainingSet, resolution: "Resolution") -> None:
    """UserError where the project says of these rows something else than when they were drawn."""
    task = _task(kept, resolution)
    changed = differences(kept, definition(_models(resolution), task)) if task else (f"models.tasks.{kept.task}",)
    if not changed:
        return
    named = ", ".join(changed[:MOST_NAMED]) + (f" and {len(changed) - MOST_NAMED} more" if len(changed) > MOST_NAMED else "")
    what = f"training set {kept.id} cannot be drawn by this project: not what it was is {named}"
    raise UserError(Problem("training-set", what, way_out="take the project as it was then, from version control"))


def drawn_again(
    kept: TrainingSet, location: Location, resolution: "Resolution", run_id: str, started: datetime, out: Path | None
) -> tuple[int, str]:
    """How many rows there are, and their hash; with `out` the rows are written there. Starts Spark, writes no table."""
    from pyspark.sql import functions as F

    from dmp_spark.features import stage, tables
    from dmp_spark.functions.clock import local_day, midnight
    from dmp_spark.lakehouse.compare import shaped
    from dmp_spark.lakehouse.lakehouse import Lakehouse
    from dmp_spark.lakehouse.opening import opened
    from dmp_spark.models.fit_task import population_of
    from dmp_spark.models.training import INPUTS_HASH, at_moments, task_rows, with_inputs_hash
    from dmp_spark.stage import RunContext

    models, task = _models(resolution), _task(kept, resolution)
    assert task is not None  # same_definition has looked
    until, moments = datetime.fromisoformat(kept.known_until), [date.fromisoformat(day) for day in kept.moments]
    lakehouse = Lakehouse(opened(location), location, resolution.contracts, run_id, "rebuild", tables.READS, ())
    context = RunContext(lakehouse, until, run_id, started, models.zone)
    try:
        outputs = stage.drawn(context, cast(FeaturesSpec, resolution.specs["features"]), moments)
        features, labels = (shaped(outputs[name], resolution.contracts[name]) for name in ("gold.features", "gold.labels"))
        scored_at = midnight(local_day(until, models.zone), models.zone)
        features = with_inputs_hash(features, models, task)
        rows = lakehouse.scratch.write(task_rows(features, labels, models, task, scored_at), task.name)
        learned = at_moments(rows, moments).where(F.col("label").isNotNull())
        population = population_of(learned, task)
        if out is not None:
            learned.drop("is_eligible", INPUTS_HASH).write.parquet(str(out))
        return population.rows, population.rows_hash
    finally:
        lakehouse.scratch.drop()


def _models(resolution: "Resolution") -> ModelsSpec:
    return cast(ModelsSpec, resolution.specs["models"])


def _task(kept: TrainingSet, resolution: "Resolution") -> Task | None:
    return next((task for task in _models(resolution).tasks if task.name == kept.task), None)
