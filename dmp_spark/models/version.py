"""The version of a model: what it is a function of, as 12 digits."""

import hashlib
from collections.abc import Iterable
from importlib.resources import files

from pyspark.sql import SparkSession

from dmp_spark.functions.keys import stable_id
from dmp_spark.models.spec import ModelsSpec, Task

DIGITS = 12


def code_hash() -> str:
    """sha256 over the Python files of this package, without `report*.py`, which only tell: other code, other model."""
    hashed = hashlib.sha256()
    for file in sorted((entry for entry in files("dmp_spark.models").iterdir() if _counts(entry.name)), key=lambda e: e.name):
        hashed.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return hashed.hexdigest()


def _counts(name: str) -> bool:
    return name.endswith(".py") and not name.startswith("report")


def training_hash(summaries: Iterable[tuple[int, int]]) -> str:
    """The text that tells training sets apart: rows and sum of their hashes, over (rows, sum) of each moment."""
    known = list(summaries)
    return f"{sum(rows for rows, _ in known)}:{sum(total for _, total in known)}"


def model_version(spark: SparkSession, spec: ModelsSpec, task: Task, training: str, code: str) -> str:
    """First 12 digits of stable_id of the task, the resolved spec (this task's part), code and training rows."""
    resolved = spec.model_copy(update={"tasks": (task,)}).model_dump_json()
    row = spark.range(1).select(stable_id(task.name, resolved, code, training).alias("version")).first()
    assert row is not None
    return str(row["version"])[:DIGITS]
