"""The project conf/storefront reads what was made, and finds what is true: `make run-storefront` at a size for tests."""

import shutil
from pathlib import Path

import pytest

from benchmarks.storefront_truth import PROJECT, main
from tests.simulate.storefront.conftest import Storefront
from tests.system.commands import warm


@pytest.mark.long  # ingest, sessions and identity of 20,000 events
def test_a_run_finds_what_is_true(storefront: Storefront, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project = tmp_path / "storefront"
    shutil.copytree(PROJECT, project, ignore=shutil.ignore_patterns("data", "lakehouse"))
    text = (project / "project.yml").read_text(encoding="utf-8")
    assert text.count("  data: data ") == 1
    (project / "project.yml").write_text(text.replace("  data: data ", f"  data: {storefront.folder} "), encoding="utf-8")
    done = warm("run", "-p", str(project), "--until", "identity")
    assert done.code == 0, done.everything
    capsys.readouterr()
    assert main(project, truth=storefront.folder / "truth") == 0, capsys.readouterr().out
    printed = capsys.readouterr().out
    assert "MISSED" not in printed
    assert "people" in printed
