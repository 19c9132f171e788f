"""`--set address=value`: what it changes, what it may create, and how a wrong one is told."""

from pathlib import Path

import pytest

from tests.project.project_files import loaded, problems

MEASURES = {"measures.yml": "measures:\n  spend: {take: sum(value), over: [30 days, ever]}\n"}


@pytest.mark.parametrize(
    ("override", "where", "value"),
    [
        ("measures.spend.take=reflect('a', 'b')='x'", "take", "reflect('a', 'b')='x'"),
        ("measures.measures.spend.take=x", "take", "x"),
        ("measures.spend.take=5", "take", "5"),
        ("measures.spend.take='a' = b", "take", "'a' = b"),
        ("measures.spend.take= x ", "take", "x"),
        ("measures.spend.over=[7 days]", "over", "7 days"),
        ("measures.spend.over[1]=90 days", "over", "30 days, 90 days"),
        ("measures.spend.over.0=1 week", "over", "1 week, ever"),
        ("measures[spend].take=y", "take", "y"),
        ("measures.spend.of=[visit, purchase]", "of", "visit, purchase"),
        ("measures.spend.from=2 days", "since", "2 days"),
    ],
)
def test_a_value_is_changed_or_one_with_a_default_is_made(tmp_path: Path, override: str, where: str, value: str) -> None:
    project, found = loaded(tmp_path, MEASURES, (override,))
    assert found == []
    now = getattr(project.written("measures").measures["spend"], where)
    assert (", ".join(str(part) for part in now) if isinstance(now, tuple) else str(now)) == value


def test_settings_are_made_from_nothing_but_their_shape(tmp_path: Path) -> None:
    overrides = ("project.as_of=2018-01-01", "project.lakehouse.path=/tables", "ingest.sources.orders.limit=7", "project=other")
    project, found = loaded(tmp_path, {}, overrides)
    assert found == []
    assert (project.settings.as_of, str(project.lakehouse), project.settings.project) == ("2018-01-01", "/tables", "other")
    assert project.written("ingest").sources["orders"].limit == 7


def test_a_name_chosen_by_the_user_is_changed_and_never_made(tmp_path: Path) -> None:
    text = "grammar: 1\nproject: shop\ntime_zone: UTC\nconsent: {unknown_means: {mail: granted}}\n"
    project, found = loaded(tmp_path / "a", {"project.yml": text}, ("project.consent.unknown_means.mail=denied",))
    assert (found, project.settings.consent.unknown_means) == ([], {"mail": "denied"})
    assert problems(tmp_path / "b", {"project.yml": text}, ("project.consent.unknown_means.mails=denied",)) == [
        "--set project.consent.unknown_means.mails: there is no mails in unknown_means to change [unknown-address]\n"
        "    did you mean mail?"
    ]


@pytest.mark.parametrize(
    ("override", "sentence"),
    [
        ("measures.spent.take=x", "--set measures.spent.take: there is no spent in measures to change [unknown-address]"),
        ("measures.spend.tak=x", "--set measures.spend.tak: there is no tak in spend to change [unknown-address]"),
        ("measures.spend.over[2]=ever", "--set measures.spend.over[2]: there is no 2 in over to change [unknown-address]"),
        ("measures.spend.take.x=1", "--set measures.spend.take.x: there is no x in take to change [unknown-address]"),
        ("measure.spend.take=x", "--set measure.spend.take: there is no file measure [unknown-address]"),
        ("ingest=x", "--set ingest: ingest is a whole file [unknown-address]"),
        ("measures.spend.take", "`--set measures.spend.take` has no value [wrong-call]"),
        ("measures.spend.take: x", "`--set measures.spend.take…` has no value [wrong-call]"),
        ("measured", "`--set …` has no value [wrong-call]"),
        ("measures.spend.take: x=1", "--set measures.spend.take…: there is no take… in spend to change [unknown-address]"),
        ("measures.spend.over=[7 days", "--set measures.spend.over: a bracket that is not closed"),
        (
            "measures.spend.over=[7 dyas]",
            "--set measures.spend.over: 7 dyas is no window: write a duration like 90 days, or ever",
        ),
        ("=x", "--set : there is no file  [unknown-address]"),
    ],
)
def test_what_cannot_be_set_is_told(tmp_path: Path, override: str, sentence: str) -> None:
    found = problems(tmp_path, MEASURES, (override,))
    assert len(found) == 1
    assert found[0].startswith(sentence)


def test_a_file_that_is_not_there_cannot_be_changed(tmp_path: Path) -> None:
    assert problems(tmp_path, {}, ("measures.spend.take=x",))[0].startswith(
        "--set measures.spend.take: there is no measures.yml to change [unknown-address]"
    )


def test_a_wrong_value_is_shown_as_it_was_typed(tmp_path: Path) -> None:
    assert problems(tmp_path, {}, ("ingest.sources.orders.arrives=apended",)) == [
        "--set ingest.sources.orders.arrives: expected appended or replaced, found `apended` [wrong-value]\n"
        "    apended\n"
        "    ^\n"
        "    did you mean appended?"
    ]


def test_a_place_inside_a_typed_value_is_found(tmp_path: Path) -> None:
    project, _ = loaded(tmp_path, MEASURES, ("measures.spend.take=1 + refl(x)",))
    place = project.place("measures.spend.take", 4)
    assert place is not None
    assert (str(place), place.text[place.column - 1 :]) == ("--set measures.spend.take", "refl(x)")
