"""Reference data beside events: found by its whole key, so that no event becomes two."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.expressions.compile import to_column
from dmp_spark.expressions.nodes import Expression
from dmp_spark.functions.frames import sent

FEW = 2_000_000  # keys that are sent to every task instead of moving all rows to meet them


@dataclass(frozen=True)
class Lookup:
    """Reference rows, unique by the whole key; `key`: column of it → expression over an event.

    `missing`: column → value of an event that has a key and finds no row. Where `covered` is given (distinct rows of some
    columns of the key) that is so only for events whose part of the key stands there: of others nothing is known.
    """

    rows: DataFrame
    key: Mapping[str, Expression]
    missing: Mapping[str, Expression] = field(default_factory=dict)
    covered: DataFrame | None = None

    def beside(self, events: DataFrame, names: Mapping[str, str], column: Callable[[str], Column]) -> DataFrame:
        """The events, one row each as before, with columns of the reference: `names` says how each of them is called.

        They are null where the key has a part that is null or cannot be of the column's type, and where no row is found
        and `missing` says nothing else. `column` gives the columns that the key's expressions name.
        """
        kinds, prefix = dict(self.rows.dtypes), "__".join(names.values())
        parts = self._parts(column)
        keys = {name: f"{prefix}__key_{name}" for name in self.key}
        right = self.rows.select(
            *[F.col(f"`{name}`").alias(alias) for name, alias in keys.items()],
            *[F.col(f"`{name}`").alias(alias) for name, alias in names.items()],
        )
        joined = events.join(right, _all([parts[name] == F.col(alias) for name, alias in keys.items()]), how="left")
        wanted = [name for name in names if name in self.missing]
        if not wanted:
            return joined
        is_known = _all([part.isNotNull() for part in parts.values()])
        if self.covered is not None:
            borders = {name: f"{prefix}__covered_{name}" for name in self.covered.columns}
            covered = self.covered.select(*[F.col(f"`{name}`").alias(alias) for name, alias in borders.items()])
            joined = joined.join(covered, _all([parts[name] == F.col(alias) for name, alias in borders.items()]), how="left")
            is_known = is_known & F.col(next(iter(borders.values()))).isNotNull()
        is_found = F.col(next(iter(keys.values()))).isNotNull()
        return joined.withColumns(
            {names[name]: self._known(name, names[name], kinds[name], is_found, is_known) for name in wanted}
        )

    def _known(self, name: str, alias: str, kind: str, is_found: Column, is_known: Column) -> Column:
        value = to_column(self.missing[name], F.col).try_cast(kind)
        return F.when(is_found, F.col(alias)).when(is_known, value)

    def keys(self, events: DataFrame, column: Callable[[str], Column]) -> DataFrame:
        """The keys that occur in the events, each once and whole."""
        parts = self._parts(column)
        found = events.select(*[part.alias(name) for name, part in parts.items()])
        return found.where(_all([F.col(f"`{name}`").isNotNull() for name in parts])).distinct()

    def narrowed(self, keys: DataFrame, number: int) -> "Lookup":
        """The same lookup with the rows of these `number` distinct keys alone; what is covered stays what it was."""
        wanted = sent(keys, number, FEW)
        return replace(self, rows=self.rows.join(wanted, on=list(self.key), how="left_semi"))

    def _parts(self, column: Callable[[str], Column]) -> dict[str, Column]:
        kinds = dict(self.rows.dtypes)
        return {name: to_column(expression, column).try_cast(kinds[name]) for name, expression in self.key.items()}


def _all(conditions: Sequence[Column]) -> Column:
    return reduce(Column.__and__, conditions)
