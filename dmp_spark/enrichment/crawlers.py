"""Machines among the user agents: by a list of crawlers, and by what nobody's browser says of itself. No pyspark here."""

import re
from dataclasses import dataclass
from functools import cache

from dmp_spark.enrichment.lists import crawler_entries

OF_PEOPLE = (r"AP3A\.240617\.008",)
"""Patterns of the list that people's agents have, too (this is a build of Android 15, on phones of several makers): of these
only the listed examples are machines, letter by letter.
"""
BEGIN = 3  # signs of a text by which it is found
UNLISTED = "unlisted"
"""The name of a crawler that is on no list and says that it is one."""

_PLAIN = re.compile(r"(?:[^\\^$*+?{}\[\]|()]|\\[^a-zA-Z0-9])+")  # a pattern that only escapes signs: a text
_OWN_WORDS = re.compile(
    r"(?<!cu)bots?\b|(?:crawl|spider|scrap)(?:er|ing|y)?\b"  # FooBot/1.0; phones of the brand Cubot are no bots
    r"|\+https?://"  # the address of who sends it, which is the custom among robots
    r"|headless",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Crawler:
    """A crawler of the list: its name, which is its pattern without escapes, and what finds it in a user agent."""

    name: str
    text: str | None = None
    pattern: re.Pattern[str] | None = None

    def is_in(self, agent: str) -> bool:
        """Whether the user agent is one of this crawler."""
        if self.text is not None:
            return self.text in agent
        return self.pattern is not None and self.pattern.search(agent) is not None


@cache
def listed() -> tuple[Crawler, ...]:
    """The crawlers of the list, in its order."""
    return tuple(_crawler(entry["pattern"], entry["instances"]) for entry in crawler_entries())


def crawler_of(agent: str) -> str | None:
    """The name of the crawler that an agent is one of, the first of the list, else UNLISTED; None where it is none."""
    by_begin, others = _searched()
    begins = {agent[at : at + BEGIN] for at in range(len(agent) - BEGIN + 1)}
    candidates = [crawler for begin in begins for crawler in by_begin.get(begin, ())]
    places = [place for place, crawler in (*candidates, *others) if crawler.is_in(agent)]
    if places:
        return listed()[min(places)].name
    return UNLISTED if _OWN_WORDS.search(agent) else None


@cache
def _searched() -> tuple[dict[str, list[tuple[int, Crawler]]], list[tuple[int, Crawler]]]:
    """The crawlers that are plain texts by how they begin, and the others, each with its place in the list.

    Of 1,500 texts an agent has the begins of ten or so, and looking for those alone takes a fifth of the time.
    """
    by_begin: dict[str, list[tuple[int, Crawler]]] = {}
    others = []
    for place, crawler in enumerate(listed()):
        if crawler.text is not None and len(crawler.text) >= BEGIN:
            by_begin.setdefault(crawler.text[:BEGIN], []).append((place, crawler))
        else:
            others.append((place, crawler))
    return by_begin, others


def _crawler(pattern: str, examples: list[str]) -> Crawler:
    """Nearly all patterns are plain texts, which are found ten times as fast as by one expression of them all."""
    if not _PLAIN.fullmatch(pattern):
        return Crawler(pattern, pattern=re.compile(pattern))
    text = re.sub(r"\\(.)", r"\1", pattern)
    name = text.strip(" /:;")
    if pattern in OF_PEOPLE:
        return Crawler(name, pattern=re.compile("|".join(rf"\A{re.escape(example)}\Z" for example in examples)))
    if text[0].isdigit():  # 008/1 is a crawler, and 4.4.39008/37 a version
        return Crawler(name, pattern=re.compile(rf"(?<!\d){re.escape(text)}"))
    return Crawler(name, text=text)
