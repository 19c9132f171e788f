"""A file as a tree of values that know where they stand."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from dmp_spark.errors import Place

Scalar = str | int | float | bool | None
Address = tuple[str | int, ...]


@dataclass(frozen=True)
class Source:
    """A text that was read: the name by which problems call it, its text, and the folder from which its paths start."""

    name: str
    text: str
    folder: str

    def place(self, line: int, column: int) -> Place:
        """The place at a line and column that count from 0."""
        lines = self.text.split("\n")
        return Place(self.name, line + 1, column + 1, lines[line] if line < len(lines) else "")

    def place_of_index(self, index: int) -> Place:
        """The place of a character."""
        before = self.text[:index]
        return self.place(before.count("\n"), index - (before.rfind("\n") + 1))


@dataclass(frozen=True)
class CommandLine(Source):
    """The value of one `--set address=value`; its name has the address.

    It is repeated only where `is_told`: who misspelled an address may have typed a secret behind it.
    """

    is_told: bool = False

    def place(self, line: int, column: int) -> Place:
        """The place in what was typed, with its text where that may be told."""
        lines = self.text.split("\n")
        return TypedPlace(self.name, line + 1, column + 1, lines[line] if self.is_told and line < len(lines) else "")


class TypedPlace(Place):
    """Where something stands on the command line: there is no file, line or column to name."""

    def __str__(self) -> str:
        return self.file


@dataclass
class Node:
    """A value and the characters [start, end) of its source; `text` of a plain scalar is kept as it was typed."""

    source: Source
    start: int
    end: int

    @property
    def place(self) -> Place:
        """Where it begins."""
        return self.source.place_of_index(self.start)

    def data(self) -> object:
        """The value without places."""
        raise NotImplementedError


@dataclass
class Leaf(Node):
    """A text, number, boolean or null; `spoken` is the text before variables were put in.

    `origin` has the position in `spoken` of each character of the value, where the two differ.
    """

    value: Scalar = None
    spoken: str = ""
    style: str | None = None
    origin: list[int] = field(default_factory=list)

    def data(self) -> Scalar:
        """The value."""
        return self.value


@dataclass
class Items(Node):
    """A list."""

    values: list[Node] = field(default_factory=list)

    def data(self) -> list[object]:
        """The values."""
        return [node.data() for node in self.values]


@dataclass
class Key:
    """Where a key stands."""

    source: Source
    start: int

    @property
    def place(self) -> Place:
        """Where it begins."""
        return self.source.place_of_index(self.start)


@dataclass
class Mapping(Node):
    """Keys and values, in order."""

    values: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, Key] = field(default_factory=dict)

    def data(self) -> dict[str, object]:
        """The values by key."""
        return {key: node.data() for key, node in self.values.items()}


def child(node: Node, part: str | int) -> Node | None:
    """The value at a key or position; None where there is none."""
    if isinstance(node, Mapping):
        return node.values.get(str(part))
    if isinstance(node, Items) and (isinstance(part, int) or part.isdecimal()) and int(part) < len(node.values):
        return node.values[int(part)]
    return None


def at(node: Node, address: Address) -> Node | None:
    """The value at the end of an address; None where the address leads nowhere."""
    for part in address:
        below = child(node, part)
        if below is None:
            return None
        node = below
    return node


def leaves(node: Node, address: Address = ()) -> Iterator[tuple[Address, Leaf]]:
    """Every scalar with its address; those under an alias come once for each place where it is used."""
    if isinstance(node, Leaf):
        yield address, node
    elif isinstance(node, Mapping):
        for key, below in node.values.items():
            yield from leaves(below, (*address, key))
    elif isinstance(node, Items):
        for position, below in enumerate(node.values):
            yield from leaves(below, (*address, position))


def place_in_text(leaf: Leaf, offset: int) -> Place:
    """Where the character at `offset` of a text stands in its source.

    The value is laid along the source: quotes, escapes and indentation are stepped over, any run of white space
    in the source stands for one in the value. Where that fails the place of the value's beginning.
    """
    if leaf.origin:
        offset = leaf.origin[min(offset, len(leaf.origin) - 1)]
    text, at_ = leaf.source.text, leaf.start
    if leaf.style in ("|", ">"):
        at_ = text.find("\n", leaf.start, leaf.end) + 1
    elif leaf.style in ("'", '"'):
        at_ += 1
    for position, character in enumerate(leaf.spoken):
        at_ = _next(text, at_, leaf, character)
        if at_ < 0:
            return leaf.place
        if position == offset:
            return leaf.source.place_of_index(at_)
        at_ += 1
    return leaf.source.place_of_index(min(at_, leaf.end))


def _next(text: str, at_: int, leaf: Leaf, character: str) -> int:
    """Where the next character of the value stands from `at_` on; -1 where it cannot be found."""
    if character.isspace():
        return at_ if at_ < leaf.end and text[at_].isspace() else -1
    while at_ < leaf.end and text[at_].isspace():
        at_ += 1
    if at_ < leaf.end and text[at_] != character and text[at_] == "\\" and leaf.style == '"':
        at_ += 1
    if leaf.style == "'" and character == "'":
        at_ += 1  # the first of two stands for the pair
    return at_ if at_ < leaf.end and text[at_] == character else -1
