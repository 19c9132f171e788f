"""YAML 1.2 into a tree with places: no tags, no merge keys, no equal keys, at most 50 aliases; every mistake is told."""

import re
from collections.abc import Callable, Iterator
from math import isfinite
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from dmp_spark.errors import Problem
from dmp_spark.project.nodes import Items, Key, Leaf, Mapping, Node, Scalar, Source

MOST_ALIASES = 50
MOST_VALUES = 100_000  # what aliases may grow a file to
MOST_LEVELS = 50

_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_NUMBER = re.compile(r"[-+]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")
_PROPERTIES = re.compile(r"([&!]\S*\s+)+")
_WORDS: dict[str, Scalar] = {"true": True, "false": False, "null": None, "~": None, "": None}
_WORDS |= {word.title(): value for word, value in _WORDS.items()} | {word.upper(): value for word, value in _WORDS.items()}


def scalar(text: str) -> Scalar:
    """What a plain word means: true and false, null, a number, else the text itself (`on`, `no`, `22:30`, `0123`)."""
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    if _NUMBER.fullmatch(text) and not text.lstrip("+-").isdecimal() and isfinite(float(text)):
        return float(text)
    return text


def read(source: Source, tell: Callable[[Problem], None]) -> Mapping | None:
    """The mapping that a file holds, None where it cannot be used; `tell` hears of every mistake."""
    node = read_any(source, tell)
    if node is None or isinstance(node, Mapping):
        return node
    tell(Problem("wrong-type", "expected keys with values here, such as `key: value`", node.place))
    return None


def read_any(source: Source, tell: Callable[[Problem], None]) -> Node | None:
    """Whatever a text holds; None where it holds nothing or cannot be read."""
    try:
        return _Reader(source, tell).document()
    except _TooDeepError as error:
        tell(Problem("too-deep", f"more than {MOST_LEVELS} levels of keys and lists", source.place_of_index(error.index)))
    except MarkedYAMLError as error:
        tell(_not_yaml(source, error))
    except YAMLError as error:  # a character that YAML does not allow
        place = source.place_of_index(getattr(error, "position", None) or 0)
        tell(Problem("not-yaml", "this file holds a character that no text file should hold", place))
    return None


class _TooDeepError(Exception):
    def __init__(self, index: int) -> None:
        self.index = index


