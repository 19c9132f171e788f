"""Runs a guarded query in Spark: each table stands in it as a SELECT of its version, so the session needs to know no name."""

from typing import TYPE_CHECKING

import pyarrow as pa
import sqlglot
from sqlglot import exp

from dmp_spark.operations.sql_catalog import Catalog
from dmp_spark.operations.sql_names import table_name

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_BESIDE_A_TABLE = ("joins", "laterals", "pivots", "sample")


def run(tree: exp.Query, catalog: Catalog, spark: "SparkSession") -> pa.RecordBatchReader:
    """The rows of the query."""
    rows: pa.Table = spark.sql(text_for_spark(tree, catalog)).toArrow()
    return rows.to_reader()


def text_for_spark(tree: exp.Query, catalog: Catalog) -> str:
    """The query with each view and each table in its place, where it lies and at its version.

    `silver.events` becomes `(select … from <where it lies> version as of 3) as events`.
    """
    placed = tree.copy()
    for column in placed.find_all(exp.Column):
        if column.db and f"{column.db}.{column.table}".lower() in catalog.names:
            column.set("db", None)  # silver.events.value: the table goes by its own name below
    for table in _named(placed):
        if view := catalog.views.get(table_name(table)):
            _put(table, view.copy())
    for table in _named(placed):
        _put(table, sqlglot.parse_one(catalog.tables[table_name(table)].sql, read="spark"))
    return str(placed.sql("spark"))


def _named(tree: exp.Query) -> list[exp.Table]:
    return [table for table in tree.find_all(exp.Table) if table.db]


def _put(table: exp.Table, rows: exp.Expression) -> None:
    """The rows in the table's place, by the name that the query gives it or by its own."""
    placed = exp.Subquery(this=rows, alias=table.args.get("alias") or exp.TableAlias(this=table.this.copy()))
    for part in _BESIDE_A_TABLE:
        if table.args.get(part):
            placed.set(part, table.args[part])
    table.replace(placed)
