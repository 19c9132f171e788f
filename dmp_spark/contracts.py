"""What a table promises, as data: columns, key, class, layout; and what a write did to it. No pyspark here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

HASH = "_content_hash"
"""The hidden column of all tables but ledgers: the lakehouse's own bookkeeping, which no reader sees."""


class TableClass(StrEnum):
    """How a table's rows relate to time (docs/architecture.md, "Tables")."""

    STATE = "state"
    POINT_IN_TIME = "point-in-time"
    HISTORY = "history"
    LEDGER = "ledger"


@dataclass(frozen=True)
class Column:
    """A column: its Spark SQL type as text (`decimal(18,4)`, `map<string,string>`), meaning and unit.

    `audit` columns (times of ingestion, run ids) stand in no key, no comparison and no feature.
    `generated` is the SQL expression of a column that Delta fills itself.
    """

    name: str
    type: str
    meaning: str
    unit: str = ""
    personal: bool = False
    nullable: bool = True
    audit: bool = False
    generated: str = ""


@dataclass(frozen=True)
class Contract:
    """A table: `name` is `schema.table`; rows are unique by `key`; `owner` is the stage that writes it."""

    name: str
    owner: str
    table_class: TableClass
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    partitioned_by: tuple[str, ...] = ()
    clustered_by: tuple[str, ...] = ()
    constraints: Mapping[str, str] = field(default_factory=dict)
    retention: str = ""

    def column(self, name: str) -> Column:
        """The column of that name; KeyError where there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name} has no column {name}")

    def is_required(self, column: Column) -> bool:
        """Whether a column of it is never null: because it says so, or because it is of the key."""
        return not column.nullable or column.name in self.key

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all columns, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def types(self) -> dict[str, str]:
        """Column name → Spark SQL type, in order."""
        return {column.name: column.type for column in self.columns}

    @property
    def business(self) -> tuple[Column, ...]:
        """The columns whose content makes a row what it is: no audit, no generated ones."""
        return tuple(c for c in self.columns if not c.audit and not c.generated)


@dataclass(frozen=True)
class Changes:
    """Rows that one replace or append inserted, updated and deleted; all zero means: no commit was made."""

    inserted: int = 0
    updated: int = 0
    deleted: int = 0

    @property
    def written(self) -> int:
        """Rows that changed."""
        return self.inserted + self.updated + self.deleted
