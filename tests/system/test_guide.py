"""What README and guides quote of the projects stands in them."""

import re

from tests.system.commands import ROOT


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
