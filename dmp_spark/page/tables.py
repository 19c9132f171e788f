"""Tables and charts made of a table: numbers to the right, bars and small pictures in their cells."""

from collections.abc import Sequence
from typing import Any

from dmp_spark.page.charts import bar, extent, small_bins, ticks, whisker
from dmp_spark.page.elements import Element, add, element
from dmp_spark.page.texts import DASH, estimate, is_unknown, number, text_of
from dmp_spark.section import Column, Detailed, IntervalChart, Kind, Table

_TO_THE_RIGHT = {Kind.COUNT, Kind.NUMBER, Kind.MONEY, Kind.SHARE, Kind.SECONDS, Kind.ESTIMATE, Kind.DIFFERENCE, Kind.HEAT}
_SHADES = 10


def table(said: Table, zone: str) -> Element:
    """A table in a box that scrolls sideways by itself; a sentence in its place where it has no rows."""
    caption = element("h4", said.title, class_="title") if said.title else None
    if not said.rows:
        return element("div", caption, element("p", said.empty, class_="dim"), class_="part")
    longest = [_longest(said.rows, index) if column.kind is Kind.BAR else 0.0 for index, column in enumerate(said.columns)]
    head = element("tr", *[_head(column) for column in said.columns])
    body = [_row(row, said.columns, longest, zone) for row in said.rows]
    drawn = element("table", element("thead", head), element("tbody", *body))
    note = element("p", said.note, class_="note") if said.note else None
    return element("div", caption, scrolling(drawn, said.title or "Table"), note, class_="part")


def scrolling(inner: Element, name: str) -> Element:
    """A box that scrolls sideways, by keyboard too."""
    return element("div", inner, class_="scroll", tabindex=0, role="region", aria_label=name)


def interval_chart(chart: IntervalChart) -> Element:
    """Intervals on a common axis, a row an estimate: name, picture, numbers."""
    low, high = extent([estimate_ for _, estimate_ in chart.rows], chart.zero)
    rows = []
    for name, value in chart.rows:
        marked = name == chart.marked
        picture = element("td", whisker(value, low, high, chart.zero, marked), class_="picture")
        label = element("th", element("strong", name) if marked else name, scope="row")
        rows.append(element("tr", label, picture, element("td", estimate(value, signed=chart.zero), class_="n")))
    head = element("tr", element("th", "", scope="col"), element("th", chart.x.title, scope="col"))
    add(head, element("th", "with interval", scope="col", class_="n"))
    foot = element("tr", element("td"), element("td", _scale(low, high)), element("td"))
    body = element("table", element("thead", head), element("tbody", *rows), element("tfoot", foot), class_="intervals")
    note = element("p", chart.note, class_="note") if chart.note else None
    return element("div", element("h4", chart.title, class_="title"), scrolling(body, chart.title), note, class_="part")


def _scale(low: float, high: float) -> Element:
    """Round numbers below the pictures, each at its place."""
    marks = element("svg", viewBox="0 0 100 14", class_="scale", aria_hidden="true")
    for value in ticks(low, high, wanted=4):
        across = 100 * (value - low) / (high - low)
        add(marks, element("text", number(value), x=f"{across:.1f}%", y=11, class_="middle"))
    del marks.attrib["viewBox"]
    return marks


def _head(column: Column) -> Element:
    """The head of a column; that of a picture of the number beside it says nothing again."""
    return element("th", column.title, scope="col", class_=_class(column)) if column.title else element("td")


def _row(row: Sequence[Any], columns: Sequence[Column], longest: Sequence[float], zone: str) -> Element:
    cells = [_cell(value, column, most, zone) for value, column, most in zip(row, columns, longest, strict=True)]
    if columns[0].kind is Kind.TEXT and len(cells) > 1:
        cells[0].tag = "th"
        cells[0].set("scope", "row")
    return element("tr", *cells)


def _cell(value: Any, column: Column, longest: float, zone: str) -> Element:
    name = _class(column)
    if column.kind is Kind.BAR:
        return element("td", bar(None if is_unknown(value) else float(value), longest), class_="picture")
    if column.kind is Kind.BINS:
        return element("td", small_bins(value, "how many at each step from low to high") if value else DASH, class_="picture")
    if column.kind is Kind.HEAT:
        shade = 0 if is_unknown(value) else round(_SHADES * float(value))
        return element("td", text_of(value, Kind.SHARE), class_=f"n h{min(_SHADES, max(0, shade))}")
    if isinstance(value, Detailed):
        return element("td", value.text, element("span", value.detail, class_="detail"), class_=name)
    return element("td", text_of(value, column.kind, column.unit, zone), class_=name)


def _class(column: Column) -> str | None:
    if column.kind in (Kind.BAR, Kind.BINS):
        return "picture"
    return "n" if column.kind in _TO_THE_RIGHT else "label" if column.kind in (Kind.LABEL, Kind.MOMENT) else None


def _longest(rows: Sequence[Sequence[Any]], index: int) -> float:
    return max((abs(float(row[index])) for row in rows if not is_unknown(row[index])), default=0.0)
