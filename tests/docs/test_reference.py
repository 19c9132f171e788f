"""The pages that are written from the code are what the code says, and leave nothing out."""

import re
import subprocess
import sys

from dmp_spark import registry
from docs.generate import errors, keys, meanings, tables
from docs.generate.__main__ import differing
from tests.docs.pages import ROOT

PAGES = ROOT / "docs" / "reference"


def test_the_pages_are_what_the_code_says() -> None:
    assert differing() == []


def test_writing_them_imports_no_spark() -> None:
    code = "import sys; from docs.generate.__main__ import texts; texts(); sys.exit('pyspark' in sys.modules or 'mlflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_every_code_that_a_test_expects_or_a_function_gives_is_told() -> None:
    told = {one.code for one in errors.told()}
    package = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "dmp_spark").rglob("*.py"))
    given = set(re.findall(r"\bcode = \"([a-z-]+)\"", package)) | set(
        re.findall(r"(?:Problem|\.add|\.warn)\(\s*\"([a-z]+(?:-[a-z]+)*)\",", package)
    )
    files = [file for file in (ROOT / "tests").rglob("test_*.py") if "docs" not in file.parts]
    expected = {code for file in files for code in re.findall(r" \[([a-z]+(?:-[a-z0-9]+)+)\]", file.read_text(encoding="utf-8"))}
    assert len(given) > 50
    assert (given | expected) - told == set()


def test_the_sentences_of_a_code_are_its_own() -> None:
    told = errors.told()
    assert {one.what for one in told if one.code == "locked"} == {"the lakehouse … is held by …"}
    assert [one.what for one in told if one.code == "holdout"] == ["a holdout of everyone sends to nobody"]
    assert [one.what for one in told if one.code == "same-priority"] == ["… and … have the same priority"]
    assert all(one.what for one in told)


def test_every_table_of_every_stage_is_there() -> None:
    text = tables.page()
    written = {table for stage in registry.STAGES for table in registry.tables(stage).WRITES if "*" not in table}
    assert {table for table in written | {"ops.runs", "ops.lock", "silver.items"} if f"\n## {table}\n" not in text} == set()


def addresses() -> set[tuple[str, str]]:
    """File and address of every key that the models know."""
    from dmp_spark.project.settings import ProjectFile

    models = {"project": ProjectFile, **registry.shapes()}
    return {(file, address.strip("`")) for file, model in models.items() for address, *_ in keys.rows_of(model, file)}


def test_the_tables_of_keys_in_the_pages_name_keys_that_there_are() -> None:
    assert set(meanings.tables()) == set(meanings.TABLES)
    assert set(meanings.meanings()) - addresses() == set()
    assert len(meanings.meanings()) > 100


def test_every_key_is_explained_in_the_page_of_its_file() -> None:
    """A key that the models know and the page of its file never names in code is a key that nobody can learn of."""
    unexplained = []
    for file, address in sorted(addresses()):
        told = {keys.page_of(file), "measures.md", "enrichment.md"}  # labels and metrics are measures; enrichments are of ingest
        text = "".join((PAGES / name).read_text(encoding="utf-8") for name in sorted(told))
        in_code = " ".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL))
        last = address.split(".")[-1]
        if last != "<name>" and last not in re.findall(r"[a-z_]+", in_code):
            unexplained.append(f"{file}: {address}")
    assert unexplained == []
