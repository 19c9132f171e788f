"""Enrichments of a source: what is written in YAML, derived from records as they came; addresses are cut last of all."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from dmp_spark.ingest.manifest import mapping_hash, spec_hash
from dmp_spark.ingest.resolved import IngestSpec
from tests.enrichment.others_data import CITIES
from tests.ingest.delivered_shop import Shop, sources
from tests.written_project import resolved, told

LOG = """
  access_log:
    read: {format: text, path: data/log, pattern: apache_combined}
    arrives: appended
    enrich:
      browser: {user_agent: agent}
      visit: {page: target, referrer: referrer, hosts: [shop.example]}
      place: {ip: client, database: data/cities.mmdb}
    truncate_ip: [client]
    rules:
      allowed: {require: "place.country is null or place.country != 'SE'", otherwise: reject}
      from_search: {require: "coalesce(visit.channel != 'Organic Search', true)", otherwise: flag}
    lookups:
      page: {table: pages, key: {target: target}, missing: "null"}
    events:
      page_view: &event
        where: not coalesce(browser.is_bot, false)
        id: position
        time: {column: at, zone: UTC, precision: second}
        known: {after: 0 minutes}
        identifiers: {ip: client}
        item_id: page.path
        channel: visit.channel
        device: browser.device_kind
        is_bot: browser.is_bot
        context: {country: place.country, client: client}
        attributes: {cut: "client", host: visit.referrer_host}
      crawl:
        where: browser.is_bot and client is not null
        id: fingerprint
        time: {column: at, zone: UTC, precision: second}
        known: {after: 0 minutes}
        identifiers: {ip: client}
        channel: browser.crawler
        is_bot: browser.is_bot
"""
PAGES = """
  pages:
    read: {format: csv, path: data/pages.csv}
    arrives: replaced
    columns: {address: string, client: string}
    enrich:
      target: {page: address}
      place: {ip: client, database: data/cities.mmdb}
    truncate_ip: [client]
    reference:
      table: pages
      key: [target]
      select: {target: address, path: target.page_path, source: target.source, editor: client, country: place.country}
"""
CRM = """
  crm:
    read: {format: csv, path: data/crm.csv}
    arrives: replaced
    columns: {client: string, agent: string}
    enrich:
      flags: {user_agent: agent}
      place: {ip: client, database: data/cities.mmdb, city: true}
    truncate_ip: [client]
    person_attributes: {identifiers: {ip: client}, known: landing, attributes: {browser: flags.browser, city: place.city, client: client}}
