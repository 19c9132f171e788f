"""YAML as it is read: what words mean, what is refused, and where each mistake stands."""

import pytest

from dmp_spark.errors import Problem
from dmp_spark.project.nodes import Leaf, Source, at, place_in_text
from dmp_spark.project.reading import read


def _read(text: str) -> tuple[object, list[str]]:
    problems: list[Problem] = []
    root = read(Source("a.yml", text, "."), problems.append)
    return (None if root is None else root.data()), [str(problem) for problem in problems]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("on", "on"),
        ("no", "no"),
        ("yes", "yes"),
        ("22:30", "22:30"),
        ("0123", "0123"),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        ("2017-01-01", "2017-01-01"),
        (".inf", ".inf"),
        ("1e999", "1e999"),
        ("12345678901234567890", "12345678901234567890"),
        ("5 %", "5 %"),
        ("1", 1),
        ("-3", -3),
        ("0.5", 0.5),
        ("1e3", 1000.0),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("'1'", "1"),
        ('"true"', "true"),
        ("''", ""),
    ],
)
def test_a_word_means_what_it_looks_like(written: str, value: object) -> None:
    assert _read(f"a: {written}\n") == ({"a": value}, [])
    data, _ = _read(f"a: {written}\n")
    assert isinstance(data, dict)
    assert type(data["a"]) is type(value)


def test_keys_are_always_text() -> None:
    assert _read("on: 1\n2: 2\nnull: 3\n") == ({"on": 1, "2": 2, "null": 3}, [])


def test_equal_keys_are_told_each_and_the_first_counts() -> None:
    data, problems = _read("a: 1\nb: {c: 1, c: 2}\na: 3\n")
    assert data == {"a": 1, "b": {"c": 1}}
    assert problems == [
        "a.yml:2:11: c stands here twice [same-name-twice]\n"
        "    b: {c: 1, c: 2}\n"
        "              ^\n"
        "    the first is in line 2: rename or delete one",
        "a.yml:3:1: a stands here twice [same-name-twice]\n    a: 3\n    ^\n    the first is in line 1: rename or delete one",
    ]


def test_merge_keys_tags_and_keys_that_are_no_words_are_told_together() -> None:
    data, problems = _read("a: &x {b: 1}\nc: {<<: *x, d: !!str 5}\n{e: 1}: 2\n")
    assert data == {"a": {"b": 1}, "c": {"d": "5"}}
    assert [problem.split("\n")[0] for problem in problems] == [
        "a.yml:2:5: merge keys (<<) are not used here [merge-key]",
        "a.yml:2:16: tags such as `!!str` are not used here [tag]",
        "a.yml:3:1: a key is a word, not a list or a mapping [wrong-key]",
    ]


def test_an_alias_repeats_a_value() -> None:
    assert _read("a: &x [1, 2]\nb: *x\n") == ({"a": [1, 2], "b": [1, 2]}, [])


def test_fifty_aliases_may_be_and_one_more_may_not() -> None:
    anchor = "a: &x 1\n"
    assert _read(anchor + "".join(f"k{n}: *x\n" for n in range(50)))[1] == []
    problems = _read(anchor + "".join(f"k{n}: *x\n" for n in range(53)))[1]
    assert [problem.split("\n")[0] for problem in problems] == ["a.yml:52:6: more than 50 aliases in one file [aliases]"]


def test_aliases_of_aliases_do_not_grow_without_end() -> None:
    levels = "".join(f"k{n}: &k{n} [*k{n - 1}, *k{n - 1}, *k{n - 1}]\n" for n in range(1, 16))
    problems = _read("k0: &k0 [1, 2, 3]\n" + levels)[1]
    assert "aliases grow this file beyond 100000 values [aliases]" in problems[0]


def test_an_alias_inside_its_anchor_and_one_without_are_told() -> None:
    problems = _read("a: &x {b: *x}\nc: *y\n")[1]
    assert [problem.split("\n")[0] for problem in problems] == [
        "a.yml:1:11: *x stands inside itself [aliases]",
        "a.yml:2:4: there is no anchor &y above [aliases]",
    ]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "a.yml:1:1: this file is empty [empty-file]\n    write something in it or delete it"),
        ("# only words\n", "a.yml:1:1: this file is empty [empty-file]"),
        ("---\n", "a.yml:1:1: this file is empty [empty-file]"),
        ("- a\n", "a.yml:1:1: expected keys with values here, such as `key: value` [wrong-type]"),
        ("a: 1\n\tb: 2\n", "a.yml:2:1: a tab cannot indent a line [not-yaml]"),
        ("a: b: c\n", "a.yml:1:5: a colon where none can stand [not-yaml]"),
        ("a: @x\n", "a.yml:1:4: a value cannot begin like this [not-yaml]"),
        ("a: 'x\n", "a.yml:2:1: a quote that is never closed [not-yaml]"),
        ("a: [1, 2\nb: 3\n", "a.yml:2:2: a bracket that is not closed, or no comma before this [not-yaml]"),
        ("a:\n  b: 1\n c: 2\n", "a.yml:3:2: this line is not indented like the lines above it [not-yaml]"),
        ('a: "\\d"\n', "a.yml:1:6: an escape that YAML does not know [not-yaml]"),
        ("a: \x01\n", "a.yml:1:4: this file holds a character that no text file should hold [not-yaml]"),
        ("a: 1\n---\nb: 2\n", "a.yml:2:1: a file holds one document, so `---` has no use here [second-document]"),
        ("a: " + "[" * 60 + "]" * 60, "a.yml:1:53: more than 50 levels of keys and lists [too-deep]"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_place(text: str, sentence: str) -> None:
    problems = _read(text)[1]
    assert len(problems) == 1
    assert problems[0].startswith(sentence)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("a: spend x y", 1, 10),
        ("a:   'it''s x y'", 1, 13),
        ('a: "q\\"  x y"', 1, 10),
        ("a: >\n   spend\n   by x y\n", 3, 7),
        ("a: |\n   spend\n   x y\n", 3, 4),
        ("a: spend\n   by  x y\n", 2, 8),
        ("a: &b spend x y\n", 1, 13),
    ],
)
def test_a_place_inside_a_text_is_found_in_the_file(text: str, line: int, column: int) -> None:
    root = read(Source("a.yml", text, "."), lambda problem: None)
    assert root is not None
    leaf = at(root, ("a",))
    assert isinstance(leaf, Leaf)
    place = place_in_text(leaf, str(leaf.value).index("x"))
    assert (place.line, place.column, place.text[place.column - 1]) == (line, column, "x")
