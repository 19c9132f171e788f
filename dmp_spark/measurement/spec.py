"""What `measurement.yml` says: which experiment is judged by which metrics. No pyspark here."""

from pydantic import Field

from dmp_spark.measures.spec import Measure, MeasureFile
from dmp_spark.project.types import Name, Resolved, Share, Written


class AssignmentFile(Written):
    """Who drew the arms: an activation with a holdout."""

    activation: Name


class MetricFile(MeasureFile):
    """A measure that looks ahead from the day of assignment; `winsorise: 99 %` holds values down to that quantile of all."""

    winsorise: Share | None = None


class ExperimentFile(Written):
    """An experiment: whose arms, and what is compared. `question` is for people."""

    question: str = ""
    assignment: AssignmentFile
    metrics: dict[Name, MetricFile] = Field(min_length=1)


class MeasurementFile(Written):
    """`measurement.yml`."""

    experiments: dict[Name, ExperimentFile] = {}


class Metric(Resolved):
    """A metric of an experiment; `measure` is named `<experiment>.<metric>`. `winsorise` is a share, 0 to 1."""

    name: str
    measure: Measure
    winsorise: float | None = None

    @property
    def ahead(self) -> str:
        """The horizon as text, such as `30 days`."""
        return str(self.measure.ahead)

    @property
    def is_condition(self) -> bool:
        """Whether it is true or false of a unit, so that its mean is a share."""
        return self.measure.columns[0].type == "boolean"


class Experiment(Resolved):
    """An experiment whose arms stand in gold.assignments under the name of `activation`."""

    name: str
    question: str
    activation: str
    metrics: tuple[Metric, ...]


class MeasurementSpec(Resolved):
    """All that the stage needs."""

    zone: str
    experiments: tuple[Experiment, ...] = ()

    @property
    def measures(self) -> tuple[Measure, ...]:
        """The measures of all metrics."""
        return tuple(metric.measure for experiment in self.experiments for metric in experiment.metrics)

    @property
    def shares(self) -> tuple[float, ...]:
        """The quantiles that metrics are winsorised at, each once."""
        metrics = [metric for experiment in self.experiments for metric in experiment.metrics]
        return tuple(sorted({metric.winsorise for metric in metrics if metric.winsorise is not None}))
