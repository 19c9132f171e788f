"""`--set address=value`: changes what is there, and creates nothing but a key that the file's shape gives a default.

What is told of an override names its address and repeats the value only of one that is there and is no secret's: behind a
misspelled address a secret may stand.
"""

import re
from collections.abc import Mapping as Dict
from dataclasses import replace

from dmp_spark.errors import Problem
from dmp_spark.project import shape
from dmp_spark.project.found import Found
from dmp_spark.project.nodes import Address, CommandLine, Items, Key, Leaf, Mapping, Node, at, child
from dmp_spark.project.reading import read_any, scalar

_ADDRESS = re.compile(r"[\w.-]*(\[[^\]]*\][\w.-]*)*")
_IN_BRACKETS = re.compile(r"\[([^\]]*)\]")


def split_address(address: str) -> tuple[str, Address]:
    """File and keys of a written address: `features.measures.spend.over[0]` is features and measures, spend, over, 0.

    What stands in brackets is one key, dots and all: `operations.fresh[silver.events]`.
    """
    kept = _IN_BRACKETS.sub(lambda found: "." + found[1].replace(".", "\0"), address)
    stage, *parts = (part.replace("\0", ".") for part in kept.split("."))
    return stage, tuple(parts)


def in_file(root: Mapping | None, model: type, stage: str, parts: Address) -> Address:
    """The keys in the file: a top key that is called like the file was left out of the address, and comes back.

    Not where it is a text, in which there is nothing: `project.tittle` is no key of project.yml, and is told as one of it.
    """
    known = shape.fields(model)
    if stage not in known or (parts and shape.wants_text(model, (stage,))):
        return parts
    inside = root is not None and parts and at(root, (stage, parts[0])) is not None
    return parts if parts and parts[0] in known and not inside else (stage, *parts)


def source_of(override: str) -> tuple[str, CommandLine]:
    """Address and source of one `address=value`."""
    address, _, value = override.partition("=")
    address = address.strip()
    return address, CommandLine(f"--set {_spoken(address)}", value.strip(), "")


def set_value(roots: Dict[str, Mapping], shapes: Dict[str, type], override: str, found: Found) -> None:
    """Put one override into the trees; what cannot be set is told."""
    address, source = source_of(override)
    stage, parts = split_address(address)
    if "=" not in override:
        spoken = _spoken(address) if stage in shapes else "…"
        found.tell(Problem("wrong-call", f"`--set {spoken}` has no value", None, "write --set ADDRESS=VALUE"))
        return
    if stage not in roots:
        what = f"there is no {stage}.yml to change" if stage in shapes else f"there is no file {_spoken(stage)}"
        found.tell(Problem("unknown-address", what, source.place(0, 0), Found.suggest(stage, roots)))
        return
    model, root = shapes[stage], roots[stage]
    path = in_file(root, model, stage, parts)
    owner = _owner(root, model, path, source, found) if path else None
    if owner is None:
        if not path:
            found.tell(Problem("unknown-address", f"{address} is a whole file", source.place(0, 0), "name a key in it"))
        return
    if shape.is_secret(model, path):  # never read as YAML, which would repeat what it cannot read
        value: Node | None = Leaf(source, 0, len(source.text), source.text, source.text)
    else:
        is_plain = not source.text.startswith(("{", "["))  # in a mapping there may be a misspelled key
        value = _value(replace(source, is_told=is_plain), at(root, path), shape.wants_text(model, path), found)
    if value is None:
        return
    if isinstance(owner, Mapping):
        owner.values[str(path[-1])] = value
        owner.keys[str(path[-1])] = Key(source, 0)
    elif isinstance(owner, Items):
        owner.values[int(path[-1])] = value


def _spoken(address: str) -> str:
    """What of an address can be one: the rest may be a value whose `=` is missing, as in `project.key: value`."""
    match = _ADDRESS.match(address)
    told = match[0] if match else ""
    return told if told == address else f"{told}…"


def _owner(root: Mapping, model: type, path: Address, source: CommandLine, found: Found) -> Node | None:
    """The mapping or list that holds the last part of a path, made where only keys of known shape are missing."""
    node: Node = root
    for position, part in enumerate(path):
        below = child(node, part)
        if below is None and not (isinstance(node, Mapping) and shape.is_optional(model, path[: position + 1])):
            _tell_unknown(node, model, path[: position + 1], source, found)
            return None
        if position == len(path) - 1:
            return node
        if below is None:
            assert isinstance(node, Mapping)
            below = Mapping(source, 0, 0)
            node.values[str(part)], node.keys[str(part)] = below, Key(source, 0)
        node = below
    return None


def _tell_unknown(node: Node, model: type, path: Address, source: CommandLine, found: Found) -> None:
    above, part = path[:-1], str(path[-1])
    known = [*shape.known_keys(model, above), *(node.values if isinstance(node, Mapping) else ())]
    what = f"there is no {_spoken(part)}{f' in {above[-1]}' if above else ''} to change"
    found.tell(Problem("unknown-address", what, source.place(0, 0), Found.suggest(part, known)))


def _value(source: CommandLine, before: Node | None, wants_text: bool, found: Found) -> Node | None:
    """What was typed: a list or mapping in brackets, a text where a text stood, else a plain word of YAML."""
    text = source.text
    if text.startswith(("{", "[")):
        return read_any(source, found.tell)
    is_text = wants_text or (isinstance(before, Leaf) and isinstance(before.value, str))
    return Leaf(source, 0, len(text), text if is_text else scalar(text), text)
