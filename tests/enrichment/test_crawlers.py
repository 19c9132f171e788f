"""Each example of the list of crawlers is found, by its own pattern read as an expression. No Spark, no ua-parser."""

import re
from collections import Counter

from dmp_spark.enrichment import lists
from dmp_spark.enrichment.crawlers import UNLISTED, crawler_of, listed
from tests.enrichment import others_data


def test_every_example_of_the_list_is_a_crawler() -> None:
    examples = [agent for entry in lists.crawler_entries() for agent in entry["instances"]]
    missed = [agent for agent in examples if crawler_of(agent) in (None, UNLISTED)]
    print(others_data.shown("examples of the list of crawlers that are found", len(examples) - len(missed), len(examples)))
    assert len(examples) > 2_000
    assert missed == []


def test_a_plain_text_finds_what_its_pattern_finds() -> None:
    """The list's patterns, as expressions, are the twin of what is searched here."""
    patterns = [re.compile(entry["pattern"]) for entry in lists.crawler_entries()]
    examples = [entry["instances"][0] for entry in lists.crawler_entries()[::5] if entry["instances"]]
    for agent in (*examples, "Mozilla/5.0", "xbot", "a/b.c"):
        assert [crawler.is_in(agent) for crawler in listed()] == [bool(pattern.search(agent)) for pattern in patterns], agent


def test_a_crawler_is_named_by_the_first_of_the_list_that_fits() -> None:
    crawlers = listed()
    agents = [agent for entry in lists.crawler_entries() for agent in entry["instances"][:2]] + [
        "Mozilla/5.0",
        "ab",
        "",
        "Googlebot",
    ]
    for agent in agents:
        first = next((crawler.name for crawler in crawlers if crawler.is_in(agent)), None)
        assert crawler_of(agent) == first or (first is None and crawler_of(agent) in (None, UNLISTED)), agent


def test_nearly_all_patterns_are_plain_texts_and_names_are_told_without_escapes() -> None:
    kinds = Counter(crawler.text is not None for crawler in listed())
    assert kinds[True] > 1_400
    assert {"Googlebot", "bingbot", "python-requests"} <= {crawler.name for crawler in listed()}
    assert not [crawler.name for crawler in listed() if not crawler.name.strip()]


def test_the_lists_are_those_that_the_folder_of_others_data_has() -> None:
    for name, original in (
        (lists.CRAWLERS, "parsers/crawler-user-agents.json"),
        (lists.SOURCES, "snowplow_web/dim_ga4_source_categories.csv"),
    ):
        assert lists._text(name) == others_data.file(original).read_text(encoding="utf-8")
