"""Names and counts of a project as people read them. No pyspark here."""

import re

_WINDOW = re.compile(r"(.+)_(\d+)(min|h|d|w|mo)")
_UNITS = {"min": "minutes", "h": "hours", "d": "days", "w": "weeks", "mo": "months"}


def several(word: str) -> str:
    """The plural of the project's word for a person."""
    irregular = {"person": "people"}
    if word in irregular:
        return irregular[word]
    if word.endswith(("s", "x", "ch", "sh")):
        return f"{word}es"
    if word.endswith("y") and word[-2:-1] not in tuple("aeiou"):
        return f"{word[:-1]}ies"
    return f"{word}s"


def plain(name: str) -> str:
    """A name of the project as words: `baskets_90d` is `baskets, last 90 days`; `spend_ever` is `spend, ever`."""
    if match := _WINDOW.fullmatch(name):
        unit = _UNITS[match[3]]
        return f"{match[1].replace('_', ' ')}, last {match[2]} {unit[:-1] if match[2] == '1' else unit}"
    if name.endswith("_ever"):
        return f"{name.removesuffix('_ever').replace('_', ' ')}, ever"
    return name.replace("_", " ")


def counted(number: int, thing: str) -> str:
    """1 file, 2 files, 1,200 files."""
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


def share(count: int | None, of: int | None) -> float | None:
    """The share that so many are of so many; None where one of them is not known, and of nothing."""
    return count / of if count is not None and of else None


def sentence_case(text: str) -> str:
    """The text with a capital letter at its beginning; nothing else changes."""
    return text[:1].upper() + text[1:]
