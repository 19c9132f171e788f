"""What each slot of a model's vector is, read from the stages of its preparation."""

from collections.abc import Sequence

from pyspark.ml import PipelineModel, Transformer
from pyspark.ml.feature import (
    HashingTF,
    IDFModel,
    StandardScalerModel,
    VarianceThresholdSelectorModel,
    VectorAssembler,
    VectorSlicer,
)

PREPARED, MISSING, TERMS = "prepared_", "missing_", "terms_"
"""How the columns begin that preparation adds for a feature."""


def slot_names(preparation: PipelineModel) -> list[str]:
    """The plain name of each slot of the vector that the preparation ends with; of a whole model, of what its learner sees.

    `spend_90d` is a feature, `missing: spend_90d` whether it was unknown, `word bucket 17 of bought_words_90d` the words
    that HashingTF puts there, counted from 0.
    """
    known: dict[str, list[str]] = {}
    last: list[str] = []
    for stage in _flat(preparation.stages):
        slots = _slots(stage, known)
        if slots is not None:
            last = known[stage.getOrDefault("outputCol")] = slots
    return last


def feature_of(slot: str) -> str:
    """The feature that a slot was made of, from its name."""
    return slot.removeprefix("missing: ").rpartition(" of ")[2]


def is_bucket(slot: str) -> bool:
    """Whether a slot counts words."""
    return slot.startswith("word bucket ")


def _flat(stages: Sequence[Transformer]) -> list[Transformer]:
    """The stages in order, those of a pipeline within the pipeline too."""
    return [one for stage in stages for one in (_flat(stage.stages) if isinstance(stage, PipelineModel) else [stage])]


def _slots(stage: Transformer, known: dict[str, list[str]]) -> list[str] | None:
    """The names of what a stage gives; None where it gives no vector of features."""
    if isinstance(stage, HashingTF):
        feature = stage.getInputCol().removeprefix(TERMS)
        return [f"word bucket {bucket} of {feature}" for bucket in range(stage.getNumFeatures())]
    if isinstance(stage, (IDFModel, StandardScalerModel)):
        return known[stage.getOrDefault("inputCol")]
    if isinstance(stage, VectorAssembler):
        return [name for column in stage.getInputCols() for name in known.get(column) or [_plain(column)]]
    if isinstance(stage, VarianceThresholdSelectorModel):
        before = known[stage.getOrDefault("featuresCol")]
        return [before[slot] for slot in sorted(stage.selectedFeatures)]
    if isinstance(stage, VectorSlicer):
        before = known[stage.getInputCol()]
        return [before[slot] for slot in stage.getIndices()]
    return None


def _plain(column: str) -> str:
    """The name of a feature from that of its prepared column."""
    return f"missing: {column.removeprefix(MISSING)}" if column.startswith(MISSING) else column.removeprefix(PREPARED)
