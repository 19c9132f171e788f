"""What the truth says holds of itself and of the files: judged by DuckDB and plain Python, which know nothing of how it was made."""

import gzip
import json
import math
from collections import Counter
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.oracles import chance as oracle
from tests.simulate.storefront.conftest import Storefront

BEGIN = datetime(2026, 1, 5)
GAP = timedelta(minutes=30)


@cache
def raw(folder: Path) -> tuple[bytes, ...]:
    """The lines of an output."""
    return tuple(
        line for file in folder.glob("*/part-*") for line in gzip.decompress(file.read_bytes()).removesuffix(b"\n").split(b"\n")
    )


def records(folder: Path) -> list[dict[str, Any]]:
    """The lines that are JSON."""
    found = []
    for line in raw(folder):
        try:
            found.append(json.loads(line))
        except (json.JSONDecodeError, UnicodeDecodeError):
            continue
    return found


LAWS = {
    "a person is there once": "select person from people group by 1 having count(*) > 1",
    "people have tastes that add up to 1": "select person from people where abs(list_sum(tastes) - 1) > 1e-9 or len(tastes) <> 12",
    "an event is there once": "select source, event_id, copy from events group by all having count(*) > 1",
    "the person of an event is known": "select event_id from events anti join people using (person)",
    "the visit of an event is of its person": "select event_id from events e join visits v using (visit) where e.person <> v.person",
    "a web event has a visit": "select event_id from events anti join visits using (visit) where source <> 'social'",
    "an event happens in its visit": "select event_id from events join visits using (visit) where happened_at not between started_at and ended_at",
    "a visit has the events that it counts": """
        select visit from visits left join (
            select visit, count(*) n, count(*) filter (event_type = 'page_view') p from events
            where source = 'weblogs' and copy = 0 group by 1) using (visit)
        where n is distinct from events or p is distinct from pages""",
    "a visit ends with its last event": """
        select visit from visits join (select visit, min(happened_at) a, max(happened_at) b from events
            where source = 'weblogs' group by 1) using (visit)
        where a <> started_at or b <> ended_at""",
    "a person does one thing at a time": """
        select * from (select started_at, lag(ended_at) over (partition by person order by started_at) before
            from visits) where before > started_at""",
    "visits of a cookie are 35 minutes apart, but where a campaign cuts": """
        select * from (select is_cut_off, started_at, lag(ended_at) over (partition by cookie order by started_at) before
            from visits) where not is_cut_off and started_at < before + interval 35 minute""",
    "what cuts a visit is another campaign than the one before": """
        select * from (select is_cut_off, campaign, lag(campaign) over (partition by cookie order by started_at) before
            from visits) where is_cut_off and (campaign is null or before is null or campaign = before)""",
    "nobody comes after being lost": """
        select visit from visits join people using (person) where started_at > churned_at + interval 36 hour""",
    "a second copy is of what is delivered twice": "select event_id from events where (copy = 1) <> is_duplicate or (copy = 1 and dirt not in ('again', 'changed'))",
    "what is delivered twice has two copies": """
        select source, event_id from events where dirt in ('again', 'changed') group by all having count(*) <> 2""",
    "lateness is what its kind says": """
        select event_id from events where copy = 0 and (
            (dirt = 'late_hours' and late_seconds not between 7200 and 72003)
            or (dirt = 'late_days' and late_seconds not between 172800 and 216003)
            or (dirt = 'late_weeks' and late_seconds not between 3456000 and 3459603)
            or ((dirt is null or dirt not like 'late%') and late_seconds > 3))""",
    "a cookie belongs to the neighbours of one block": "select value from identifiers where namespace = 'cookie' group by 1 having count(distinct person // 16) > 1",
    "only cookies of shared computers have several people": """
        select value from identifiers where namespace = 'cookie' group by 1 having count(*) > 1 and not bool_and(is_shared)""",
    "an identifier has a value": "select person from identifiers where value is null or value = '' or person is null",
    "an identifier and a person stand together once": "select namespace, value, person from identifiers group by all having count(*) > 1",
    "recycled numbers have two people, one after the other": """
        select value from identifiers where namespace = 'phone' and typo_of is null group by value
        having (count(*) > 1) <> bool_or(is_recycled) or count(*) > 2 or max(valid_from) < min(valid_until)""",
    "e-mail addresses, customers and handles have one person": """
        select value from identifiers where namespace in ('email', 'customer', 'handle') group by 1
        having count(distinct person) > 1""",
    "no digits of an address or handle are those of a customer": r"""
        select c.value from identifiers c join identifiers o on ltrim(c.value[2:], '0') = regexp_extract(o.value, '\d+')
        where c.namespace = 'customer' and o.namespace in ('email', 'handle')""",
    "what was typed wrong is nobody's right identifier": """
        select w.value from identifiers w join identifiers r on w.namespace = r.namespace and w.value = r.value
        where w.typo_of is not null and r.typo_of is null""",
    "a typo names a right identifier of the same person": """
        select w.value from identifiers w anti join identifiers r
        on w.namespace = r.namespace and w.typo_of = r.value and w.person = r.person where w.typo_of is not null""",
    "whoever is sent a letter agreed to it first or later": "select person from treatments join people using (person) where is_robot or orders_without < 0",
    "orders are of visits that end in one": "select order_id from orders o anti join visits v on o.order_id = v.order_id and o.visit = v.visit",
    "an order that a letter caused had one": "select order_id from orders where is_caused and letter is null",
    "who orders with an account logged in": """
        select o.order_id from orders o join visits v using (visit) where o.customer is not null and not v.logs_in""",
    "nobody logs in on cookies that never do": "select v.visit from visits v join identifiers i on i.value = v.cookie where i.never_logs_in and v.logs_in",
    "on all others somebody does": """
        select cookie from visits v join identifiers i on i.value = v.cookie and i.person = v.person
        where not i.never_logs_in group by 1 having not bool_or(logs_in)""",
}


