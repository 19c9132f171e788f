"""The report as a browser shows it: it asks for nothing, complains of nothing, fits a phone, and can be read by light and dark."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from dmp_spark import registry
from dmp_spark.operations.report import report, write
from tests.operations.told_lakehouse import told
from tests.system import browser

pytestmark = pytest.mark.skipif(browser.executable() is None, reason="there is no Chromium on this machine")

BAIT = "http://127.0.0.1:9/"
DESKTOP, PHONE = (1280, 900), (390, 844)
WIDTHS = "({window: innerWidth, page: document.documentElement.scrollWidth, body: document.body.scrollWidth})"
# Everything that sticks out of the window and is not inside a box that scrolls by itself.
OUTSIDE = """
[...document.querySelectorAll('body *')].filter(e => {
  const box = e.getBoundingClientRect();
  return box.width > 0 && box.right > innerWidth + 1 && !e.closest('.scroll, pre, .skip, svg, .spoken');
}).map(e => e.tagName + '.' + e.getAttribute('class') + ' ' + e.textContent.slice(0, 40))
"""
# The least contrast of a text to what lies behind it (WCAG 2), and where.
CONTRAST = """
(() => {
  const parts = text => { const found = text.match(/[\\d.]+/g).map(Number); return {rgb: found.slice(0, 3), a: found[3] ?? 1}; };
  const light = rgb => { const l = rgb.map(v => v / 255).map(v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * l[0] + .7152 * l[1] + .0722 * l[2]; };
  const behind = e => { const stack = []; for (let at = e; at; at = at.parentElement) stack.push(parts(getComputedStyle(at).backgroundColor));
    return stack.reverse().reduce((rgb, top) => rgb.map((v, i) => v * (1 - top.a) + top.rgb[i] * top.a), [255, 255, 255]); };
  let least = {ratio: 99};
  for (const e of document.querySelectorAll('body *')) {
    if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) || e.closest('.spoken, .skip, title, desc')) continue;
    const style = getComputedStyle(e);
    const ink = parts(e.closest('svg') ? style.fill : style.color).rgb, paper = behind(e);
    const [a, b] = [light(ink), light(paper)].sort((x, y) => y - x);
    const ratio = (a + .05) / (b + .05);
    if (ratio < least.ratio) least = {ratio, what: e.tagName + '.' + e.getAttribute('class') + ' ' + e.textContent.slice(0, 30)};
  }
  return least;
})()
"""
STRUCTURE = """
({
  scripts: document.scripts.length,
  titles: document.querySelectorAll('h1').length,
  headings: [...document.querySelectorAll('h1, h2, h3, h4')].map(h => [Number(h.tagName[1]), h.textContent.trim()]),
  unscoped: document.querySelectorAll('th:not([scope])').length,
  unnamed: [...document.querySelectorAll('svg[role=img]')].filter(s => !s.querySelector(':scope > title')).length,
  images: document.querySelectorAll('svg[role=img]').length,
  broken: [...document.querySelectorAll('a[href^="#"]')].filter(a => !document.getElementById(a.hash.slice(1))).length,
  links: document.querySelectorAll('nav a').length,
  evil: [...document.querySelectorAll('th, td, p, h3, text, code')].filter(e => e.textContent.includes('<script>alert(1)')).length,
  background: getComputedStyle(document.body).backgroundColor,
})
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    project, resolution = registry.resolved(told(folder))
    write(report(project, resolution), folder / "index.html")
    return folder / "index.html"


