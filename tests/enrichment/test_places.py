"""Places by MaxMind's own test database, beside what MaxMind writes of it in JSON. No Spark."""

import ipaddress
from pathlib import Path

import pytest

from dmp_spark.enrichment import libraries, places
from dmp_spark.enrichment.places import DatabaseError, Place, build_of, opened, place_of
from dmp_spark.errors import StageError
from tests.enrichment import others_data

CITIES = str(others_data.CITIES)
NO_PLACE = (
    None, "", "-", "unknown", "10.0.0.1", "192.168.1.1", "127.0.0.1", "169.254.1.1", "::1", "fe80::1", "fd00::1", "0.0.0.0", "81.2.69.142:80",
    "203.0.113.9", "9.9.9.9",
)  # fmt: skip


def test_places_are_those_that_maxmind_says() -> None:
    records = others_data.places()
    wrong = []
    asked = 0
    for network, record in records.items():
        whole = ipaddress.ip_network(network)
        inside = [net for net in records if net != network and ipaddress.ip_network(net).version == whole.version]
        country = record.get("country", {}).get("iso_code")
        first = next(iter(record.get("subdivisions", [])), {}).get("iso_code")
        expected = Place(country, f"{country}-{first}" if first else None, record.get("city", {}).get("names", {}).get("en"))
        for address in (whole.network_address, whole.broadcast_address):
            if not any(address in ipaddress.ip_network(net) and ipaddress.ip_network(net).subnet_of(whole) for net in inside):
                asked += 1
                got = place_of(str(address), CITIES, with_city=True)
                if got != expected:
                    wrong.append((str(address), got, expected))
    print(others_data.shown("places as MaxMind has them", asked - len(wrong), asked))
    assert asked > 300
    assert wrong == []


def test_an_address_in_either_spelling_has_one_place() -> None:
    london = place_of("81.2.69.142", CITIES, with_city=True)
    assert london == Place("GB", "GB-ENG", "London")
    assert place_of("::ffff:81.2.69.142", CITIES, with_city=True) == london
    assert place_of(" ::ffff:5102:458e ", CITIES, with_city=True) == london
    assert place_of("81.2.69.142", CITIES) == Place("GB", "GB-ENG", None)


def test_what_has_no_place_is_null() -> None:
    assert {text: place_of(text, CITIES, with_city=True) for text in NO_PLACE} == dict.fromkeys(NO_PLACE, Place())


class Everywhere:
    """A database that has a place for each address, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def get(self, address: object) -> dict[str, dict[str, str]]:
        self.asked.append(str(address))
        return {"country": {"iso_code": "GB"}}


def test_an_address_that_is_nobody_s_is_not_even_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    database = Everywhere()
    monkeypatch.setattr(places, "opened", lambda path: database)
    texts = ("10.0.0.1", "::ffff:192.168.1.1", "fd00::1", "127.0.0.1", "100.64.0.1", "nonsense", "81.2.69.142", "2a02:1::1")
    assert [place_of(text, "any").country for text in texts] == [None] * 6 + ["GB", "GB"]
    assert database.asked == ["81.2.69.142", "2a02:1::1"]


def test_a_database_is_told_by_its_type_and_build() -> None:
    kind, _, build = build_of(CITIES).partition(" ")
    assert kind == "GeoLite2-City"
    assert int(build) > 1_300_000_000


def test_what_is_no_database_of_places_is_refused_in_a_sentence(tmp_path: Path) -> None:
    text = tmp_path / "text.mmdb"
    text.write_text("country,city\n" * 100)
    empty = tmp_path / "empty.mmdb"
    empty.touch()
    gone = tmp_path / "gone.mmdb"
    for path, said in [
        (gone, f"there is no MaxMind database at {gone}; on a cluster each worker must see it there"),
        (tmp_path, f"{tmp_path} is no MaxMind database (.mmdb)"),
        (text, f"{text} is no MaxMind database (.mmdb)"),
        (empty, f"{empty} is no MaxMind database (.mmdb)"),
    ]:
        with pytest.raises(DatabaseError) as told:
            build_of(str(path))
        assert str(told.value) == said


def test_a_database_of_something_else_is_refused() -> None:
    said = "GeoLite2-ASN-Test.mmdb is a database of GeoLite2-ASN, and one of cities or countries is needed"
    with pytest.raises(DatabaseError, match=said):
        build_of(str(others_data.file("parsers/GeoLite2-ASN-Test.mmdb")))


def test_without_the_library_one_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraries, "find_spec", lambda name: None)
    opened.cache_clear()
    with pytest.raises(StageError, match="places are looked up by maxminddb, which is not installed.*pip install maxminddb"):
        place_of("81.2.69.142", "any.mmdb")
