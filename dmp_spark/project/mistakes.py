"""What pydantic says of a file, as plain sentences with place and way out."""

from collections.abc import Mapping as Dict
from dataclasses import replace
from typing import Any

from pydantic_core import ErrorDetails

from dmp_spark.errors import Place, Problem
from dmp_spark.project import shape
from dmp_spark.project.found import Found
from dmp_spark.project.nodes import Address, Leaf, Mapping, Node, at, child
from dmp_spark.project.types import NAME_PATTERN, NO_SECRET_HERE

_NAME_HINT = "a name is small letters, digits and _, and begins with a letter"
_COMPARED = {
    "greater_than": ("gt", "more than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}
_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "decimal_type": "a number",
    "decimal_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "model_type": "keys with values",
    "dict_type": "names with values",
    "list_type": "a list like [a, b]",
    "tuple_type": "a list like [a, b]",
    "date_type": "a date like 2018-01-01",
    "date_from_datetime_parsing": "a date like 2018-01-01",
}


def address_of(root: Node, location: tuple[str | int, ...]) -> Address:
    """The address in the file of a pydantic location: names of alternatives and of missing keys' owners are left out."""
    node, address = root, ()  # type: tuple[Node, Address]
    for part in location:
        below = child(node, part)
        if below is not None:
            node, address = below, (*address, part)
    return address


def grouped(root: Mapping, errors: list[ErrorDetails]) -> list[tuple[Address, ErrorDetails]]:
    """Each error with its address; of the alternatives of one value only those that fit what was written are kept.

    Where the value is a mapping or list and an alternative looked into it, its errors are told; else all
    alternatives at that address become one sentence.
    """
    placed = [(_address(root, error), error) for error in errors]
    kept: dict[tuple[Address, str], tuple[Address, ErrorDetails]] = {}
    for address, error in placed:
        is_kind = error["type"] in _EXPECTED or error["type"] == "literal_error"
        if is_kind and any(_looked_into(address, other, one["type"]) for other, one in placed):
            continue
        one_of_all = "" if is_kind else f"{error['type']} {error['loc'][-1:]} {error['msg']}"
        first = kept.setdefault((address, one_of_all), (address, error))
        if first[1] is not error:
            _join(first[1], error)
    return list(kept.values())


def _looked_into(address: Address, other: Address, kind: str) -> bool:
    """Whether another error is about what stands inside the value at an address."""
    return other[: len(address)] == address and (len(other) > len(address) or kind == "missing")


def problem(model: Any, root: Mapping, address: Address, error: ErrorDetails) -> Problem:
    """The problem that one error tells; of a line in which a secret may stand nothing is repeated."""
    place = place_of(root, address, error["type"])
    if shape.is_secret(model, address):
        return Problem("wrong-value", NO_SECRET_HERE, replace(place, text=""), "whoever saw it may use it: take another")
    what, way_out = _sentence(model, address, error)
    hidden = error["type"] == "extra_forbidden" and may_be_secret(model, address)
    return Problem(_code(error["type"]), what, replace(place, text="") if hidden else place, way_out)


def may_be_secret(model: Any, address: Address) -> bool:
    """Whether a secret stands at an address, or would if its last key were not misspelled."""
    above = address[:-1]
    if shape.is_secret(model, address):
        return True
    secrets = [name for name in shape.known_keys(model, above) if shape.is_secret(model, (*above, name))]
    return Found.suggest(str(address[-1]), secrets).startswith("did you")


def place_of(root: Mapping, address: Address, kind: str = "") -> Place:
    """Where an error is shown: at the key for what is wrong with a key or misses one, else at the value."""
    owner, node = at(root, address[:-1]), at(root, address)
    by_key = kind in ("extra_forbidden", "missing") or kind.startswith("key:") or node is None or _is_nothing(node)
    if by_key and address and isinstance(owner, Mapping) and str(address[-1]) in owner.keys:
        return owner.keys[str(address[-1])].place
    return node.place if node is not None else place_of(root, address[:-1]) if address else root.place


def _is_nothing(node: Node) -> bool:
    return isinstance(node, Leaf) and node.start == node.end


def _address(root: Mapping, error: ErrorDetails) -> Address:
    if error["loc"] and error["loc"][-1] == "[key]":
        error["type"] = f"key:{error['type']}"
    return address_of(root, error["loc"])


def _join(first: ErrorDetails, other: ErrorDetails) -> None:
    """Add what another alternative expected to the first one's words."""
    context = dict(first.get("ctx", {}))
    context["alternatives"] = [*context.get("alternatives", []), _expected(other)]
    first["ctx"] = context


def _expected(error: Dict[str, Any]) -> str:
    if error["type"] == "literal_error":
        return str(error["ctx"]["expected"]).replace("'", "")
    return _EXPECTED[error["type"]]


def _code(kind: str) -> str:
    if kind.startswith("key:"):
        return "wrong-name"
    codes = {"extra_forbidden": "unknown-key", "missing": "missing-key", "literal_error": "wrong-value"}
    return codes.get(kind, "wrong-type" if kind in _EXPECTED else "wrong-value")


def _sentence(model: Any, address: Address, error: ErrorDetails) -> tuple[str, str]:
    kind, value, context = error["type"], error["input"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown_key(model, address)
    if kind == "missing":
        return f"{error['loc'][-1]} is missing{_inside(address)}", ""
    if kind.startswith("key:") or context.get("pattern") == NAME_PATTERN:
        return f"`{value}` is no name", _NAME_HINT
    if kind == "literal_error" or kind in _EXPECTED:
        return _wrong_kind(error)
    return _out_of_bounds(kind, value, context) or _as_said(kind, error["msg"])


def _out_of_bounds(kind: str, value: object, context: Dict[str, Any]) -> tuple[str, str] | None:
    """The sentence where a value has the right kind and breaks a bound; None where it is something else."""
    if kind == "string_pattern_mismatch":
        return f"{shown(value)} does not look as it should here", f"it must match {context.get('pattern')}"
    if kind in _COMPARED:
        limit, words = _COMPARED[kind]
        return f"expected {words} {context.get(limit)}, found {shown(value)}", ""
    if kind in ("too_short", "string_too_short"):
        return f"expected at least {context.get('min_length')}, found {context.get('actual_length', 0)}", ""
    if kind in ("too_long", "string_too_long"):
        return f"expected at most {context.get('max_length')}, found {context.get('actual_length', 'more')}", ""
    return None


def _as_said(kind: str, message: str) -> tuple[str, str]:
    """The sentence of a validator of ours as it is, one of pydantic without its capital letter."""
    if kind in ("value_error", "assertion_error"):
        return message.removeprefix("Value error, ").removeprefix("Assertion failed, "), ""
    return message[:1].lower() + message[1:], ""


def _wrong_kind(error: ErrorDetails) -> tuple[str, str]:
    kind, value, context = error["type"], error["input"], error.get("ctx", {})
    alternatives = context.get("alternatives", [])
    expected = " or ".join(dict.fromkeys([_expected(error), *alternatives]))
    way_out = ""
    if isinstance(value, str) and kind == "literal_error":
        way_out = Found.suggest(value, expected.replace(" or ", ", ").split(", "))
        way_out = way_out if way_out.startswith("did you") else ""
    elif kind == "string_type" and isinstance(value, int | float):
        way_out = f"put it in quotes: '{shown(value).rsplit(' ', 1)[-1]}'"
    elif kind in ("list_type", "tuple_type") and isinstance(value, str) and not alternatives:
        way_out = f"write [{value}]"
    return f"expected {expected}, found {shown(value)}", way_out


def _unknown_key(model: Any, address: Address) -> tuple[str, str]:
    key = str(address[-1])
    if not key.replace("_", "").isalnum():
        return f"unknown key `{key}`", "a comma inside { } ends a value, and `: ` makes a key: put such a value in quotes"
    return f"unknown key {key}{_inside(address[:-1])}", Found.suggest(key, shape.known_keys(model, address[:-1]))


def _inside(address: Address) -> str:
    return f" in {address[-1]}" if address else ""


def shown(value: object) -> str:
    """A value as people call it."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"the word {str(value).lower()}"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, dict):
        return "keys with values"
    if isinstance(value, list):
        return "a list"
    return f"`{value}`"
