"""Runs a guarded query in Spark, over views of the pinned tables. Starts a JVM; pyspark is imported only then."""

from typing import TYPE_CHECKING

import pyarrow as pa
from sqlglot import exp

from dmp_spark.operations.sql_catalog import Catalog
from dmp_spark.operations.sql_names import table_name

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def run(tree: exp.Query, catalog: Catalog, spark: "SparkSession") -> pa.RecordBatchReader:
    """The rows of the query."""
    register(spark, catalog, {table_name(table) for table in tree.find_all(exp.Table) if table.db})
    rows: pa.Table = spark.sql(tree.sql("spark")).toArrow()
    return rows.to_reader()


def register(spark: "SparkSession", catalog: Catalog, names: set[str]) -> None:
    """Make these tables and views known to the session by `schema.table`, pinned at their versions."""
    views = sorted(names & set(catalog.views))
    inner = {table_name(table) for view in views for table in catalog.views[view].find_all(exp.Table) if table.db}
    for name in sorted((names | inner) & set(catalog.tables)):
        table = catalog.tables[name]
        columns = ", ".join(f"`{column}`" for column in table.columns)
        _view(spark, name, f"select {columns} from delta.`{table.path}` version as of {table.version}")
    for name in views:
        _view(spark, name, catalog.views[name].sql("spark"))


def _view(spark: "SparkSession", name: str, text: str) -> None:
    spark.sql(f"create schema if not exists `{name.partition('.')[0]}`")
    spark.sql(f"create or replace view {name} as {text}")
