"""From a text to sqlglot's tree of one expression, with no function known by name: the walk decides. No pyspark here."""

import re
import unicodedata
from collections.abc import Collection
from typing import Any, ClassVar

from sqlglot import exp
from sqlglot.dialects.spark import Spark
from sqlglot.errors import SqlglotError
from sqlglot.tokens import Token, TokenType

from dmp_spark.expressions.nodes import ExpressionError

LENGTH_AT_MOST = 4000
TOKENS_AT_MOST = 1000
DEPTH_AT_MOST = 60

_SIGNS = frozenset({"(", ")", ",", ".", "+", "-", "*", "/", "%", "=", "==", "<>", "!=", "<", "<=", ">", ">=", "<=>", "||", "!"})
_WORD = re.compile(r"[A-Za-z0-9_]+")
_WORDS = {  # said by name, because the parser would only say that something is wrong near by
    "select": "a subquery (select) is not allowed: an expression sees one row",
    "from": "from is not allowed: an expression sees one row and names columns only",
    "with": "with is not allowed: an expression sees one row",
    "union": "union is not allowed: an expression sees one row",
    "table": "table is not allowed: an expression sees one row",
    "values": "values is not allowed: an expression sees one row",
    "lateral": "lateral is not allowed: an expression sees one row",
    "over": "over (a window over rows) is not allowed: an expression sees one row",
    "filter": "filter is not allowed: say which events count in where",
    "within": "within group is not allowed",
    "interval": "interval is not allowed; use date_add(day, 7) or add_months(day, 1)",
    "collate": "collate is not allowed",
    "varchar": "cast to varchar is not allowed; use string",
    "char": "cast to char is not allowed; use string",
    "timestamp_ntz": "timestamp_ntz is not allowed; use timestamp",
    "timestamp_ltz": "timestamp_ltz is not allowed; use timestamp",
    "float": "float is not allowed; use double",
}


class ExpressionDialect(Spark):  # type: ignore[misc]
    """Spark's grammar without its functions: each call stays a name and arguments, so none can be rewritten or overlooked."""

    class Tokenizer(Spark.Tokenizer):  # type: ignore[misc]
        """A backslash is a character like any other; no suffix makes a number of another type."""

        NUMERIC_LITERALS: ClassVar[dict[str, str]] = {}
        STRING_ESCAPES: ClassVar[list[str]] = ["'"]

    class Parser(Spark.Parser):  # type: ignore[misc]
        """Only cast and case are read in a way of their own."""

        FUNCTIONS: ClassVar[dict[str, Any]] = {}
        FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {name: Spark.Parser.FUNCTION_PARSERS[name] for name in ("CAST", "TRY_CAST")}
        NO_PAREN_FUNCTIONS: ClassVar[dict[Any, Any]] = {}
        NO_PAREN_FUNCTION_PARSERS: ClassVar[dict[str, Any]] = {"CASE": Spark.Parser.NO_PAREN_FUNCTION_PARSERS["CASE"]}
        PRIMARY_PARSERS: ClassVar[dict[Any, Any]] = {  # these three get no place from sqlglot
            **Spark.Parser.PRIMARY_PARSERS,
            TokenType.NULL: lambda self, token: exp.Null().update_positions(token),
            TokenType.TRUE: lambda self, token: exp.Boolean(this=True).update_positions(token),
            TokenType.FALSE: lambda self, token: exp.Boolean(this=False).update_positions(token),
        }


_DIALECT = ExpressionDialect()


def parse_syntax(text: str, known: Collection[str]) -> exp.Expr:
    """The tree of one expression; ExpressionError where the text is none, or holds what no expression may hold.

    `known` are names of columns: such a word is taken for the column even where it is a word of SQL.
    """
    if not text.strip():
        raise ExpressionError("the expression is empty")
    if len(text) > LENGTH_AT_MOST:
        raise ExpressionError(f"the expression has {len(text)} characters; {LENGTH_AT_MOST} are allowed", LENGTH_AT_MOST)
    tokens = _tokens(text)
    _check_between(text, tokens)
    _check_tokens(text, tokens, known)
    try:
        trees = _DIALECT.parser().parse_into(exp.Condition, tokens, text)
    except RecursionError as error:
        raise _too_deep(0) from error
    except SqlglotError as error:
        raise _syntax_error(text, error, known) from error
    if len(trees) != 1 or trees[0] is None:
        raise ExpressionError("this is not one expression")
    return trees[0]


