"""Charts as inline SVG: lines with bands, histograms, bars, whiskers. Colours and dashes are classes of the style sheet."""

import math
from collections.abc import Sequence

from dmp_spark.page.elements import Element, add, element, points_text
from dmp_spark.page.texts import SPACE, number, share
from dmp_spark.section import Axis, Estimate, Histogram, Kind, Line, LineChart

WIDTH, HEIGHT = 360, 270
LEFT, RIGHT, TOP, BOTTOM = 52, 10, 10, 46
LOOKS = 6  # classes l0 … l5 of lines


def line_chart(chart: LineChart) -> Element:
    """Lines with their bands over labelled axes, and the reference line."""
    x, y = _filled(chart.x, chart, 0), _filled(chart.y, chart, 1)
    frame = _frame(chart.title, chart.meaning, x, y, HEIGHT)
    for line in chart.lines:
        for piece in _pieces(line):
            if band := _band(piece, x, y):
                add(frame, element("polygon", points=points_text(band), class_=f"band {_look(line.number)}"))
    if chart.reference is not None:
        (x1, y1), (x2, y2) = ((_across(a, x), _up(b, y, HEIGHT)) for a, b in chart.reference)
        add(frame, element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_="reference"))
    for line in chart.lines:
        for piece in _pieces(line):
            at = [(_across(px, x), _up(py, y, HEIGHT)) for px, py, _, _ in piece]
            add(frame, element("polyline", points=points_text(at), class_=f"line {_look(line.number)}"))
            if line.has_dots:
                add(frame, *[element("circle", cx=cx, cy=cy, r=2.5, class_=f"dot {_look(line.number)}") for cx, cy in at])
    return frame


def histogram(chart: Histogram) -> Element:
    """Counts as columns from a common ground."""
    highest = max(chart.counts, default=0)
    x, y = chart.x, Axis(chart.unit, 0, float(highest) or 1.0, Kind.COUNT)
    height = 210
    frame = _frame(chart.title, f"{sum(chart.counts):,} {chart.unit}", x, y, height)
    step = (WIDTH - LEFT - RIGHT) / max(1, len(chart.counts))
    for index, count in enumerate(chart.counts):
        top = _up(count, y, height)
        tall = height - BOTTOM - top
        add(frame, element("rect", x=LEFT + index * step + 0.5, y=top, width=max(0.5, step - 1), height=tall, class_="column"))
    return frame


def small_bins(counts: Sequence[int], name: str) -> Element:
    """A histogram of the size of a word; what is not empty is seen."""
    highest = max(counts, default=0)
    drawn = element("svg", element("title", name), viewBox=f"0 0 {max(1, len(counts)) * 8} 24", class_="bins", role="img")
    for index, count in enumerate(counts):
        tall = max(1.5, 22 * count / highest) if count else 0.0
        add(drawn, element("rect", x=index * 8 + 0.5, y=23 - tall, width=7, height=tall, class_="column"))
    return add(drawn, element("line", x1=0, y1=23.5, x2=len(counts) * 8, y2=23.5, class_="ground"))


def bar(value: float | None, longest: float) -> Element:
    """A bar as long as its share of the longest; its number stands beside it, so it has no name of its own."""
    wide = 0.0 if not value or longest <= 0 else max(0.5, 100 * abs(value) / longest)
    return _stretched("bar", element("rect", x=0, y=0, width=min(100.0, wide), height=10, class_="column"))


def whisker(estimate: Estimate, low: float, high: float, zero: bool, marked: bool) -> Element:
    """An interval as a line with its estimate as a dot, between low and high; `zero` draws where nothing differs."""

    def at(value: float) -> float:
        return 100 * (min(max(value, low), high) - low) / (high - low)

    parts = []
    if zero:
        parts.append(element("line", x1=at(0), y1=0, x2=at(0), y2=10, class_="reference"))
    if estimate.low is not None and estimate.high is not None:
        parts.append(element("line", x1=at(estimate.low), y1=5, x2=at(estimate.high), y2=5, class_="whisker"))
    if estimate.value is not None:
        centre = at(estimate.value)
        parts.append(element("line", x1=centre, y1=5, x2=centre, y2=5, class_="centre marked" if marked else "centre"))
    return _stretched("whiskers", *parts)


def legend_line(look: int) -> Element:
    """A short piece of a line as the charts draw it."""
    sample = element("line", x1=1, y1=5, x2=31, y2=5, class_=f"line {_look(look)}")
    return element("svg", sample, viewBox="0 0 32 10", class_="sample", aria_hidden="true")


def ticks(low: float, high: float, wanted: int = 5) -> list[float]:
    """Round numbers from low to high, about as many as wanted."""
    span = high - low
    if not math.isfinite(span) or span <= 0:
        return [low]
    rough = span / wanted
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(index * step, 12) + 0.0 for index in range(first, last + 1)]


