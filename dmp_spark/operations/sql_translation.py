"""A guarded query, in DuckDB's words: views put in, and what means something else there said otherwise."""

from collections.abc import Mapping
from datetime import UTC, datetime

import pyarrow as pa
import sqlglot
from sqlglot import exp

from dmp_spark.operations.sql_catalog import Catalog
from dmp_spark.operations.sql_columns import mentioned
from dmp_spark.operations.sql_functions import is_same_in_duckdb, name_of
from dmp_spark.operations.sql_names import table_name

INTEGERS = {exp.DType.TINYINT, exp.DType.SMALLINT, exp.DType.INT, exp.DType.BIGINT}
INSTANTS = {exp.DType.TIMESTAMP, exp.DType.TIMESTAMPTZ, exp.DType.TIMESTAMPLTZ}


class OnlySparkError(Exception):
    """The query means something that DuckDB would not give, or would give differently."""


def titled(tree: exp.Query) -> exp.Query:
    """The query whose unnamed results carry their own text as name, so that both engines give the same header."""
    first = tree
    while isinstance(first, exp.SetOperation):
        first = first.left
    if isinstance(first, exp.Select):
        first.set("expressions", [_titled(selected) for selected in first.expressions])
    return tree


def _titled(selected: exp.Expression) -> exp.Expression:
    named = (exp.Alias, exp.Aliases, exp.Column, exp.Star, exp.Explode, exp.Inline, exp.Posexplode, exp.Dot)
    if isinstance(selected, named) or selected.is_star:
        return selected
    return exp.alias_(selected, selected.sql("spark").lower(), quoted=True)


def with_views(tree: exp.Query, catalog: Catalog) -> exp.Query:
    """The query with each view's definition in its place, cut to the columns that the query can mean."""
    written = tree.copy()
    for table in list(tree.find_all(exp.Table)):
        view = catalog.views.get(table_name(table)) if table.db else None
        if view is not None:
            wanted = mentioned(written, view.named_selects) or view.named_selects[:1]
            cut = view.copy()
            cut.set("expressions", [selected for selected in cut.selects if selected.alias_or_name in wanted])
            table.replace(cut.subquery(table.alias_or_name))
    return tree


def for_duckdb(tree: exp.Query, catalog: Catalog) -> exp.Query:
    """The same tree, changed so that DuckDB means by it what Spark means; OnlySparkError where that cannot be said."""
    for node in list(tree.find_all(exp.Func)):
        if not is_same_in_duckdb(node):
            raise OnlySparkError(f"{name_of(node)} is not the same in DuckDB")
    if tree.find(exp.FromTimeZone) is not None:
        raise OnlySparkError("to_utc_timestamp is not the same in DuckDB")
    _reach_into_maps(tree, catalog)
    types = _types(tree, catalog)
    for node in reversed(list(tree.walk())):  # inner ones first
        corrected = _corrected(node, types)
        if corrected is not node:
            node.replace(corrected)
    return tree


def text_for_duckdb(tree: exp.Query) -> str:
    """DuckDB's text of a corrected tree; OnlySparkError for what sqlglot cannot say."""
    try:
        text: str = tree.sql("duckdb", unsupported_level=sqlglot.ErrorLevel.RAISE)
    except sqlglot.errors.SqlglotError as error:
        raise OnlySparkError(str(error).splitlines()[0]) from None
    return text


def _reach_into_maps(tree: exp.Query, catalog: Catalog) -> None:
    """`attributes.store_id` is an entry of a map, where `attributes` is a map column and no table goes by that name."""
    used = {table_name(table): table for table in tree.find_all(exp.Table) if table.db}
    maps = {column for name in used for column, kind in catalog.tables[name].columns.items() if pa.types.is_map(kind)}
    sources = {alias.name.lower() for alias in tree.find_all(exp.TableAlias)} | {table.name.lower() for table in used.values()}
    for column in list(tree.find_all(exp.Column)):
        parts = [part.name for part in column.parts]
        at = len(parts) - 2
        is_table = at == 0 and parts[0].lower() in sources
        if at >= 0 and parts[at].lower() in maps and not is_table:
            inner = exp.column(parts[at], table=parts[at - 1] if at else None)
            entry = exp.Bracket(this=inner, expressions=[exp.Literal.string(parts[-1])])
            is_result = isinstance(column.parent, exp.Select) and column.arg_key == "expressions"
            column.replace(exp.alias_(entry, parts[-1]) if is_result else entry)  # Spark names it by its key


