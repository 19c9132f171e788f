"""Parts of sections as elements: tables with heads that say what they are, empty ones, pictures in cells."""

import math

from dmp_spark.page.document import Page, document
from dmp_spark.page.elements import to_html
from dmp_spark.page.parts import parts
from dmp_spark.page.tables import table
from dmp_spark.section import (
    Axis,
    Box,
    Code,
    Column,
    Detailed,
    Estimate,
    Fact,
    Facts,
    Flow,
    Folded,
    Gallery,
    Group,
    Histogram,
    IntervalChart,
    Kind,
    Line,
    LineChart,
    Part,
    Section,
    Sentence,
    Table,
    Tone,
)
from dmp_spark.wording import plain, several
from tests.page.test_elements import EVIL, Read

EVERY: tuple[Part, ...] = (
    Sentence(EVIL, Tone.WARNING),
    Code(EVIL),
    Facts((Fact(EVIL, EVIL, Kind.TEXT, EVIL, EVIL),)),
    Table(EVIL, (Column(EVIL), Column(EVIL, unit=EVIL)), ((EVIL, [EVIL, {EVIL: EVIL}]), (Detailed(EVIL, EVIL), None)), EVIL),
    Table(EVIL, (Column(EVIL),), (), EVIL, EVIL),
    LineChart(EVIL, EVIL, Axis(EVIL, 0, 1), Axis(EVIL), (Line(EVIL, ((0, 1, None, None),)),)),
    Histogram(EVIL, Axis(EVIL, 0, 1), (1,), EVIL),
    IntervalChart(EVIL, Axis(EVIL), ((EVIL, Estimate(1.0, 0.0, 2.0)),), True, EVIL, EVIL),
    Gallery((LineChart(EVIL, EVIL, Axis(EVIL), Axis(EVIL), ()),), ((EVIL, 1),), EVIL),
    Flow((Box(EVIL, EVIL, ((EVIL, 1),), 1.0, 1, EVIL, 0.5),), EVIL),
    Folded(EVIL, (Code(EVIL),)),
    Group(EVIL, (Sentence(EVIL),)),
)


def test_names_of_any_kind_make_no_element_anywhere() -> None:
    text = "".join(to_html(drawn) for drawn in parts(EVERY, "UTC"))
    read = Read(text)
    assert "script" not in read.tags
    assert not [name for name, _ in read.attributes if name.startswith("on") or name == "style"]
    assert read.text.count("<script>alert(1)</script>") >= 45
    assert {type(part) for part in EVERY} == set(Part.__args__), "a part is missing here"  # type: ignore[attr-defined]


def test_a_table_says_of_each_cell_what_it_is() -> None:
    columns = (
        Column("who"),
        Column("people", Kind.COUNT),
        Column("", Kind.BAR),
        Column("share", Kind.HEAT),
        Column("spread", Kind.BINS),
    )
    drawn = table(
        Table("Sizes", columns, (("a", 1200, 1200, 0.5, (1, 2)), ("b", None, None, None, ()), ("c", 3, math.nan, 1, ()))), "UTC"
    )
    heads = [(found.text, found.get("scope")) for found in drawn.iter("th")]
    assert heads == [
        ("who", "col"), ("people", "col"), ("share", "col"), ("spread", "col"), ("a", "row"), ("b", "row"), ("c", "row"),
    ]  # fmt: skip
    cells = [["".join(cell.itertext()) for cell in row] for row in drawn.iter("tr")]
    assert cells[1][:2] == ["a", "1,200"]
    assert cells[2] == ["b", "–", "", "–", "–"]
    widths = [found.get("width") for row in list(drawn.iter("tr"))[1:] for found in row[2].iter("rect")]
    assert widths == ["100", "0", "0"]
    shades = [row[3].get("class") for row in list(drawn.iter("tr"))[1:]]
    assert shades == ["n h5", "n h0", "n h10"]
    box = next(found for found in drawn.iter("div") if found.get("class") == "scroll")
    assert (box.get("role"), box.get("tabindex"), box.get("aria-label")) == ("region", "0", "Sizes")


def test_an_empty_table_is_a_sentence() -> None:
    drawn = table(Table("Files", (Column("a"),), (), "a note", "No file was written."), "UTC")
    assert "".join(drawn.itertext()) == "FilesNo file was written."
    assert not list(drawn.iter("table"))


def test_the_page_loads_nothing_and_says_so() -> None:
    sections = (Section("one", "One", EVERY, (Fact("n", 1),)), Section("two", "Two", ()))
    page = Page(EVIL, (EVIL,), (Fact("people", 5),), sections, (EVIL,), "UTC")
    text = document(page)
    read = Read(text)
    assert text.startswith('<!DOCTYPE html>\n<html lang="en">')
    assert not {"script", "link", "img", "iframe", "base", "object"} & set(read.tags)
    assert not [value for name, value in read.attributes if name in ("src", "srcset", "data", "action")]
    assert [value for name, value in read.attributes if name == "href"] == ["#main", "#one", "#two"]
    policy = next(value for name, value in read.attributes if name == "content" and "default-src" in (value or ""))
    assert policy and policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "url(" not in text
    assert "@import" not in text
    assert document(page) == text


def test_names_become_words() -> None:
    names = ("baskets_90d", "gap_1w", "spend_ever", "spend_1mo", "days_since_purchase_ever", "x", "a90d")
    assert [plain(name) for name in names] == [
        "baskets, last 90 days", "gap, last 1 week", "spend, ever", "spend, last 1 month", "days since purchase, ever", "x", "a90d",
    ]  # fmt: skip
    words = ("household", "person", "company", "bus", "account", "boy")
    assert [several(word) for word in words] == ["households", "people", "companies", "buses", "accounts", "boys"]
