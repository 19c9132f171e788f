"""The model store: MLflow on a file of its own in the lakehouse (sqlite and local artifacts).

Nothing of MLflow's global state is set: everything goes through one client. A model version is found by the tag
`dmp_version`, so that it is trained and registered once; the parent run ends as the last step, so that one that has
not ended tells of a run that died.
"""

import logging
import platform
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pyspark.ml import PipelineModel

from dmp_spark.measures.aggregates import COUNTED_WORDS
from dmp_spark.models import evaluation_file
from dmp_spark.models import training_set as training_sets
from dmp_spark.models.training_set import TrainingSet

TAG = "dmp_version"
CHAMPION = "champion"
_PARENT = "mlflow.parentRunId"
_NAME = "mlflow.runName"
_NOTE = "mlflow.note.content"
_FINISHED = "FINISHED"
_LINES = "dmp_notes"
_PIPELINE, _REQUIREMENTS, _PYTHON = "sparkml", "requirements.txt", "python_env.yaml"


@dataclass(frozen=True)
class Trial:
    """What is kept of a candidate or the rule: parameters, metrics of each fold (step = fold), and means with intervals."""

    name: str
    parameters: Mapping[str, str]
    steps: Mapping[str, Mapping[int, float]] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Kept:
    """A model that the store holds: its pipeline, the folder where that is saved, and the lines that were said of it."""

    model: PipelineModel
    folder: Path
    notes: tuple[str, ...]


class ModelStore:
    """The models and runs of one task."""

    def __init__(self, root: Path, project: str, task: str) -> None:
        """`root` is the lakehouse's folder; MLflow's files lie in its `mlflow`."""
        self._folder = root / "mlflow"
        self._folder.mkdir(parents=True, exist_ok=True)
        self._task = task
        self._artifacts = evaluation_file.artifacts(root, task)
        self._client = _client(f"sqlite:///{self._folder.absolute() / 'mlflow.db'}")
        self._experiment = self._experiment_id(f"{project} {task}")

    def find(self, version: str) -> Kept | None:
        """The registered model of this version, None where there is none; what an interrupted run left open is closed."""
        for registered in self._client.search_model_versions(f"name = '{self._task}'"):
            if registered.tags.get(TAG) != version:
                continue
            pipeline = self._pipeline(registered.run_id)
            if not pipeline.is_dir():  # someone removed the artifact: train again
                self._client.delete_model_version(self._task, registered.version)
                continue
            parent = self._client.get_run(registered.run_id)
            if parent.info.status != _FINISHED:
                self._close(parent.info.run_id, registered.version)
            notes = parent.data.tags.get(_LINES, "")
            return Kept(PipelineModel.load(str(pipeline)), pipeline, tuple(notes.split("\n")) if notes else ())
        return None

    def clear(self, version: str) -> None:
        """Remove the runs of this version: those of a training that did not come to its end."""
        for run in self._client.search_runs([self._experiment], f"tags.{TAG} = '{version}'", max_results=1000):
            self._client.delete_run(run.info.run_id)
            shutil.rmtree(self._artifacts / run.info.run_id, ignore_errors=True)

    def keep(
        self,
        version: str,
        model: PipelineModel,
        inputs: Mapping[str, str],
        trials: Iterable[Trial],
        tags: Mapping[str, str],
        notes: tuple[str, ...],
        evaluation: Mapping[str, Any],
        training_set: TrainingSet,
        scratch: Path,
    ) -> Kept:
        """The model as kept: runs, evaluation, model, registration, alias, end of the parent run, in that order.

        `inputs` are the columns that the model reads, with types; `scratch` is a folder for passing files.
        """
        parent = self._start(
            version, {_NAME: f"{self._task} {version}", _NOTE: "\n\n".join(notes), _LINES: "\n".join(notes), **tags}
        )
        for trial in trials:
            self._log(trial, self._start(version, {_NAME: trial.name, _PARENT: parent}))
        self._client.log_text(parent, evaluation_file.text(evaluation), evaluation_file.FILE)
        self._client.log_text(parent, training_sets.text(training_set), training_sets.FILE)
        saved = scratch / f"model-{version}"
        _save(model, saved, inputs)
        self._client.log_artifacts(parent, str(saved), "model")
        shutil.rmtree(saved)
        registered = self._register(version, parent)
        self._close(parent, registered)
        return Kept(model, self._pipeline(parent), notes)

    def _start(self, version: str, tags: Mapping[str, str]) -> str:
        run = self._client.create_run(self._experiment, tags={TAG: version, **tags})
        return str(run.info.run_id)

    def _log(self, trial: Trial, run_id: str) -> None:
        from mlflow.entities import Metric, Param

        metrics = [Metric(name, value, 0, step) for name, by_fold in trial.steps.items() for step, value in by_fold.items()]
        metrics += [Metric(name, value, 0, 0) for name, value in trial.metrics.items()]
        known = [metric for metric in metrics if metric.value == metric.value]  # nan says nothing
        self._client.log_batch(run_id, metrics=known, params=[Param(name, value) for name, value in trial.parameters.items()])
        self._client.set_terminated(run_id, _FINISHED)

    def _register(self, version: str, run_id: str) -> str:
        from mlflow.exceptions import MlflowException

        try:
            self._client.create_registered_model(self._task)
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":
                raise
        source = self._client.get_run(run_id).info.artifact_uri + "/model"
        made = self._client.create_model_version(self._task, source, run_id, tags={TAG: version}, await_creation_for=0)
        return str(made.version)

    def _close(self, run_id: str, number: str) -> None:
        self._client.set_registered_model_alias(self._task, CHAMPION, str(number))
        self._client.set_terminated(run_id, _FINISHED)

    def _experiment_id(self, name: str) -> str:
        """The experiment whose files lie in this lakehouse.

        MLflow keeps an absolute path and cannot change it: one that points elsewhere, because the lakehouse was moved or
        copied, would write into the old place. So it is renamed, and a new one takes its name.
        """
        here = self._artifacts.absolute().as_uri()
        known = self._client.get_experiment_by_name(name)
        if known is not None and known.artifact_location == here:
            return str(known.experiment_id)
        if known is not None:
            self._client.rename_experiment(known.experiment_id, f"{name}, until the lakehouse was moved ({known.experiment_id})")
        return str(self._client.create_experiment(name, artifact_location=here))

    def _pipeline(self, run_id: str) -> Path:
        """Where a run's pipeline lies, also after the lakehouse was moved: MLflow keeps absolute paths."""
        return self._artifacts / run_id / "artifacts" / "model" / _PIPELINE


