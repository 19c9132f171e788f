"""The how-to pages followed on the small project: what they say to write is written, and their commands are run."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from dmp_spark import registry
from tests.docs.copies import add_blocks, answers, said, small_project, trimmed
from tests.docs.elsewhere import NOBODY, RUN_ELSEWHERE
from tests.docs.pages import ROOT, blocks, commands
from tests.system.commands import Done

DOCS = ROOT / "docs"
STEPS = tuple(
    f"docs/how-to/{name}.md"
    for name in ("add-a-source", "add-a-measure", "add-a-segment", "send-an-audience", "add-a-model", "take-a-lift")
)
"""The pages that add to the project, in this order."""
RUN = (
    *STEPS,
    "docs/how-to/run-on-a-schedule.md",
    "docs/how-to/go-to-a-cluster.md",
    "docs/how-to/when-a-run-fails.md",
    "docs/how-to/move-a-lakehouse.md",
    "docs/guide/data-engineer.md",
    "docs/guide/data-scientist.md",
    "docs/guide/analyst.md",
    "docs/guide/clusters.md",
    "docs/guide/your-own-data.md",
    "docs/reference/measurement.md",
    "README.md",
    "docs/how-to/mend-rejected-records.md",
)
"""The pages whose commands are run; those of your-own-data.md by test_your_own_data.py, two lifts by a long test."""
FIRST = "dmp run -p conf/complete_journey"
WIDE = "dmp run -p conf/complete_journey --stage models --set models.search=wide --set models.search_seconds=600"
LIFT = f"{FIRST} --set project.lakehouse.path=/tmp/lift"


@dataclass(frozen=True)
class Followed:
    """The folder in which the pages were followed, and how the first run ended."""

    root: Path
    done: Done


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory, spark: SparkSession) -> Followed:
    """The small project with all that the pages add, run once."""
    root = tmp_path_factory.mktemp("followed")
    project = small_project(root)
    for page in STEPS:
        add_blocks(ROOT / page, project)
    return Followed(root, said(FIRST, root))


@pytest.mark.parametrize("last", range(1, len(STEPS) + 1), ids=[page.split("/")[-1] for page in STEPS])
def test_after_each_page_the_project_has_no_mistakes(tmp_path: Path, last: int) -> None:
    project = small_project(tmp_path)
    before = registry.resolved(project)[1].specs
    for page in STEPS[:last]:
        assert blocks(ROOT / page, "yaml")
        add_blocks(ROOT / page, project)
    assert registry.resolved(project)[1].specs != before


@pytest.mark.slow  # a whole run of the small project, and all that the pages ask of it: three minutes
def test_every_command_of_the_pages_does_what_it_should(followed: Followed) -> None:
    assert followed.done.code == 0, followed.done.everything
    ended = {text: said(text, followed.root) for text in dict.fromkeys(_wanted())}
    assert {text: done.everything for text, done in ended.items() if done.code != 0} == {}
    shown = {text: answer for page in RUN for text, answer in answers(ROOT / page).items() if text in ended}
    assert len(shown) >= 1
    assert {text: trimmed(ended[text].shown) for text in shown} == shown
    empty = [text for text, done in ended.items() if text.startswith("dmp sql") and len(done.shown.splitlines()) < 3]
    assert [text for text in empty if not any(table in text for table in MAY_BE_EMPTY)] == []
    moved = next(done for text, done in ended.items() if text.endswith("path=moved") and text.startswith("dmp run"))
    assert moved.shown.count("nothing new") == len(registry.STAGES), moved.everything


MAY_BE_EMPTY = ("status <> 'done'", "gold.experiments", "bronze.rejected")  # nothing failed; nobody was assigned 30 days ago


def _wanted() -> list[str]:
    others = ("docs/guide/your-own-data.md",)
    every = [one for page in RUN if page not in others for one in commands(ROOT / page)]
    return [
        one.text
        for one in every
        if one.is_whole and one.text != FIRST and not one.text.startswith((LIFT, *RUN_ELSEWHERE, *NOBODY))
    ]


@pytest.mark.long  # two more runs
def test_two_runs_show_a_lift(followed: Followed) -> None:
    lifts = [
        text for text in dict.fromkeys(one.text for one in commands(DOCS / "how-to" / "take-a-lift.md")) if text.startswith(LIFT)
    ]
    assert lifts == [one.text for one in commands(DOCS / "reference" / "measurement.md") if one.text.startswith(LIFT)]
    for text in lifts:
        done = said(text, followed.root)
        assert done.code == 0, done.everything
    question = "select distinct metric from gold.experiments where experiment = 'come_back' order by 1"
    asked = said(
        f'dmp sql --format csv -p conf/complete_journey --set project.lakehouse.path=/tmp/lift "{question}"', followed.root
    )
    assert asked.shown.split() == ["metric", "redeemed", "spend"], asked.everything


@pytest.mark.long  # the models are learned again, each after a search
def test_a_wide_search_tells_what_it_tried(followed: Followed) -> None:
    """The command as the page shows it, with ten seconds a task instead of ten minutes."""
    assert WIDE in [one.text for one in commands(DOCS / "guide" / "data-scientist.md")]
    done = said(WIDE.replace("search_seconds=600", "search_seconds=10"), followed.root)
    assert done.code == 0, done.everything
    assert "searched at " in done.everything or "no search: " in done.everything
