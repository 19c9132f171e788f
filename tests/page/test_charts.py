"""Charts: where things are drawn, and what an empty, null or endless value does to them."""

import math
import re
from xml.etree import ElementTree

import pytest

from dmp_spark.page import charts
from dmp_spark.page.elements import to_html
from dmp_spark.section import Axis, Estimate, Histogram, Line, LineChart

NAN = math.nan


def drawn(lines: list[Line], y: Axis | None = None) -> ElementTree.Element:
    return charts.line_chart(LineChart("<t>", "what", Axis("x", 0, 1), y or Axis("y", 0, 1), tuple(lines), ((0, 0), (1, 1))))


def of_class(root: ElementTree.Element, name: str) -> list[ElementTree.Element]:
    return [found for found in root.iter() if name in (found.get("class") or "").split()]


def points(found: ElementTree.Element) -> list[tuple[float, float]]:
    return [tuple(map(float, pair.split(","))) for pair in (found.get("points") or "").split()]  # type: ignore[misc]


def test_a_line_runs_from_corner_to_corner_inside_its_band() -> None:
    root = drawn([Line("a", ((0, 0, 0, 0.5), (1, 1, 0.5, 1)), 2)])
    left, right, top, ground = charts.LEFT, charts.WIDTH - charts.RIGHT, charts.TOP, charts.HEIGHT - charts.BOTTOM
    (line,) = of_class(root, "line")
    assert points(line) == [(left, ground), (right, top)]
    assert "l2" in line.get("class", "").split()
    (band,) = of_class(root, "band")
    middle = (top + ground) / 2
    assert points(band) == [(left, ground), (right, middle), (right, top), (left, middle)]
    (reference,) = of_class(root, "reference")
    assert [float(reference.get(end, "")) for end in ("x1", "y1", "x2", "y2")] == [left, ground, right, top]


def test_a_line_is_cut_where_a_point_is_missing_and_has_no_band_without_an_interval() -> None:
    root = drawn(
        [Line("a", ((0, 0, None, None), (0.5, NAN, None, None), (0.6, 1, None, None), (1, 2, None, None)), has_dots=True)]
    )
    assert [len(points(line)) for line in of_class(root, "line")] == [1, 2]
    assert not of_class(root, "band")
    assert len(of_class(root, "dot")) == 3
    inside = [y for line in of_class(root, "line") for _, y in points(line)]
    assert min(inside) == charts.TOP, "what lies outside the axis is drawn on its edge"


@pytest.mark.parametrize("lines", [[], [Line("a", ())], [Line("a", ((NAN, NAN, NAN, NAN),))], [Line("a", ((0, 5, None, None),))]])
def test_nothing_to_draw_leaves_the_axes(lines: list[Line]) -> None:
    text = to_html(drawn(lines, Axis("how much")))
    assert "how much" in text
    assert "nan" not in text
    assert "inf" not in text


def test_every_drawing_says_what_it_shows_and_axes_have_names() -> None:
    root = drawn([])
    assert root.get("role") == "img"
    assert [child.text for child in root][:2] == ["<t>", "what"]
    assert [found.text for found in of_class(root, "name")] == ["x", "y"]
    assert "&lt;t&gt;" in to_html(root)


def test_a_histogram_counts_from_a_common_ground_in_whole_numbers() -> None:
    root = charts.histogram(Histogram("h", Axis("score", 0, 1), (0, 1, 2), "people"))
    heights = [float(found.get("height", "")) for found in of_class(root, "column")]
    assert heights[0] == 0
    assert heights[2] == pytest.approx(2 * heights[1])
    assert [found.text for found in of_class(root, "end")] == ["0", "1", "2"]
    empty = to_html(charts.histogram(Histogram("h", Axis("score", 0, 1), (), "people")))
    assert "nan" not in empty


def test_small_pictures_show_what_is_not_empty() -> None:
    heights = [float(found.get("height", "")) for found in of_class(charts.small_bins((0, 1, 1000), "n"), "column")]
    assert (heights[0], heights[1] >= 1.5, heights[2]) == (0, True, 22)
    assert [of_class(charts.bar(value, 10), "column")[0].get("width") for value in (None, 0, 0.001, 5, 10, 20)] == [
        "0", "0", "0.5", "50", "100", "100",
    ]  # fmt: skip
    assert of_class(charts.bar(1, 0), "column")[0].get("width") == "0"


def test_a_whisker_reaches_from_low_to_high_and_stands_beside_zero() -> None:
    root = charts.whisker(Estimate(0.5, 0.25, 0.75), 0, 1, zero=True, marked=False)
    (line,) = of_class(root, "whisker")
    (centre,) = of_class(root, "centre")
    (zero,) = of_class(root, "reference")
    assert (line.get("x1"), line.get("x2"), centre.get("x1"), zero.get("x1")) == ("25", "75", "50", "0")
    assert not of_class(charts.whisker(Estimate(None), 0, 1, zero=False, marked=True), "centre")


@pytest.mark.parametrize(
    ("low", "high", "wanted", "found"),
    [
        (0, 1, 5, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (0, 1, 4, [0, 0.5, 1]),
        (-0.013, 0.027, 4, [-0.01, 0, 0.01, 0.02]),
        (0, 1204, 4, [0, 500, 1000]),
        (5, 5, 4, [5]),
        (0, math.inf, 4, [0]),
    ],
)
def test_ticks_are_round_numbers(low: float, high: float, wanted: int, found: list[float]) -> None:
    assert charts.ticks(low, high, wanted) == found


def test_an_axis_has_room_for_every_interval() -> None:
    low, high = charts.extent([Estimate(0.8, 0.7, 0.9), Estimate(None), Estimate(0.85, NAN, None)], zero=False)
    assert 0.6 < low < 0.7
    assert 0.9 < high < 1
    assert charts.extent([Estimate(0.1, 0.05, 0.2)], zero=True)[0] < 0
    assert charts.extent([], zero=False) == (0, 1)
    low, high = charts.extent([Estimate(0.0)], zero=True)
    assert low < 0 < high


def test_looks_differ_by_dash_and_not_by_colour_alone() -> None:
    from importlib.resources import files

    style = files("dmp_spark.page").joinpath("style.css").read_text(encoding="utf-8")
    dashes = dict(re.findall(r"\.line\.(l\d) \{ stroke: var\(--l\d\);(?: stroke-dasharray: ([^;]+);)? \}", style))
    assert len(dashes) == charts.LOOKS == len(set(dashes.values()))
