"""Reference data beside the records: joined by its whole, proven key, so that no record multiplies."""

from collections.abc import Iterable, Mapping

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from dmp_spark.ingest.compute import expression
from dmp_spark.ingest.resolved import Lookup


def looked_up(
    records: DataFrame, lookups: Iterable[Lookup], tables: Mapping[str, DataFrame], types: Mapping[str, str]
) -> DataFrame:
    """The records, one row each as before, with one struct column a lookup; null where nothing was found.

    `tables` holds the reference tables by name, rows unique by their key; `types` the records' columns by type.
    """
    for lookup in lookups:  # a handful of joins, each with its own table
        keys = {f"_key_{number}": column for number, (column, _, _) in enumerate(lookup.key)}
        right = tables[lookup.table].select(
            *[F.col(column).alias(key) for key, column in keys.items()],
            F.struct(*[F.col(name) for name in lookup.columns]).alias(lookup.name),
        )
        conditions = [
            expression(text, types).try_cast(kind) == F.col(f"_key_{n}") for n, (_, text, kind) in enumerate(lookup.key)
        ]
        records = records.join(right, on=conditions, how="left").drop(*keys)  # many to one
    return records
