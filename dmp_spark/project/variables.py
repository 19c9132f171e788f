"""`${variable}` in texts: put in what project.yml says; secrets stay as they are written until they are needed."""

import re
from collections.abc import Callable
from collections.abc import Mapping as Dict

from dmp_spark.errors import Problem
from dmp_spark.project.found import Found
from dmp_spark.project.mistakes import may_be_secret
from dmp_spark.project.nodes import Leaf, Mapping, Node, leaves, place_in_text

_PATTERN = re.compile(r"\$\{([^}]*)\}")
_PROVIDERS = ("env:", "file:", "databricks:")


def read_variables(root: Mapping, tell: Callable[[Problem], None]) -> dict[str, str]:
    """The variables of project.yml by name; one may use those above it."""
    known: dict[str, str] = {}
    section = root.values.get("variables")
    if isinstance(section, Mapping):
        for name, node in section.values.items():
            if isinstance(node, Leaf) and isinstance(node.value, str):
                _put_in(node, known, tell)
                known[name] = str(node.value)
    return known


def put_in(root: Node, model: type, variables: Dict[str, str], tell: Callable[[Problem], None]) -> None:
    """Replace the variables in every text of a file, in place; `model` has its shape.

    An unknown one is told, but not where a secret may stand: there it may be the secret itself (`${hunter2}`), and that it
    is no reference to one is told by who judges the value.
    """
    for address, leaf in leaves(root):
        if isinstance(leaf.value, str) and address[0] != "variables":
            is_hidden = "${" in leaf.spoken and may_be_secret(model, address)
            _put_in(leaf, variables, None if is_hidden else tell)


def names_secret(leaf: Leaf) -> bool:
    """Whether a text names a provider of secrets."""
    return isinstance(leaf.value, str) and any(match[1].startswith(_PROVIDERS) for match in _PATTERN.finditer(leaf.value))


def _put_in(leaf: Leaf, variables: Dict[str, str], tell: Callable[[Problem], None] | None) -> None:
    if "${" not in leaf.spoken:
        return
    value, origin, end = "", [], 0
    for match in _PATTERN.finditer(leaf.spoken):
        name = match[1]
        if name not in variables:
            if tell is not None and not name.startswith(_PROVIDERS):
                what = f"there is no variable {name}" if name else "a variable without a name"
                way_out = Found.suggest(name, variables) or "variables stand in project.yml, under `variables`"
                tell(Problem("unknown-variable", what, place_in_text(leaf, match.start()), way_out))
            continue
        value += leaf.spoken[end : match.start()] + variables[name]
        origin += [*range(end, match.start()), *[match.start()] * len(variables[name])]
        end = match.end()
    leaf.value = value + leaf.spoken[end:]
    leaf.origin = [*origin, *range(end, len(leaf.spoken) + 1)]
