"""Delta tables on a local path, read by `deltalake`: no JVM is started to look at versions or rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

import pyarrow as pa
from deltalake import DeltaTable, QueryBuilder, write_deltalake

from dmp_spark.contracts import HASH, Contract
from dmp_spark.lakehouse import changes
from dmp_spark.lakehouse.location import Location


@dataclass(frozen=True)
class PathTable:
    """A table that was opened at a version."""

    delta: DeltaTable

    @property
    def version(self) -> int:
        """The version."""
        return int(self.delta.version())

    @cached_property
    def columns(self) -> dict[str, pa.DataType]:
        """Column name → Arrow type, without the hidden ones."""
        schema = pa.schema(self.delta.schema().to_arrow())
        return {field.name: field.type for field in schema if field.name != HASH}

    def rows(self, names: Sequence[str], latest: str = "") -> pa.RecordBatchReader:
        """The rows as a stream, these columns in this order; only those with the greatest `latest`, if named."""
        text = f"select {', '.join(_quoted(name) for name in names)} from rows_of_table"
        if latest:
            text += f" where {_quoted(latest)} = (select max({_quoted(latest)}) from rows_of_table)"
        return self._asked(text)

    def _asked(self, text: str) -> pa.RecordBatchReader:
        """What a query over `rows_of_table` gives."""
        return pa.RecordBatchReader.from_stream(QueryBuilder().register("rows_of_table", self.delta).execute(text))

    def count(self) -> int:
        """How many rows it has."""
        # by a query: `DeltaTable.count` takes rows that are marked as deleted for rows
        return int(self._asked("select count(*) as n from rows_of_table").read_all()["n"][0].as_py())

    def size(self) -> int:
        """The size of its data files in bytes."""
        files = pa.RecordBatchReader.from_stream(self.delta.get_add_actions(flatten=True)).read_all()
        return sum(files["size_bytes"].to_pylist())

    def setting(self, name: str) -> str | None:
        """A property of the table, now; None where nobody has set it."""
        properties: dict[str, str] = self.delta.metadata().configuration
        return properties.get(name)

    def written_at(self) -> datetime:
        """When its last commit was made (UTC)."""
        return datetime.fromtimestamp(self.delta.history(1)[0]["timestamp"] / 1000, UTC)


@dataclass(frozen=True)
class ByPath:
    """The tables under a folder."""

    location: Location

    def names(self) -> tuple[str, ...]:
        """The names of all tables that stand, ordered."""
        logs = self.location.root.glob("*/*/_delta_log")
        return tuple(sorted(f"{log.parent.parent.name}.{log.parent.name}" for log in logs if any(log.glob("*.json"))))

    def versions(self, tables: Iterable[str]) -> dict[str, int]:
        """The current version of each of the tables that stand, by name; others are left out."""
        found = ((table, self._version(table)) for table in sorted(set(tables)))
        return {table: number for table, number in found if number is not None}

    def _version(self, table: str) -> int | None:
        """By the names of its log's files."""
        log = self.location.path(table) / "_delta_log"
        numbers = [int(file.stem) for file in log.glob("*.json") if file.stem.isdigit()] if log.is_dir() else []
        return max(numbers, default=None)

    def changed(self, tables: Iterable[str]) -> None:
        """Nothing: what stands is looked up each time."""

    def bytes_added(self, before: Mapping[str, int], after: Mapping[str, int]) -> int:
        """Size in bytes of the data files that the commits between two sets of versions added."""
        return sum(
            changes.bytes_added(self.location.path(table), number)
            for table, last in after.items()
            for number in range(before.get(table, -1) + 1, last + 1)
        )

    def is_whole(self, table: str, after: int, until: int) -> bool:
        """Whether all that changed after version `after` up to `until` is still there: each file that its log names."""
        return changes.is_whole(self.location.path(table), after, until)

    def is_empty(self, table: str, after: int, until: int) -> bool:
        """Whether no row changed in a whole range."""
        return changes.is_empty(self.location.path(table), after, until)

    def opened(self, table: str, version: int | None = None) -> PathTable:
        """The table at a version, or at its current one."""
        return PathTable(DeltaTable(self.location.path(table), version=version))

    def append(self, contract: Contract, rows: pa.Table) -> None:
        """Add rows to a plain table in one commit; the first makes it, and columns that are new to it come in."""
        path = self.location.path(contract.name)
        write_deltalake(path, rows, mode="append", schema_mode="merge", description=contract.meaning)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
