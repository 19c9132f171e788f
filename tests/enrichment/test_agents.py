"""User agents: others' cases, machines and browsers, and texts that are none. No Spark."""

import re
import time

import pytest

from dmp_spark.enrichment import agents, libraries
from dmp_spark.enrichment.agents import Agent, agent_of
from dmp_spark.enrichment.crawlers import UNLISTED
from dmp_spark.errors import StageError
from tests.enrichment import others_data

CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.2 Mobile/15E148 "
    "Safari/604.1"
)
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"


def other(family: str | None) -> str | None:
    """What uap-core calls Other is not known here."""
    return None if family == "Other" else family


def test_a_browser_a_phone_and_a_crawler_are_told_in_full() -> None:
    assert agent_of(CHROME) == Agent("Chrome", "120", "Windows", "10", None, None, None, "desktop", False, None)
    assert agent_of(IPHONE) == Agent("Mobile Safari", "17", "iOS", "17.2", "iPhone", "Apple", "iPhone", "phone", False, None)
    assert agent_of(GOOGLEBOT) == Agent("Googlebot", "2", None, None, "Spider", "Spider", "Desktop", "bot", True, "Googlebot")


@pytest.mark.parametrize("nothing", [None, "", "  ", "-", " - ", "\t"])
def test_without_an_agent_nothing_is_known_not_even_whether_it_is_a_machine(nothing: str | None) -> None:
    assert agent_of(nothing) == Agent()


def test_browsers_are_called_as_uap_core_calls_them() -> None:
    cases = others_data.cases("test_ua.yaml")
    wrong = [
        (case["user_agent_string"], case["family"], case["major"], got.browser, got.browser_version)
        for case in cases
        if case["user_agent_string"].strip()
        for got in [agent_of(case["user_agent_string"])]
        if (got.browser, got.browser_version) != (other(case["family"]), case["major"] or None)
    ]
    print(others_data.shown("browsers as uap-core has them", len(cases) - len(wrong), len(cases)))
    assert wrong == []


def test_operating_systems_are_called_as_uap_core_calls_them() -> None:
    cases = others_data.cases("test_os.yaml")
    wrong = []
    for case in cases:
        got = agent_of(case["user_agent_string"])
        major, minor = case["major"] or None, case["minor"] or None
        version = f"{major}.{minor}" if major and minor else major
        if (got.os, got.os_version) != (other(case["family"]), version):
            wrong.append((case["user_agent_string"], case["family"], version, got.os, got.os_version))
    print(others_data.shown("operating systems as uap-core has them", len(cases) - len(wrong), len(cases)))
    assert wrong == []


A_BROWSER = re.compile(r"(Mozilla|Opera)/\d.*(Chrome|CriOS|Firefox|FxiOS|Safari|MSIE|Trident|Opera|OPR|Edge?|Presto)/?.?\d")
A_MACHINE = re.compile(
    r"bot|crawl|spider|slurp|preview|inspection|synthetic|favicon|monitor|proxy|scrape|headless|\+?https?:|@", re.IGNORECASE
)
MACHINES = (
    "Catchpoint",
    "Datanyze",
    "PTST",
    "GomezAgent",
    "StatusCake",
    "scooter",
    "YahooSeeker",
    "PhantomJS",
    "Lighthouse",
    "ZyBorg",
    "Pingdom",
)
"""What remains of machines among uap-core's agents, by hand."""


def test_browsers_of_people_are_not_taken_for_machines() -> None:
    log = others_data.file("clickstream/apache_logs.txt").read_text(encoding="utf-8").splitlines()
    agents_of_all = {case["user_agent_string"] for name in ("test_ua.yaml", "test_os.yaml") for case in others_data.cases(name)}
    agents_of_all |= {line.rsplit('"', 2)[1] for line in log}
    people = [
        a for a in agents_of_all if A_BROWSER.match(a) and not A_MACHINE.search(a) and not any(one in a for one in MACHINES)
    ]
    alarms = {agent: agent_of(agent).crawler for agent in people if agent_of(agent).is_bot}
    print(others_data.shown("browsers that are no machines", len(people) - len(alarms), len(people)), alarms)
    assert len(people) > 700
    assert alarms == {}