@pytest.mark.parametrize("law", LAWS)
def test_the_truth_is_consistent(storefront: Storefront, law: str) -> None:
    assert storefront.asked(f"select * from ({LAWS[law]}) limit 3") == []


def test_every_kind_of_dirt_is_there_and_most_records_have_none(storefront: Storefront) -> None:
    kinds = dict(storefront.asked("select coalesce(dirt, 'none'), count(*) from events where copy = 0 group by 1"))
    assert kinds.pop("none") / sum((1, *kinds.values())) > 10
    assert set(kinds) >= {"again", "changed", "late_hours", "late_days", "clock_ahead", "broken", "text_for_number"}


@pytest.mark.parametrize("source", ["weblogs", "orders", "social"])
def test_labelled_duplicates_are_the_duplicates_of_the_files(storefront: Storefront, source: str) -> None:
    """Of what is labelled again the very same line stands twice; of what is labelled changed another line with the id does."""
    lines = raw(storefront.folder / source)
    assert len(lines) == storefront.asked(f"select count(*) from events where source = '{source}'")[0][0]
    twice = sum(count - 1 for count in Counter(lines).values())
    assert (
        twice == storefront.asked(f"select count(*) from events where source = '{source}' and dirt = 'again' and copy = 1")[0][0]
    )
    key = {"weblogs": "event_id", "orders": "order", "social": "id"}[source]
    ids = Counter(
        record[key]
        for record in {json.dumps(each): each for each in records(storefront.folder / source)}.values()
        if record.get(key)
    )
    changed = {name for name, count in ids.items() if count > 1}
    true = storefront.asked(f"select event_id from events where source = '{source}' and dirt = 'changed' and copy = 1")
    assert changed == {name for (name,) in true}


def test_what_is_wrong_with_a_line_is_what_its_label_says(storefront: Storefront) -> None:
    """Lines that are no JSON, words for numbers, missing ids and subjects, clocks ahead: each counted in the files."""
    found: Counter[str] = Counter()
    for line in raw(storefront.folder / "weblogs"):
        try:
            record = json.loads(line)
        except (json.JSONDecodeError, UnicodeDecodeError):
            found["bad_bytes" if b"\0" in line or b"\xc3\x28" in line else "broken"] += 1
            continue
        at, received = (datetime.fromisoformat(record[name]) for name in ("at", "received_at"))
        found["clock_ahead"] += at > received
        found["no_id"] += "event_id" not in record
        found["no_subject"] += "cookie" not in record["device"]
        found["text_for_number"] += record.get("page_number") == "n/a"
    kinds = tuple(found)
    true = dict(storefront.asked("select dirt, count(*) from events where source = 'weblogs' group by 1"))
    assert found == {kind: true.get(kind, 0) for kind in kinds}
    assert set(kinds) >= {"broken", "clock_ahead", "no_id", "no_subject", "text_for_number"}


