"""What the pages show: blocks, and commands in blocks and in sentences."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_INLINE = re.compile(r"`([^`\n]+)`")
_FIRST_WORDS = r"(?:[A-Z_]+=\S+ )*(?:\./)?(?:(?:\.venv/bin/|/\S+/)?dmp|make|bin/[\w-]+|(?:\./)?spark-submit(?:\.sh)?|(?:\S*/)?python|pip|databricks|airflow|cp|unshare)"
_COMMAND = re.compile(rf"{_FIRST_WORDS}(?: .*)?$", re.DOTALL)
_PLACEHOLDER = re.compile(r"\b[A-Z]{2,}\b|…|[\[\]|<]")  # FOLDER, --set …, [--version V], classic|serverless, <stage>


@dataclass(frozen=True)
class Shown:
    """A command as a page shows it, without the comment behind it."""

    page: str
    text: str
    is_block: bool

    @property
    def is_whole(self) -> bool:
        """Whether it can be run as it stands; a name of a command in a sentence cannot."""
        unquoted = re.sub(r"\"[^\"]*\"|'[^']*'|^(?:[A-Z_]+=\S+ )+", "", self.text)
        return not _PLACEHOLDER.search(unquoted) and (self.is_block or " -p " in self.text)


def pages() -> list[Path]:
    """All pages in order of their paths."""
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").rglob("*.md"))]


def name_of(page: Path) -> str:
    """The page's path in the checkout."""
    return page.relative_to(ROOT).as_posix()


def blocks(page: Path, language: str) -> list[str]:
    """The texts of the page's blocks of a language; "" are those without one."""
    return [text for kind, text in _FENCE.findall(page.read_text(encoding="utf-8")) if kind == language]


def named_blocks(page: Path, language: str) -> list[tuple[str, str]]:
    """The blocks that begin with the name of a file in a comment: the name and the text."""
    found = [re.match(r"# ([\w/.-]+)\n(.*)", text, re.DOTALL) for text in blocks(page, language)]
    return [(match[1], match[2]) for match in found if match]


def sentences(page: Path) -> str:
    """The page without its blocks."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


def commands(page: Path) -> Iterator[Shown]:
    """The page's commands, those in blocks first; a line that ends with a backslash goes on."""
    for text in blocks(page, "") + blocks(page, "sh"):
        for line in re.sub(r"\\\n *", "", text).splitlines():
            found = _COMMAND.match(
                re.sub(r"^[0-9*]+ [0-9*]+ \S+ \S+ \S+ ", "", line.strip())
            )  # the line of a crontab begins with a time
            if found:
                yield Shown(name_of(page), without_comment(found[0]), is_block=True)
    for text in _INLINE.findall(sentences(page)):
        if _COMMAND.match(text):
            yield Shown(name_of(page), text, is_block=False)


def without_comment(line: str) -> str:
    """The line without ` # …` that stands outside of quotes, and what follows two blanks (a description)."""
    bare = re.sub(r"\"[^\"]*\"|'[^']*'", lambda quoted: "x" * len(quoted[0]), line)
    ends = [match.start() for match in (re.search(r"\s+# ", bare), re.search(r" {2,}", bare)) if match]
    return line[: min(ends)] if ends else line


def every_command() -> list[Shown]:
    """The commands of all pages."""
    return [shown for page in pages() for shown in commands(page)]
