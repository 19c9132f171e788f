"""Whatever stands in an element is text, in attributes too."""

from html.parser import HTMLParser

from dmp_spark.page.elements import add, element, points_text, to_html

EVIL = "\"'><script>alert(1)</script>&lt;"


class Read(HTMLParser):
    """What a browser would find: tags, attributes and text."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def test_text_and_attributes_come_back_as_they_were_and_make_no_element() -> None:
    drawn = element("svg", element("title", EVIL), element("text", EVIL, aria_label=EVIL), class_=EVIL, viewBox="0 0 1 1")
    read = Read(to_html(element("div", EVIL, drawn, EVIL)))
    assert read.tags == ["div", "svg", "title", "text"]
    assert read.text == EVIL * 4
    assert read.attributes == [("class", EVIL), ("viewbox", "0 0 1 1"), ("aria-label", EVIL)]


def test_children_keep_their_order_and_nothing_is_left_out() -> None:
    drawn = element("p", "a", None, element("b", "c"), "d", "e", hidden=None)
    assert to_html(add(drawn, element("br"), "f")) == "<p>a<b>c</b>de<br>f</p>"


def test_what_no_page_may_hold_is_replaced() -> None:
    turned = "a\x00b\x1b\u202ec\ud800d\ne"
    assert to_html(element("p", turned, title=turned)) == (
        '<p title="a\ufffdb\ufffd\ufffdc\ufffdd\ne">a\ufffdb\ufffd\ufffdc\ufffdd\ne</p>'
    )


def test_numbers_are_short_and_zero_has_no_sign() -> None:
    assert to_html(element("rect", x=1.005, y=-0.001, width=3, height=2.50)) == '<rect x="1" y="0" width="3" height="2.5"></rect>'
    assert points_text([(1.0, 2.0), (3.123, -4.0)]) == "1,2 3.12,-4"