@pytest.mark.parametrize(
    ("agent", "kind"),
    [
        (CHROME, "desktop"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:120.0) Gecko/20100101 Firefox/120.0", "desktop"),
        ("Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36", "desktop"),
        ("Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/119.0", "desktop"),
        ("Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.1; Trident/4.0; Tablet PC 2.0)", "desktop"),
        (IPHONE, "phone"),
        ("Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36", "phone"),
        ("Opera/9.80 (J2ME/MIDP; Opera Mini/7.1/28.3492; U; en) Presto/2.8.119 Version/11.10", "phone"),
        ("Mozilla/5.0 (Linux; Android 13; SM-X906C) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36", "tablet"),
        ("Mozilla/5.0 (iPad; CPU OS 12_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/12.1 Mobile/15E148 Safari/604.1", "tablet"),
        ("Mozilla/5.0 (Web0S; Linux/SmartTV) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/79.0.3945.79 Safari/537.36", "tv"),
        ("Mozilla/5.0 (Linux; Android 9; AFTMM) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36", "tv"),
        ("Mozilla/5.0 (PlayStation; PlayStation 5/5.10) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/13.0 Safari/605.1.15", "console"),
        ("atc/1.0 watchOS/5.2 model/Watch4,4 hwp/t8006 build/16T225 (6; dt:193)", "watch"),
        (GOOGLEBOT, "bot"),
        ("Dalvik/2.1.0 (Linux; U; Android 14; SM-G991B Build/UP1A.231005.007)", "phone"),
        ("Luminary/1.0", "other"),
        ("no agent at all", "other"),
    ],
)  # fmt: skip
def test_the_kind_of_device(agent: str, kind: str) -> None:
    assert agent_of(agent).device_kind == kind


@pytest.mark.parametrize(
    ("agent", "crawler"),
    [
        ("FooBot/1.0", UNLISTED),
        ("Mozilla/5.0 (compatible; whoever; +https://example.com/us)", UNLISTED),
        ("some-Crawler 3", UNLISTED),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0.0.0 Safari/537.36", "HeadlessChrome"),
        ("curl/8.5.0", "^curl"),
        ("python-requests/2.31.0", "python-requests"),
        ("Mozilla/5.0 (Linux; Android 8.1.0; CUBOT ECHO) AppleWebKit/537.36 Chrome/70.0.3538.110 Mobile Safari/537.36", None),
        (CHROME, None),
        ("Mozilla/5.0 (Linux; U; Android 15; en-gb; CPH2617 Build/AP3A.240617.008) AppleWebKit/537.36 Chrome/125.0.6422.72 Mobile Safari/537.36", None),
        ("Opera/9.80 (MAUI Runtime; Opera Mini/4.4.39008/37.9178; U; en) Presto/2.12.423 Version/12.16", None),
        ("Mozilla/5.0 (compatible; 008/0.85)", "008"),
    ],
)  # fmt: skip
def test_machines_that_are_on_no_list_say_that_they_are_machines(agent: str, crawler: str | None) -> None:
    assert (agent_of(agent).crawler, agent_of(agent).is_bot) == (crawler, crawler is not None)


HOSTILE = (
    "(" * 5_000, ")" * 5_000, " " * 5_000 + "x", "a" * 1_000_000, "1." * 5_000, "Mozilla/5.0 " * 1_000, ";" * 5_000,
    "Mozilla/5.0 (Linux; Android " + "1" * 5_000, "Mozilla/5.0 (" + "; " * 3_000, "\x00\x01\x02", "\N{PILE OF POO}" * 3_000, "$1$2\\1",
    "HbbTV/1.1.1 (" + ";" * 3_000, "/" * 5_000, "iPhone" * 2_000, "\n".join(["Safari"] * 2_000), "\ufffd\u202e\u0000",
)  # fmt: skip


def test_hostile_texts_are_read_in_time_and_without_an_error() -> None:
    agent_of(CHROME)
    begin = time.perf_counter()
    answers = [agent_of(text) for text in HOSTILE]
    assert len(answers) == len(HOSTILE)
    assert time.perf_counter() - begin < 5


def test_what_stands_behind_the_longest_is_not_looked_at() -> None:
    padded = CHROME + " " * agents.LONGEST
    assert agent_of(padded + "Googlebot/2.1") == agent_of(CHROME)


def test_without_the_library_one_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraries, "find_spec", lambda name: None)
    agents._resolver.cache_clear()
    with pytest.raises(StageError, match="user agents are read by ua-parser.regex., which is not installed.*pip install"):
        agent_of(CHROME)