def test_visits_can_be_found_again_in_the_web_log(storefront: Storefront) -> None:
    """Cut after 30 minutes without an event, and where a campaign follows another one: exactly the visits of the truth.

    Records that are wrong are left to the truth: their events are put back by label, so that only the rule is judged.
    """
    campaigns: dict[str, str | None] = {}
    for record in records(storefront.folder / "weblogs"):
        if record.get("event_id") and record["type"] == "page_view" and "utm_campaign=" in record["page"]["url"]:
            campaigns[record["event_id"]] = record["page"]["url"].rpartition("utm_campaign=")[2]
    events = storefront.asked(
        """select v.cookie, e.happened_at, e.event_id, e.visit, v.campaign, e.event_type = 'page_view' and e.happened_at = v.started_at
           from events e join visits v using (visit) where source = 'weblogs' and copy = 0 order by 1, 2, 3"""
    )
    found: dict[int, set[int]] = {}
    cookie, before, campaign, number = None, datetime(1970, 1, 1), None, 0
    for owner, at, event_id, visit, true_campaign, is_first in events:
        named = campaigns.get(event_id, true_campaign if is_first else None)
        if owner != cookie or at - before >= GAP:
            number, campaign = number + 1, None
        elif named is not None and campaign is not None and named != campaign:
            number += 1
        cookie, before, campaign = owner, at, named or campaign
        found.setdefault(number, set()).add(visit)
    assert len(found) == storefront.asked("select count(*) from visits")[0][0]
    assert all(len(visits) == 1 for visits in found.values())


def test_engaged_time_is_what_heartbeats_prove(storefront: Storefront) -> None:
    """Of each page view ten seconds a heartbeat but the first, which proves five."""
    pings: Counter[str] = Counter()
    views: dict[str, str] = {}
    for record in {json.dumps(each): each for each in records(storefront.folder / "weblogs")}.values():
        if record["type"] == "page_ping" and record.get("event_id"):
            pings[record["page"]["view"]] += 1
            views[record["event_id"]] = record["page"]["view"]
    clean = storefront.asked(
        """select visit, engaged_seconds, list(event_id) from events join visits using (visit)
           where source = 'weblogs' and copy = 0 group by all having bool_and(dirt is null) and engaged_seconds > 0"""
    )
    assert len(clean) > 100
    for _, engaged, ids in clean:
        seen = {views[event_id] for event_id in ids if event_id in views}
        assert sum(10 * (pings[view] - 1) + 5 for view in seen) == engaged


def test_what_people_are_is_what_plain_python_computes_from_the_seed(storefront: Storefront) -> None:
    """Numbers of a few draws, by a hash that was written anew, and what follows from them."""
    world, setting = storefront.world, storefront.world.setting

    def drawn(name: str, *keys: int) -> float:
        return oracle.uniform(world.seed, name, *keys)

    def registered(person: int) -> datetime:
        share = drawn("people.registered", person)
        is_new = drawn("people.new", person) < setting.new_people
        return BEGIN + timedelta(days=math.floor(share * world.days) if is_new else -1 - math.floor(share * 700))

    def tastes(person: int) -> list[float]:
        weights = [(-math.log(drawn(f"taste.{place}", person))) ** setting.taste_power for place in range(12)]
        return [weight / sum(weights) for weight in weights]

    asked = (
        "select person, content, registered_at, has_phone, handle is not null, tastes from people where not is_robot order by 1"
    )
    people = storefront.asked(asked)
    assert len(people) == world.people
    for person, content, registered_at, has_phone, has_handle, likes in people[:40]:
        assert content == drawn("people.content", person)
        assert registered_at == registered(person)
        assert has_phone == (drawn("phones.has", person) < setting.phones)
        assert has_handle == (drawn("handles.has", person) < setting.handles)
        assert likes == pytest.approx(tastes(person), abs=1e-12)
    cookies = storefront.asked("select distinct cookie_number, cookie from visits limit 40")
    for number, cookie in cookies:
        assert cookie == "".join(f"{oracle.bits(world.seed, f'cookies.{side}', number):016x}" for side in ("left", "right"))
