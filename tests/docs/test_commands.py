"""Commands in the pages are commands that there are, and each is run by somebody."""

import re
from pathlib import Path

import pytest

from docs.generate.commands import commands as commands_of_dmp
from tests.docs.elsewhere import NOBODY, RUN_ELSEWHERE, begins, holds, own_words
from tests.docs.known import PLANNED, fault
from tests.docs.pages import ROOT, every_command, name_of, pages, without_comment
from tests.docs.test_run import RUN


def test_every_command_in_the_pages_is_known() -> None:
    shown = every_command()
    assert len([one for one in shown if one.is_block]) > 80
    assert [(one.page, one.text, fault(one.text)) for one in shown if fault(one.text)] == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("dmp chek -p shop", "there is no command dmp chek"),
        ("dmp run --stge models", "dmp run: there is no option --stge"),
        ("dmp run --as-of", "dmp run: --as-of has no value"),
        ('dmp sql "select 1" twice', "dmp sql: too many words"),
        ("dmp model compare goes_quiet --version 1 -p shop", ""),
        ("dmp model compere goes_quiet", "there is no command dmp model compere"),
        ("dmp deploy databricks|airflow FOLDER", ""),
        ("make tets", "there is no target tets"),
        ("bin/jarz jars", "there is no file bin/jarz"),
        (".venv/bin/python -m tests.mutants.ran", "there is no module tests.mutants.ran"),
        ("./spark-submit.sh jobs/segment.py -p shop", "there is no file jobs/segment.py"),
    ],
)
def test_what_there_is_not_is_told(text: str, told: str) -> None:
    assert fault(text) == told


def test_what_is_planned_is_shown_by_the_design_alone_and_does_not_exist_yet() -> None:
    built = {word for name in commands_of_dmp() for word in (name, name.split()[0])}
    assert PLANNED & built == set()
    asked = [(one.page, one.text) for one in every_command() if re.match(rf"(?:\S*/)?dmp ({'|'.join(PLANNED)})\b", one.text)]
    assert {page for page, _ in asked} <= {"docs/architecture.md"}


def test_every_command_is_run_here_or_elsewhere() -> None:
    names = (*RUN_ELSEWHERE, *NOBODY)
    by_nobody = [
        (one.page, one.text)
        for one in every_command()
        if (one.is_block or one.is_whole)
        and one.page != "docs/architecture.md"
        and not (one.page in RUN and one.is_whole)
        and not begins(one.text, names)
    ]
    assert by_nobody == []


def test_who_is_said_to_run_a_command_does() -> None:
    """The file gives the command's own words to something as arguments; a word that only stands in it somewhere is not enough."""
    wrong = [name for name, (file, words) in RUN_ELSEWHERE.items() if not holds(ROOT / file, words)]
    assert wrong == []
    unsaid = {name: own_words(name) - {*words.split()} for name, (_, words) in RUN_ELSEWHERE.items()}
    assert {name: words for name, words in unsaid.items() if words} == {}
    shown = [one.text for one in every_command()]
    assert [name for name in (*RUN_ELSEWHERE, *NOBODY) if not any(begins(text, (name,)) for text in shown)] == []


@pytest.mark.parametrize(
    ("said", "words", "does"),
    [
        ('dmp("package", "-p", str(project), "--out", str(zip))', "package -p … --out …", True),
        ('dmp("package", "-p", str(project))', "package -p … --out …", False),
        ('"""How dmp package -p PROJECT --out FOLDER is called."""', "package -p … --out …", False),
        ('run([ROOT / "bin" / "jars", folder])', "bin/jars …", True),
        ('name = "bin/jars"', "bin/jars …", False),
        ('alone("run", "-p", project, DMP_JARS=jars)', "run -p … DMP_JARS=", True),
        ('archive = "wide"', "--set models.search=wide", False),
        ('SEARCH = "dmp run --set models.search=wide"', "--set models.search=wide", True),
    ],
)
def test_a_file_runs_what_it_gives_as_arguments(tmp_path: Path, said: str, words: str, does: bool) -> None:
    (tmp_path / "test_it.py").write_text(said, encoding="utf-8")
    assert holds(tmp_path / "test_it.py", words) == does


def test_a_longer_word_is_another_command() -> None:
    assert not begins("make test-connect", ("make test",))
    assert begins("make test # the suite", ("make test",))
    assert own_words("dmp package -p PROJECT --out FOLDER/project.zip") == {"package", "-p", "--out"}
    assert own_words("DMP_JARS=jars make run") == {"run"}
    assert own_words("bin/jars") == {"bin/jars"}


def test_a_comment_is_no_part_of_a_command() -> None:
    assert without_comment("dmp check -p shop      # no Spark") == "dmp check -p shop"
    assert without_comment('dmp sql "select 1 # 2   3"') == 'dmp sql "select 1 # 2   3"'


def test_every_link_leads_somewhere() -> None:
    broken = []
    for page in pages():
        text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if re.match(r"https?:|mailto:", target):
                continue
            path, _, anchor = target.partition("#")
            file = (page.parent / path).resolve() if path else page
            if not file.exists() or (anchor and file.suffix == ".md" and anchor not in anchors(file.read_text(encoding="utf-8"))):
                broken.append((name_of(page), target))
    assert broken == []


def test_every_test_that_a_page_names_is_there() -> None:
    others = [ROOT / "CHANGELOG.md", ROOT / "tests" / "environments" / "README.md"]
    named = {
        (name_of(page), file)
        for page in (*pages(), *others)
        for file in re.findall(r"\btests/[\w/]+\.py\b", page.read_text("utf-8"))
    }
    assert len(named) > 30
    assert sorted((page, file) for page, file in named if not (ROOT / file).exists()) == []


def anchors(text: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    heads = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def test_every_page_is_reached_from_the_index() -> None:
    index = ROOT / "docs" / "README.md"
    reached, left = {index}, [index]
    while left:
        page = left.pop()
        for target in re.findall(r"\]\(([^)\s#]+\.md)", page.read_text(encoding="utf-8")):
            file = (page.parent / target).resolve()
            if file.exists() and file not in reached:
                reached.add(file)
                left.append(file)
    assert [name_of(page) for page in pages() if page not in reached] == []
