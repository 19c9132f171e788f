"""`python -m docs.generate [--check]`: the pages of docs/reference/generated, from the code that they describe. No pyspark."""

import sys
from pathlib import Path

from docs.generate import commands, errors, keys, tables

FOLDER = Path(__file__).parents[1] / "reference" / "generated"
HEAD = "<!-- written by bin/reference; what stands here is changed in the code -->\n"
PAGES = {"commands.md": commands.page, "errors.md": errors.page, "tables.md": tables.page, "yaml.md": keys.page}


def texts() -> dict[Path, str]:
    """File → what the code says that it holds; the same code gives the same bytes."""
    return {FOLDER / name: HEAD + page() for name, page in PAGES.items()}


def differing() -> list[str]:
    """The names of pages that are missing, too many or not what the code says; in order of the alphabet."""
    wanted = texts()
    standing = {file: file.read_text(encoding="utf-8") for file in FOLDER.glob("*")}
    return sorted(file.name for file in wanted.keys() | standing.keys() if wanted.get(file) != standing.get(file))


def main(words: list[str]) -> None:
    """Write the pages; with --check write nothing, and end with a sentence and 1 where one of them is not what the code says."""
    if "--check" in words:
        if names := differing():
            sys.exit(f"not what the code says: {', '.join(names)}; bin/reference writes them")
        return
    FOLDER.mkdir(exist_ok=True)
    for file, text in texts().items():
        file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
