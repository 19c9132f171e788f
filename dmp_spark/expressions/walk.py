"""The walk over sqlglot's tree: each allowed class has a method here and a list of allowed parts; all else is refused."""

from collections.abc import Callable, Mapping, Sequence

from sqlglot import exp

from dmp_spark.expressions import calls, names, operators
from dmp_spark.expressions.nodes import Call, Expression, ExpressionError, Literal, Node, Special, SpecialNode, names_in, written
from dmp_spark.expressions.operators import operation
from dmp_spark.expressions.syntax import DEPTH_AT_MOST
from dmp_spark.expressions.trees import called, parts_of, spine_of, start_of
from dmp_spark.expressions.types import normalise


class Walk:
    """Checks one text: `columns` are the names known, `specials` the added functions, `inside` the special it stands in."""

    def __init__(self, columns: Mapping[str, str], specials: Mapping[str, Special], inside: str = "") -> None:
        self.columns = columns
        self.specials = specials
        self.inside = inside
        self.depth = 0

    def node(self, tree: exp.Expr) -> Node:
        """The checked node of a tree; ExpressionError where its class or one of its parts is not allowed."""
        rule = _RULES.get(type(tree))
        if rule is None:
            raise ExpressionError(f"{called(tree)} is not allowed in an expression", start_of(tree))
        method, parts = rule
        strange = [key for key, value in tree.args.items() if value not in (None, False, []) and key not in parts]
        if strange:
            raise ExpressionError(f"{strange[0].replace('_', ' ')} is not allowed in {called(tree)}", start_of(tree))
        self.depth += 1
        if self.depth > DEPTH_AT_MOST:
            raise ExpressionError(f"the expression is nested more than {DEPTH_AT_MOST} deep", start_of(tree))
        checked = method(self, tree)
        self.depth -= 1
        return checked

    def nodes(self, trees: Sequence[exp.Expr]) -> tuple[Node, ...]:
        """The checked nodes of several trees."""
        return tuple(self.node(tree) for tree in trees)

    def _paren(self, tree: exp.Expr) -> Node:
        return self.node(tree.this)

    def _literal(self, tree: exp.Expr) -> Node:
        if tree.args.get("is_string"):
            return Literal("string", start_of(tree), 1, str(tree.this))
        return operators.number(str(tree.this), start_of(tree))

    def _boolean(self, tree: exp.Expr) -> Node:
        return Literal("boolean", start_of(tree), 1, bool(tree.this))

    def _null(self, tree: exp.Expr) -> Node:
        return Literal("null", start_of(tree), 1, None)

    def _name(self, tree: exp.Expr) -> Node:
        return names.resolve(parts_of(tree), self.columns, self.specials, start_of(tree))

    def _negative(self, tree: exp.Expr) -> Node:
        return operators.negative(self.node(tree.this))

    def _arithmetic(self, tree: exp.Expr) -> Node:
        return operators.arithmetic(_ARITHMETIC[type(tree)], self.node(tree.this), self.node(tree.expression))

    def _comparison(self, tree: exp.Expr) -> Node:
        return operators.comparison(_COMPARISONS[type(tree)], self.node(tree.this), self.node(tree.expression))

    def _distinct_from(self, tree: exp.Expr) -> Node:
        return operators.negation(operators.comparison("<=>", self.node(tree.this), self.node(tree.expression)))

    def _logic(self, tree: exp.Expr) -> Node:
        return operators.logic("and" if isinstance(tree, exp.And) else "or", self.nodes(spine_of(tree)))

    def _joined(self, tree: exp.Expr) -> Node:
        return calls.function("concat", self.nodes(spine_of(tree)), start_of(tree))

    def _not(self, tree: exp.Expr) -> Node:
        return operators.negation(self.node(tree.this))

    def _is(self, tree: exp.Expr) -> Node:
        what = self.node(tree.this)
        if isinstance(tree.expression, exp.Null):
            return operation("is_null", "boolean", (what,))
        if isinstance(tree.expression, exp.Boolean):
            return operators.comparison("<=>", what, self.node(tree.expression))
        raise ExpressionError("after is stands null, true, false or distinct from", what.offset)

    def _between(self, tree: exp.Expr) -> Node:
        what = self.node(tree.this)
        low = operators.comparison(">=", what, self.node(tree.args["low"]))
        return operators.logic("and", (low, operators.comparison("<=", what, self.node(tree.args["high"]))))

    def _in(self, tree: exp.Expr) -> Node:
        return operators.among(self.node(tree.this), self.nodes(tree.expressions))

    def _like(self, tree: exp.Expr) -> Node:
        name = "like" if isinstance(tree, exp.Like) else "ilike"
        found = operators.like(name, self.node(tree.this), self.node(tree.expression))
        return operators.negation(found) if tree.args.get("negate") else found

    def _regexp(self, tree: exp.Expr) -> Node:
        return calls.function("regexp_like", (self.node(tree.this), self.node(tree.expression)), start_of(tree))

    def _case(self, tree: exp.Expr) -> Node:
        subject = self.node(tree.this) if tree.this else None
        branches = [(self.node(branch.this), self.node(branch.args["true"])) for branch in tree.args["ifs"]]
        default = tree.args.get("default")
        return operators.choice(subject, branches, self.node(default) if default else None)

    def _cast(self, tree: exp.Expr) -> Node:
        return operators.cast(self.node(tree.this), operators.target(tree.args["to"], start_of(tree)))

    def _call(self, tree: exp.Expr) -> Node:
        name = str(tree.this).lower()
        special = self.specials.get(name)
        if self.inside and (special or name == self.inside):
            raise ExpressionError(f"{name}() cannot stand inside {self.inside}()", start_of(tree))
        if special:
            return self._special(special, tree)
        calls.known(name, start_of(tree), tuple(self.specials))
        return calls.function(name, self.nodes(tree.expressions), start_of(tree))

    def _special(self, special: Special, tree: exp.Expr) -> Node:
        offset, arguments = start_of(tree), list(tree.expressions)
        is_star = any(isinstance(argument, exp.Star) for argument in arguments)
        is_distinct = any(isinstance(argument, exp.Distinct) for argument in arguments)
        if is_star and (not special.allows_star or len(arguments) > 1):
            raise ExpressionError(f"* does not fit into {special.name}()", offset)
        if is_distinct and not special.allows_distinct:
            raise ExpressionError(f"distinct does not fit into {special.name}()", offset)
        if is_distinct:
            arguments = list(arguments[0].expressions)
        least, most = special.arity
        if not is_star and not least <= len(arguments) <= most:
            raise ExpressionError(f"{special.name}() takes {calls.counted(least, most)}, not {len(arguments)}", offset)
        inner = _Inner(
            {name: normalise(kind) for name, kind in special.arguments.items()}, self.specials, special.name, self.depth
        )
        checked = () if is_star else inner.nodes(arguments)
        text = "*" if is_star else ", ".join(written(argument) for argument in checked)
        call = Call(
            name=special.name,
            arguments=tuple(Expression(written(node), node, node.type, names_in(node), ()) for node in checked),
            literals=tuple(node.value for node in checked if isinstance(node, Literal)),
            is_star=is_star,
            is_distinct=is_distinct,
            key=f"{special.name}({'distinct ' if is_distinct else ''}{text})",
        )
        same = checked[0].type if checked else "unknown"
        return SpecialNode(same if special.result == "same" else normalise(special.result), offset, 1, call)


