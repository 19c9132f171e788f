"""A training set is named by what its rows are drawn by, and found again beside the model that learned from it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from dmp_spark.models.spec import ModelsSpec, Preparation, Task, Words
from dmp_spark.models.training_set import FILE, definition, differences, find, known_sets, text, training_set

TASK = Task(
    name="leaves",
    question="",
    eligible="feature.days < 30",
    rule="-feature.days",
    names={},
    label="{}",
    horizon_days=30,
    choose_by="roc_auc",
)
SPEC = ModelsSpec(
    project="shop",
    zone="UTC",
    folds=1,
    confidence=0.95,
    preparation=Preparation(words=(Words(column="bought", buckets=8),)),
    tasks=(TASK,),
    numbers=("days",),
    definitions={"features.measures.days": '{"take": "days_since_last()"}'},
)
AS_OF = datetime(2018, 1, 1, 5, tzinfo=UTC)
MOMENTS = [date(2017, 11, 1), date(2017, 10, 1)]


def test_the_id_is_what_the_rows_are_drawn_by_and_not_what_stands_in_them() -> None:
    kept = training_set(SPEC, TASK, AS_OF, MOMENTS, 10, "10:1")
    assert kept.moments == ("2017-10-01", "2017-11-01")
    assert replace(kept, rows=11, rows_hash="11:2").id == kept.id
    others = [
        training_set(SPEC, TASK, AS_OF.replace(day=2), MOMENTS, 10, "10:1"),
        training_set(SPEC, TASK, AS_OF, MOMENTS[:1], 10, "10:1"),
        training_set(SPEC, TASK.model_copy(update={"name": "stays"}), AS_OF, MOMENTS, 10, "10:1"),
        training_set(SPEC, TASK.model_copy(update={"eligible": None}), AS_OF, MOMENTS, 10, "10:1"),
        training_set(SPEC, TASK.model_copy(update={"preparation": Preparation()}), AS_OF, MOMENTS, 10, "10:1"),
        training_set(SPEC.model_copy(update={"zone": "Asia/Tokyo"}), TASK, AS_OF, MOMENTS, 10, "10:1"),
        training_set(SPEC.model_copy(update={"definitions": {}}), TASK, AS_OF, MOMENTS, 10, "10:1"),
    ]
    assert len({kept.id, *[other.id for other in others]}) == len(others) + 1


def test_what_the_project_says_now_is_compared_address_by_address() -> None:
    kept = training_set(SPEC, TASK, AS_OF, MOMENTS, 10, "10:1")
    assert differences(kept, definition(SPEC, TASK)) == ()
    other = SPEC.model_copy(update={"definitions": {"features.measures.days": "{}", "features.measures.new": "{}"}})
    changed = TASK.model_copy(update={"rule": "feature.days"})
    assert differences(kept, definition(other, changed)) == (
        "features.measures.days",
        "features.measures.new",
        "models.tasks.leaves.rule",
    )


def test_it_is_found_beside_its_model_and_one_that_two_models_share_is_listed_once(tmp_path: Path) -> None:
    assert known_sets(tmp_path) == ()
    assert find(tmp_path, "x") is None
    kept = training_set(SPEC, TASK, AS_OF, MOMENTS, 10, "10:1")
    later = training_set(SPEC, TASK, AS_OF.replace(month=2), MOMENTS, 12, "12:5")
    for run, one in (("a", later), ("b", kept), ("c", kept)):
        folder = tmp_path / "mlflow" / "artifacts" / "leaves" / run / "artifacts"
        folder.mkdir(parents=True)
        (folder / FILE).write_text(text(one), encoding="utf-8")
    assert known_sets(tmp_path) == (kept, later)
    assert find(tmp_path, later.id) == later
