"""Whether `measurement.yml` fits the other files."""

from collections.abc import Mapping

from dmp_spark.contracts import Contract
from dmp_spark.expressions.nodes import Node, Operation
from dmp_spark.measurement.spec import Experiment, ExperimentFile, MeasurementFile, MeasurementSpec, Metric, MetricFile
from dmp_spark.measures.aggregates import is_zero_where_nothing_happened
from dmp_spark.measures.check import checked, event_types
from dmp_spark.measures.requests import parse_measure
from dmp_spark.measures.resolve import event_columns
from dmp_spark.measures.spec import Measure
from dmp_spark.project.load import Found, Project

_EVENTS = "silver.events"
_KINDS = ("boolean", "bigint", "double", "decimal", "unknown")


def resolve(project: Project, contracts: Mapping[str, Contract], found: Found) -> MeasurementSpec:
    """The stage's spec; mistakes go to `found`, and an experiment that has one is left out."""
    written = project.written("measurement") or MeasurementFile()
    columns = event_columns(contracts[_EVENTS]) if _EVENTS in contracts else {}
    types = event_types(project)
    experiments = [_experiment(name, said, project, columns, types, found) for name, said in written.experiments.items()]
    return MeasurementSpec(
        zone=project.settings.time_zone, experiments=tuple(experiment for experiment in experiments if experiment is not None)
    )


def _experiment(
    name: str, said: ExperimentFile, project: Project, columns: Mapping[str, str], types: set[str], found: Found
) -> Experiment | None:
    address = f"measurement.experiments.{name}"
    before = len(found.problems)
    _check_assignment(said.assignment.activation, f"{address}.assignment.activation", project, found)
    metrics = [
        _metric(f"{name}.{metric}", metric, what, f"{address}.metrics.{metric}", columns, types, found)
        for metric, what in said.metrics.items()
    ]
    if len(found.problems) > before:
        return None
    return Experiment(name=name, question=said.question, activation=said.assignment.activation, metrics=tuple(metrics))


def _check_assignment(activation: str, address: str, project: Project, found: Found) -> None:
    activations = getattr(project.written("activation"), "activations", None) or {}
    if activation not in activations:
        what = f"there is no activation {activation}"
        found.add("unknown-activation", what, address, Found.suggest(activation, list(activations)))
    elif not activations[activation].holdout:
        what = f"{activation} holds nobody out, so there is nothing to compare those with who are sent to"
        found.warn("no-holdout", what, address, f"activation.yml: a holdout for {activation}, such as 10 %")


def _metric(
    full_name: str, name: str, said: MetricFile, address: str, columns: Mapping[str, str], types: set[str], found: Found
) -> Metric:
    before = len(found.problems)
    if said.ahead is None:
        what = "a metric looks ahead from the day of assignment"
        found.add("measure", what, address, "say how far: ahead: 30 days")
    measure = checked(full_name, said, columns, types, address, found)
    if len(found.problems) == before:
        _check_value(said, measure, address, found)
    return Metric(name=name, measure=measure, winsorise=said.winsorise)


def _check_value(said: MetricFile, measure: Measure, address: str, found: Found) -> None:
    """Everybody who was assigned has a value, a number or a condition: else those with one would be compared alone."""
    kind, take = measure.columns[0].type, parse_measure(measure).take
    nulls = [call for call in take.calls if not is_zero_where_nothing_happened(call)]
    way_out = "counts and sums are 0 where nothing happened"
    if not kind.startswith(_KINDS):
        found.add("expression-type", f"a metric is a condition or a number, and this is {kind}", f"{address}.take")
    elif nulls:
        what = f"{nulls[0].name}() is null of whom nothing happened, and a metric counts everybody who was assigned"
        found.add("not-of-everybody", what, f"{address}.take", way_out, max(said.take.lower().find(nulls[0].name), 0))
    elif _divides(take.tree):
        what = "a quotient is null of whom nothing happened, and a metric counts everybody who was assigned"
        found.add("not-of-everybody", what, f"{address}.take", way_out)
    if said.winsorise is not None and kind == "boolean":
        found.add("winsorise", "a condition has no large values to hold down", f"{address}.winsorise", "leave it out")
    elif said.winsorise is not None and not 0.5 <= said.winsorise < 1:
        found.add("winsorise", "it is a quantile from 50 % to below 100 %", f"{address}.winsorise", "for example 99 %")


def _divides(node: Node) -> bool:
    """Whether a quotient or remainder stands anywhere outside the aggregates."""
    if not isinstance(node, Operation):
        return False
    return node.name in ("/", "%") or any(_divides(argument) for argument in node.arguments)
