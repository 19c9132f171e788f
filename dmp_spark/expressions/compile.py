"""From a checked tree to a Column: an explicit dispatch, so that no text of a user ever reaches Spark as SQL."""

from collections.abc import Callable

from pyspark.sql import Column

from dmp_spark.expressions.build_functions import FUNCTION_BUILDERS
from dmp_spark.expressions.build_operators import OPERATORS
from dmp_spark.expressions.coercions import literal
from dmp_spark.expressions.nodes import Call, Expression, Literal, Name, Node, Operation, SpecialNode

BUILDERS = OPERATORS | FUNCTION_BUILDERS


def to_column(expression: Expression, column_of: Callable[[str], Column], call: Callable[[Call], Column] | None = None) -> Column:
    """The Column of a checked expression.

    `column_of` gives the Column of a dotted name, `call` that of a special call. Nothing in it raises under ANSI: what
    cannot be computed (a division by 0, too large a number, a text that is no number) is null.
    """
    return _column(expression.tree, column_of, call)


def _column(node: Node, column_of: Callable[[str], Column], call: Callable[[Call], Column] | None) -> Column:
    match node:
        case Literal():
            return literal(node)
        case Name(name=name):
            return column_of(name)
        case SpecialNode(call=special):
            if call is None:
                raise ValueError(f"nothing says how {special.key} is computed")
            return call(special)
        case Operation(name=name, arguments=arguments):
            return BUILDERS[name](node, [_column(argument, column_of, call) for argument in arguments])
    raise TypeError(f"{type(node).__name__} is no node")
