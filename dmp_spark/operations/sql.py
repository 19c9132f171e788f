"""`dmp sql`: one SELECT over what was published together, by DuckDB where that means the same, by Spark elsewhere.

Tables that a catalog knows by name only Spark can read.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import pyarrow as pa

from dmp_spark.errors import Problem, UserError
from dmp_spark.lakehouse.location import Location
from dmp_spark.operations import sql_duckdb, sql_spark
from dmp_spark.operations.ledger import Ledger
from dmp_spark.operations.sql_catalog import Catalog, catalog
from dmp_spark.operations.sql_guard import guarded
from dmp_spark.operations.sql_translation import OnlySparkError, titled

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Engine = Literal["auto", "spark"]


def checked_engine(text: str) -> Engine:
    """The engine of that name; UserError for any other."""
    found: Engine | None = next((engine for engine in get_args(Engine) if engine == text), None)
    if found is None:
        raise UserError(Problem("engine", f"there is no engine {text}", way_out=f"known: {', '.join(get_args(Engine))}"))
    return found


@dataclass(frozen=True)
class Answer:
    """The rows of a query as a stream, which engine gave them, and a line worth telling or ""."""

    rows: pa.RecordBatchReader
    engine: str
    note: str = ""


def answer(location: Location, text: str, engine: Engine, session: Callable[[], "SparkSession"]) -> Answer:
    """The answer of a lakehouse; `session` is called only where Spark is needed. UserError for a wrong query."""
    known = catalog(location, Ledger(location).publication())
    note = ""
    if engine == "auto" and not location.is_by_name:
        try:
            return Answer(ask(text, known), "duckdb")
        except OnlySparkError as reason:
            note = f"run by Spark: {reason}"
    return Answer(sql_spark.run(titled(guarded(text, known)), known, session()), "spark", note)


def ask(text: str, known: Catalog) -> pa.RecordBatchReader:
    """The rows of a query without more ado: by path DuckDB gives them (OnlySparkError where it cannot), by name Spark."""
    tree = titled(guarded(text, known))
    if not known.location.is_by_name:
        return sql_duckdb.run(tree, known)
    from dmp_spark.lakehouse.opening import opened

    return sql_spark.run(tree, known, opened(known.location))
