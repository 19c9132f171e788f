"""What follows from a call before any row is made, and what is refused. No Spark."""

from dataclasses import FrozenInstanceError, replace

import pytest

from dmp_spark.errors import UserError
from dmp_spark.simulate.storefront import accounts, devices, pages, social, visits, weblogs
from dmp_spark.simulate.storefront.agents import AGENTS, PLACES
from dmp_spark.simulate.storefront.settings import HARD, PLAIN
from dmp_spark.simulate.storefront.vocabulary import CATEGORIES
from dmp_spark.simulate.storefront.world import BLOCK, BOT_PAGES, PARTS, RHYTHM, world
from tests.refusals import refusal


def test_people_follow_from_events_and_live_in_whole_blocks() -> None:
    few, many = world(events=10_000), world(events=1_000_000_000)
    assert few.people % BLOCK == many.people % BLOCK == 0
    assert 32 <= few.people <= 320
    assert few.robots >= 1
    assert many.people / few.people == pytest.approx(100_000, rel=0.2)
    assert world(events=10**6, days=120).people < world(events=10**6, days=60).people


def test_the_settings_of_the_issue_are_frozen_and_hard_is_harder() -> None:
    told = (PLAIN.devices_shared, PLAIN.phones_recycled, PLAIN.cookies_without_login, PLAIN.typos)
    assert told == (0.08, 0.03, 0.30, 0.02)
    with pytest.raises(FrozenInstanceError):
        PLAIN.typos = 0.5  # type: ignore[misc]
    assert all(HARD.dirt.shares[kind] > share for kind, share in PLAIN.dirt.shares.items())
    assert HARD.devices_shared > PLAIN.devices_shared
    assert HARD.typos > PLAIN.typos
    assert replace(PLAIN, typos=0.5) != PLAIN


def test_the_crm_delivers_itself_on_the_first_day_and_on_the_first_of_each_month() -> None:
    assert world(days=60).copies == (0, 27, 55)
    assert world(days=7).copies == (0,)


@pytest.mark.parametrize("days", [7, 28, 60, 500])
def test_letters_have_their_weeks_for_themselves_and_within_the_period(days: int) -> None:
    letters = world(days=days).campaigns
    assert all(letter.day < letter.end <= days and letter.end <= letter.day + 7 for letter in letters)
    assert all(one.end <= other.day for one, other in zip(letters, letters[1:], strict=False))


def test_shares_add_up_and_every_category_has_words_in_both_languages() -> None:
    assert sum(RHYTHM) == pytest.approx(1)
    assert sum(place.share for place in PLACES) == pytest.approx(1)
    assert {(len(each.words), len(each.chinese_words)) for each in CATEGORIES} == {(8, 8)}
    assert len({agent.text for agent in AGENTS}) == len(AGENTS)


def test_numbers_of_the_largest_world_and_of_the_longest_leave_room_for_one_another() -> None:
    """Else two things would have one number, and so one id and one chance."""
    largest, longest = world(events=1_000_000_000, setting="hard"), world(days=500, setting="hard")
    assert (largest.people + largest.robots) * visits.SLOTS * 2 * weblogs.PAGES_MOST * weblogs.CODES_MOST < 2**63
    assert largest.people * 2 < accounts.PRIME
    assert len(set(accounts._FACTORS.values())) == len(accounts._FACTORS)
    assert (accounts.PRIME + 1) * max(accounts._FACTORS.values()) < 2**63
    assert longest.days * PARTS <= visits.SLOTS
    assert longest.days <= social.DAYS
    assert longest.days / devices.KEPT_DAYS[0] + 1 < 64
    assert BOT_PAGES[1] < weblogs.PAGES_MOST
    assert pages.PINGS_MOST + pages.PING < weblogs.CODES_MOST


def test_what_can_be_no_world_is_refused_all_at_once() -> None:
    said = refusal(UserError, lambda: world("soft", events=9_999, seed=-1, days=6))
    assert [word in said for word in ("there is no setting soft", "9,999 events", "the seed -1", "6 days")] == [True] * 4
