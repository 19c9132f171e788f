"""What the truth says of agents, places and channels is what enrichment reads out of the logs. No session of Spark."""

from ipaddress import IPv4Address

import pytest

from dmp_spark.enrichment.agents import agent_of
from dmp_spark.enrichment.places import place_of
from dmp_spark.enrichment.visits import visit_of
from dmp_spark.simulate.storefront.agents import AGENTS, PLACES, Agent, Place
from dmp_spark.simulate.storefront.channels import CHANNELS, Channel
from tests.enrichment.others_data import CITIES

SHOP = "https://shop.example.com/tea/TEA-001"
KINDS = {"phone": "phone", "computer": "desktop", "tablet": "tablet", "crawler": "bot"}


@pytest.mark.parametrize("agent", AGENTS, ids=lambda agent: f"{agent.browser} {agent.system} {agent.kind}")
def test_a_parser_finds_in_an_agent_what_the_truth_says_of_it(agent: Agent) -> None:
    found = agent_of(agent.text)
    assert (found.browser, found.os or "Other", found.device_kind) == (agent.browser, agent.system, KINDS[agent.kind])
    assert found.is_bot == (agent.kind == "crawler")


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.city)
def test_an_address_is_in_the_country_of_its_place_where_a_database_can_know_it(place: Place) -> None:
    ends = (place.first, place.first + place.addresses - 1)
    texts = [str(IPv4Address(number)) for number in ends] if place.network else ["2001:db8::1", "2001:db8:ffff:ffff::1"]
    assert {place_of(text, str(CITIES)).country for text in texts} == {place.country if place.known else None}


@pytest.mark.parametrize("channel", [*CHANNELS, Channel("Email", 0.0, 1.0, "", "", "letter", "email", "tea_letter")])
def test_the_first_page_of_a_visit_tells_its_channel(channel: Channel) -> None:
    tags = f"?utm_source={channel.source}&utm_medium={channel.medium}&utm_campaign={channel.campaign}"
    page = SHOP + (tags if channel.campaign else "")
    for referrer in (channel.referrer, channel.chinese_referrer):
        found = visit_of(page, referrer or None, ("shop.example.com",))
        assert (found.channel, found.campaign) == (channel.name, channel.campaign or None)


def test_a_page_within_a_visit_comes_from_nowhere_new() -> None:
    assert visit_of(SHOP, "https://shop.example.com/", ("shop.example.com",)).channel is None
