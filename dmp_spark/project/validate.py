"""A file's tree into its pydantic model: every mistake is told, and what is not wrong can still be used."""

import copy
import json
from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import ValidationError

from dmp_spark.errors import Problem
from dmp_spark.project import shape
from dmp_spark.project.found import Found
from dmp_spark.project.mistakes import grouped, place_of, problem
from dmp_spark.project.nodes import Address, Mapping, Node, at, leaves
from dmp_spark.project.types import Written
from dmp_spark.project.variables import names_secret

_ROUNDS = 20  # of leaving out what is wrong; each takes away something

Model = TypeVar("Model", bound=Written)


def validated(model: type[Model], root: Mapping, found: Found) -> Model | None:
    """The model of a file without the things in it that are wrong; None where nothing useful is left.

    A wrong value takes with it the innermost named thing around it, whose name goes to `found.broken`; an unknown
    key goes alone. Later rounds tell only what does not follow from that.
    """
    _check_secrets(model, root, found)
    data = copy.deepcopy(root.data())
    gone: list[Address] = []
    for _ in range(_ROUNDS):
        try:
            return model.model_validate_json(json.dumps(data), strict=True, by_alias=True, by_name=False)
        except ValidationError as error:
            errors = grouped(root, error.errors(include_url=False))
        for address, one in errors:
            follows = any(path[: len(address)] == address for path in gone)
            if not follows and not _is_typo_of(root, model, address, one, errors):
                found.tell(problem(model, root, address, one))
        for address, one in errors:
            path = _to_leave_out(model, root, address, one["type"], found)
            if path is None:
                return None
            gone.append(path)
            _leave_out(data, path)
    return None


def _to_leave_out(model: type[Written], root: Mapping, address: Address, kind: str, found: Found) -> Address | None:
    if kind == "extra_forbidden":
        return address
    path = shape.named_thing(model, address)
    if path is not None:
        found.broken.add(str(path[-1]))
    elif address and shape.is_optional(model, address[:1]):
        path = address[:1]
    if path is not None:
        found.broken.update(_names_in(model, path, at(root, path)))
    return path


def _names_in(model: type[Written], address: Address, node: Node | None) -> Iterator[str]:
    """The names that users chose inside what is left out: the events of a source go with it, and are not unknown."""
    if isinstance(node, Mapping):
        for key, below in node.values.items():
            if shape.has_names(model, address):
                yield key
            yield from _names_in(model, (*address, key), below)


def _leave_out(data: Any, path: Address) -> None:
    for part in path[:-1]:
        if not isinstance(data, dict | list) or (isinstance(data, dict) and part not in data):
            return  # gone already with something around it
        data = data[part] if isinstance(data, dict) else data[int(part)]
    if isinstance(data, dict):
        data.pop(path[-1], None)


def _is_typo_of(root: Mapping, model: type[Written], address: Address, error: Any, errors: list[Any]) -> bool:
    """Whether a key is missing only because it is misspelled, which is told of the key that stands there."""
    if error["type"] != "missing":
        return False
    missing = str(error["loc"][-1])
    beside = [str(other[-1]) for other, one in errors if one["type"] == "extra_forbidden" and other[:-1] == address]
    return any(Found.suggest(key, shape.known_keys(model, address)) == f"did you mean {missing}?" for key in beside)


def _check_secrets(model: type[Written], root: Mapping, found: Found) -> None:
    for address, leaf in leaves(root):
        if names_secret(leaf) and not shape.is_secret(model, address):
            what = f"{address[-1]} is no secret, so ${{env:…}}, ${{file:…}} and ${{databricks:…}} mean nothing here"
            found.tell(Problem("no-secret", what, place_of(root, address), "use a variable of project.yml, or --set"))
