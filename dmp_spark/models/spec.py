"""What `models.yml` says, and what the stage gets once names and types are known. No pyspark here."""

from typing import Annotated, Literal

from pydantic import Field

from dmp_spark.measures.spec import MeasureFile
from dmp_spark.project.engines import Need
from dmp_spark.project.types import Name, Resolved, Share, Written

Kind = Literal["classification", "regression"]
Family = Literal["logistic_regression", "linear_regression", "random_forest", "gradient_boosted_trees"]
Search = Literal["none", "wide"]
Choice = Literal["roc_auc", "average_precision", "log_loss", "mean_squared_error", "mean_absolute_error", "r_squared"]

BASELINE = "baseline"
RULE = "rule"
LINEAR: dict[Kind, Family] = {"classification": "logistic_regression", "regression": "linear_regression"}
CHOICES: dict[Kind, tuple[Choice, ...]] = {
    "classification": ("roc_auc", "average_precision", "log_loss"),
    "regression": ("mean_squared_error", "mean_absolute_error", "r_squared"),
}
"""Kind of task → what its champion may be chosen by, the default first."""
DEFAULTS: dict[str, dict[str, int | float]] = {
    "logistic_regression": {"regularisation": 0.01, "elastic_net": 0.0},
    "linear_regression": {"regularisation": 0.01, "elastic_net": 0.0},
    "random_forest": {"trees": 60, "depth": 8},
    "gradient_boosted_trees": {"trees": 40, "depth": 4, "step": 0.1},
}
"""Family → the parameters that it knows, with their defaults."""
NEEDS: dict[Family, Need] = {
    "logistic_regression": Need.CONNECT,
    "linear_regression": Need.CONNECT,
    "random_forest": Need.CONNECT,
    "gradient_boosted_trees": Need.CONNECT,
}
"""Family → what its learner needs; estimators of Spark ML are fitted by any session (docs/portability.md)."""


WIDE: dict[str, dict[str, tuple[int | float, ...]]] = {
    "logistic_regression": {"regularisation": (0.0001, 0.001, 0.01, 0.1), "elastic_net": (0.0, 0.5, 1.0)},
    "linear_regression": {"regularisation": (0.001, 0.01, 0.1, 1.0), "elastic_net": (0.0, 0.5, 1.0)},
    "random_forest": {"trees": (60, 120, 240), "depth": (5, 8, 11)},
    "gradient_boosted_trees": {"trees": (20, 40, 80), "depth": (3, 4, 5), "step": (0.05, 0.1, 0.2)},
}
"""Family → the values of each parameter that `search: wide` combines."""


class ValidationFile(Written):
    """How candidates are judged: on the last `folds` moments whose label is ripe."""

    by: Literal["moment"] = "moment"
    folds: Annotated[int, Field(ge=1, le=24)] = 3
    confidence: Share = 0.95


class TrainingFile(Written):
    """How much there must be before anything is learned: rows over all moments, and people of each outcome among them."""

    least_rows: Annotated[int, Field(ge=1)] = 5_000
    least_people: Annotated[int, Field(ge=1)] = 100


class MissingFile(Written):
    """What stands for an unknown number; with `flag` a column more says that it was unknown."""

    fill: Literal["median"] = "median"
    flag: bool = True


class ClipFile(Written):
    """Numbers are held within [q1 − factor × iqr, q3 + factor × iqr]."""

    rule: Literal["iqr"] = "iqr"
    factor: Annotated[float, Field(gt=0)] = 3.0


class NumbersFile(Written):
    """How numeric features are prepared."""

    missing: MissingFile = MissingFile()
    clip: ClipFile | None = None
    scale: Literal["standard", "none"] = "standard"


class IdfFile(Written):
    """Words are weighed by how few training rows have them; those of fewer rows than `in_at_least` weigh nothing."""

    in_at_least: Annotated[int, Field(ge=1)] = 1


class WordsFile(Written):
    """How counts of words become numbers: hashed into `hash` buckets, weighed where `idf` is there."""

    hash: Annotated[int, Field(ge=2, le=65_536)] = 512
    idf: IdfFile | None = None


class SelectFile(Written):
    """Which of the prepared numbers learners see; what is not said drops none."""

    variance_above: Annotated[float, Field(ge=0)] | None = None
    correlation_below: Annotated[float, Field(gt=0, le=1)] | None = None
    keep: Annotated[int, Field(ge=1)] | None = None
    by: Literal["f_test"] = "f_test"


class PrepareFile(Written):
    """What is fitted on the training rows of each fold and kept with the model."""

    numbers: NumbersFile = NumbersFile()
    words: dict[Name, WordsFile] = {}
    select: SelectFile = SelectFile()


