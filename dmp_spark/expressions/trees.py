"""Questions to sqlglot's trees: where one begins, which parts a name has, what it is called. No pyspark here."""

from sqlglot import exp

from dmp_spark.expressions.nodes import ExpressionError


def start_of(tree: exp.Expr) -> int:
    """Where a tree begins in the text, in characters from 0."""
    return min((int(node.meta["start"]) for node in tree.walk() if "start" in node.meta), default=0)


def parts_of(tree: exp.Expr) -> list[str]:
    """The parts of a dotted name, left to right."""
    if isinstance(tree, exp.Dot):
        parts = [*parts_of(tree.this), *parts_of(tree.expression)]
    elif isinstance(tree, exp.Identifier):
        return [str(tree.this)]
    elif isinstance(tree, exp.Column):
        given = [tree.args.get(key) for key in ("catalog", "db", "table", "this")]
        parts = [part for one in given if one is not None for part in parts_of(one)]
    elif isinstance(tree, exp.Anonymous):
        raise ExpressionError(
            f"the function {_dotted_before(tree)}{tree.this}() is not allowed: functions have no dots", start_of(tree)
        )
    else:
        raise ExpressionError(f"{called(tree)} does not fit into a dotted name", start_of(tree))
    return parts


def _dotted_before(tree: exp.Expr) -> str:
    """The names and dots that stand before a tree, as `java.lang.`."""
    before = tree.parent.this if isinstance(tree.parent, exp.Dot) and tree.parent.this is not tree else None
    return "".join(f"{part}." for part in parts_of(before)) if before is not None else ""


def spine_of(tree: exp.Expr) -> list[exp.Expr]:
    """The operands of a chain of one operator, which sqlglot nests to the left."""
    operands: list[exp.Expr] = []
    rest = tree
    while type(rest) is type(tree):
        operands.append(rest.args["expression"])
        rest = rest.args["this"]
    return [rest, *reversed(operands)]


def called(tree: exp.Expr) -> str:
    """What a tree is called in a sentence."""
    if isinstance(tree, exp.Anonymous):
        return f"{tree.this}()"
    return _WORDS.get(type(tree).__name__, f"{type(tree).__name__.lower()}")


_WORDS = {
    "Select": "a subquery",
    "Subquery": "a subquery",
    "Exists": "a subquery (exists)",
    "Star": "*",
    "Window": "over (a window over rows)",
    "Lambda": "a lambda (->)",
    "Kwarg": "a named argument (=>)",
    "Placeholder": "a parameter",
    "Parameter": "a parameter",
    "Tuple": "a list in brackets",
    "Bracket": "[ ]",
    "IntDiv": "div",
    "DataType": "a type",
    "Concat": "a text beside a text",
    "HexString": "a text in hexadecimal digits",
    "RawString": "a raw text (r'…')",
    "Dot": "a dot here",
    "TryCast": "cast",
    "BitwiseLeftShift": "<<",
    "BitwiseRightShift": ">>",
    "BitwiseXor": "^",
    "AtTimeZone": "at time zone",
    "IgnoreNulls": "ignore nulls",
    "SimilarTo": "similar to",
    "StrToDate": "a format in a cast",
    "StrToTime": "a format in a cast",
}