class _Inner(Walk):
    """The walk inside a special: other columns, no special."""

    def __init__(self, columns: Mapping[str, str], specials: Mapping[str, Special], inside: str, depth: int) -> None:
        super().__init__(columns, specials, inside)
        self.depth = depth

    def _name(self, tree: exp.Expr) -> Node:
        return names.resolve(parts_of(tree), self.columns, {}, start_of(tree))


_ARITHMETIC = {exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.Mod: "%"}
_COMPARISONS = {exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=", exp.NullSafeEQ: "<=>"}
_Rule = tuple[Callable[[Walk, exp.Expr], Node], frozenset[str]]
_BOTH = frozenset({"this", "expression"})
_RULES: dict[type[exp.Expr], _Rule] = {
    exp.Paren: (Walk._paren, frozenset({"this"})),
    exp.Literal: (Walk._literal, frozenset({"this", "is_string"})),
    exp.Boolean: (Walk._boolean, frozenset({"this"})),
    exp.Null: (Walk._null, frozenset()),
    exp.Column: (lambda walk, tree: walk._name(tree), frozenset({"this", "table", "db", "catalog"})),
    exp.Dot: (lambda walk, tree: walk._name(tree), _BOTH),
    exp.Neg: (Walk._negative, frozenset({"this"})),
    exp.Not: (Walk._not, frozenset({"this"})),
    exp.NullSafeNEQ: (Walk._distinct_from, _BOTH),
    exp.And: (Walk._logic, _BOTH),
    exp.Or: (Walk._logic, _BOTH),
    exp.DPipe: (Walk._joined, _BOTH | {"safe"}),
    exp.Is: (Walk._is, _BOTH),
    exp.Between: (Walk._between, frozenset({"this", "low", "high"})),
    exp.In: (Walk._in, frozenset({"this", "expressions"})),
    exp.Like: (Walk._like, _BOTH | {"negate"}),
    exp.ILike: (Walk._like, _BOTH | {"negate"}),
    exp.RegexpLike: (Walk._regexp, _BOTH),
    exp.Case: (Walk._case, frozenset({"this", "ifs", "default"})),
    exp.Cast: (Walk._cast, frozenset({"this", "to"})),
    exp.TryCast: (Walk._cast, frozenset({"this", "to", "safe"})),
    exp.Anonymous: (Walk._call, frozenset({"this", "expressions"})),
    **{kind: (Walk._arithmetic, _BOTH | {"safe", "typed"}) for kind in _ARITHMETIC},
    **{kind: (Walk._comparison, _BOTH) for kind in _COMPARISONS},
}
