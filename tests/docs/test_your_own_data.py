"""docs/guide/your-own-data.md followed to its end, on the file that it is about; its numbers are DuckDB's too."""

import re
import shutil
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from tests.docs.copies import answers, said, trimmed
from tests.docs.pages import ROOT, commands, named_blocks
from tests.oracles import online_retail_duckdb
from tests.shared_data import shared

PAGE = ROOT / "docs" / "guide" / "your-own-data.md"


@pytest.fixture(scope="module")
def file() -> Path:
    """Online Retail."""
    return shared("online_retail", "online_retail.parquet")


def written(root: Path) -> Path:
    """The page's project in a folder; each block says which file it is."""
    for name, text in named_blocks(PAGE, "yaml"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root / "shop"


def test_the_project_of_the_page_has_no_mistakes(tmp_path: Path) -> None:
    project = written(tmp_path)
    stages = ("features", "ingest", "models", "profiles", "project", "segments")
    assert sorted(file.stem for file in project.glob("*.yml")) == list(stages)
    checked = said("dmp check -p shop", tmp_path)
    assert checked.code == 0, checked.everything
    assert "no mistakes" in checked.shown
    for name in ("features", "profiles", "segments", "models"):  # and so has what stands after step 2
        (project / f"{name}.yml").unlink()
    assert said("dmp check -p shop", tmp_path).code == 0


def test_the_numbers_of_the_page_are_those_of_the_file(file: Path) -> None:
    shown = [[tuple(re.split(r" {2,}", line.strip())) for line in text.splitlines()[2:]] for text in answers(PAGE).values()]
    assert shown == online_retail_duckdb.answers(file)


@pytest.mark.slow  # half a million lines through six stages: about two minutes
def test_every_command_of_the_page_says_what_it_shows(file: Path, tmp_path: Path, spark: SparkSession) -> None:
    project = written(tmp_path)
    (project / "data").mkdir()
    shutil.copy(file, project / "data")
    texts = [one.text for one in commands(PAGE) if one.is_whole]
    assert len(texts) == len([one for one in commands(PAGE) if one.is_block]) >= 9
    ended = {text: said(text, tmp_path) for text in dict.fromkeys(texts)}  # `dmp run` once, with all of the page's files
    assert {text: done.everything for text, done in ended.items() if done.code != 0} == {}
    assert {text: trimmed(ended[text].shown) for text in answers(PAGE)} == answers(PAGE)
    notes = ended["dmp run -p shop"].shown
    assert "buys_again: the champion is" in notes
    assert (project / "lakehouse" / "report" / "index.html").exists()