def _tokens(text: str) -> list[Token]:
    try:
        tokens = list(_DIALECT.tokenize(text))
    except SqlglotError as error:
        opened = 0
        quote = ""
        for position, character in enumerate(text):
            if character in ("'", '"', "`") and quote in ("", character):
                quote, opened = ("", opened) if quote else (character, position)
        raise ExpressionError(f"the quote {text[opened]} is not closed", opened) from error
    if len(tokens) > TOKENS_AT_MOST:
        raise ExpressionError(
            f"the expression has {len(tokens)} words and signs; {TOKENS_AT_MOST} are allowed", tokens[TOKENS_AT_MOST].start
        )
    return tokens


def _check_between(text: str, tokens: list[Token]) -> None:
    """What the tokens do not cover must be blank: all else is a comment or a strange character."""
    position = 0
    for start, end in [*((token.start, token.end + 1) for token in tokens), (len(text), len(text))]:
        for offset in range(position, start):
            if text[offset] in " \t\r\n":
                continue
            if _is_plain(text[offset]):
                raise ExpressionError("a comment is not allowed inside an expression", offset, "write it behind # in the YAML")
            raise _strange(text, offset)
        position = max(position, end)


def _check_tokens(text: str, tokens: list[Token], known: Collection[str]) -> None:
    words = {part for name in known for part in name.split(".")}
    depth = 0
    for index, token in enumerate(tokens):
        raw = text[token.start : token.end + 1]
        depth += {TokenType.L_PAREN: 1, TokenType.R_PAREN: -1}.get(token.token_type, 0)
        if depth > DEPTH_AT_MOST:
            raise _too_deep(token.start)
        if token.token_type == TokenType.STRING and raw.startswith("'"):
            continue
        if not raw.isascii() or not raw.isprintable():
            raise _strange(text, next(offset for offset in range(token.start, token.end + 1) if not _is_plain(text[offset])))
        if raw.startswith('"'):
            raise ExpressionError(
                f"{raw} stands in double quotes", token.start, "write text in single quotes, columns without quotes"
            )
        if raw.startswith("`"):
            if raw[1:-1] not in words or not re.fullmatch(r"[A-Za-z0-9_ -]+", raw[1:-1]):
                raise ExpressionError(f"{raw} is no column; a name in ` must be a column's name, letter by letter", token.start)
            continue
        before = tokens[index - 1].text.lower() if index else ""
        if raw.lower() in _WORDS and raw not in words and before != "." and (before, raw.lower()) != ("distinct", "from"):
            raise ExpressionError(_WORDS[raw.lower()], token.start)
        if token.token_type != TokenType.NUMBER and raw not in _SIGNS and not _WORD.fullmatch(raw):
            raise ExpressionError(f"{raw} is not allowed in an expression", token.start)


def _is_plain(character: str) -> bool:
    return character.isascii() and character.isprintable()


def _strange(text: str, offset: int) -> ExpressionError:
    character = text[offset]
    name = unicodedata.name(character, "a character without a name")
    return ExpressionError(f"{character!r} (U+{ord(character):04X}, {name}) is only allowed inside quotes", offset)


def _too_deep(offset: int) -> ExpressionError:
    return ExpressionError(f"the expression is nested more than {DEPTH_AT_MOST} deep", offset)


def _syntax_error(text: str, error: SqlglotError, known: Collection[str]) -> ExpressionError:
    """The first complaint of sqlglot as one of ours; its column is that of the word's last character."""
    complaint: dict[str, Any] = next(iter(getattr(error, "errors", [])), {})
    word = str(complaint.get("highlight") or "")
    line, column = int(complaint.get("line") or 1), int(complaint.get("col") or 1)
    start = sum(len(one) + 1 for one in text.split("\n")[: line - 1])
    offset = min(max(start + column - max(len(word), 1), 0), max(len(text) - 1, 0))
    if not word or text[offset : offset + len(word)] != word:
        return ExpressionError("this is not understood as one expression", offset)
    is_column = any(word in name.split(".") for name in known)
    return ExpressionError(f"{word} does not fit here", offset, f"the column is written `{word}`" if is_column else "")
