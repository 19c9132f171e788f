"""Why a person has its score: the features that moved it most, as a column, and what counts for a model at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyspark.ml import PipelineModel
from pyspark.ml.functions import vector_to_array
from pyspark.sql import Column
from pyspark.sql import functions as F

from dmp_spark.models.contributions import Explainer, Linear, Wording, read_trees, reasons_of
from dmp_spark.models.fit_preparation import FEATURES
from dmp_spark.models.slots import feature_of, is_bucket, slot_names
from dmp_spark.models.spec import LINEAR, Candidate, Kind


@dataclass(frozen=True)
class Importance:
    """How much a feature counts for a model, as a share of all; `direction` is raises or lowers, None where it depends."""

    name: str
    importance: float
    direction: str | None


def explainer(model: PipelineModel, folder: Path, kind: Kind) -> Explainer:
    """The learner of a pipeline that was saved in `folder`: only there are the inner nodes of its trees to be read."""
    learner: Any = model.stages[-1]
    if hasattr(learner, "coefficients"):
        return Linear(float(learner.intercept), np.array(learner.coefficients.toArray()))
    weights = np.array(learner.treeWeights)
    averages = learner.__class__.__name__.startswith("RandomForest")  # boosted trees add up instead
    (stage,) = folder.glob(f"stages/*_{learner.uid}")
    return read_trees(
        stage / "data", list(weights / weights.sum() if averages else weights), of_class=averages and kind == "classification"
    )


def reasons(model: PipelineModel, explainer: Explainer, numbers: Sequence[str]) -> Column:
    """array<string>: the three features that moved a score most, such as `days_since_purchase_ever = 25 (raises)`.

    For rows that the model has transformed. `numbers` are the columns whose value is shown; of others the name alone.
    """
    slots = tuple(feature_of(slot) for slot in slot_names(model))
    wording = Wording(slots, tuple(name for name in numbers if name in slots))

    @F.arrow_udf("array<string>")  # type: ignore[attr-defined, untyped-decorator]  # pyspark's types do not know it yet
    def worded(vectors: pa.Array, values: pa.Array) -> pa.Array:
        return reasons_of(explainer, wording, vectors, values)

    # a struct needs a field, also where no value is shown
    shown = F.struct(F.lit(0.0).alias("-"), *[F.coalesce(F.col(name), F.lit(float("nan"))).alias(name) for name in wording.shown])
    column: Column = worded(vector_to_array(F.col(FEATURES)), shown)
    return column


def importances(model: PipelineModel, candidate: Candidate) -> tuple[Importance, ...]:
    """The features that count for a model, largest first: size of the weights, or Spark's importance of trees; they add up to 1.

    Slots of one feature are added up; the direction is that of its largest weight. Words have none: each has its own.
    """
    named = slot_names(model)
    slots, words = [feature_of(slot) for slot in named], {feature_of(slot) for slot in named if is_bucket(slot)}
    learner: Any = model.stages[-1]
    is_linear = candidate.family in LINEAR.values()
    weights = np.array((learner.coefficients if is_linear else learner.featureImportances).toArray())
    total = np.abs(weights).sum() or 1.0
    found = []
    for name in sorted(set(slots)):
        own = weights[[slot == name for slot in slots]]
        largest = own[np.argmax(np.abs(own))]
        direction = ("raises" if largest > 0 else "lowers") if is_linear and name not in words else None
        found.append(Importance(name, float(np.abs(own).sum() / total), direction))
    return tuple(sorted((one for one in found if one.importance > 0), key=lambda one: (-one.importance, one.name)))
