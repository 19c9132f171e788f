"""`enrich` of a source, right and wrong: each mistake has its place and a way out. No Spark."""

from pathlib import Path
from textwrap import dedent

import pytest

from dmp_spark.enrichment import libraries
from dmp_spark.enrichment.check import checked, checked_texts
from dmp_spark.enrichment.spec import Enrichment, EnrichmentFile, names_of
from dmp_spark.expressions.parse import Expression, ExpressionError, parse
from dmp_spark.project.load import Found, Project, load
from dmp_spark.project.types import Name, Written
from tests.enrichment import others_data
from tests.written_project import PROJECT, told

TYPES = {"agent": "string", "target": "string", "referrer": "string", "client": "string", "bytes": "bigint", "at": "timestamp"}


class EnrichFile(Written):
    """A file that holds nothing but enrichments, so that they can be checked without a stage."""

    enrich: dict[Name, EnrichmentFile] = {}


def found_in(folder: Path, text: str) -> tuple[tuple[Enrichment, ...], list[tuple[str, str, str]]]:
    """What is right in an `enrich:` of these lines, and what is told of the rest."""
    (folder / "project.yml").write_text(PROJECT)
    (folder / "ingest.yml").write_text("enrich:\n" + "".join(f"  {line}\n" for line in dedent(text).strip().splitlines()))
    found = Found()
    project: Project = load(folder, {"ingest": EnrichFile}, found=found)
    written = project.written("ingest").enrich if project.written("ingest") else {}

    def prove(expression: str, address: str) -> Expression | None:
        try:
            return parse(expression, TYPES)
        except ExpressionError as error:
            found.add("expression", error.message, address, error.way_out, error.offset)
            return None

    taken = {**dict.fromkeys(TYPES, "a column"), "campaign": "a lookup"}
    right = checked(written, taken, prove, "ingest.enrich", project)
    return right, told(found)


def test_each_kind_resolves_with_what_reads_it(tmp_path: Path) -> None:
    database = tmp_path / "data" / "cities.mmdb"
    database.parent.mkdir()
    database.write_bytes(others_data.CITIES.read_bytes())
    right, mistakes = found_in(
        tmp_path,
        """
        browser: {user_agent: agent}
        visit: {page: "concat('/', target)", referrer: referrer, hosts: [WWW.Shop.example, pay.example]}
        from_only: {referrer: referrer}
        place: {ip: client, database: data/cities.mmdb}
        town: {ip: client, database: data/cities.mmdb, city: true}
        """,
    )
    assert mistakes == []
    assert [(each.name, each.kind, each.inputs) for each in right] == [
        ("browser", "user_agent", ("agent",)),
        ("visit", "visit", ("concat('/', target)", "referrer")),
        ("from_only", "visit", (None, "referrer")),
        ("place", "ip", ("client",)),
        ("town", "ip", ("client",)),
    ]
    assert right[1].hosts == ("shop.example", "pay.example")
    assert [each.database for each in right if each.database] == [str(database)] * 2
    assert right[3].reader.startswith("maxminddb ")
    assert "GeoLite2-City " in right[3].reader
    assert "crawler-user-agents.json " in right[0].reader
    assert "ua-parser-builtins 20" in right[0].reader
    assert names_of(right[3]) == {"place.country": "string", "place.region": "string"}
    assert names_of(right[0])["browser.is_bot"] == "boolean"


@pytest.mark.parametrize(
    ("line", "place", "sentence", "way_out"),
    [
        ("x: {}", "2:6", "an enrichment reads user_agent, page, referrer or ip, and none of them stands here", ""),
        ("x: {useragent: agent}", "2:7", "unknown key useragent in x", "did you mean user_agent?"),
        ("x: {user_agent: agent, ip: client}", "2:3", "an enrichment is of one kind; here user_agent and ip stands", "write {user_agent: …}"),
        ("x: {user_agent: agent, hosts: [a.example]}", "2:26", "hosts says nothing beside user_agent", "leave it out"),
        ("x: {hosts: [a.example]}", "2:6", "an enrichment reads user_agent, page, referrer or ip, and none of them stands here", ""),
        ("x: {user_agent: agnt}", "2:19", "there is no column agnt", "did you mean agent?"),
        ("x: {user_agent: bytes}", "2:19", "this gives bigint, and a text is needed", "cast(… as string)"),
        ("x: {page: target, referrer: at}", "2:31", "this gives timestamp, and a text is needed", "cast(… as string)"),
        ("client: {user_agent: agent}", "2:3", "client is a column and an enrichment", "name the enrichment otherwise"),
        ("campaign: {user_agent: agent}", "2:3", "campaign is a lookup and an enrichment", "name the enrichment otherwise"),
        ("x: {page: target, hosts: ['https://a.example/b']}", "2:29", "https://a.example/b is no host", "write a.example"),
        ("x: {page: target, hosts: [a.example/]}", "2:29", "a.example/ is no host", "write a.example"),
        ("x: {page: target, hosts: [localhost]}", "2:29", "localhost is no host", "a host is written as in an address"),
        ("x: {page: target, hosts: a.example}", "2:28", "expected a list like [a, b], found `a.example`", "write [a.example]"),
        ("x: {ip: client}", "2:3", "`database` is missing: places are looked up in a MaxMind file, which is yours to get", "database: data/GeoLite2-City.mmdb"),
        ("x: {ip: client, database: gone.mmdb}", "2:29", "there is no MaxMind database at ", "--set ingest.enrich.x.database=/a/path/to/file.mmdb"),
        ("x: {ip: client, database: project.yml}", "2:29", "project.yml is no MaxMind database", "--set ingest.enrich.x.database="),
        ("X: {user_agent: agent}", "2:3", "`X` is no name", "a name is small letters"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_where_it_stands(tmp_path: Path, line: str, place: str, sentence: str, way_out: str) -> None:
    right, [mistake] = found_in(tmp_path, line)
    assert right == ()
    assert mistake[0] == f"ingest.yml:{place}"
    assert sentence in mistake[1]
    assert way_out in mistake[2]


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    lines = ("x: {user_agent: bytes}", "x: {page: target, referrer: at}", "x: {referrer: 1 = 1}")
    assert [[mistake[1] for mistake in found_in(tmp_path, line)[1]] for line in lines] == [
        [f"this gives {kind}, and a text is needed"] for kind in ("bigint", "timestamp", "boolean")
    ]


def test_what_is_right_stays_beside_what_is_wrong(tmp_path: Path) -> None:
    right, mistakes = found_in(tmp_path, "one: {user_agent: agnt}\ntwo: {referrer: referrer}")
    assert [each.name for each in right] == ["two"]
    assert len(mistakes) == 1


def test_a_library_that_is_missing_is_a_mistake_with_a_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libraries, "find_spec", lambda name: None)
    right, [(place, sentence, way_out)] = found_in(tmp_path, "x: {user_agent: agent}")
    assert (right, place) == ((), "ingest.yml:2:3")
    assert sentence == "user agents are read by ua-parser[regex], which is not installed"
    assert way_out == "pip install 'ua-parser[regex]'"


def test_columns_of_addresses_are_texts_that_are_there() -> None:
    found = Found()
    assert checked_texts(["client", "client", "bytes", "clint"], TYPES, "ingest.truncate_ip", "addresses", found) == ("client",)
    assert [(problem.where, problem.what) for problem in found.problems] == [
        ("ingest.truncate_ip[2]", "bytes is bigint, and addresses are texts"),
        ("ingest.truncate_ip[3]", "no such column: clint"),
    ]
    assert found.problems[1].way_out == "did you mean client?"
