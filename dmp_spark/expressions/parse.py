"""From a text to a checked, typed tree: sqlglot reads it, an allow-list of classes and functions decides. No pyspark here."""

from collections.abc import Mapping

from dmp_spark.expressions.nodes import Call, Expression, ExpressionError, Special, calls_in, names_in
from dmp_spark.expressions.syntax import parse_syntax
from dmp_spark.expressions.types import normalise
from dmp_spark.expressions.walk import Walk

__all__ = ["Call", "Expression", "ExpressionError", "Special", "parse"]


def parse(
    text: str,
    columns: Mapping[str, str],
    *,
    predicate: bool = False,
    specials: Mapping[str, Special] | None = None,
) -> Expression:
    """The checked expression of a text; ExpressionError, with its place, where anything is not allowed.

    `columns` maps the dotted names that may be used to Spark SQL types; of a map column every key may be named, and what
    is of type `unknown` fits everywhere. A `predicate` must give a boolean. `specials` are functions that this place of
    the grammar adds; their names win over ordinary functions, and one cannot stand inside another.
    """
    given = specials or {}
    known = {*columns, *(name for special in given.values() for name in special.arguments)}
    walk = Walk({name: normalise(kind) for name, kind in columns.items()}, given)
    tree = walk.node(parse_syntax(text, known))
    if predicate and tree.type not in ("boolean", "unknown"):
        raise ExpressionError(f"this must be a condition, it gives a {tree.type}", tree.offset, "compare it with something")
    return Expression(text, tree, tree.type, names_in(tree), calls_in(tree))
