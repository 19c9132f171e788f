"""A training set by its definition: which rows it holds, so that it can be drawn again and compared. No Spark.

Kept as `training_set.json` beside the model that learned from it, and read without Spark and without MLflow.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path

from dmp_spark.models import evaluation_file
from dmp_spark.models.spec import ModelsSpec, Task

FILE = "training_set.json"
DIGITS = 12


@dataclass(frozen=True)
class TrainingSet:
    """Rows of a task at `moments` (local days), from what was known by `known_until` (an instant, ISO).

    `definition`: address in the project → what stands there, of all that decides what a row holds. `rows_hash` tells
    contents apart; it is no part of the id, because the id is what the rows are drawn by.
    """

    task: str
    known_until: str
    moments: tuple[str, ...]
    definition: Mapping[str, str]
    rows: int
    rows_hash: str

    @property
    def id(self) -> str:
        """The first 12 digits of sha256 over task, known time, moments and definition."""
        said = {name: value for name, value in asdict(self).items() if name not in ("rows", "rows_hash")}
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:DIGITS]


def training_set(
    spec: ModelsSpec, task: Task, known_until: datetime, moments: Sequence[date], rows: int, rows_hash: str
) -> TrainingSet:
    """The training set of a task as it is drawn now."""
    days = tuple(day.isoformat() for day in sorted(moments))
    return TrainingSet(task.name, known_until.isoformat(), days, definition(spec, task), rows, rows_hash)


def definition(spec: ModelsSpec, task: Task) -> dict[str, str]:
    """What decides which rows the task has and what stands in them, by its address in the project."""
    own = f"models.tasks.{task.name}"
    said = {
        "project.time_zone": spec.zone,
        f"{own}.eligible": task.eligible or "",
        f"{own}.label": task.label,
        f"{own}.rule": task.rule,
        "words": ", ".join(sorted(one.column for one in spec.preparation_of(task).words)),
    }
    return {**said, **spec.definitions}


def text(kept: TrainingSet) -> str:
    """The set as it is kept: JSON with its id."""
    return json.dumps({"id": kept.id, **asdict(kept)}, indent=1, sort_keys=True, ensure_ascii=False)


def find(root: Path, wanted: str) -> TrainingSet | None:
    """The training set of this id in the lakehouse at `root`; None where no model learned from it."""
    return next((known for known in known_sets(root) if known.id == wanted), None)


def known_sets(root: Path) -> tuple[TrainingSet, ...]:
    """The training sets of all models that are kept, by task and known time, each once."""
    found: dict[str, TrainingSet] = {}
    for said in evaluation_file.kept(root, "*", FILE):
        said.pop("id")
        one = TrainingSet(**{**said, "moments": tuple(said["moments"])})
        found[one.id] = one
    return tuple(sorted(found.values(), key=lambda one: (one.task, one.known_until, one.id)))


def differences(kept: TrainingSet, now: Mapping[str, str]) -> tuple[str, ...]:
    """The addresses at which the project says something else than when the set was drawn, in order."""
    return tuple(address for address in sorted({*kept.definition, *now}) if kept.definition.get(address) != now.get(address))
