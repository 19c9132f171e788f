"""Sites that people come from: search engines and their terms, assistants, lists of sites, marks of clicks. No pyspark here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from dmp_spark.enrichment.lists import source_categories
from dmp_spark.enrichment.urls import Url


@dataclass(frozen=True)
class Engine:
    """A search engine: the source that it is, its hosts as a regular expression, the parameters that hold the search term."""

    source: str
    hosts: str
    parameters: tuple[str, ...] = ("q",)


_ANY = r"(?:com?|org|net|[a-z]{2}|com?\.[a-z]{2})"  # google.de, google.co.uk, google.com.br
ENGINES = (
    Engine("google", rf"(?:(?:www|m|images|encrypted)\.)?google\.{_ANY}"),
    Engine("bing", r"(?:(?:www|m|cn)\.)?bing\.com"),
    Engine("yahoo", rf"(?:[a-z0-9-]+\.)*search\.yahoo\.{_ANY}", ("p", "q")),
    Engine("duckduckgo", r"(?:(?:www|html|lite|start|safe)\.)?duckduckgo\.com"),
    Engine("baidu", r"(?:(?:www|m|wap)\.)?baidu\.com", ("wd", "word")),
    Engine("yandex", r"(?:(?:www|m)\.)?(?:yandex\.(?:com\.tr|com|ru|by|kz|uz|ua|fr|eu)|ya\.ru)", ("text",)),
    Engine("naver", r"(?:m\.)?search\.naver\.com", ("query",)),
    Engine("daum", r"(?:m\.)?search\.daum\.net"),
    Engine("seznam", r"search\.seznam\.cz"),
    Engine("sogou", r"(?:(?:www|m|wap)\.)?sogou\.com", ("query", "keyword")),
    Engine("so.com", r"(?:(?:www|m)\.)?so\.com"),
    Engine("ecosia.org", r"(?:www\.)?ecosia\.org"),
    Engine("qwant", r"(?:(?:www|lite)\.)?qwant\.com"),
    Engine("startpage", r"(?:www\.)?startpage\.com", ("query", "q")),
    Engine("brave", r"search\.brave\.com"),
    Engine("ask", r"(?:(?:www|uk|de|fr|es|it)\.)?ask\.com"),
    Engine("aol", rf"(?:search|suche|recherche)\.aol\.{_ANY}"),
    Engine("rambler", r"nova\.rambler\.ru", ("query",)),
    Engine("virgilio", r"ricerca\.virgilio\.it", ("qs",)),
    Engine("dogpile", r"(?:www\.)?dogpile\.com"),
    Engine("onet", r"szukaj\.onet\.pl", ("qt", "q")),
)
"""Facts of the engines themselves, as they answer today; sources are called as Google's list of sources calls them."""
_HOSTS = [(engine, re.compile(engine.hosts)) for engine in ENGINES]

ASSISTANTS = (
    "chatgpt.com",
    "chat.openai.com",
    "gemini.google.com",
    "bard.google.com",
    "copilot.microsoft.com",
    "copilot.com",
    "claude.ai",
    "grok.com",
    "chat.deepseek.com",
    "deepseek.com",
)
"""Hosts of the assistants that Google names (ChatGPT, Gemini, Claude, Copilot, Grok, DeepSeek); it publishes no list of hosts."""


@dataclass(frozen=True)
class Click:
    """What a parameter that marks a click says; `is_paid` where it stands in advertisements only."""

    source: str
    medium: str
    is_paid: bool = True


CLICKS = {
    "gclid": Click("google", "cpc"),
    "gbraid": Click("google", "cpc"),
    "wbraid": Click("google", "cpc"),
    "dclid": Click("dfa", "cpm"),  # Campaign Manager, as Google Analytics calls it
    "msclkid": Click("bing", "cpc"),
    "yclid": Click("yandex", "cpc"),
    "ttclid": Click("tiktok", "cpc"),
    "twclid": Click("twitter", "cpc"),
    "li_fat_id": Click("linkedin", "cpc"),
    "rdt_cid": Click("reddit", "cpc"),
    "sccid": Click("snapchat", "cpc"),
    "epik": Click("pinterest", "cpc"),
    "fbclid": Click("facebook", "referral", is_paid=False),
    "igshid": Click("instagram", "referral", is_paid=False),
    "igsh": Click("instagram", "referral", is_paid=False),
}
"""Parameter → what it says, in order of rank. Facebook and Instagram mark plain links with theirs, too."""


@lru_cache(maxsize=4_096)  # hosts repeat far more often than addresses
def engine_of(host: str) -> Engine | None:
    """The search engine of a host; None where it is none. Other sites of its owner (mail.google.com) are none."""
    return next((engine for engine, pattern in _HOSTS if pattern.fullmatch(host)), None)


def search_term(url: Url) -> str | None:
    """What was searched for, where the address is one of a search engine that tells; most have kept it back since 2013."""
    engine = engine_of(url.host or "")
    if engine is None:
        return None
    return next((url.parameters[name] for name in engine.parameters if name in url.parameters), None)


def category_of(source: str) -> str | None:
    """search, social, shopping or video, as Google's list of sources has it; None where it has none.

    Of social sites, of which Google says that its list holds patterns, hosts below them count, too.
    """
    listed = source_categories()
    if source in listed:
        return listed[source]
    _, point, above = source.partition(".")
    while point:
        if listed.get(above) == "social" and "." in above:
            return "social"
        _, point, above = above.partition(".")
    return None


def click_of(parameters: Mapping[str, str]) -> str | None:
    """The name of the parameter that marks a click, the first in rank; None where there is none."""
    return next((name for name in CLICKS if name in parameters), None)