def _types(tree: exp.Query, catalog: Catalog) -> dict[str, pa.DataType]:
    """Column name → type, of the names that mean one thing in the query: no two types, no other use as an alias."""
    kinds: dict[str, set[pa.DataType]] = {}
    for name in {table_name(table) for table in tree.find_all(exp.Table) if table.db}:
        for column, kind in catalog.tables[name].columns.items():
            kinds.setdefault(column.lower(), set()).add(kind)
    given = {alias.alias.lower() for alias in tree.find_all(exp.Alias)}
    return {name: next(iter(found)) for name, found in kinds.items() if len(found) == 1 and name not in given}


def _corrected(node: exp.Expression, types: Mapping[str, pa.DataType]) -> exp.Expression:
    if isinstance(node, exp.Cast):
        return _cast(node, types)
    if isinstance(node, exp.Explode) and _type(node.this, types, pa.types.is_map):
        raise OnlySparkError("explode of a map gives two columns")
    if isinstance(node, exp.ArraySize):
        size = "cardinality" if _type(node.this, types, pa.types.is_map) else "len"
        return exp.Anonymous(this=size, expressions=[node.this.copy()])
    return _said_otherwise(node)


def _said_otherwise(node: exp.Expression) -> exp.Expression:
    """What DuckDB says in other words, or gives in another type, whatever it is about."""
    if isinstance(node, exp.Floor | exp.Ceil) and not node.args.get("decimals"):
        return _as(node, "bigint")
    if isinstance(node, exp.TsOrDsAdd | exp.DateAdd | exp.DateSub):
        return _as(node, "date")
    if isinstance(node, exp.TimestampTrunc):
        return _as(node, "timestamp")
    if isinstance(node, exp.AtTimeZone):  # from_utc_timestamp: there an instant, here a local time without a zone
        instant = exp.AtTimeZone(this=node.this.copy(), zone=exp.Literal.string("UTC"))
        return exp.AtTimeZone(this=instant, zone=node.args["zone"].copy())
    if isinstance(node, exp.DayOfWeek):  # Sunday is 1 in Spark and 0 in DuckDB
        return exp.paren(exp.Add(this=node.copy(), expression=exp.Literal.number(1)))
    if isinstance(node, exp.Quantile):  # Spark's percentile lies between values, DuckDB's quantile is one of them
        return exp.Anonymous(this="quantile_cont", expressions=[node.this.copy(), node.args["quantile"].copy()])
    return node


def _cast(node: exp.Cast, types: Mapping[str, pa.DataType]) -> exp.Expression:
    if node.to.this in INSTANTS:
        node.set("to", exp.DataType.build("timestamp"))  # instants are read as UTC without a zone
        if isinstance(node.this, exp.Literal):
            node.set("this", exp.Literal.string(_in_utc(node.this.name)))  # DuckDB would drop an offset in silence
        elif _type(node.this, types, pa.types.is_string):
            raise OnlySparkError("a text that becomes an instant may carry an offset, which DuckDB drops")
    if node.to.this not in INTEGERS or isinstance(node.this, exp.Floor | exp.Ceil):
        return node
    whole = _type(node.this, types, lambda kind: pa.types.is_integer(kind) or pa.types.is_boolean(kind))
    is_cut = isinstance(node.this, exp.Cast) and node.this.to.this in INTEGERS  # so floor and ceil come here by now
    if whole or is_cut or isinstance(node.this, exp.Count) or (isinstance(node.this, exp.Literal) and node.this.is_int):
        return node
    raise OnlySparkError("a cast to whole numbers cuts in Spark and rounds in DuckDB")


def _in_utc(text: str) -> str:
    """The text of an instant without its offset, if it has one: the same instant in UTC."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return text
    return text if instant.tzinfo is None else instant.astimezone(UTC).replace(tzinfo=None).isoformat(" ")


def _type(node: exp.Expression, types: Mapping[str, pa.DataType], test: object) -> bool:
    """Whether the node is a column of which the test holds."""
    kind = types.get(node.name.lower()) if isinstance(node, exp.Column) else None
    return kind is not None and bool(test(kind))  # type: ignore[operator]


def _as(node: exp.Expression, kind: str) -> exp.Expression:
    return exp.Cast(this=node.copy(), to=exp.DataType.build(kind))
