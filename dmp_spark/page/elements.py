"""Elements of a page, on the standard library's tree: whatever stands in them is escaped when they become text."""

import re
from collections.abc import Iterable
from xml.etree import ElementTree

Element = ElementTree.Element
Node = Element | str | None
Attribute = str | int | float | None

# Control characters are no HTML, and marks that turn the direction of text could make it read as something else.
_UNREADABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def element(tag: str, *children: Node, **attributes: Attribute) -> Element:
    """An element with children in order (None is left out) and attributes: `class_` is class, `aria_label` aria-label.

    An attribute that is None is left out; numbers have at most two decimals.
    """
    made = ElementTree.Element(tag, {_name(name): _text(value) for name, value in attributes.items() if value is not None})
    return add(made, *children)


def add(parent: Element, *children: Node) -> Element:
    """The same element with more children at its end."""
    for child in children:
        if isinstance(child, str):
            if len(parent):
                parent[-1].tail = (parent[-1].tail or "") + _clean(child)
            else:
                parent.text = (parent.text or "") + _clean(child)
        elif child is not None:
            parent.append(child)
    return parent


def to_html(root: Element) -> str:
    """The element as HTML."""
    text: str = ElementTree.tostring(root, encoding="unicode", method="html")
    return text


def points_text(points: Iterable[tuple[float, float]]) -> str:
    """Points as SVG writes them: `1,2 3.5,4`."""
    return " ".join(f"{_text(x)},{_text(y)}" for x, y in points)


def _name(name: str) -> str:
    return name.rstrip("_").replace("_", "-")


def _text(value: Attribute) -> str:
    if isinstance(value, float):
        return f"{round(value, 2) + 0.0:.2f}".rstrip("0").rstrip(".")  # + 0.0: no minus before a zero
    return _clean(str(value))


def _clean(text: str) -> str:
    return _UNREADABLE.sub("\ufffd", text)
