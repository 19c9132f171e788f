"""What tasks read of gold.features, computed once a run for all of them that read the same."""

from collections.abc import Callable

from pyspark.sql import DataFrame

from dmp_spark.models.fit_preparation import Keep, hashed
from dmp_spark.models.spec import ModelsSpec, Task
from dmp_spark.models.training import inputs, with_inputs_hash


class Inputs:
    """The features of all people and moments; `keep` materialises what is asked for, when it is asked for first."""

    def __init__(self, features: DataFrame, spec: ModelsSpec, keep: Keep) -> None:
        self._features, self._spec, self._keep = features, spec, keep
        self._kept: dict[tuple[str, ...], DataFrame] = {}

    def of(self, task: Task) -> DataFrame:
        """The features with the hash of what the task reads of them."""
        return self._once(("features", *inputs(self._spec, task)), lambda: with_inputs_hash(self._features, self._spec, task))

    def with_words(self, rows: DataFrame, task: Task) -> DataFrame:
        """The rows of a task with the words that it prepares in buckets, kept; as they are where it prepares none."""
        preparation = self._spec.preparation_of(task)
        if not preparation.words:
            return rows
        words = [one.column for one in preparation.words]
        said = ("words", *[one.model_dump_json() for one in preparation.words])
        features = self.of(task).select("person_id", "as_of", *words)
        counted = self._once(said, lambda: hashed(features, preparation).drop(*words))
        return self._keep(rows.join(counted, ["person_id", "as_of"], "inner"), f"{task.name}_counted")

    def _once(self, said: tuple[str, ...], make: Callable[[], DataFrame]) -> DataFrame:
        if said not in self._kept:
            self._kept[said] = self._keep(make(), said[0])
        return self._kept[said]
