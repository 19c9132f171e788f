"""How a table is made from its contract, found again, changed with it and taken away: by path and by name alike."""

import shutil

from pyspark.sql import DataFrame, SparkSession

from dmp_spark.contracts import HASH, Column, Contract, TableClass
from dmp_spark.errors import StageError
from dmp_spark.lakehouse.location import Location


def has_hash(contract: Contract) -> bool:
    """Whether rows carry `_content_hash`: all but ledgers, whose rows never change."""
    return contract.table_class is not TableClass.LEDGER


def exists(spark: SparkSession, location: Location, table: str) -> bool:
    """Whether the table has been made."""
    if location.is_by_name:
        return spark.catalog.tableExists(location.sql_name(table))
    log = location.path(table) / "_delta_log"
    return log.is_dir() and any(log.glob("*.json"))


def rows(spark: SparkSession, location: Location, table: str) -> DataFrame:
    """All rows of a table that stands, with the hidden column."""
    return spark.read.table(location.sql_name(table))


def create(spark: SparkSession, location: Location, contract: Contract, anew: bool = False) -> None:
    """Make the table, empty, as its contract says: columns with comments, layout, constraints, change feed.

    With `anew` it takes the place of the one that is there, whose versions stay.
    """
    if location.is_by_name:
        spark.sql(f"CREATE SCHEMA IF NOT EXISTS {location.schema(contract.name.partition('.')[0])}")
    spark.sql(create_statement(location, contract, anew))


def drop(spark: SparkSession, location: Location, table: str) -> None:
    """Take the table away, with its rows."""
    if location.is_by_name:
        spark.sql(f"DROP TABLE {location.sql_name(table)}")
    else:
        shutil.rmtree(location.path(table))


def evolve(spark: SparkSession, location: Location, contract: Contract, is_whole: bool = False) -> bool:
    """Whether the table must be made anew: a column is gone or of another type, and all its rows will be written.

    Else columns that the contract has and the table has not are added, those that it has no longer stay and may be null
    from now on, and a column of another type is refused (StageError).
    """
    fields = rows(spark, location, contract.name).schema.fields
    have = {field.name: field.dataType.simpleString() for field in fields}
    gone = [field for field in fields if field.name not in (*contract.names, HASH)]
    if is_whole and (gone or any(have.get(column.name, column.type) != column.type for column in contract.columns)):
        return True
    for column in contract.columns:
        if have.get(column.name, column.type) != column.type:
            raise StageError(
                f"{contract.name}.{column.name} is {have[column.name]} in the lakehouse and {column.type} now: "
                f"give the column another name, or build a new lakehouse with {location.elsewhere}"
            )
    new = [c for c in contract.columns if c.name not in have]
    if new:
        added = ", ".join(f"`{c.name}` {c.type} COMMENT {quoted(c.meaning)}" for c in new)
        spark.sql(f"ALTER TABLE {location.sql_name(contract.name)} ADD COLUMNS ({added})")
    for field in gone:
        if not field.nullable:
            spark.sql(f"ALTER TABLE {location.sql_name(contract.name)} ALTER COLUMN `{field.name}` DROP NOT NULL")
    return False


def create_statement(location: Location, contract: Contract, anew: bool = False) -> str:
    """The CREATE TABLE statement of a contract."""
    columns = [_column(column, contract) for column in contract.columns]
    if has_hash(contract):
        columns.append(f"`{HASH}` BIGINT NOT NULL COMMENT 'hash of the business columns'")
    layout = ""
    if contract.partitioned_by:
        layout = f"PARTITIONED BY ({', '.join(contract.partitioned_by)})\n"
    elif contract.clustered_by:
        layout = f"CLUSTER BY ({', '.join(contract.clustered_by)})\n"
    properties = ", ".join(f"{quoted(name)} = {quoted(value)}" for name, value in _properties(contract).items())
    return (
        f"{'REPLACE TABLE' if anew else 'CREATE TABLE IF NOT EXISTS'} {location.sql_name(contract.name)} (\n  "
        + ",\n  ".join(columns)
        + f"\n) USING delta\n{layout}COMMENT {quoted(contract.meaning)}\nTBLPROPERTIES ({properties})"
    )


def _column(column: Column, contract: Contract) -> str:
    generated = f" GENERATED ALWAYS AS ({column.generated})" if column.generated else ""
    required = " NOT NULL" if contract.is_required(column) else ""
    unit = f" ({column.unit})" if column.unit else ""
    return f"`{column.name}` {column.type}{generated}{required} COMMENT {quoted(column.meaning + unit)}"


def _properties(contract: Contract) -> dict[str, str]:
    # least and greatest values help where neighbours lie together; of hashes and texts they say nothing, cost a third of
    # a wide write, and would put personal values into the log
    ordered = [c for c in contract.columns if c.name in contract.clustered_by or c.type in ("date", "timestamp")]
    counted = [c.name for c in ordered if not c.personal and c.name not in contract.partitioned_by]  # Delta refuses the latter
    properties = {"delta.enableChangeDataFeed": "true"}
    if counted:
        properties["delta.dataSkippingStatsColumns"] = ",".join(counted)
    else:
        properties["delta.dataSkippingNumIndexedCols"] = "0"
    for name, condition in contract.constraints.items():
        properties[f"delta.constraints.{name}"] = condition
    return properties


def quoted(value: str) -> str:
    """The value as a literal of Spark SQL."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
