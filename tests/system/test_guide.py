"""The guide's project is a project: its snippets, written to the files that they name, have no mistakes."""

import re
from pathlib import Path

from tests.system.commands import ROOT, dmp


def test_the_first_project_of_the_guide_has_no_mistakes(tmp_path: Path) -> None:
    guide = (ROOT / "docs" / "guide" / "first-project.md").read_text(encoding="utf-8")
    snippets = re.findall(r"```yaml\n# (shop/\w+\.yml)\n(.*?)```", guide, re.DOTALL)
    assert len(snippets) == 5
    for name, text in snippets:
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    checked = dmp("check", "-p", str(tmp_path / "shop"))
    assert checked.code == 0, checked.everything
    assert "no mistakes" in checked.shown


def test_the_questions_of_the_readme_are_among_those_of_the_project() -> None:
    asked = re.findall(r"```sql\n(.*?)\n```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    files = {file.read_text(encoding="utf-8").strip() for file in (ROOT / "conf" / "complete_journey" / "queries").glob("*.sql")}
    assert len(asked) == 3
    assert set(asked) <= files
    assert all(text.startswith("-- ") and text.split("\n")[0].endswith("?") for text in files)


def test_what_the_guide_shows_of_the_second_project_stands_in_it() -> None:
    guide = (ROOT / "docs" / "guide" / "shopping.md").read_text(encoding="utf-8")
    project = ROOT / "conf" / "shopping_ratings"
    written = "".join(file.read_text(encoding="utf-8") for file in project.glob("*.yml"))
    [snippet] = re.findall(r"```yaml\nmeasures:\n(.*?)```", guide, re.DOTALL)
    assert snippet in written
    assert all(quoted in written for quoted in ("person: purchase", "eligible: feature.purchases_1mo >= 1"))