class TaskPrepareFile(Written):
    """The parts of `prepare` that a task has its own of, each as a whole."""

    numbers: NumbersFile | None = None
    words: dict[Name, WordsFile] | None = None
    select: SelectFile | None = None


class CandidateFile(Written):
    """A learner and its parameters; which it knows depends on its family (`DEFAULTS`)."""

    family: Family
    regularisation: Annotated[float, Field(ge=0)] | None = None
    elastic_net: Annotated[float, Field(ge=0, le=1)] | None = None
    trees: Annotated[int, Field(ge=1, le=2000)] | None = None
    depth: Annotated[int, Field(ge=1, le=20)] | None = None
    step: Annotated[float, Field(gt=0, le=1)] | None = None

    @property
    def said(self) -> dict[str, int | float]:
        """The parameters that were written."""
        return {name: value for name, value in self.model_dump(exclude={"family"}).items() if value is not None}


class CandidatesFile(Written):
    """The learners to choose among, by kind of task."""

    classification: Annotated[dict[Name, CandidateFile], Field(min_length=1)] = {
        BASELINE: CandidateFile(family="logistic_regression")
    }
    regression: Annotated[dict[Name, CandidateFile], Field(min_length=1)] = {BASELINE: CandidateFile(family="linear_regression")}

    def of(self, kind: Kind) -> dict[str, CandidateFile]:
        """The candidates for tasks of this kind."""
        return self.classification if kind == "classification" else self.regression


class TaskFile(Written):
    """A question about each person: who is judged, what comes true, what one would guess without learning."""

    question: str = ""
    kind: Kind
    eligible: str | None = None
    rule: str
    label: MeasureFile
    choose_by: Choice | None = None
    prepare: TaskPrepareFile = TaskPrepareFile()


class ScoreFile(Written):
    """When persons are scored: at the run's as_of; the eligible, and no others."""

    at: Literal["as_of"] = "as_of"


class ModelsFile(Written):
    """The shape of models.yml."""

    validation: ValidationFile = ValidationFile()
    training: TrainingFile = TrainingFile()
    prepare: PrepareFile = PrepareFile()
    candidates: CandidatesFile = CandidatesFile()
    search: Search = "none"
    search_seconds: Annotated[int, Field(ge=1)] = 1800
    tasks: dict[Name, TaskFile] = {}
    score: ScoreFile = ScoreFile()


class Candidate(Resolved):
    """A learner with all its parameters."""

    name: str
    family: Family
    parameters: dict[str, int | float]


class Words(Resolved):
    """A column of counts of words and its buckets; `in_at_least` None means that words are not weighed."""

    column: str
    buckets: int
    in_at_least: int | None = None


class Selection(Resolved):
    """What is dropped of the prepared numbers; None drops nothing."""

    variance_above: float | None = None
    correlation_below: float | None = None
    keep: int | None = None


class Preparation(Resolved):
    """How features are prepared; `clip_factor` None means that numbers are not clipped."""

    flag_missing: bool = True
    clip_factor: float | None = 3.0
    scale: bool = True
    words: tuple[Words, ...] = ()
    selection: Selection = Selection()


class Task(Resolved):
    """A task whose expressions were checked; `names` are the dotted names that they use, with types.

    `baseline` is the candidate that the others are compared with, None where no candidate is linear.
    `preparation` is its own, None where it has the project's.
    """

    name: str
    kind: Kind = "classification"
    question: str
    eligible: str | None
    rule: str
    names: dict[str, str]
    label: str
    horizon_days: int
    choose_by: Choice
    candidates: tuple[Candidate, ...] = ()
    baseline: str | None = None
    preparation: Preparation | None = None

    @property
    def others(self) -> tuple[str, ...]:
        """What candidates are compared with: the rule, and the baseline where there is one."""
        return (RULE,) if self.baseline is None else (RULE, self.baseline)


class ModelsSpec(Resolved):
    """All that the stage needs. `numbers` are the features that learners see as they are: neither times nor lists.

    Rows to be fitted are cut by person into parts of about `rows_a_part`: how many depends on the rows alone, never on
    the cores. Small sets take one part, because a fit is hundreds of jobs and each costs more by the part.
    """

    project: str
    zone: str
    folds: int
    confidence: float
    preparation: Preparation
    tasks: tuple[Task, ...]
    numbers: tuple[str, ...]
    definitions: dict[str, str] = {}
    least_rows: int = TrainingFile().least_rows
    least_people: int = TrainingFile().least_people
    search: Search = "none"
    search_seconds: int = ModelsFile().search_seconds
    seed: int = 2017
    rows_a_part: int = 50_000
    resamples: int = 500

    def preparation_of(self, task: Task) -> Preparation:
        """The task's own preparation, or the project's."""
        return task.preparation or self.preparation
