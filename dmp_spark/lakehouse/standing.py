"""The tables of a lakehouse as they stand: names, versions, sizes, rows; by path without a JVM. No pyspark here."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

import pyarrow as pa

from dmp_spark.contracts import Contract
from dmp_spark.lakehouse.location import Location


class StandingTable(Protocol):
    """A table at a version."""

    @property
    def version(self) -> int:
        """The version."""

    @property
    def columns(self) -> dict[str, pa.DataType]:
        """Column name → Arrow type, without the hidden ones."""

    def rows(self, names: Sequence[str], latest: str = "") -> pa.RecordBatchReader:
        """The rows as a stream, these columns in this order; only those with the greatest `latest`, if named."""

    def count(self) -> int:
        """How many rows it has."""

    def size(self) -> int:
        """The size of its data files in bytes."""

    def setting(self, name: str) -> str | None:
        """A property of the table, now; None where nobody has set it."""

    def written_at(self) -> datetime:
        """When its last commit was made (UTC)."""


class Standing(Protocol):
    """The tables of one lakehouse."""

    def names(self) -> tuple[str, ...]:
        """The names of all tables that stand, ordered."""

    def versions(self, tables: Iterable[str]) -> dict[str, int]:
        """The current version of each of the tables that stand, by name; others are left out."""

    def changed(self, tables: Iterable[str]) -> None:
        """Ask again for these tables (a name may end in `*`): they were written."""

    def bytes_added(self, before: Mapping[str, int], after: Mapping[str, int]) -> int:
        """Size in bytes of the data files that the commits between two sets of versions added."""

    def is_whole(self, table: str, after: int, until: int) -> bool:
        """Whether all that changed after version `after` up to `until` is sure to be still there."""

    def is_empty(self, table: str, after: int, until: int) -> bool:
        """Whether no row changed in a whole range: its commits only compact, vacuum, or change properties."""

    def opened(self, table: str, version: int | None = None) -> StandingTable:
        """The table at a version, or at its current one."""

    def append(self, contract: Contract, rows: pa.Table) -> None:
        """Add rows to a plain table in one commit; the first makes it."""


def standing(location: Location) -> Standing:
    """The tables at a location. By name every question starts Spark, by path none does."""
    if location.is_by_name:
        from dmp_spark.lakehouse.by_name import ByName
        from dmp_spark.lakehouse.opening import opened

        return ByName(location, opened(location))
    from dmp_spark.lakehouse.by_path import ByPath

    return ByPath(location)