def extent(estimates: Sequence[Estimate], zero: bool) -> tuple[float, float]:
    """The ends of an axis on which all these intervals have room, round numbers."""
    known = [v for e in estimates for v in (e.value, e.low, e.high) if v is not None and math.isfinite(v)]
    known += [0.0] if zero else []
    if not known:
        return 0.0, 1.0
    low, high = min(known), max(known)
    room = (high - low) * 0.08 or abs(high) * 0.1 or 1.0
    return low - room, high + room


def _frame(title: str, meaning: str, x: Axis, y: Axis, height: int) -> Element:
    """The drawing with its name, grid, numbers along the axes and their titles."""
    drawn = element(
        "svg", element("title", title), element("desc", meaning), viewBox=f"0 0 {WIDTH} {height}", class_="chart", role="img"
    )
    ground, right = height - BOTTOM, WIDTH - RIGHT
    for value in _marks(y, wanted=4):
        up = _up(value, y, height)
        add(drawn, element("line", x1=LEFT, y1=up, x2=right, y2=up, class_="grid"))
        add(drawn, element("text", _tick(value, y), x=LEFT - 6, y=up + 4, class_="end"))
    for value in _marks(x, wanted=5):
        across = _across(value, x)
        add(drawn, element("line", x1=across, y1=ground, x2=across, y2=ground + 4, class_="grid"))
        add(drawn, element("text", _tick(value, x), x=across, y=ground + 17, class_="middle"))
    add(drawn, element("line", x1=LEFT, y1=ground, x2=right, y2=ground, class_="ground"))
    add(drawn, element("text", x.title, x=(LEFT + right) / 2, y=height - 8, class_="middle name"))
    middle = (TOP + ground) / 2
    return add(drawn, element("text", y.title, x=12, y=middle, transform=f"rotate(-90 12 {middle:g})", class_="middle name"))


def _marks(axis: Axis, wanted: int) -> list[float]:
    """The numbers along an axis; where things are counted, whole ones only."""
    return [value for value in ticks(*_ends(axis), wanted=wanted) if axis.kind is not Kind.COUNT or value.is_integer()]


def _filled(axis: Axis, chart: LineChart, which: int) -> Axis:
    """The axis with both ends: of the points and their bands where it names none."""
    points = [point for line in chart.lines for point in line.points]
    values = [x for x, _, _, _ in points] if which == 0 else [value for _, *of_y in points for value in of_y]
    known = [value for value in values if value is not None and math.isfinite(value)] or [0.0, 1.0]
    low = min(known) if axis.low is None else axis.low
    high = max(known) if axis.high is None else axis.high
    return Axis(axis.title, low, high if high > low else low + 1.0, axis.kind)


def _ends(axis: Axis) -> tuple[float, float]:
    assert axis.low is not None
    assert axis.high is not None
    return axis.low, axis.high if axis.high > axis.low else axis.low + 1.0


def _across(value: float, axis: Axis) -> float:
    low, high = _ends(axis)
    return LEFT + (min(max(value, low), high) - low) / (high - low) * (WIDTH - LEFT - RIGHT)


def _up(value: float, axis: Axis, height: int) -> float:
    low, high = _ends(axis)
    return height - BOTTOM - (min(max(value, low), high) - low) / (high - low) * (height - TOP - BOTTOM)


def _pieces(line: Line) -> list[list[tuple[float, float, float | None, float | None]]]:
    """The line cut where a point is missing (nan)."""
    pieces: list[list[tuple[float, float, float | None, float | None]]] = [[]]
    for point in line.points:
        if math.isfinite(point[0]) and math.isfinite(point[1]):
            pieces[-1].append(point)
        elif pieces[-1]:
            pieces.append([])
    return [piece for piece in pieces if piece]


def _band(piece: Sequence[tuple[float, float, float | None, float | None]], x: Axis, y: Axis) -> list[tuple[float, float]]:
    """The outline of the intervals, there on their lower ends and back on the upper ones; none where they are unknown."""
    known = [(px, low, high) for px, _, low, high in piece if low is not None and high is not None]
    if len(known) < 2:
        return []
    there = [(_across(px, x), _up(low, y, HEIGHT)) for px, low, _ in known]
    back = [(_across(px, x), _up(high, y, HEIGHT)) for px, _, high in reversed(known)]
    return there + back


def _tick(value: float, axis: Axis) -> str:
    if axis.kind is Kind.SHARE:
        return share(value).replace(SPACE, "")
    return number(int(value) if float(value).is_integer() else value)


def _look(look: int) -> str:
    return f"l{look % LOOKS}"


def _stretched(name: str, *parts: Element) -> Element:
    return element("svg", *parts, viewBox="0 0 100 10", preserveAspectRatio="none", class_=name, aria_hidden="true")
