"""Money of several currencies is not added up: which measures would."""

from collections.abc import Sequence

from pyspark.sql import functions as F

from dmp_spark.expressions.nodes import Call
from dmp_spark.expressions.parse import parse
from dmp_spark.measures.events import Events
from dmp_spark.measures.requests import collect
from dmp_spark.measures.spec import Measure

ADDING = frozenset({"sum", "mean", "slope"})


def mixed(events: Events, measures: Sequence[Measure]) -> dict[str, tuple[str, ...]]:
    """Measure → the currencies of the money that it would add up, where they are several.

    What a measure's own `where` leaves out does not count; a null currency is none. Bounded by measures and currencies.
    """
    adding = [one for one in collect(measures).parsed if any(_adds_money(call) for call in one.take.calls)]
    if not adding or events.rows.select("currency").where(F.col("currency").isNotNull()).distinct().limit(2).count() < 2:
        return {}
    populations = {f"p{number}": one.population for number, one in enumerate(adding)}
    rows = events.seen_by(populations, {"currency": parse("currency", {"currency": "string"})})
    found = rows.agg(
        *[F.array_sort(F.collect_set(F.when(F.col(name), F.col("currency")))).alias(name) for name in populations]
    ).first()
    assert found is not None
    return {one.measure.name: tuple(found[name]) for name, one in zip(populations, adding, strict=True) if len(found[name]) > 1}


def _adds_money(call: Call) -> bool:
    named = {name for argument in call.arguments for name in argument.names}
    return call.name in ADDING and any(name == "value" or name.startswith("amounts.") for name in named)