"""
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"
GOOGLEBOT = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
LINES = [  # client, target, referrer, agent
    ("81.2.69.142", "/a?utm_source=news&utm_medium=email", "https://shop.example/", CHROME),
    ("81.2.69.160", "/robots.txt", "-", GOOGLEBOT),
    ("81.2.69.161", "/robots.txt", "-", GOOGLEBOT),  # the same, but for what is cut
    ("2001:218::1", "/b", "https://www.google.de/", "-"),
    ("10.0.0.7", "/a", "https://pay.shop.example/", CHROME),
    ("89.160.20.112", "/a", "-", CHROME),  # rejected until the rule is right
    ("localhost", "/a", "-", CHROME),  # no address, so nobody
    ("89.160.20.128", "/a", "-", GOOGLEBOT),
]


def data(folder: Path) -> Path:
    (folder / "data").mkdir(exist_ok=True)
    return folder / "data"


def written(folder: Path, log: str = LOG, *more: str) -> str:
    """An ingest.yml; the database that it names lies in the folder."""
    shutil.copy(CITIES, data(folder) / "cities.mmdb")
    return "sources:" + "".join((PAGES, log, *more))


def deliver(shop: Shop) -> None:
    folder = data(shop.folder)
    (folder / "log").mkdir()
    lines = [
        f'{client} - - [17/May/2015:10:0{1 if agent == GOOGLEBOT else 2}:00 +0000] "GET {target} HTTP/1.1" 200 5 "{referrer}" "{agent}"'
        for client, target, referrer, agent in LINES
    ]
    (folder / "log" / "a.log").write_text("\n".join(lines), encoding="utf-8")
    (folder / "pages.csv").write_text("address,client\n/a,81.2.69.142\n/b?utm_source=x&utm_medium=email,2001:218::1\n")
    (folder / "crm.csv").write_text(f'client,agent\n81.2.69.142,"{CHROME}"\n')


def silver(shop: Shop) -> dict[str, Any]:
    """All that events and identifiers say, without who wrote them."""
    columns = ("event_type", "event_id", "subject_id", "item_id", "channel", "device", "is_bot", "flags", "context", "attributes")
    return {
        "silver.events": shop.rows("silver.events", *columns),
        "silver.identifiers": shop.rows("silver.identifiers", "identifier_id", "namespace", "value"),
    }


def test_what_is_derived_is_of_the_whole_record_and_stays_when_addresses_are_cut(shop: Shop) -> None:
    deliver(shop)
    run = shop.run(*sources(shop, written(shop.folder, LOG, CRM)))
    assert run.failed == ()

    columns = ("event_type", "item_id", "channel", "device", "is_bot", "flags", "context", "attributes")
    rows = [
        (kind, item, channel, device, is_bot, flags, dict(context or ()), dict(attributes or ()))
        for kind, item, channel, device, is_bot, flags, context, attributes in shop.rows("silver.events", *columns)
    ]
    london = {"client": "81.2.69.0", "country": "GB"}
    assert sorted(rows, key=str) == sorted(
        [
            ("page_view", None, "Email", "desktop", False, [], london, {"cut": "81.2.69.0", "host": "shop.example"}),
            (
                "page_view",
                None,
                "Organic Search",
                None,
                None,
                ["from_search"],
                {"client": "2001:218::", "country": "JP"},
                {"cut": "2001:218::", "host": "www.google.de"},
            ),
            (
                "page_view",
                "/a",
                None,
                "desktop",
                False,
                [],
                {"client": "10.0.0.0"},
                {"cut": "10.0.0.0", "host": "pay.shop.example"},
            ),
            ("crawl", None, "Googlebot", None, True, [], {}, {}),
        ],
        key=str,
    )
    assert sorted(value for (value,) in shop.rows("silver.identifiers", "value")) == ["10.0.0.0", "2001:218::", "81.2.69.0"]
    assert (run.counts["rows_duplicate"], run.counts["rows_rejected"]) == (1, 3)

    kept = {
        position: (reasons, json.loads(payload)["client"], state)
        for position, reasons, payload, state in shop.rows("bronze.rejected", "position", "reasons", "payload", "state")
    }
    assert kept == {
        5: (["allowed"], "89.160.20.112", "open"),
        6: (["no_identifier"], "localhost", "open"),
        7: (["allowed"], "89.160.20.128", "open"),
    }

    assert shop.rows("silver.reference_pages", "target", "path", "source", "editor", "country") == [
        ("/a", "/a", "(direct)", "81.2.69.0", "GB"),
        ("/b?utm_source=x&utm_medium=email", "/b", "x", "2001:218::", "JP"),
    ]
    facts = shop.rows("silver.person_attributes", "attribute", "value")
    assert facts == [("browser", "Chrome"), ("city", "London"), ("client", "81.2.69.0")]
    [subject] = {subject for (subject,) in shop.rows("silver.person_attributes", "subject_id")}
    assert (subject, "81.2.69.0") in shop.rows("silver.identifiers", "identifier_id", "value")


def test_a_replay_derives_from_the_whole_address_what_the_first_run_would_have(shop: Shop) -> None:
    deliver(shop)
    right = written(shop.folder, LOG.replace("!= 'SE'", "!= 'XX'"))
    assert shop.run(*sources(shop, written(shop.folder))).counts["rows_rejected"] == 3
    again = shop.run(*sources(shop, right), replay=True)

    assert again.failed == ()
    assert "access_log: 2 rejected records were replayed: 2 are events now, 0 stood already" in again.notes[0]
    assert shop.rows("bronze.rejected", "position", "state") == [(5, "replayed"), (6, "open"), (7, "replayed")]
    replayed = silver(shop)
    swedish = {kind: dict(context or ()) for kind, *_, context, _ in replayed["silver.events"] if "SE" in str(context)}
    assert swedish == {"page_view": {"client": "89.160.20.0", "country": "SE"}}
    shutil.rmtree(shop.root)
    shop.run(*sources(shop, right))
    assert silver(shop) == replayed


def test_a_database_of_the_same_build_may_move_and_one_that_workers_lack_refuses_the_source(shop: Shop) -> None:
    deliver(shop)
    text = written(shop.folder)
    assert shop.run(*sources(shop, text)).failed == ()

    database = data(shop.folder) / "GeoLite2.mmdb"
    shutil.move(data(shop.folder) / "cities.mmdb", database)
    moved = sources(shop, text.replace("cities.mmdb", "GeoLite2.mmdb"))
    assert [each.enrich[-1].database for each in moved] == [str(database)] * 2
    nothing = shop.run(*moved)
    assert (nothing.failed, dict(nothing.changes)) == ((), {})

    database.unlink()
    changed = [each.model_copy(update={"rules": each.rules[1:]}) if each.rules else each for each in moved]
    gone = f"there is no MaxMind database at {database}; on a cluster each worker must see it there"
    for replay in (False, True):
        before = silver(shop)
        assert shop.run(*changed, replay=replay).failed == (f"access_log: {gone}; nothing of this source was taken",)
        assert silver(shop) == before


def test_only_what_decides_is_in_the_hash_of_a_source(tmp_path: Path) -> None:
    def hashes(text: str) -> tuple[str, str]:
        spec, found = resolved(tmp_path, "ingest", ingest=text, models="")
        assert told(found) == []
        resolved_spec: IngestSpec = spec
        source = resolved_spec.sources[1]
        assert source.name == "access_log"
        return spec_hash(source, resolved_spec), mapping_hash(source, resolved_spec)

    text = written(tmp_path)
    shutil.copy(CITIES, tmp_path / "data" / "other.mmdb")
    assert hashes(text.replace("cities.mmdb", "other.mmdb")) == hashes(text)
    for old, new in [
        ("hosts: [shop.example]", "hosts: [other.example]"),
        ("[shop.example]}\n      place: {ip: client,", "[shop.example]}\n      place: {ip: referrer,"),
        ("    truncate_ip: [client]\n    rules", "    rules"),
    ]:
        assert text.count(old) == 1
        changed = hashes(text.replace(old, new))
        assert [one != other for one, other in zip(changed, hashes(text), strict=True)] == [True, True]


@pytest.mark.parametrize(
    ("right", "wrong", "mistakes"),
    [
        (
            "browser.is_bot and",
            "browser.isbot and",
            [("ingest.yml:42:16", "there is no column browser.isbot", "did you mean browser.is_bot?")],
        ),
        (
            "channel: browser.crawler",
            "channel: brwser.crawler",
            [("ingest.yml:47:18", "there is no column brwser.crawler", "did you mean browser.crawler?")],
        ),
        (
            "country: place.country, client",
            "country: place.state, client",
            [("ingest.yml:39:28", "there is no column place.state", "place holds: place.country, place.region")],
        ),
        (
            "{user_agent: agent}",
            "{user_agent: agnt}",  # what uses it is not told again, but another mistake is
            [("ingest.yml:19:29", "there is no column agnt", "did you mean agent?")],
        ),
        (
            "database: data/cities.mmdb}\n    truncate_ip: [client]\n    rules",
            "city: true}\n    truncate_ip: [clint, status]\n    rules",
            [
                ("ingest.yml:21:7", "`database` is missing", "data/GeoLite2"),
                ("ingest.yml:22:19", "no such column: clint", "did you mean client?"),
                ("ingest.yml:22:26", "status is int, and addresses are texts", "declare it as string"),
            ],
        ),
        (
            "page: {table: pages,",
            "visit: {table: pages,",
            [
                ("ingest.yml:20:7", "visit is a lookup and an enrichment", "name the enrichment otherwise"),
                ("ingest.yml:35:18", "there is no column page.path", ""),
            ],
        ),
        (
            "key: {target: target}",
            "key: {target: visit.page_path}",
            [("ingest.yml:27:42", "there is no column visit.page_path", "known: agent, at,")],
        ),
    ],
)
def test_a_wrong_name_is_told_once_and_where_it_stands(
    tmp_path: Path, right: str, wrong: str, mistakes: list[tuple[str, str, str]]
) -> None:
    text = written(tmp_path)
    assert text.count(right) == 1
    _, found = resolved(tmp_path, "ingest", ingest=text.replace(right, wrong), models="")
    assert [place for place, _, _ in told(found)] == [place for place, _, _ in mistakes]
    for (_, what, way_out), (_, sentence, way) in zip(told(found), mistakes, strict=True):
        assert sentence in what
        assert way in way_out


def test_a_name_in_another_name_is_judged_beside_a_wrong_enrichment(tmp_path: Path) -> None:
    text = written(tmp_path).replace("visit: {page: target,", "page_visit: {page: target,").replace("visit.", "page_visit.")
    wrong = text.replace("{user_agent: agent}", "{user_agent: agnt}").replace("browser", "visit")
    _, found = resolved(tmp_path, "ingest", ingest=wrong.replace("page_visit.channel", "page_visit.chanel"), models="")
    assert [what for _, what, _ in told(found)] == ["there is no column agnt", "there is no column page_visit.chanel"]


def test_spark_tells_no_capital_letter_from_a_small_one(tmp_path: Path) -> None:
    pages = PAGES.replace("{address: string, client: string}", "{address: string, client: string, Place: string}")
    shutil.copy(CITIES, data(tmp_path) / "cities.mmdb")
    _, found = resolved(tmp_path, "ingest", ingest="sources:" + pages, models="")
    assert [what for _, what, _ in told(found)] == ["place is a column and an enrichment"]
