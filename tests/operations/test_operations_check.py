"""`operations.yml`: what it may say, its defaults, and how a mistake is told with its place."""

import shutil
from pathlib import Path

import pytest

from dmp_spark import registry
from dmp_spark.cli.check import check
from dmp_spark.operations.spec import OperationsSpec

SMALL = Path(__file__).parents[1] / "projects" / "small"


def project(folder: Path, text: str | None, **queries: str) -> Path:
    place = folder / "small"
    shutil.copytree(SMALL, place, ignore=shutil.ignore_patterns("lakehouse", "data", "queries"))
    if text is not None:
        (place / "operations.yml").write_text(text, encoding="utf-8")
    for name, query in queries.items():
        (place / "queries").mkdir(exist_ok=True)
        (place / "queries" / f"{name}.sql").write_text(query, encoding="utf-8")
    return place


def spec(place: Path, *overrides: str) -> OperationsSpec:
    found = registry.resolved(place, overrides)[1].beside["operations"]
    assert isinstance(found, OperationsSpec)
    return found


def test_without_a_file_all_defaults_hold(tmp_path: Path) -> None:
    found = spec(project(tmp_path, None, b="select 1", a="select 2"))
    assert (found.title, found.fresh) == ("Fifty households of a retailer's 2017", ())
    assert [Path(file).name for file in found.questions] == ["a.sql", "b.sql"]


def test_title_questions_and_freshness_are_taken_as_written(tmp_path: Path) -> None:
    text = "report: {title: Audiences of 2017, questions: none}\nfresh: {silver.events: 2 days, gold.features: 36 hours}\n"
    place = project(tmp_path, text, a="select 1")
    found = spec(place)
    assert (found.title, found.questions) == ("Audiences of 2017", ())
    assert [(one.table, one.column, one.within, one.seconds) for one in found.fresh] == [
        ("silver.events", "known_time", "2 days", 172800),
        ("gold.features", "as_of", "36 hours", 129600),
    ]
    assert spec(place, "operations.report.title=Other", "operations.fresh[silver.events]=1 day").fresh[0].seconds == 86400


@pytest.mark.parametrize(
    ("text", "line", "caret", "words"),
    [
        ("fresh:\n  silver.event: 2 days\n", 2, 17, ("the project has no table silver.event", "did you mean silver.events?")),
        (
            "fresh: {gold.profiles: 2 days}\n",
            1,
            24,
            ("gold.profiles does not say when", "these do: bronze.conflicts, gold.decisions, gold.experiments, gold.features"),
        ),
        ("fresh: {silver.events: 1 month}\n", 1, 24, ("1 month has no fixed length", "")),
        ("fresh: {silver.events: soon}\n", 1, 24, ("soon is no duration", "")),
        ("fresh: {events: 1 day}\n", 1, 9, ("events", "")),
        ("report: {questions: all}\n", 1, 21, ("queries", "none")),
        ("reports: {title: x}\n", 1, 1, ("reports", "did you mean report?")),
    ],
)
def test_a_mistake_is_told_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, line: int, caret: int, words: tuple[str, str]
) -> None:
    place = project(tmp_path, text)
    assert check(place) == 2
    told = capsys.readouterr().err
    first, shown, pointed, *_ = told.splitlines()
    assert first.startswith(f"{place / 'operations.yml'}:{line}:"), told
    assert shown.strip() == text.splitlines()[line - 1].strip()
    assert pointed.index("^") - 4 == caret - 1, told
    assert all(word in told for word in words), told
    assert told.endswith("1 mistake\n")


@pytest.mark.parametrize(
    ("query", "line", "column", "words"),
    [
        ("-- Who?\nselect person_id\nfrom gold.profile", 3, 6, ("there is no table gold.profile", "did you mean gold.profiles?")),
        ("select p.kidz from gold.profiles p", 1, 8, ("there is no column p.kidz", "did you mean kids?")),
        ("select reflect('a', 'b') from ops.runs", 1, 8, ("the function reflect is not allowed", "")),
        ("select\n  count(*\nfrom gold.events", 3, 4, ("Expecting ) [sql-syntax]", "")),
        ("drop table gold.events", 1, 1, ("only SELECT is taken, not DROP", "")),
        ("", 1, 1, ("there is no SELECT", "")),
    ],
)
def test_a_question_that_cannot_be_answered_is_a_mistake(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], query: str, line: int, column: int, words: tuple[str, str]
) -> None:
    good = (
        "-- Well\nselect e.person_id, s.people from gold.events e join gold.segment_sizes s on 1 = 1 where e.attributes.x = 'a'"
    )
    place = project(tmp_path, None, who=query, well=good)
    assert check(place) == 2
    told = capsys.readouterr().err
    assert told.startswith(f"{place / 'queries' / 'who.sql'}:{line}:{column}:"), told
    assert all(word in told for word in words), told
    assert told.endswith("1 mistake\n"), told


def test_a_broken_file_beside_says_nothing_of_the_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = project(tmp_path, "fresh: {silver.events: 2 days")
    assert check(place) == 2
    assert capsys.readouterr().err.endswith("1 mistake\n")
    place = project(tmp_path / "other", "fresh: {silver.nothing: 2 days}\n")
    segments = place / "segments.yml"
    segments.write_text(segments.read_text(encoding="utf-8").replace("profile.recency_days", "profile.recency"), encoding="utf-8")
    assert check(place) == 2
    told = capsys.readouterr().err
    assert "segments.yml" in told
    assert "operations.yml" in told
