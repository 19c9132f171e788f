"""The whole page: one file that asks nothing of anybody else, and says so to the browser."""

import base64
import hashlib
from dataclasses import dataclass
from importlib.resources import files

from dmp_spark.page import parts
from dmp_spark.page.elements import Element, element, to_html
from dmp_spark.section import Fact, Section


@dataclass(frozen=True)
class Page:
    """A page: its title, lines below it, numbers at its head, and its sections."""

    title: str
    lines: tuple[str, ...]
    facts: tuple[Fact, ...]
    sections: tuple[Section, ...]
    footer: tuple[str, ...]
    zone: str


def document(page: Page) -> str:
    """The page as HTML: nothing in it but this text, no script at all, and a policy that forbids to load anything."""
    style = files(__package__).joinpath("style.css").read_text(encoding="utf-8")
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_policy(style)),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", page.title),
        element("style", style),
    )
    return f"<!DOCTYPE html>\n{to_html(element('html', head, _body(page), lang='en'))}\n"


def _policy(style: str) -> str:
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _body(page: Page) -> Element:
    header = element(
        "header",
        element("h1", page.title),
        *[element("p", line, class_="dim") for line in page.lines],
        parts.facts(page.facts, page.zone) if page.facts else None,
    )
    links = [element("li", element("a", section.title, href=f"#{section.name}")) for section in page.sections]
    contents = element("nav", element("h2", "Contents"), element("ol", *links), aria_label="Contents")
    main = element("main", *[parts.section(section, page.zone) for section in page.sections], id="main")
    footer = element("footer", *[element("p", line) for line in page.footer])
    skip = element("a", "To the sections", href="#main", class_="skip")
    return element("body", skip, header, element("div", contents, main, class_="columns"), footer)
