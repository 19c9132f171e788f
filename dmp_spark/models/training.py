"""The rows that a task learns from, is tested on and scores. Pure: frames in, a frame out."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.expressions.compile import to_column
from dmp_spark.expressions.parse import parse
from dmp_spark.functions.clock import local_date
from dmp_spark.functions.keys import content_hash
from dmp_spark.measures.aggregates import COUNTED_WORDS
from dmp_spark.models.spec import ModelsSpec, Task

INPUTS_HASH = "inputs_hash"


def inputs(spec: ModelsSpec, task: Task) -> dict[str, str]:
    """The columns that a model of the task reads, with types: each of `spec.numbers`, and the words that it prepares."""
    words = [one.column for one in spec.preparation_of(task).words]
    return {**dict.fromkeys(spec.numbers, "double"), **dict.fromkeys(words, COUNTED_WORDS)}


def with_inputs_hash(features: DataFrame, spec: ModelsSpec, task: Task) -> DataFrame:
    """The features with `inputs_hash`, which says whether what the task reads of a row has changed."""
    return features.withColumn(INPUTS_HASH, content_hash(inputs(spec, task)))


def task_rows(features: DataFrame, labels: DataFrame, spec: ModelsSpec, task: Task, scored_at: datetime) -> DataFrame:
    """A row for each person and moment whose label is ripe, and for each person at `scored_at` (label null there).

    `features` have their inputs' hash.
    Columns: person_id, as_of, moment (local day), is_eligible (null counts as false), label (1 yes, 0 no; of a regression
    the number), rule (null counts as lowest, of a regression as 0), inputs_hash, and each of `inputs`, null where unknown.
    Unique by person_id and as_of.
    """
    ripe = labels.where(F.col("task") == task.name).select("person_id", "as_of", F.col("label").cast("double").alias("label"))
    joined = features.join(ripe, on=["person_id", "as_of"], how="left")
    nothing = 0.0 if task.kind == "regression" else float("-inf")
    kept = joined.where(F.col("label").isNotNull() | (F.col("as_of") == F.lit(scored_at)))
    eligible = F.lit(True) if task.eligible is None else F.coalesce(_column(task.eligible, task.names, True), F.lit(False))
    return kept.select(
        "person_id",
        "as_of",
        local_date(F.col("as_of"), spec.zone).alias("moment"),
        eligible.alias("is_eligible"),
        "label",
        F.coalesce(known(_column(task.rule, task.names, False)), F.lit(nothing)).alias("rule"),
        INPUTS_HASH,
        *[_read(name, kind).alias(name) for name, kind in inputs(spec, task).items()],
    )


def parts_for(rows: int, spec: ModelsSpec) -> int:
    """The number of parts in which that many rows are fitted, at least 1."""
    return max(1, -(-rows // spec.rows_a_part))


def laid_out(rows: DataFrame, parts: int) -> DataFrame:
    """The rows in a fixed number of parts by person, each in a total order: what is fitted is the same on any cores."""
    return rows.repartition(parts, "person_id").sortWithinPartitions("person_id", "as_of")


def at_moments(rows: DataFrame, moments: Sequence[date]) -> DataFrame:
    """The eligible rows of these local days."""
    return rows.where(F.col("is_eligible") & F.col("moment").isin(list(moments)))


def summarised(rows: DataFrame) -> DataFrame:
    """One row a moment: people, eligible, positives and ripe (rows with label) among the eligible, and their rows' hash.

    The hash is a sum over rows (decimal(38,0)), so it does not depend on their order.
    """
    types = {"person_id": "string", "as_of": "timestamp", "label": "double", "rule": "double", INPUTS_HASH: "bigint"}
    hashed = content_hash(types).cast("decimal(38,0)")
    is_ripe = F.col("is_eligible") & F.col("label").isNotNull()
    return rows.groupBy("moment").agg(
        F.count("*").alias("people"),
        F.count_if("is_eligible").alias("eligible"),
        F.count_if(is_ripe).alias("ripe"),
        F.count_if(is_ripe & (F.col("label") > 0)).alias("positives"),
        F.sum(F.when(is_ripe, hashed)).alias("rows_hash"),
    )


def people_of(rows: DataFrame) -> DataFrame:
    """One row: how many distinct people the ripe rows of the eligible have, and how many are ever positive, or ever negative."""
    ripe = rows.where(F.col("is_eligible") & F.col("label").isNotNull())
    by_person = ripe.groupBy("person_id").agg(
        F.max((F.col("label") > 0).cast("int")).alias("ever_positive"),
        F.min((F.col("label") > 0).cast("int")).alias("always_positive"),
    )
    return by_person.agg(
        F.count("*").alias("people"),
        F.count_if(F.col("ever_positive") == 1).alias("positive_people"),
        F.count_if(F.col("always_positive") == 0).alias("negative_people"),
    )


def known(column: Column) -> Column:
    """The column as double; what is no number (nan) is unknown, null."""
    return F.nanvl(column.cast("double"), F.lit(None).cast("double"))


def _read(name: str, kind: str) -> Column:
    return known(F.col(name)) if kind == "double" else F.col(name)


def _column(text: str, names: Mapping[str, str], predicate: bool) -> Column:
    return to_column(parse(text, names, predicate=predicate), lambda name: F.col(name.removeprefix("feature.")))
