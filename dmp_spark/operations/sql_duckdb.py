"""Runs a query in DuckDB, in memory and shut off from files, over Arrow data of the pinned tables."""

from collections import Counter
from collections.abc import Mapping, Sequence

import duckdb
import pyarrow as pa
from sqlglot import exp

from dmp_spark.errors import Problem, UserError
from dmp_spark.operations.sql_catalog import Catalog, PinnedTable
from dmp_spark.operations.sql_columns import needed_columns
from dmp_spark.operations.sql_names import table_name
from dmp_spark.operations.sql_translation import OnlySparkError, for_duckdb, text_for_duckdb, with_views

_WHERE_SPARK_MAY_KNOW_BETTER = (
    duckdb.BinderException,
    duckdb.CatalogException,
    duckdb.NotImplementedException,
    duckdb.ParserException,
)

_WRONG_EVERYWHERE = ("must appear in the GROUP BY", "Ambiguous reference")
BATCH_ROWS = 100_000


def run(tree: exp.Query, catalog: Catalog) -> pa.RecordBatchReader:
    """The rows of a guarded query; OnlySparkError where DuckDB cannot run it as Spark would."""
    corrected = for_duckdb(with_views(tree.copy(), catalog), catalog)
    columns = needed_columns(corrected, catalog)
    text = text_for_duckdb(corrected)
    connection = duckdb.connect(config={"enable_external_access": "false"})
    connection.execute("set TimeZone = 'UTC'")
    _register(connection, catalog, columns, _read_more_than_once(corrected))
    connection.execute("set lock_configuration = true")
    try:
        return pa.RecordBatchReader.from_stream(connection.sql(text).to_arrow_reader(BATCH_ROWS))
    except duckdb.Error as error:
        told = _told(error)
        if isinstance(error, _WHERE_SPARK_MAY_KNOW_BETTER) and not any(words in told for words in _WRONG_EVERYWHERE):
            raise OnlySparkError(told) from None
        raise UserError(Problem("sql", told)) from None


def _told(error: duckdb.Error) -> str:
    return str(error).splitlines()[0].partition("Error: ")[2] or str(error).splitlines()[0]


def _register(
    connection: duckdb.DuckDBPyConnection, catalog: Catalog, columns: Mapping[str, Sequence[str]], kept: set[str]
) -> None:
    for number, (name, wanted) in enumerate(columns.items()):
        rows = _rows(catalog.tables[name], wanted)
        connection.register(f"rows_{number}", rows.read_all() if name in kept else rows)
        schema, _, table = name.partition(".")
        connection.execute(f'create schema if not exists "{schema}"')
        connection.execute(f'create view "{schema}"."{table}" as select * from rows_{number}')


def _rows(table: PinnedTable, columns: Sequence[str]) -> pa.RecordBatchReader:
    """The rows as a stream; instants without their zone, which is UTC."""
    rows = table.opened.rows(columns)
    plain = [pa.field(f.name, pa.timestamp("us") if pa.types.is_timestamp(f.type) else f.type) for f in rows.schema]
    return rows.cast(pa.schema(plain))


def _read_more_than_once(tree: exp.Query) -> set[str]:
    """Tables that must be kept in memory: a stream can be read once only."""
    times = Counter(table_name(table) for table in tree.find_all(exp.Table) if table.db)
    inner = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    repeated = any(True for table in tree.find_all(exp.Table) if not table.db and table.name.lower() in inner)
    return {name for name, count in times.items() if count > 1 or repeated}
