"""Records with what is derived from single values of theirs, a struct an enrichment: no built-in can, so vectorised Python."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.enrichment.once import answers
from dmp_spark.enrichment.spec import Enrichment, columns_of
from dmp_spark.expressions.compile import to_column
from dmp_spark.expressions.parse import parse

_SAID_BY_A_WORKER = re.compile(r"^dmp_spark\.(?:errors\.StageError|enrichment\.\w+\.\w+Error): (.+)$", re.MULTILINE)


def enriched(
    records: DataFrame, enrichments: Iterable[Enrichment], types: Mapping[str, str], named: Callable[[str], Column] = F.col
) -> DataFrame:
    """The records, one row each as before, with one struct column an enrichment, of the columns of `columns_of`.

    `types` are the names that the enrichments' expressions may use, by type; `named` gives the column of such a name.
    A struct is never null: where nothing is known its fields are. Equal values are read once a batch, and not again while
    the worker remembers them. What a worker refuses (a library or database that it has not) ends the query:
    `refused_by_a_worker`.
    """
    added = {each.name: _struct(each, types, named) for each in enrichments}
    return records.withColumns(added) if added else records


def refused_by_a_worker(error: Exception) -> str | None:
    """The sentence with which a worker refused to enrich, out of an error of Spark's; None for any other error."""
    found = _SAID_BY_A_WORKER.search(str(error))
    return found[1] if found else None


def _struct(enrichment: Enrichment, types: Mapping[str, str], named: Callable[[str], Column]) -> Column:
    column: Column = _reader(enrichment)(*[_input(text, types, named) for text in enrichment.inputs])
    return column


def _reader(enrichment: Enrichment) -> Any:
    """What reads the inputs in Python's workers; a function of one or two columns, because Spark asks its signature."""
    kind = ", ".join(f"{name} {kind}" for name, kind in columns_of(enrichment).items())

    def one(value: pa.Array) -> pa.Array:
        return answers(enrichment, [value])

    def two(first: pa.Array, second: pa.Array) -> pa.Array:
        return answers(enrichment, [first, second])

    read = one if len(enrichment.inputs) == 1 else two
    return F.arrow_udf(read, kind)  # type: ignore[attr-defined]  # pyspark's types do not know it yet


def _input(text: str | None, types: Mapping[str, str], named: Callable[[str], Column]) -> Column:
    return (F.lit(None) if text is None else to_column(parse(text, types), named)).cast("string")
