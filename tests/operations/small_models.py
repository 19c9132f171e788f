"""A small model store in a lakehouse, written without MLflow: two versions of `leaves`, the older without its file."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pyarrow as pa

from tests.operations.small_lakehouse import AS_OF, INSTANT, publish, published, write

TABLES = """
create table model_versions (name text, version integer, run_id text, current_stage text);
create table model_version_tags (key text, value text, name text, version integer);
create table registered_model_aliases (alias text, version integer, name text);
insert into model_versions values ('leaves', 1, 'run1', 'None'), ('leaves', 2, 'run2', 'None'), ('leaves', 3, 'run3', 'Deleted_Internal');
insert into model_version_tags values ('dmp_version', 'aaa', 'leaves', 1), ('dmp_version', 'bbb', 'leaves', 2), ('dmp_version', 'ccc', 'leaves', 3);
insert into registered_model_aliases values ('champion', 2, 'leaves');
"""


def metric(value: float) -> dict[str, object]:
    return {"value": value, "low": value - 0.25, "high": value + 0.25, "folds": [value]}


EVALUATION = {
    "task": "leaves",
    "kind": "classification",
    "question": "Will it leave?",
    "version": "bbb",
    "champion": "forest",
    "rule": "-feature.baskets_90d",
    "choose_by": "roc_auc",
    "confidence": 0.95,
    "folds": [{"number": 1, "moment": "2017-12-01", "rows": 10, "positives": 2, "trained_on": ["2017-11-01"]}],
    "names": {
        "forest": {
            "metrics": {"roc_auc": metric(0.75), "log_loss": {"value": None, "low": None, "high": None, "folds": [None]}},
            "against": {"rule": {"roc_auc": {"value": 0.25, "low": 0.125, "high": 0.5}}},
            "curves": {},
        },
        "rule": {"metrics": {"roc_auc": metric(0.5)}, "against": {}, "curves": {}},
    },
    "features": [],
}


def with_models(root: Path) -> Path:
    published(root)
    identifiers = {"identifier_id": ["a", "b"], "namespace": ["household", "mail"], "value": ["1", "it's:me\\"]}
    write(root, "silver.identifiers", {name: pa.array(values) for name, values in identifiers.items()})
    scores = {
        "person_id": pa.array(["A", "B", "B"]),
        "model": pa.array(["leaves"] * 3),
        "version": pa.array(["bbb"] * 3),
        "as_of": pa.array([AS_OF, AS_OF.replace(year=2017), AS_OF], INSTANT),
        "score": pa.array([0.25, 0.5, 0.75]),
        "percentile": pa.array([0.0, 50.0, 100.0]),
        "reasons": pa.array([[], ["old"], ["baskets_90d = 1 (raises)", "spend_ever = 2.5 (lowers)"]], pa.list_(pa.string())),
    }
    write(root, "gold.scores", scores)
    publish(root, "r2")
    folder = root / "mlflow" / "artifacts" / "leaves" / "run2" / "artifacts"
    folder.mkdir(parents=True)
    (folder / "evaluation.json").write_text(json.dumps(EVALUATION), encoding="utf-8")
    with closing(sqlite3.connect(root / "mlflow" / "mlflow.db")) as store:
        store.executescript(TABLES)
    return root
