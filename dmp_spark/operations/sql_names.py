"""The names that a query may use: tables as contracts declare them, and the views over them. Nothing is opened here."""

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import sqlglot
from sqlglot import exp

from dmp_spark.operations.views import VIEWS


class Names(Protocol):
    """The names that a query may use, whether their tables stand or are only declared."""

    @property
    def names(self) -> tuple[str, ...]:
        """All tables and views."""

    def columns(self, name: str) -> tuple[str, ...]:
        """The columns of a table or view."""


@dataclass(frozen=True)
class Declared:
    """The tables that a project's contracts declare, and the views over them: columns by `schema.table`."""

    tables: Mapping[str, tuple[str, ...]]

    @cached_property
    def views(self) -> dict[str, exp.Query]:
        """The views whose tables are all known, as trees in which stars name the columns."""
        return expanded_views(self.tables, lambda name: self.tables[name])

    @property
    def names(self) -> tuple[str, ...]:
        """All names that a query may use."""
        return tuple(sorted({*self.tables, *self.views}))

    def columns(self, name: str) -> tuple[str, ...]:
        """The columns of a table or view."""
        return self.tables[name] if name in self.tables else tuple(self.views[name].named_selects)


def expanded_views(tables: Container[str], columns: Callable[[str], Iterable[str]]) -> dict[str, exp.Query]:
    """The views whose tables are all known, as trees in which stars name the columns."""
    parsed = {name: sqlglot.parse_one(text, read="spark") for name, text in VIEWS.items()}
    return {
        name: _without_stars(view, columns)
        for name, view in parsed.items()
        if all(table_name(table) in tables for table in view.find_all(exp.Table) if table.db)
    }


def _without_stars(view: exp.Query, columns: Callable[[str], Iterable[str]]) -> exp.Query:
    aliases = {table.alias_or_name: table_name(table) for table in view.find_all(exp.Table)}
    named: list[exp.Expression] = []
    for selected in view.selects:
        if isinstance(selected, exp.Column) and isinstance(selected.this, exp.Star):
            named += [exp.column(name, table=selected.table) for name in columns(aliases[selected.table])]
        else:
            named.append(selected)
    view.set("expressions", named)
    return view


def table_name(table: exp.Table) -> str:
    """`schema.table` in lower case, or the bare name where no schema is written."""
    return ".".join(part for part in (table.db.lower(), table.name.lower()) if part)
