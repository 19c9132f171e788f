"""Which columns of which tables a query needs, so that no others are read."""

from collections.abc import Sequence

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import traverse_scope

from dmp_spark.operations.sql_catalog import Catalog
from dmp_spark.operations.sql_names import table_name


def needed_columns(tree: exp.Query, catalog: Catalog) -> dict[str, tuple[str, ...]]:
    """Table → the columns that the query (views already put in) needs, in the table's order, at least one."""
    used = {table_name(table) for table in tree.find_all(exp.Table) if table.db}
    try:
        wanted = _resolved(tree, used, catalog)
    except (SqlglotError, KeyError, AttributeError):  # what the resolver cannot follow is read more widely
        wanted = _mentioned(tree, used, catalog)
    return {name: _in_order(catalog.columns(name), wanted.get(name, set())) for name in sorted(used)}


def _resolved(tree: exp.Query, used: set[str], catalog: Catalog) -> dict[str, set[str]]:
    schema: dict[str, dict[str, dict[str, str]]] = {}
    for name in used:
        database, _, table = name.partition(".")
        schema.setdefault(database, {})[table] = dict.fromkeys(catalog.columns(name), "text")
    resolved = qualify(tree.copy(), schema=schema, dialect="spark", quote_identifiers=False)
    wanted: dict[str, set[str]] = {}
    for scope in traverse_scope(resolved):
        for column in scope.columns:
            source = scope.sources.get(column.table)
            if isinstance(source, exp.Table):
                wanted.setdefault(table_name(source), set()).add(column.name.lower())
    return wanted


def _mentioned(tree: exp.Query, used: set[str], catalog: Catalog) -> dict[str, set[str]]:
    """Every column whose name stands anywhere in the query; all of them where a star does."""
    return {name: set(mentioned(tree, catalog.columns(name))) for name in used}


def mentioned(tree: exp.Query, columns: Sequence[str]) -> tuple[str, ...]:
    """Those of the columns whose name stands anywhere in the query; all of them where a star does."""
    has_star = any(not isinstance(star.parent, exp.Count) for star in tree.find_all(exp.Star))
    names = {identifier.name.lower() for identifier in tree.find_all(exp.Identifier)}
    return tuple(column for column in columns if has_star or column.lower() in names)


def _in_order(columns: tuple[str, ...], wanted: set[str]) -> tuple[str, ...]:
    return tuple(column for column in columns if column.lower() in wanted) or columns[:1]
