"""The tables that a query may name: pinned at the versions that were published together, and the views over them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pyarrow as pa
import sqlglot
from deltalake import DeltaTable
from sqlglot import exp

from dmp_spark.operations import storage
from dmp_spark.operations.ledger import Row
from dmp_spark.operations.views import VIEWS


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
        parsed = {name: sqlglot.parse_one(text, read="spark") for name, text in VIEWS.items()}
        return {
            name: self._without_stars(view)
            for name, view in parsed.items()
            if all(table_name(table) in self.tables for table in view.find_all(exp.Table) if table.db)
        }

    @property
    def names(self) -> tuple[str, ...]:
        """All names that a query may use."""
        return tuple(sorted({*self.tables, *self.views}))

    def columns(self, name: str) -> tuple[str, ...]:
        """The columns of a table or view."""
        if name in self.tables:
            return tuple(self.tables[name].columns)
        return tuple(self.views[name].named_selects)

    def _without_stars(self, view: exp.Query) -> exp.Query:
        aliases = {table.alias_or_name: table_name(table) for table in view.find_all(exp.Table)}
        columns: list[exp.Expression] = []
        for selected in view.selects:
            if isinstance(selected, exp.Column) and isinstance(selected.this, exp.Star):
                columns += [exp.column(name, table=selected.table) for name in self.columns(aliases[selected.table])]
            else:
                columns.append(selected)
        view.set("expressions", columns)
        return view


def table_name(table: exp.Table) -> str:
    """`schema.table` in lower case, or the bare name where no schema is written."""
    return ".".join(part for part in (table.db.lower(), table.name.lower()) if part)


def catalog(root: Path, publication: Row | None) -> Catalog:
    """What stands at a publication, with the `ops` tables as they are now; without one, everything as it is now."""
    now = storage.versions(root, storage.table_names(root))
    pinned = dict(publication.versions_written) if publication else now
    pinned |= {name: version for name, version in now.items() if name.startswith("ops.")}
    return Catalog({name: PinnedTable(root, name, version) for name, version in sorted(pinned.items())})