@pytest.fixture(scope="module")
def seen(page: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the browser found at each size and in each light; `net` are the addresses that its network stack was asked for."""
    folder = tmp_path_factory.mktemp("browser")

    async def look() -> dict[str, Any]:
        found: dict[str, Any] = {}
        async with browser.tab(folder) as tab:
            for name, (width, height) in (("desktop", DESKTOP), ("phone", PHONE)):
                for scheme in ("light", "dark"):
                    await tab.open(page, width, height, scheme)
                    await tab.look("document.querySelectorAll('details').forEach(d => d.open = true)")
                    asked = {"widths": WIDTHS, "outside": OUTSIDE, "contrast": CONTRAST, "structure": STRUCTURE}
                    found[f"{name} {scheme}"] = {key: await tab.look(text) for key, text in asked.items()}
            await tab.send("Emulation.setEmulatedMedia", media="print")
            found["print"] = await tab.look("getComputedStyle(document.querySelector('nav')).display")
            found["requests"], found["complaints"] = list(tab.requests), list(tab.complaints)
            await tab.open(_tempted(page, folder), *DESKTOP, "light")
            found["tempted"] = list(tab.requests[len(found["requests"]) :]), tab.complaints[len(found["complaints"]) :]
        found["net"] = _addresses(folder / "net.json")
        return found

    result: dict[str, Any] = browser.run(look())
    return result


def _tempted(page: Path, folder: Path) -> Path:
    """The page with an image and two scripts put into it, which would be fetched and run if its policy let them."""
    bait = f"<img src='{BAIT}i'><script src='{BAIT}s'></script><script>document.title = 'x'</script>"
    file = folder / "tempted.html"
    file.write_text(page.read_text(encoding="utf-8").replace("<main", f"{bait}<main", 1), encoding="utf-8")
    return file


def _addresses(log: Path) -> list[str]:
    """The addresses that requests were made to, by the browser's own log of its network, without DevTools' and its maker's."""
    text = log.read_text(encoding="utf-8").rstrip().rstrip(",")
    events = json.loads(text if text.endswith("}") else f"{text}]}}")["events"]
    urls = [event["params"]["url"] for event in events if "url" in event.get("params", {})]
    own = re.compile(r"(http|ws)://127\.0\.0\.1:\d{4,}/|https?://[a-z0-9.-]+\.(google|googleapis|gvt1)\.com/")
    return sorted({url for url in urls if url.startswith(("http", "ws")) and not own.match(url)})


VIEWS = [f"{size} {scheme}" for size in ("desktop", "phone") for scheme in ("light", "dark")]


def test_nothing_is_asked_for_and_nothing_complained_of(seen: dict[str, Any], page: Path) -> None:
    assert set(seen["requests"]) == {page.as_uri()}
    assert seen["complaints"] == []
    assert seen["net"] == [], "no address outside of this machine"


def test_its_policy_would_stop_what_got_in_all_the_same(seen: dict[str, Any]) -> None:
    asked, complaints = seen["tempted"]
    assert [url.rpartition("/")[2] for url in asked if url.startswith(BAIT)] == ["i", "s"], "this test can see what a page wants"
    assert len([text for text in complaints if "Content Security Policy" in text]) == 3
    assert not [url for url in seen["net"] if url.startswith(BAIT)]


@pytest.mark.parametrize("view", VIEWS)
def test_the_page_is_no_wider_than_the_window(seen: dict[str, Any], view: str) -> None:
    widths = seen[view]["widths"]
    assert widths["page"] <= widths["window"] == (PHONE[0] if "phone" in view else DESKTOP[0])
    assert seen[view]["outside"] == []


@pytest.mark.parametrize("view", VIEWS)
def test_every_text_stands_out_from_what_is_behind_it(seen: dict[str, Any], view: str) -> None:
    assert seen[view]["contrast"]["ratio"] >= 4.5, seen[view]["contrast"]


def test_light_and_dark_differ(seen: dict[str, Any]) -> None:
    assert seen["desktop light"]["structure"]["background"] != seen["desktop dark"]["structure"]["background"]


def test_the_page_can_be_read_without_seeing_it(seen: dict[str, Any]) -> None:
    found = seen["desktop light"]["structure"]
    assert (found["scripts"], found["titles"], found["unscoped"], found["unnamed"], found["broken"]) == (0, 1, 0, 0, 0)
    assert found["images"] >= 8
    assert found["links"] == 13
    levels = [level for level, _ in found["headings"]]
    assert all(deeper - level <= 1 for level, deeper in zip(levels, levels[1:], strict=False)), found["headings"]
    assert all(text for _, text in found["headings"])


def test_names_that_are_markup_stand_as_text(seen: dict[str, Any]) -> None:
    assert seen["desktop light"]["structure"]["evil"] > 30


def test_on_paper_there_is_no_list_of_links(seen: dict[str, Any]) -> None:
    assert seen["print"] == "none"
