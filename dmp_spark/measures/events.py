"""Events as measures see them: with a person, with derived times, with the reference data that an expression names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.expressions.compile import to_column
from dmp_spark.expressions.nodes import Expression
from dmp_spark.functions.clock import local_hour
from dmp_spark.measures.lookups import Lookup
from dmp_spark.measures.reach import COUNTS_FROM
from dmp_spark.measures.requests import Population


@dataclass(frozen=True)
class Events:
    """Events with `person_id`, unique by event_id; `lookups` are joined only where an expression names them.

    `rows` may carry `counts_from`, the same in all rows of a person: looking back, moments before it are passed by.
    """

    rows: DataFrame
    zone: str
    lookups: Mapping[str, Lookup] = field(default_factory=dict)

    def seen_by(self, populations: Mapping[str, Population], arguments: Mapping[str, Expression]) -> DataFrame:
        """Events with person_id, their times and event_id, a boolean a population and a column an argument.

        One row an event, of every type; the booleans are never null; arguments are null where they cannot be known.
        """
        wheres = [population.where for population in populations.values() if population.where is not None]
        joined = self._with_lookups([*wheres, *arguments.values()])
        return joined.select(
            "person_id",
            "event_date",
            "known_time",
            "event_time",
            "event_id",
            *[name for name in (COUNTS_FROM,) if name in joined.columns],
            *[self._is_member(population).alias(name) for name, population in populations.items()],
            *[to_column(argument, self.column).alias(name) for name, argument in arguments.items()],
        )

    def column(self, name: str) -> Column:
        """The column that a name in an expression means."""
        if name == "time":
            return F.col("event_time")
        if name == "is_weekend":
            return F.weekday(F.col("event_date")) >= F.lit(5)
        if name == "local_hour":
            return local_hour(F.col("event_time"), self.zone)
        base, _, rest = name.partition(".")
        if not rest:
            return F.col(f"`{name}`")
        return F.col(_joined(base, rest)) if base in self.lookups else F.col(f"`{base}`").getItem(rest)

    def _is_member(self, population: Population) -> Column:
        is_of_type = F.col("event_type").isin(*population.of)
        if population.where is None:
            return F.coalesce(is_of_type, F.lit(False))
        return F.coalesce(is_of_type & to_column(population.where, self.column), F.lit(False))

    def _with_lookups(self, expressions: Iterable[Expression]) -> DataFrame:
        named = sorted({name for expression in expressions for name in expression.names})
        rows = self.rows
        for base, lookup in self.lookups.items():
            wanted = [name.partition(".")[2] for name in named if name.partition(".")[0] == base]
            if wanted:
                rows = lookup.beside(rows, {name: _joined(base, name) for name in wanted}, self.column)
        return rows


def events_of_people(events: DataFrame, identity_map: DataFrame, as_of: datetime) -> DataFrame:
    """Events known by `as_of`, with the person_id that their subject has now; events of nobody are left out."""
    people = identity_map.where(F.col("valid_until").isNull()).select(F.col("identifier_id").alias("subject_id"), "person_id")
    return events.where(F.col("known_time") <= F.lit(as_of)).join(people, on="subject_id", how="inner")


def _joined(base: str, name: str) -> str:
    return f"{base}__{name}"
