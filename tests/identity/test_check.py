"""`identity.yml` against the identifiers that ingest gives."""

from pathlib import Path

from dmp_spark import registry
from dmp_spark.identity.spec import IdentitySpec
from dmp_spark.project.found import Found

INGEST = """\
sources:
  visits:
    read: {path: visits.parquet}
    arrives: appended
    columns: {id: string, at: timestamp, cookie: string, mail: string}
    events:
      visit:
        id: [id]
        time: {column: at, zone: UTC}
        known: {after: 0 minutes}
        identifiers: {cookie: cookie, email: mail}
"""


def _identity(folder: Path, text: str | None) -> tuple[IdentitySpec, list[str]]:
    (folder / "project.yml").write_text("grammar: 1\nproject: shop\ntime_zone: Europe/Berlin\n")
    (folder / "ingest.yml").write_text(INGEST)
    if text is not None:
        (folder / "identity.yml").write_text(text)
    found = Found()
    spec = registry.resolve(registry.read(folder, (), found), found).specs["identity"]
    assert isinstance(spec, IdentitySpec)
    return spec, [str(problem).replace(f"{folder}/", "") for problem in found.sorted()]


def test_without_a_file_there_are_no_namespaces(tmp_path: Path) -> None:
    assert _identity(tmp_path, None) == (IdentitySpec(zone="Europe/Berlin"), [])


def test_namespaces_stand_in_the_order_of_priority(tmp_path: Path) -> None:
    spec, found = _identity(
        tmp_path, "namespaces:\n  cookie: {priority: 2, limit: 9}\n  email: {priority: 1, pattern: '.+@.+'}\n"
    )
    assert found == []
    assert [(said.name, said.priority, said.limit, said.pattern) for said in spec.namespaces] == [
        ("email", 1, 1, ".+@.+"),
        ("cookie", 2, 9, None),
    ]


def test_a_namespace_that_ingest_uses_must_be_known_and_that_is_told_once(tmp_path: Path) -> None:
    _, found = _identity(tmp_path, "namespaces:\n  cookie: {priority: 1}\n  mail: {priority: 2}\n")
    assert found == [
        "ingest.yml:11:46: identity.yml has no namespace email [unknown-namespace]\n"
        "            identifiers: {cookie: cookie, email: mail}\n"
        "                                                 ^\n"
        "    did you mean mail?"
    ]


def test_priorities_differ_and_patterns_are_regular_expressions(tmp_path: Path) -> None:
    _, found = _identity(tmp_path, "namespaces:\n  cookie: {priority: 1, pattern: 'a[b'}\n  email: {priority: 1}\n")
    assert [text.split("\n")[0] for text in found] == [
        "identity.yml:2:36: this is no regular expression: unterminated character set [pattern]",
        "identity.yml:3:21: cookie and email have the same priority [same-priority]",
    ]