def _client(uri: str) -> Any:
    for name in ("alembic", "mlflow.store.db.utils"):  # they tell of every step of setting up the database
        logging.getLogger(name).setLevel(logging.WARNING)
    from mlflow import MlflowClient, telemetry
    from mlflow.environment_variables import MLFLOW_DISABLE_TELEMETRY

    MLFLOW_DISABLE_TELEMETRY.set(True)  # nothing about a project leaves the machine
    telemetry.set_telemetry_client()
    return MlflowClient(tracking_uri=uri, registry_uri=uri)


def _save(model: PipelineModel, folder: Path, inputs: Mapping[str, str]) -> None:
    """The model in MLflow's spark flavour, with a signature.

    Spark writes the pipeline into the folder itself: `mlflow.spark` copies it with a file system of the driver's JVM, and
    over Connect there is none. Requirements are said, because MLflow takes 20 seconds to guess them.
    """
    from mlflow import pyfunc
    from mlflow.models import Model, ModelSignature
    from mlflow.types import ColSpec, DataType, Schema
    from mlflow.types.schema import Map
    from pyspark import __version__

    kinds = {"double": DataType.double, COUNTED_WORDS: Map(DataType.long)}
    columns = [ColSpec(kinds[kind], name, required=False) for name, kind in inputs.items()]
    model.write().overwrite().save(str(folder.absolute() / _PIPELINE))
    (folder / _REQUIREMENTS).write_text(f"pyspark=={__version__}\n", encoding="utf-8")
    (folder / _PYTHON).write_text(f"python: {platform.python_version()}\ndependencies:\n- -r {_REQUIREMENTS}\n", encoding="utf-8")
    kept = Model(signature=ModelSignature(inputs=Schema(columns), outputs=Schema([ColSpec(DataType.double, "prediction")])))
    kind = f"{PipelineModel.__module__}.{PipelineModel.__name__}"
    kept.add_flavor("spark", pyspark_version=__version__, model_data=_PIPELINE, code=None, model_class=kind)
    pyfunc.add_to_model(kept, loader_module="mlflow.spark", data=_PIPELINE, python_env=_PYTHON)
    kept.save(str(folder / "MLmodel"))