class _Reader:
    """Builds the tree from the events of the parser."""

    def __init__(self, source: Source, tell: Callable[[Problem], None]) -> None:
        self.source = source
        self.tell = tell
        self.events: Iterator[Any] = iter(YAML(typ="safe", pure=True).parse(source.text))
        self.anchors: dict[str, tuple[Node, int] | None] = {}
        self.aliases = 0
        self.level = 0
        self.size = 0

    def document(self) -> Node | None:
        """The first document; a second one is a mistake."""
        root: Node | None = None
        documents = 0
        for event in self.events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents == 2:
                    self._problem(
                        "second-document", "a file holds one document, so `---` has no use here", event.start_mark.index
                    )
                    break
                root = self._node(next(self.events))
        if documents == 0 or root is None or (isinstance(root, Leaf) and root.value is None):
            self._problem("empty-file", "this file is empty", 0, "write something in it or delete it")
            return None
        return root

    def _node(self, event: NodeEvent) -> Node:
        self.size += 1
        if isinstance(event, AliasEvent):
            return self._alias(event)
        tag = getattr(event, "tag", None)
        if tag:
            start = self.source.text.index("!", event.start_mark.index)
            spoken = self.source.text[start:].split(maxsplit=1)[0].rstrip(",]}")
            self._problem("tag", f"tags such as `{spoken}` are not used here", start, "leave it out")
        before, anchor = self.size, event.anchor
        if anchor is not None:
            self.anchors[anchor] = None  # open: an alias to it from inside would have no end
        node = self._begun(event)
        if anchor is not None:
            self.anchors[anchor] = (node, self.size - before + 1)
        return node

    def _begun(self, event: NodeEvent) -> Node:
        start = _after_properties(self.source.text, event.start_mark.index)
        if isinstance(event, ScalarEvent):
            value = scalar(event.value) if event.implicit[0] and event.style is None else event.value
            return Leaf(self.source, start, event.end_mark.index, value, event.value, event.style)
        self.level += 1
        if self.level > MOST_LEVELS:
            raise _TooDeepError(start)
        node = self._collection(event, start)
        self.level -= 1
        return node

    def _collection(self, event: NodeEvent, start: int) -> Node:
        if isinstance(event, SequenceStartEvent):
            items = Items(self.source, start, start)
            while not isinstance(below := next(self.events), SequenceEndEvent):
                items.values.append(self._node(below))
            items.end = below.end_mark.index
            return items
        assert isinstance(event, MappingStartEvent)
        mapping = Mapping(self.source, start, start)
        while not isinstance(below := next(self.events), MappingEndEvent):
            self._entry(mapping, below)
        mapping.end = below.end_mark.index
        return mapping

    def _entry(self, mapping: Mapping, event: NodeEvent) -> None:
        start = event.start_mark.index
        key_node = self._node(event)
        value = self._node(next(self.events))
        if not isinstance(key_node, Leaf):
            self._problem(
                "wrong-key", "a key is a word, not a list or a mapping", start, "put a value that begins with { or [ in quotes"
            )
            return
        key = key_node.spoken
        if key == "<<" and key_node.style is None:
            self._problem("merge-key", "merge keys (<<) are not used here", start, "write the keys out")
        elif key in mapping.values:
            first = mapping.keys[key].place
            self._problem(
                "same-name-twice", f"{key} stands here twice", start, f"the first is in line {first.line}: rename or delete one"
            )
        else:
            mapping.keys[key] = Key(self.source, start)
            mapping.values[key] = value

    def _alias(self, event: AliasEvent) -> Node:
        start, end = event.start_mark.index, event.end_mark.index
        nothing = Leaf(self.source, start, end)
        self.aliases += 1
        if self.aliases == MOST_ALIASES + 1:
            self._problem("aliases", f"more than {MOST_ALIASES} aliases in one file", start, "write the values out")
        if event.anchor not in self.anchors:
            self._problem("aliases", f"there is no anchor &{event.anchor} above", start)
            return nothing
        known = self.anchors[event.anchor]
        if known is None:
            self._problem("aliases", f"*{event.anchor} stands inside itself", start)
            return nothing
        node, size = known
        if self.aliases > MOST_ALIASES:
            return nothing
        if self.size + size > MOST_VALUES:
            self._problem("aliases", f"aliases grow this file beyond {MOST_VALUES} values", start, "write the values out")
            return nothing
        self.size += size
        return node

    def _problem(self, code: str, what: str, index: int, way_out: str = "") -> None:
        self.tell(Problem(code, what, self.source.place_of_index(index), way_out))


def _after_properties(text: str, start: int) -> int:
    """Where a value begins behind its anchor and tag."""
    match = _PROPERTIES.match(text, start)
    return match.end() if match else start


_PLAIN = (
    ("cannot start any token", "a value cannot begin like this", "put the value in quotes"),
    (
        "mapping values are not allowed",
        "a colon where none can stand",
        "put a value that holds `: ` in quotes; check the indentation",
    ),
    ("expected <block end>", "this line is not indented like the lines above it", "indent keys of one level alike"),
    ("could not find expected ':'", "a key without a colon", "write `key: value`"),
    (
        "expected ',' or",
        "a bracket that is not closed, or no comma before this",
        "close it, or put a value with brackets in quotes",
    ),
    ("found unexpected end of stream", "a quote that is never closed", "close it"),
    ("found unknown escape", "an escape that YAML does not know", "use single quotes, in which \\ is a plain character"),
)


def _not_yaml(source: Source, error: MarkedYAMLError) -> Problem:
    mark = error.problem_mark or error.context_mark
    place = source.place(mark.line, mark.column) if mark else source.place(0, 0)
    indentation = place.text[: len(place.text) - len(place.text.lstrip())]
    if "\t" in indentation:
        return Problem("not-yaml", "a tab cannot indent a line", place, "indent with spaces")
    said = f"{error.problem or ''} {error.context or ''}"
    for part, what, way_out in _PLAIN:
        if part in said:
            return Problem("not-yaml", what, place, way_out)
    return Problem("not-yaml", f"this is not YAML: {said.strip()}", place)
