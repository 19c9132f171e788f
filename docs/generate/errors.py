"""The page of the errors, collected from the source: each code with the sentences it is told in and their ways out.

A sentence is taken where a code is said: `Problem(code, what, …, way_out)` and the functions that have a parameter `code`,
and where an expression or a measure is refused. Texts that are put into variables first are followed through the function.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from docs.generate.markdown import table

ROOT = Path(__file__).parents[2]
_CODE = re.compile(r"[a-z]+(-[a-z0-9]+)*")
_EXPRESSIONS = {"ExpressionError": ("message", "offset", "way_out"), "MeasureError": ("part", "message", "offset", "way_out")}
_PROBLEM = ("code", "what", "where", "way_out")

_HEAD = """# What is told of mistakes

`dmp` tells a mistake as `file:line:column: what is wrong [code]`, the line with a caret, and a way out. Codes stay; sentences may change. All end with exit code 2, and nothing was touched; warnings (`identifier-type`, `no-consent`, `no-holdout`, `no-page-views`) stop nothing.
What fails while a stage runs has no code: the run tells it in a sentence and ends with 1 ([when a run fails](../../how-to/when-a-run-fails.md)).
`…` stands for a name, a value that was written in the project, or words of another program; never for a value of a record. Where no way out stands here, it depends on what was written (often `did you mean X?`), or the sentence says it.
"""


@dataclass(frozen=True, order=True)
class Told:
    """A code with one of its sentences, and one way out or none."""

    code: str
    what: str
    way_out: str


_MADE = (  # made of what pydantic says (project/mistakes.py), and of expressions over a person (expressions/prefixes.py)
    Told("missing-key", "… is missing", ""),
    Told("unknown-key", "unknown key …", "did you mean …?"),
    Told("unknown-name", "there is no column …", "did you mean …?"),
    Told("wrong-name", "`…` is no name", "a name is small letters, digits and _, and begins with a letter"),
    Told("wrong-type", "expected …, found …", ""),
    Told("wrong-value", "what is no value of this key: one of a list, a number out of bounds, a duration, a share, a moment", ""),
)


def page() -> str:
    """The page: a row a code, sentence and way out, by code."""
    rows = [(f"`{one.code}`", one.what, one.way_out) for one in told()]
    return _HEAD + "\n" + table(("code", "what is told", "way out"), rows)


def told() -> list[Told]:
    """Everything that is told with a code, sorted; each once. A sentence that only another program knows is `…`."""
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in sorted((ROOT / "dmp_spark").rglob("*.py"))]
    helpers = {name: words for tree in trees for name, words in _helpers(tree)}
    every = {one for tree in trees for one in _of_file(tree, helpers)} | set(_MADE)
    spoken = {one.code for one in every if one.what != "…"}
    return sorted(one for one in every if one.what != "…" or one.code not in spoken)


def _helpers(tree: ast.Module) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Functions with a parameter `code` that is told: their names, and those of their parameters."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            words = tuple(one.arg for one in node.args.args if one.arg != "self")
            if "code" in words and "what" in words:
                yield node.name, words


def _of_file(tree: ast.Module, helpers: Mapping[str, tuple[str, ...]]) -> Iterator[Told]:
    around = {below: node for node in ast.walk(tree) for below in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _of_call(node, helpers, Reach(tree, around, node))


def _of_call(call: ast.Call, helpers: Mapping[str, tuple[str, ...]], reach: "Reach") -> Iterator[Told]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    words = {"Problem": _PROBLEM, **_EXPRESSIONS, **helpers}.get(name)
    if words is None:
        return
    said = dict(zip(words, call.args, strict=False)) | {one.arg: one.value for one in call.keywords if one.arg}
    codes = ["expression"] if name in _EXPRESSIONS else [code for code in reach.texts(said.get("code")) if _CODE.fullmatch(code)]
    sentences = reach.texts(said.get("message") if name in _EXPRESSIONS else said.get("what")) or ["…"]
    ways = reach.texts(said.get("way_out"))
    paired = ways if len(ways) == len(sentences) else ["; or: ".join(ways)] * len(sentences)
    for code in codes:
        yield from (Told(code, what, way) for what, way in zip(sentences, paired, strict=True))


class Reach:
    """What the names in a call can be: of its function's assignments the last that always came before it, and those since;
    else a constant of the module.
    """

    def __init__(self, tree: ast.Module, around: Mapping[ast.AST, ast.AST], call: ast.Call) -> None:
        self.before = [call, *_outwards(call, around)]
        self.function = next((node for node in self.before if isinstance(node, ast.FunctionDef)), tree)
        self.tree, self.around, self.call = tree, around, call

    def texts(self, node: ast.expr | None, depth: int = 3) -> list[str]:
        """The texts that an expression can be, `…` for what is put in; what is no text in the source is none."""
        if isinstance(node, ast.IfExp):
            return list(dict.fromkeys(self.texts(node.body, depth) + self.texts(node.orelse, depth)))
        if isinstance(node, ast.BoolOp):
            return [text for one in node.values for text in self.texts(one, depth)]
        if isinstance(node, ast.Name) and depth:
            return [text for one in self._values(node.id) for text in self.texts(one, depth - 1)]
        text = _text(node)
        return [text] if re.search(r"[a-z]{2}", text) else []

    def _values(self, name: str) -> list[ast.expr]:
        earlier = [(node, value) for node, value in _assigned(self.function, name) if node.lineno <= self.call.lineno]
        always = [place for place, (node, _) in enumerate(earlier) if self.around[node] in self.before]
        found = [value for _, value in earlier[always[-1] if always else 0 :]]
        return found or [value for node, value in _assigned(self.tree, name) if self.around[node] is self.tree]


def _outwards(node: ast.AST, around: Mapping[ast.AST, ast.AST]) -> Iterator[ast.AST]:
    while node in around:
        node = around[node]
        yield node


def _assigned(scope: ast.AST, name: str) -> list[tuple[ast.stmt, ast.expr]]:
    """The statements that assign to a name, in order of their lines, each with the value; of `a, b = x, y` its own."""
    found: list[tuple[ast.stmt, ast.expr]] = []
    for node in ast.walk(scope):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        for target in targets:
            value = node.value  # type: ignore[union-attr]
            is_pair = isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple)
            for one, what in zip(target.elts, value.elts, strict=True) if is_pair else [(target, value)]:  # type: ignore[union-attr]
                if isinstance(one, ast.Name) and one.id == name and what is not None:
                    found.append((node, what))  # type: ignore[arg-type]
    return sorted(found, key=lambda pair: pair[0].lineno)


def _text(node: ast.expr | None) -> str:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(part) if isinstance(part, ast.Constant) else "…" for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _text(node.left) + _text(node.right)
    return ""
