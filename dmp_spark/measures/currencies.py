"""Money of several currencies is not added up: which currencies a measure meets."""

from collections.abc import Iterable, Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from dmp_spark.errors import StageError
from dmp_spark.expressions.nodes import Call
from dmp_spark.expressions.parse import parse
from dmp_spark.measures.events import Events
from dmp_spark.measures.requests import parse_measure
from dmp_spark.measures.spec import Measure

ADDING = frozenset({"sum", "mean", "slope"})


def adds_money(measure: Measure) -> bool:
    """Whether a measure adds up `value` or one of `amounts`."""
    return any(_adds_money(call) for call in parse_measure(measure).take.calls)


def currencies_met(events: Events, measures: Sequence[Measure]) -> DataFrame:
    """A row each of `measures` (at least one): `measure`, and `currencies` of its events in order of the alphabet.

    What a measure's own `where` leaves out does not count; a null currency is none.
    """
    populations = {measure.name: parse_measure(measure).population for measure in measures}
    names = {key: f"p{number}" for number, key in enumerate(sorted({one.key for one in populations.values()}))}
    wanted = {names[population.key]: population for population in populations.values()}
    rows = events.seen_by(wanted, {"currency": parse("currency", {"currency": "string"})})
    sets = [F.array_sort(F.collect_set(F.when(F.col(name), F.col("currency")))).alias(name) for name in wanted]
    told = [
        F.struct(F.lit(measure).alias("measure"), F.col(names[population.key]).alias("currencies"))
        for measure, population in populations.items()
    ]
    return rows.agg(*sets).select(F.inline(F.array(*told)))


def refuse_mixed_money(stage: str, events: Events, measures: Iterable[Measure]) -> None:
    """StageError with the way out where one of the measures would add up money of several currencies. One row is read."""
    adding = [measure for measure in measures if adds_money(measure)]
    mixed = currencies_met(events, adding).where(F.size("currencies") > 1).first() if adding else None
    if mixed is not None:
        raise StageError(
            f"{stage}: {mixed['measure']} would add up money in {' and '.join(mixed['currencies'])}: "
            f"let its `where` choose one, such as currency = '{mixed['currencies'][0]}'"
        )


def _adds_money(call: Call) -> bool:
    named = {name for argument in call.arguments for name in argument.names}
    return call.name in ADDING and any(name == "value" or name.startswith("amounts.") for name in named)
