"""Addresses of pages: what they hold, and that nothing that may stand there is an error. No Spark."""

import random
import string

import pytest

from dmp_spark.enrichment.urls import LONGEST, Url, url_of


@pytest.mark.parametrize(
    ("text", "host", "path", "parameters"),
    [
        ("https://www.shop.example/tea?utm_source=a&utm_medium=b#top", "www.shop.example", "/tea", {"utm_source": "a", "utm_medium": "b"}),
        ("HTTP://SHOP.example:8080/A/b?Q=Tea", "shop.example", "/A/b", {"q": "Tea"}),
        ("//shop.example/a", "shop.example", "/a", {}),
        ("/a?x=1", None, "/a", {"x": "1"}),
        ("?x=1", None, None, {"x": "1"}),
        ("shop.example/a?x=1", "shop.example", "/a", {"x": "1"}),
        ("www.shop.example", "www.shop.example", "/", {}),
        ("http://user:secret@shop.example/", "shop.example", "/", {}),
        ("http://shop.example.", "shop.example", "/", {}),
        ("https://bücher.example/", "xn--bcher-kva.example", "/", {}),
        ("https://XN--BCHER-KVA.example/", "xn--bcher-kva.example", "/", {}),
        ("https://例え.jp/?q=%E8%8C%B6", "xn--r8jz45g.jp", "/", {"q": "茶"}),
        ("http://[2001:DB8::1]:80/", "2001:db8::1", "/", {}),
        ("http://192.0.2.1/", "192.0.2.1", "/", {}),
        ("android-app://com.google.android.gm/", "com.google.android.gm", "/", {}),
        ("/a?x=1&x=2&X=3", None, "/a", {"x": "1"}),
        ("/a?x=&x=2", None, "/a", {"x": "2"}),
        ("/a?utm_source=a&amp;utm_medium=b", None, "/a", {"utm_source": "a", "utm_medium": "b"}),
        ("/a?q=a+b%20c%2Bd", None, "/a", {"q": "a b c+d"}),
        ("/a?q=caf%C3%A9&r=caf%E9", None, "/a", {"q": "café", "r": "caf\ufffd"}),
        ("/a?q=%00a%0Ab%1f", None, "/a", {"q": "a b"}),
        ("/a?q=100%&r=%zz&s=%", None, "/a", {"q": "100%", "r": "%zz", "s": "%"}),
        ("/a?=1&&b&c=", None, "/a", {}),
        ("/a?q=1?2=3", None, "/a", {"q": "1?2=3"}),
        (" \t/a ", None, "/a", {}),
        ("http://shop.example/\n\x00a", "shop.example", "/a", {}),
    ],
)  # fmt: skip
def test_an_address_is_taken_apart(text: str, host: str | None, path: str | None, parameters: dict[str, str]) -> None:
    assert url_of(text) == Url(host, path, parameters)


@pytest.mark.parametrize(
    "text",
    [
        None, "", " ", "-", "*", "about:blank", "javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "mailto:a@b.example", "http://",
        "http:///a", "https://?x=1", "http://[::", "http://[zz]/", "http://a b/", "http://a..b/", "http://.b/", "http://-a.example/", "http://%zz/",
        "tea", "index.html", "a" * 20_000, "http://" + "ü" * 300, "http://" + "a" * 64 + ".example", "http://\ud800/", "\x00", "GET / HTTP/1.1",
    ],
)  # fmt: skip
def test_what_is_no_address_is_none(text: str | None) -> None:
    assert url_of(text) is None


def test_of_a_very_long_address_the_begin_is_read_and_no_parameter_that_is_cut() -> None:
    long = "http://shop.example/a?x=1&y=" + "z" * LONGEST
    assert url_of(long) == Url("shop.example", "/a", {"x": "1"})


def test_nothing_that_is_drawn_is_an_error() -> None:
    drawn = random.Random(13)
    signs = [
        *string.printable,
        "%",
        "%",
        "&",
        "=",
        "?",
        "#",
        "/",
        ":",
        "@",
        "[",
        "]",
        "é",
        "茶",
        "\ud800",
        "\U0001f600",
        "\ufeff",
        "。",
    ]
    begins = ["", "/", "http://", "//", "?", "https://a.example/", "www."]
    for _ in range(20_000):
        text = drawn.choice(begins) + "".join(drawn.choices(signs, k=drawn.randrange(30)))
        found = url_of(text)
        assert found is None or found.host is None or (found.host == found.host.lower() and found.host.isascii())
