"""The names a source's expressions may use, and the proof of one expression. No pyspark here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from dmp_spark.expressions.parse import Expression, ExpressionError, parse
from dmp_spark.ingest.resolved import Computed
from dmp_spark.ingest.spec import FixedFile, Value
from dmp_spark.project.load import Found

NUMBERS = ("tinyint", "smallint", "int", "bigint", "float", "double", "decimal")


@dataclass(frozen=True)
class Names:
    """The known names by type; `open_names` are wrong lookups and enrichments, whose columns nobody judges."""

    types: Mapping[str, str]
    open_names: frozenset[str]
    found: Found

    def expression(self, text: str, address: str, predicate: bool = False, may_be_fixed: bool = False) -> Expression | None:
        """The parsed expression; None, and a problem at its place, where it is wrong.

        Of a value that `may_be_fixed`, a word that is near no name may be meant as it stands: the way out says how.
        """
        if any(re.search(rf"(?<!\w){name}\.", text) for name in self.open_names):
            return None
        try:
            return parse(text, self.types, predicate=predicate)
        except ExpressionError as error:
            is_word = may_be_fixed and text.isidentifier() and not error.way_out.startswith("did you mean")
            way_out = f"a fixed value is written {{value: {text}}}; {error.way_out}" if is_word else error.way_out
            self.found.add("expression", error.message, address, way_out, error.offset)
            return None

    def type_of(self, value: Computed) -> str:
        """The type of a value that is right; a fixed one is a string."""
        return "string" if value.is_fixed else parse(value.expression, self.types).type

    def has_column(self, name: str, columns: Mapping[str, str], address: str) -> bool:
        """Whether `name` is one of `columns`; a problem where it is not."""
        if name in columns:
            return True
        if name.split(".")[0] not in self.open_names:
            self.found.add("unknown-column", f"no such column: {name}", address, Found.suggest(name, list(columns)))
        return False

    def values(self, written: Mapping[str, Value | None], address: str, kind: str) -> tuple[Computed, ...]:
        """The written values that are right, in order; `kind` is text, number or boolean."""
        computed = [self.value(name, value, f"{address}.{name}", kind) for name, value in written.items() if value is not None]
        return tuple(value for value in computed if value)

    def value(self, name: str, written: Value, address: str, kind: str) -> Computed | None:
        """One value: a proven expression or a fixed text; None, and a problem, where it is wrong."""
        if isinstance(written, FixedFile):
            if fits(written.value, kind):
                return Computed(name=name, expression=written.value, is_fixed=True)
            self.found.add("wrong-type", f"{written.value} is no {kind}", f"{address}.value")
            return None
        expression = self.expression(written, address, may_be_fixed=True)
        if expression is None:
            return None
        if not gives(expression.type, kind):
            self.found.add(
                "wrong-type",
                f"this gives {expression.type}, and a {kind} is needed",
                address,
                "cast(… as …) makes another type of it",
            )
            return None
        return Computed(name=name, expression=written)


def fits(text: str, kind: str) -> bool:
    """Whether a fixed text is a value of that kind."""
    if kind == "boolean":
        return text in ("true", "false")
    if kind == "number":
        return text.removeprefix("-").replace(".", "", 1).isdigit()
    return True


def gives(type_text: str, kind: str) -> bool:
    """Whether an expression of that type is of that kind; text can be made of all that is no array or map."""
    if type_text in ("unknown", "null"):
        return True
    if kind == "number":
        return type_text.startswith(NUMBERS)
    if kind == "boolean":
        return type_text == "boolean"
    return not type_text.startswith(("array", "map", "struct"))
