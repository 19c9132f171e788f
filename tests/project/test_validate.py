"""Values of the wrong kind, in plain sentences; what is not wrong stays usable."""

from pathlib import Path

import pytest

from tests.project.project_files import loaded, problems


def _of_source(folder: Path, line: str) -> list[str]:
    return [text.split("\n")[0] for text in problems(folder, {"ingest.yml": f"sources:\n  orders:\n    path: x\n    {line}\n"})]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("limit: '5'", "4:12: expected a whole number, found `5` [wrong-type]"),
        ("limit: 1.5", "4:12: expected a whole number, found the number 1.5 [wrong-type]"),
        ("limit: true", "4:12: expected a whole number, found the word true [wrong-type]"),
        ("limit: 0", "4:12: expected at least 1, found the number 0 [wrong-value]"),
        ("factor: much", "4:13: expected a number, found `much` [wrong-type]"),
        ("on_time: on", "4:14: expected true or false, found `on` [wrong-type]"),
        ("on_time: 1", "4:14: expected true or false, found the number 1 [wrong-type]"),
        ("columns: [a]", "4:14: expected names with values, found a list [wrong-type]"),
        ("columns:", "4:5: expected names with values, found nothing [wrong-type]"),
        ("columns: {a: 5}", "4:18: expected text, found the number 5 [wrong-type]"),
        ("value: 5", "4:12: expected text or keys with values, found the number 5 [wrong-type]"),
        ("value: {valu: x}", "4:13: unknown key valu in value [unknown-key]"),
        ("value: {}", "4:5: value is missing in value [missing-key]"),
        ("password: abc", "4:15: a secret never stands in a file: write ${env:NAME}, ${file:PATH} or ${databricks:SCOPE/KEY}"),
        ("arrives: 5", "4:14: expected appended or replaced, found the number 5 [wrong-value]"),
    ],
)
def test_a_value_of_the_wrong_kind_is_one_plain_sentence(tmp_path: Path, line: str, sentence: str) -> None:
    found = _of_source(tmp_path, line)
    assert len(found) == 1
    assert found[0].startswith(f"ingest.yml:{sentence}")


def test_a_whole_number_is_a_number_and_secrets_are_kept_as_written(tmp_path: Path) -> None:
    text = "sources:\n  orders: {path: x, factor: 2, password: '${env:KEY}'}\n"
    project, found = loaded(tmp_path, {"ingest.yml": text})
    assert found == []
    assert project.written("ingest").sources["orders"].password == "${env:KEY}"


def test_a_key_that_is_missing_is_shown_at_what_misses_it(tmp_path: Path) -> None:
    assert problems(tmp_path, {"measures.yml": "measures:\n  spend:\n    over: [ever]\n"}) == [
        "measures.yml:2:3: take is missing in spend [missing-key]\n      spend:\n      ^"
    ]


def test_a_misspelled_key_is_not_missing_too(tmp_path: Path) -> None:
    assert [text.split("\n")[0] for text in problems(tmp_path, {"measures.yml": "measures:\n  spend: {tak: x}\n"})] == [
        "measures.yml:2:11: unknown key tak in spend [unknown-key]"
    ]


def test_a_comma_in_a_flow_mapping_is_explained(tmp_path: Path) -> None:
    found = problems(tmp_path, {"measures.yml": "measures:\n  likes: {take: top(item, 3)}\n"})
    assert found == [
        "measures.yml:2:27: unknown key `3)` [unknown-key]\n"
        "      likes: {take: top(item, 3)}\n"
        "                              ^\n"
        "    a comma inside { } ends a value, and `: ` makes a key: put such a value in quotes"
    ]


def test_the_alias_of_a_key_is_its_only_name_in_a_file(tmp_path: Path) -> None:
    project, found = loaded(
        tmp_path, {"measures.yml": "measures:\n  a: {take: x, from: 2 days}\n  b: {take: x, since: 2 days}\n"}
    )
    assert str(project.written("measures").measures["a"].since) == "2 days"
    assert found[0].startswith("measures.yml:3:16: unknown key since in b [unknown-key]")


def test_what_is_wrong_is_left_out_and_the_rest_can_be_used(tmp_path: Path) -> None:
    text = "measures:\n  a: {take: 5}\n  b: {take: x, ovr: [ever]}\n  c: {take: x, over: [ever]}\nother: 1\n"
    project, found = loaded(tmp_path, {"measures.yml": text})
    assert len(found) == 3
    assert list(project.written("measures").measures) == ["b", "c"]
    assert project.found.broken == {"a"}
    assert project.unusable == set()


def test_a_rule_between_keys_is_told_where_its_thing_stands(tmp_path: Path) -> None:
    assert problems(tmp_path, {"measures.yml": "measures:\n  lines: {take: count(*)}\n"}) == [
        "measures.yml:2:10: a count needs a window [wrong-value]\n      lines: {take: count(*)}\n             ^"
    ]


def test_a_rule_that_broke_only_because_a_key_was_wrong_is_not_told(tmp_path: Path) -> None:
    found = problems(tmp_path, {"measures.yml": "measures:\n  lines: {take: count(*), over: [ever, 5]}\n"})
    assert [text.split("\n")[0] for text in found] == [
        "measures.yml:2:40: 5 is no window: write a duration like 90 days, or ever [wrong-value]"
    ]


def test_a_file_whose_main_part_is_wrong_cannot_be_used(tmp_path: Path) -> None:
    project, found = loaded(tmp_path, {"measures.yml": "measures: [a]\n"})
    assert found == [
        "measures.yml:1:11: expected names with values, found a list [wrong-type]\n    measures: [a]\n              ^"
    ]
    assert project.written("measures") is None
    assert project.unusable == {"measures"}


def test_a_default_of_the_whole_file_stands_in_for_a_wrong_value(tmp_path: Path) -> None:
    project, found = loaded(tmp_path, {"ingest.yml": "late: soon\nsources: {a: {path: x}}\n"})
    assert found[0].startswith("ingest.yml:1:7: soon is no duration")
    assert str(project.written("ingest").late) == "1 day"
