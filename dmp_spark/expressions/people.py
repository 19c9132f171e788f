"""One row a person with all that expressions over a person name."""

from collections.abc import Iterable
from datetime import datetime

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.expressions.prefixes import tasks_of

_SCORE_COLUMN = {"value": "score", "percentile": "percentile", "version": "version"}


def named(name: str) -> Column:
    """The column of a dotted name in a frame of `people`."""
    return F.col(f"`{name}`")


def people(
    profiles: DataFrame, features: DataFrame | None, scores: DataFrame | None, names: Iterable[str], moment: datetime
) -> DataFrame:
    """A row for each row of `profiles`: person_id and one column a dotted name (`profile.spend`), as `named` finds it.

    Features and scores are those of `moment`; they are null where a person has none, and all scores where `scores`
    is None. Of a task there is one score a person at a moment: the champion's.
    """
    wanted = sorted(set(names))
    everyone = profiles.select("person_id", *_prefixed("profile", wanted))
    chosen = _prefixed("feature", wanted)
    if chosen and features is not None:
        now = features.where(F.col("as_of") == F.lit(moment)).select("person_id", *chosen)
        everyone = everyone.join(now, on="person_id", how="left")
    for task in tasks_of(wanted):
        everyone = _with_scores(everyone, scores, task, [name for name in wanted if name.startswith(f"score.{task}.")], moment)
    return everyone


def _prefixed(prefix: str, names: Iterable[str]) -> list[Column]:
    plain = [name.removeprefix(f"{prefix}.") for name in names if name.startswith(f"{prefix}.")]
    return [F.col(name).alias(f"{prefix}.{name}") for name in plain]


def _with_scores(everyone: DataFrame, scores: DataFrame | None, task: str, names: list[str], moment: datetime) -> DataFrame:
    columns = {name: _SCORE_COLUMN[name.rsplit(".", 1)[1]] for name in names}
    if scores is None:
        types = {name: "string" if column == "version" else "double" for name, column in columns.items()}
        return everyone.withColumns({name: F.lit(None).cast(kind) for name, kind in types.items()})
    of_task = scores.where((F.col("model") == task) & (F.col("as_of") == F.lit(moment)))
    chosen = of_task.select("person_id", *[F.col(column).alias(name) for name, column in columns.items()])
    return everyone.join(chosen, on="person_id", how="left")
