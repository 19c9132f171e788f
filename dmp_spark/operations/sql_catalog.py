"""The tables that a query may name: pinned at the versions that were published together, and the views over them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa
from sqlglot import exp

from dmp_spark.lakehouse.location import Location
from dmp_spark.lakehouse.standing import StandingTable, standing
from dmp_spark.operations.ledger import Row
from dmp_spark.operations.sql_names import expanded_views


@dataclass(frozen=True)
class PinnedTable:
    """A table at a version; what is read from storage is read once."""

    location: Location
    name: str
    version: int

    @property
    def sql(self) -> str:
        """The SELECT that gives its rows in Spark."""
        columns = ", ".join(f"`{column}`" for column in self.columns)
        return f"select {columns} from {self.location.sql_name(self.name)} version as of {self.version}"

    @cached_property
    def opened(self) -> StandingTable:
        """The opened table."""
        return standing(self.location).opened(self.name, self.version)

    @property
    def columns(self) -> dict[str, pa.DataType]:
        """Column name → Arrow type."""
        return self.opened.columns


@dataclass(frozen=True)
class Catalog:
    """The known tables and views by `schema.table`, and where they lie."""

    location: Location
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


def catalog(location: Location, publication: Row | None) -> Catalog:
    """What stands at a publication, with the `ops` tables as they are now; without one, everything as it is now."""
    tables = standing(location)
    pinned = dict(publication.versions_written) if publication else {}
    pinned |= tables.versions(name for name in tables.names() if publication is None or name.startswith("ops."))
    return Catalog(location, {name: PinnedTable(location, name, version) for name, version in sorted(pinned.items())})
