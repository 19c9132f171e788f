"""What `dmp sql` takes: one SELECT in Spark's dialect over known tables, known columns and harmless functions."""

import logging
from collections.abc import Iterable, Iterator
from difflib import get_close_matches

import sqlglot
from sqlglot import exp

from dmp_spark.errors import Problem, UserError
from dmp_spark.operations.sql_functions import REFUSED_NODES, SAME_NAMES, SPARK_NAMES, is_allowed, name_of
from dmp_spark.operations.sql_names import Names, table_name

_REFUSED_PARTS: tuple[type[exp.Expression], ...] = (
    exp.Into, exp.QueryTransform, exp.Version, exp.Command, exp.DDL, exp.DML, exp.Parameter, exp.Placeholder,
    exp.SessionParameter, exp.Lock, exp.TableFromRows, *(node for node in REFUSED_NODES if not issubclass(node, exp.Func)),
)  # fmt: skip


def guarded(text: str, catalog: Names) -> exp.Query:
    """The query as a tree; UserError, one sentence, for anything that is not one SELECT over what is known."""
    tree = _parsed(text)
    _check_parts(tree)
    used = _check_tables(tree, catalog)
    _check_functions(tree)
    _check_columns(tree, used, catalog)
    return tree


def _parsed(text: str) -> exp.Query:
    logging.getLogger("sqlglot").setLevel(logging.ERROR)  # it warns about what is refused below anyway
    try:
        trees = [tree for tree in sqlglot.parse(text, read="spark") if tree is not None]
    except sqlglot.errors.SqlglotError as error:
        raise _refusal("sql-syntax", _first_line(error)) from None
    if len(trees) != 1:
        raise _refusal("sql-one", f"one SELECT is taken, not {len(trees)} statements" if trees else "there is no SELECT")
    if not isinstance(trees[0], exp.Query) or isinstance(trees[0], exp.Table | exp.Values):
        kind = text.split(None, 1)[0].upper()
        raise _refusal("sql-select", f"only SELECT is taken, not {kind}")
    return trees[0]


def _check_parts(tree: exp.Query) -> None:
    for hint in list(tree.find_all(exp.Hint)):
        hint.pop()
    for part in tree.find_all(*_REFUSED_PARTS):
        raise _refusal("sql-part", f"this is not taken in a SELECT: {part.sql('spark')[:80]}")


def _check_tables(tree: exp.Query, catalog: Names) -> set[str]:
    """The known tables and views in use."""
    inner = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    used: set[str] = set()
    for table in tree.find_all(exp.Table):
        if not isinstance(table.this, exp.Identifier):
            raise _refusal("sql-table-function", f"functions in FROM are not taken: {table.sql('spark')[:80]}")
        name = table_name(table)
        if not table.db and name in inner:
            continue
        if table.catalog or name not in catalog.names:
            written = table.sql("spark", comments=False).split(" AS ")[0]
            raise _refusal("sql-table", f"there is no table {written}", _suggestion(name, catalog.names))
        used.add(name)
    return used


def _check_functions(tree: exp.Query) -> None:
    for node in tree.find_all(exp.Func):
        if not is_allowed(node):
            near = _suggestion(name_of(node), SAME_NAMES | SPARK_NAMES, otherwise="")
            raise _refusal("sql-function", f"the function {name_of(node)} is not allowed", near)


def _check_columns(tree: exp.Query, used: Iterable[str], catalog: Names) -> None:
    """Refuse a column that nothing in the query can have; the engines judge the rest."""
    columns = {column.lower() for name in used for column in catalog.columns(name)}
    known = columns | set(_given_names(tree))
    for column in tree.find_all(exp.Column):
        if isinstance(column.this, exp.Star):
            continue
        parts = [part.name.lower() for part in column.parts]
        if not known.intersection(parts):
            raise _refusal("sql-column", f"there is no column {column.sql('spark')}", _suggestion(parts[-1], columns))


def _given_names(tree: exp.Query) -> Iterator[str]:
    """Names that the query gives itself: aliases of columns, of columns of tables, arguments of lambdas."""
    for alias in tree.find_all(exp.Alias):
        yield alias.alias.lower()
    for alias in tree.find_all(exp.TableAlias):
        yield from (column.name.lower() for column in alias.columns)
    for function in tree.find_all(exp.Lambda):
        yield from (argument.name.lower() for argument in function.expressions)
    for pair in tree.find_all(exp.PropertyEQ):
        yield pair.name.lower()
    for lateral in tree.find_all(exp.Lateral, exp.Unnest, exp.Pivot):
        yield from (name.lower() for name in ("col", "pos", "key", "value", lateral.alias) if name)


def _suggestion(word: str, choices: Iterable[str], otherwise: str | None = None) -> str:
    names = sorted(choices)
    near = get_close_matches(word, names, n=1, cutoff=0.7) or [name for name in names if name.split(".")[-1] == word][:1]
    if near:
        return f"did you mean {near[0]}?"
    return f"known: {', '.join(names)}" if otherwise is None else otherwise


def _refusal(code: str, what: str, way_out: str = "") -> UserError:
    return UserError(Problem(code, what, way_out=way_out))


def _first_line(error: Exception) -> str:
    errors = getattr(error, "errors", None)
    if errors:
        first = errors[0]
        return f"line {first['line']}, column {first['col']}: {first['description'].rstrip('.')}"
    return str(error).splitlines()[0]
