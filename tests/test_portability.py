"""docs/portability.md: each *yes* and *untried* names tests that the suite has, each *no* what to do instead."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from dmp_spark.models.spec import NEEDS
from dmp_spark.project.engines import ENGINES, Need
from tests.skips import expected

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "portability.md").read_text(encoding="utf-8")
LINES = dict(re.findall(r"^- ([a-z]): (.+)$", PAGE, re.MULTILINE))
TESTS = {letter: set(re.findall(r"`(tests/\S+::\w+)`", line)) for letter, line in LINES.items()}
SKIPPED = "skipped where"
"""What the line of a test says that not every machine can run."""
FALLBACKS = dict(re.findall(r"^- (\d): (\S.*)$", PAGE, re.MULTILINE))


def rows() -> list[list[str]]:
    """The cells of the matrix: the head first, then a row a feature."""
    lines = [line for line in PAGE.splitlines() if line.startswith("| ") and line.count("|") == len(ENGINES) + 2]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [line for line in cells if not set(line[0]) <= {"-"}]


def named(engine: str) -> set[str]:
    """The tests behind an engine's *yes*; those of one cell cover its feature together."""
    head, *features = rows()
    said = [feature[head.index(engine)] for feature in features]
    return {test for cell in said if cell.startswith("yes ") for test in TESTS[cell.removeprefix("yes (").removesuffix(")")]}


def collected(tests: set[str], *words: str) -> set[str]:
    """Those of these tests that pytest finds, without their parameters."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *words, *sorted(tests)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return {line.partition("[")[0] for line in done.stdout.splitlines() if "::" in line}


def test_each_cell_has_a_test_or_a_fallback_and_each_of_these_a_cell() -> None:
    head, *features = rows()
    assert head == ["feature", *ENGINES]
    assert len(features) > 10
    cells = [re.fullmatch(r"(yes|no|untried) \((\w)\)", cell) for feature in features for cell in feature[1:]]
    assert all(cells)
    told = {(cell[1], cell[2]) for cell in cells if cell}
    assert {key for word, key in told if word == "no"} == set(FALLBACKS)
    assert {key for word, key in told if word != "no"} == {letter for letter, tests in TESTS.items() if tests} == set(LINES)
    assert {engine for engine in ENGINES if named(engine)} == {"local", "standalone", "connect"}  # what this repository can start


@pytest.mark.parametrize(
    ("engine", "words"),
    [
        ("local", ("-m", "not connect")),
        ("standalone", ("-m", "cluster")),
        ("connect", ("--connect", "-m", "not classic and not long")),
    ],
)
def test_each_test_that_is_named_is_one_that_the_suite_runs(engine: str, words: tuple[str, ...]) -> None:
    tests = named(engine)
    assert collected(tests, *words) == tests
    told = {test for letter, line in LINES.items() if SKIPPED in line for test in TESTS[letter]}
    assert {name.partition("[")[0] for name in expected(engine == "connect")} & tests <= told


def test_the_tests_of_connect_are_among_those_that_make_test_connect_runs() -> None:
    run = re.findall(r"tests/[\w./]+", (ROOT / "bin" / "test-connect").read_text(encoding="utf-8"))
    assert [test for test in named("connect") if not test.startswith(tuple(run))] == []


def test_learners_declare_what_they_need_and_the_page_says_so() -> None:
    assert {need for need in NEEDS.values()} == {Need.CONNECT}
    assert all(f"`{need}`" in PAGE for need in Need)
