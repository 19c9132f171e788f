"""The page of the keys of YAML, from the models that read the files; what a key means is what its page says."""

import types
from collections.abc import Iterator
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from annotated_types import Ge, Gt, Le, Lt, MinLen
from pydantic_core import PydanticUndefined

from docs.generate.markdown import table
from docs.generate.meanings import meanings

_HEAD = """# Keys of YAML

Every key of every file with what it takes and what holds without it, from the models that read them. `<name>` is a name that you give. What a key means, with examples, is told in the page of its file, and what all files share in
[yaml.md](../yaml.md). A key without a default need not be there where the default says `none`; some must be there all the same, depending on what else stands there: `dmp check` says so.
"""
PAGES = {"features": "measures.md"}
"""File → the page that tells it, where that is not named like the file."""


def page_of(file: str) -> str:
    """The page that tells what the keys of a file mean."""
    return PAGES.get(file, f"{file}.md")


def page() -> str:
    """The page: a section a file, a row a key by its address in it."""
    from dmp_spark.project.settings import ProjectFile
    from dmp_spark.registry import shapes

    parts = [_HEAD]
    told = meanings()
    for name, model in {"project": ProjectFile, **shapes()}.items():
        rows = [(key, *what, told.get((name, key.strip("`")), model_says)) for key, *what, model_says in rows_of(model, name)]
        parts.append(f"\n## {name}.yml\n\nMeaning: [{page_of(name)}](../{page_of(name)}).\n\n")
        parts.append(table(("key", "takes", "default", "meaning"), rows))
    return "".join(parts)


def rows_of(model: Any, file: str) -> Iterator[tuple[str, str, str, str]]:
    """Address, what it takes, default, what the mapping below it is; a mapping that came before is named by its first address."""
    yield from _rows(model, "", file, {})


def _rows(model: Any, above: str, file: str, seen: dict[Any, str]) -> Iterator[tuple[str, str, str, str]]:
    hints = get_type_hints(model, include_extras=True)
    for name, field in model.model_fields.items():
        address = f"{above}{field.alias or name}"
        below = _models(hints[name])
        yield f"`{address}`", takes(hints[name], field.metadata), _default(field), _meaning(below, seen)
        for one, ways in below.items():
            inside = f"{address}{ways}"
            if one not in seen:
                seen[one] = inside
                yield from _rows(one, f"{inside}.", file, seen)


def _meaning(below: dict[Any, str], seen: dict[Any, str]) -> str:
    known = [f"keys as of `{seen[one]}`" for one in below if one in seen]
    new = [" ".join((one.__doc__ or "").split("\n\n")[0].split()) for one in below if one not in seen]
    return "; ".join([*known, *new])


def _models(hint: Any) -> dict[Any, str]:
    """The models in a type, each with the way to it: `.<name>` below a mapping of names."""
    if hasattr(hint, "model_fields"):
        return {hint: ""}
    ways: dict[Any, str] = {}
    arguments = get_args(hint)
    if get_origin(hint) is dict:
        return {model: f".<name>{way}" for model, way in _models(arguments[1]).items()}
    for one in arguments:
        ways |= _models(one) if hasattr(one, "model_fields") or get_args(one) else {}
    return ways


def takes(hint: Any, metadata: list[Any] | None = None) -> str:
    """What a type takes, in words; bounds of numbers with it."""
    known = _known()
    for alias, words in known.items():
        if hint == alias:
            return words
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return " or ".join(f"`{value}`" for value in arguments).replace("\t", "\\t")
    if origin in (Union, types.UnionType):
        return " or ".join(dict.fromkeys(takes(one) for one in arguments if one is not type(None)))
    if hasattr(hint, "__metadata__"):
        return takes(arguments[0], [*hint.__metadata__, *(metadata or [])])
    if origin is dict:
        what = takes(arguments[1])
        return "names with keys" if what == "keys" else f"{takes(arguments[0])} → {what}"
    if origin in (list, tuple):
        return f"list of {takes(arguments[0])}"
    if hasattr(hint, "model_fields"):
        return "keys"
    words = {str: "text", int: "whole number", float: "number", bool: "`true` or `false`"}.get(
        hint, getattr(hint, "__name__", str(hint))
    )
    return words + "".join(dict.fromkeys(_bound(one) for one in _bounds(metadata or [])))


def _bounds(metadata: list[Any]) -> Iterator[Any]:
    for one in metadata:
        yield from getattr(one, "metadata", None) or [one]


def _bound(one: Any) -> str:
    words = {Ge: (", at least", "ge"), Gt: (", more than", "gt"), Le: (", at most", "le"), Lt: (", less than", "lt")}
    for kind, (text, name) in words.items():
        if isinstance(one, kind):
            return f"{text} {getattr(one, name):,}"
    return ", not empty" if isinstance(one, MinLen) else ""


def _known() -> dict[Any, str]:
    from dmp_spark.operations.spec import TableName
    from dmp_spark.project import types as written

    return {
        written.Name: "name",
        written.Text: "expression",
        written.Duration: "duration (`90 days`)",
        written.Window: "window (`90 days`, `ever`)",
        written.Share: "share (`10 %`)",
        written.Multiple: "multiple (`200 %`)",
        written.Moment: "moment (`2018-01-01`)",
        written.Zone: "time zone",
        written.Secret: "secret (`${env:NAME}`)",
        TableName: "table",
    }


def _default(field: Any) -> str:
    if field.is_required():
        return "must be there"
    value = field.get_default(call_default_factory=True)
    if value is None or value is PydanticUndefined or value == "" or value in ({}, (), []):
        return "none"
    if hasattr(value, "model_fields") or isinstance(value, dict):
        return "as below"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    read_by = [str(getattr(one, "func", "")) for one in field.metadata]
    is_share = isinstance(value, float) and any("_share" in text or "_multiple" in text for text in read_by)
    return f"`{value * 100:g} %`" if is_share else f"`{value}`"
