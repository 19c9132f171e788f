"""Each part of a section as elements of the page."""

from collections.abc import Callable, Sequence
from typing import Any

from dmp_spark.page.charts import bar, histogram, legend_line, line_chart
from dmp_spark.page.elements import Element, add, element
from dmp_spark.page.tables import interval_chart, table
from dmp_spark.page.texts import SPACE, text_of
from dmp_spark.section import (
    Box,
    Code,
    Fact,
    Facts,
    Flow,
    Folded,
    Gallery,
    Group,
    Histogram,
    IntervalChart,
    LineChart,
    Part,
    Section,
    Sentence,
    Table,
    Tone,
)

_SIGNS = {Tone.GOOD: "✓", Tone.WARNING: "!"}
_WORDS = {Tone.GOOD: "good: ", Tone.WARNING: "note: "}


def section(said: Section, zone: str) -> Element:
    """A section with its heading and parts."""
    facts = [_facts(Facts(said.facts), zone)] if said.facts else []
    heading = element("h2", said.title, id=f"{said.name}-title")
    drawn = parts(said.parts, zone)
    for part, root in zip(said.parts, drawn, strict=True):
        if not isinstance(part, Group):  # in a group a title is one below the group's, else one below the section's
            for title in root.iter("h4"):
                title.tag = "h3"
    return element("section", heading, *facts, *drawn, id=said.name, class_="card", aria_labelledby=f"{said.name}-title")


def parts(said: Sequence[Part], zone: str) -> list[Element]:
    """The parts in order."""
    return [_DRAWN[type(part)](part, zone) for part in said]


def facts(said: Sequence[Fact], zone: str) -> Element:
    """Numbers as tiles."""
    return _facts(Facts(tuple(said)), zone)


def _facts(said: Facts, zone: str) -> Element:
    tiles = element("dl", class_="facts")
    for fact in said.facts:
        value = element("dd", text_of(fact.value, fact.kind, fact.unit, zone), class_="value")
        note = element("dd", fact.note, class_="dim") if fact.note else None
        add(tiles, element("div", element("dt", fact.title), value, note))
    return tiles


def _sentence(said: Sentence, zone: str) -> Element:
    sign = element("span", _SIGNS[said.tone], class_="sign", aria_hidden="true") if said.tone in _SIGNS else None
    spoken = element("span", _WORDS[said.tone], class_="spoken") if said.tone in _WORDS else None
    return element("p", sign, spoken, said.text, class_=f"sentence {said.tone}")


def _folded(said: Folded, zone: str) -> Element:
    return element("details", element("summary", said.title), *parts(said.parts, zone))


def _code(said: Code, zone: str) -> Element:
    return element("pre", element("code", said.text), tabindex=0)


def _group(said: Group, zone: str) -> Element:
    return element("div", element("h3", said.title), *parts(said.parts, zone), class_="group")


def _figure(drawn: Element, title: str, meaning: str = "") -> Element:
    below = element("span", f" {meaning}", class_="dim") if meaning else None
    return element("figure", element("figcaption", element("strong", title), below), drawn)


def _line_chart(said: LineChart, zone: str) -> Element:
    return _figure(line_chart(said), said.title, said.meaning)


def _histogram(said: Histogram, zone: str) -> Element:
    return _figure(histogram(said), said.title)


def _intervals(said: IntervalChart, zone: str) -> Element:
    return interval_chart(said)


def _gallery(said: Gallery, zone: str) -> Element:
    items = [element("li", legend_line(look), name) for name, look in said.legend]
    legend = element("ul", *items, class_="legend") if items else None
    note = element("p", said.note, class_="note") if said.note else None
    return element("div", legend, element("div", *parts(said.charts, zone), class_="gallery"), note, class_="part")


def _flow(said: Flow, zone: str) -> Element:
    boxes = element("ol", *[_box(box, zone) for box in said.boxes], class_="flow")
    note = element("p", said.note, class_="note") if said.note else None
    return element("div", boxes, note, class_="part")


def _box(said: Box, zone: str) -> Element:
    made = element("ul", *[element("li", element("b", f"{count:,}"), f" {name}") for name, count in said.made])
    took = "" if said.seconds is None else f"{said.seconds:,.1f}{SPACE}s"
    wrote = "" if said.rows_written is None else f"{said.rows_written:,} rows written"
    last = element("p", ", ".join(text for text in (took, wrote) if text), class_="dim")
    status = element("span", said.status, class_=f"status {said.status.split()[0]}") if said.status else None
    head = element("h4", said.title, status, class_="title")
    return element("li", head, element("p", said.meaning, class_="dim"), made if said.made else None, last, bar(said.share, 1))


_DRAWN: dict[type, Callable[[Any, str], Element]] = {
    Sentence: _sentence,
    Code: _code,
    Facts: _facts,
    Table: table,
    LineChart: _line_chart,
    Histogram: _histogram,
    IntervalChart: _intervals,
    Gallery: _gallery,
    Flow: _flow,
    Folded: _folded,
    Group: _group,
}
