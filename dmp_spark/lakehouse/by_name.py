"""Delta tables that a catalog knows by name, asked in Spark SQL alone: no path of a table is needed or assumed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from functools import cached_property

import pyarrow as pa
from pyspark.sql import Row, SparkSession

from dmp_spark.contracts import HASH, Contract
from dmp_spark.functions.instants import instant_of
from dmp_spark.lakehouse import catalog
from dmp_spark.lakehouse.changes import ANEW
from dmp_spark.lakehouse.location import SCHEMAS, Location

BYTES_ADDED = ("numOutputBytes", "numTargetBytesAdded", "numAddedBytes")
"""What DESCRIBE HISTORY calls the size of a commit's new files: of a write, a merge, all else."""

UNCHANGED = frozenset({"OPTIMIZE", "REORG", "VACUUM START", "VACUUM END", "SET TBLPROPERTIES", "UNSET TBLPROPERTIES"})
"""What DESCRIBE HISTORY calls commits that change no row."""


@dataclass(frozen=True)
class NamedTable:
    """A table at a version."""

    spark: SparkSession
    sql_name: str
    version: int

    @property
    def _rows(self) -> str:
        return f"{self.sql_name} VERSION AS OF {self.version}"

    @cached_property
    def columns(self) -> dict[str, pa.DataType]:
        """Column name → Arrow type, without the hidden ones."""
        empty: pa.Table = self.spark.sql(f"SELECT * FROM {self._rows} LIMIT 0").toArrow()
        return {field.name: field.type for field in empty.schema if field.name != HASH}

    def rows(self, names: Sequence[str], latest: str = "") -> pa.RecordBatchReader:
        """The rows as a stream, these columns in this order; only those with the greatest `latest`, if named."""
        text = f"SELECT {', '.join(f'`{name}`' for name in names)} FROM {self._rows}"
        if latest:
            text += f" WHERE `{latest}` = (SELECT max(`{latest}`) FROM {self._rows})"
        found: pa.Table = self.spark.sql(text).toArrow()
        return found.to_reader()

    def count(self) -> int:
        """How many rows it has."""
        return int(self.spark.sql(f"SELECT count(*) FROM {self._rows}").collect()[0][0])

    @cached_property
    def _detail(self) -> Row:
        return self.spark.sql(f"DESCRIBE DETAIL {self.sql_name}").collect()[0]

    def size(self) -> int:
        """The size of its data files in bytes, now."""
        return int(self._detail["sizeInBytes"])

    def setting(self, name: str) -> str | None:
        """A property of the table, now; None where nobody has set it."""
        properties: dict[str, str] = self._detail["properties"]
        return properties.get(name)

    def written_at(self) -> datetime:
        """When its last commit was made (UTC)."""
        last = self.spark.sql(f"DESCRIBE HISTORY {self.sql_name} LIMIT 1").selectExpr("unix_micros(timestamp)").collect()
        return instant_of(int(last[0][0]))


class ByName:
    """The tables of a catalog that belong to one lakehouse.

    Names and versions are asked for once: nobody else writes while a run holds the lakehouse, and each question is a job.
    """

    def __init__(self, location: Location, spark: SparkSession) -> None:
        self.location = location
        self._spark = spark
        self._names: tuple[str, ...] | None = None
        self._versions: dict[str, int] = {}

    def names(self) -> tuple[str, ...]:
        """The names of all tables that stand, ordered."""
        if self._names is None:
            there = {row[0] for row in self._spark.sql(f"SHOW SCHEMAS IN `{self.location.catalog}`").collect()}
            schemas = [schema for schema in SCHEMAS if self.location.prefix + schema in there]
            self._names = tuple(sorted(f"{schema}.{table}" for schema in schemas for table in self._tables(schema)))
        return self._names

    def _tables(self, schema: str) -> list[str]:
        place = self.location.schema(schema)
        views = {row["viewName"] for row in self._spark.sql(f"SHOW VIEWS IN {place}").collect()}
        found = self._spark.sql(f"SHOW TABLES IN {place}").collect()
        return [row["tableName"] for row in found if row["tableName"] not in views]

    def versions(self, tables: Iterable[str]) -> dict[str, int]:
        """The current version of each of the tables that stand, by name; others are left out."""
        known = set(self.names())
        return {table: self._version(table) for table in sorted(set(tables)) if table in known}

    def _version(self, table: str) -> int:
        if table not in self._versions:
            last = self._spark.sql(f"DESCRIBE HISTORY {self.location.sql_name(table)} LIMIT 1").collect()
            self._versions[table] = int(last[0]["version"])
        return self._versions[table]

    def changed(self, tables: Iterable[str]) -> None:
        """Ask again for these tables (a name may end in `*`): they were written."""
        self._names = None
        for pattern in tables:
            for table in [name for name in self._versions if fnmatchcase(name, pattern)]:
                del self._versions[table]

    def bytes_added(self, before: Mapping[str, int], after: Mapping[str, int]) -> int:
        """Size in bytes of the data files that the commits between two sets of versions added."""
        total = 0
        for table, last in after.items():
            first = before.get(table, -1) + 1
            if first > last:
                continue
            commits = self._spark.sql(f"DESCRIBE HISTORY {self.location.sql_name(table)}").where(
                f"version BETWEEN {first} AND {last}"
            )
            # bounded: the commits of one stage
            for commit in commits.select("operationMetrics").collect():
                total += next((int(commit[0][name]) for name in BYTES_ADDED if name in commit[0]), 0)
        return total

    def is_whole(self, table: str, after: int, until: int) -> bool:
        """Whether all that changed after version `after` up to `until` is sure to be still there.

        The catalog tells no files, so a VACUUM after `after` is taken for one that removed some of them. A table that was
        made anew has nothing to compare with.
        """
        operations = self._operations(table, after, None)
        is_listed = after <= until and set(operations) >= set(range(after + 1, until + 1))
        return is_listed and not any(operation.startswith(("VACUUM", *ANEW)) for operation in operations.values())

    def is_empty(self, table: str, after: int, until: int) -> bool:
        """Whether no row changed in a whole range."""
        return set(self._operations(table, after, until).values()) <= UNCHANGED

    def _operations(self, table: str, after: int, until: int | None) -> dict[int, str]:
        """Version → operation, of the commits after `after`, as far as the history reaches."""
        history = self._spark.sql(f"DESCRIBE HISTORY {self.location.sql_name(table)}").where(f"version > {after}")
        found = history if until is None else history.where(f"version <= {until}")
        return {int(row["version"]): row["operation"] for row in found.select("version", "operation").collect()}

    def opened(self, table: str, version: int | None = None) -> NamedTable:
        """The table at a version, or at its current one."""
        return NamedTable(self._spark, self.location.sql_name(table), self._version(table) if version is None else version)

    def append(self, contract: Contract, rows: pa.Table) -> None:
        """Add rows to a plain table in one commit; the first makes it, and columns that are new to it come in."""
        if not catalog.exists(self._spark, self.location, contract.name):
            catalog.create(self._spark, self.location, contract)
        new = self._spark.createDataFrame(rows)
        new.write.format("delta").mode("append").option("mergeSchema", "true").saveAsTable(self.location.sql_name(contract.name))
        self.changed((contract.name,))
