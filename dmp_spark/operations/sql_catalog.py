"""The tables that a query may name: pinned at the versions that were published together, and the views over them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow as pa
from deltalake import DeltaTable
from sqlglot import exp

from dmp_spark.operations import storage
from dmp_spark.operations.ledger import Row
from dmp_spark.operations.sql_names import expanded_views


@dataclass(frozen=True)
class PinnedTable:
    """A table at a version; what is read from storage is read once."""

    root: Path
    name: str
    version: int

    @property
    def path(self) -> Path:
        """The table's folder."""
        return storage.table_path(self.root, self.name)

    @cached_property
    def delta(self) -> DeltaTable:
        """The opened table."""
        return storage.opened(self.root, self.name, self.version)

    @cached_property
    def columns(self) -> dict[str, pa.DataType]:
        """Column name → Arrow type."""
        return storage.columns(self.delta)


@dataclass(frozen=True)
class Catalog:
    """The known tables and views by `schema.table`."""

    tables: Mapping[str, PinnedTable]

    @cached_property
    def views(self) -> dict[str, exp.Query]:
        """The views whose tables all stand, as trees in which stars name the columns."""
        return expanded_views(self.tables, lambda name: tuple(self.tables[name].columns))

    @property
    def names(self) -> tuple[str, ...]:
        """All names that a query may use."""
        return tuple(sorted({*self.tables, *self.views}))

    def columns(self, name: str) -> tuple[str, ...]:
        """The columns of a table or view."""
        if name in self.tables:
            return tuple(self.tables[name].columns)
        return tuple(self.views[name].named_selects)


def catalog(root: Path, publication: Row | None) -> Catalog:
    """What stands at a publication, with the `ops` tables as they are now; without one, everything as it is now."""
    now = storage.versions(root, storage.table_names(root))
    pinned = dict(publication.versions_written) if publication else now
    pinned |= {name: version for name, version in now.items() if name.startswith("ops.")}
    return Catalog({name: PinnedTable(root, name, version) for name, version in sorted(pinned.items())})
