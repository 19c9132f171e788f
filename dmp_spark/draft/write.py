"""A project as text, from guesses: two files that pass `dmp check`, with what to look at in comments. No pyspark here."""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from dmp_spark.draft.guess import Drafted, Guess, guess, plain
from dmp_spark.draft.infer import TIME
from dmp_spark.draft.look import look
from dmp_spark.draft.looked import RECORDS
from dmp_spark.errors import Problem, UserError
from dmp_spark.formats.headers import OFFSET_LETTERS

GUESSED = ("windows-1252", "latin-1")  # encodings of which a file does not tell


def draft(folder: Path, files: Iterable[Path]) -> Mapping[Path, str]:
    """The files of a project that reads `files`, by path; nothing is written. UserError where a file cannot be read, or the
    folder is a project already.
    """
    if (folder / "project.yml").exists():
        raise UserError(
            Problem("project-there", f"{folder} is a project already", str(folder / "project.yml"), "name another folder")
        )
    guesses: list[Guess] = []
    for path in files:
        guesses.append(guess(look(path), [each.name for each in guesses]))
    if not guesses:
        raise UserError(Problem("no-file", "no file is named", "", "dmp init FOLDER --from FILE"))
    return {folder / "project.yml": _project(folder), folder / "ingest.yml": _ingest(folder, guesses)}


def _project(folder: Path) -> str:
    name = plain(folder.resolve().name) or "project"
    return (
        "grammar: 1\n"
        f"project: {name}\n"
        "person: person                            # what one is called here: customer, visitor, household\n"
        "time_zone: UTC                            # in which days begin; a name like Europe/Berlin\n"
        "# currency: EUR                           # of all money, once an event has a `value`\n"
        "# as_of: 2018-01-01                       # of finished data: judge at this midnight; without it, last midnight\n"
    )


def _ingest(folder: Path, guesses: list[Guess]) -> str:
    begin = (
        "# Drafted by `dmp init` from what the files hold. Every guess is yours to correct: docs/reference/ingest.md.\n"
        "# `dmp check` finds mistakes, `dmp run` takes the files, and `bronze.rejected` keeps what did not fit.\n"
        "sources:\n"
    )
    return begin + "".join(_source(folder, each) for each in guesses)


def _source(folder: Path, found: Guess) -> str:
    looked = found.looked
    path = os.path.relpath(looked.path.absolute(), folder.absolute())
    read = {"format": looked.format, "path": path, **looked.read}
    seen = "" if looked.is_whole or looked.format == "text" else f"   # the types are those of its first {RECORDS:,} records"
    said = ", ".join(f"{key}: {_quoted(value)}" for key, value in read.items())
    guessed = "   # its letters are guessed" if looked.read.get("encoding") in GUESSED else ""
    text = f"\n  {found.name}:\n    read: {{{said}}}{guessed}\n"
    text += f"    arrives: {'appended' if found.time else 'replaced'}\n    columns:{seen}\n"
    text += "".join(f"      {column.name}: {_column(column)}\n" for column in found.columns)
    return text + (_events(found, found.time) if found.time else _reference(found))


def _column(column: Drafted) -> str:
    more = {"from": column.place} if column.place != column.name else {}
    if column.column.more:
        more = {"from": json.dumps([column.place, *column.column.more])}
    more |= {"format": column.format} if column.format else {}
    if not more:
        return _typed(column.type)
    return f"{{type: {_typed(column.type)}, {', '.join(f'{key}: {_quoted(value)}' for key, value in more.items())}}}"


def _typed(kind: str) -> str:
    return f'"{kind}"' if "," in kind else kind


def _reference(found: Guess) -> str:
    is_key = len(found.key) < len(found.columns)
    why = "no column says when it happened and who did it" if is_key else "no columns are in each record, and alike in no two"
    return f"    reference:                            # {why}\n      table: {found.name}\n      key: [{', '.join(found.key)}]\n"


def _events(found: Guess, time: Drafted) -> str:
    """The events of a source; what they share stands with each, because YAML of a project has no merging."""
    precision = ", precision: day" if time.type == "date" else ""
    clock = "" if _is_instant(time) else "   # the file does not say whose clock it is"
    lines = ["    events:"]
    for name, condition in found.kinds.items():
        lines.append(f"      {name}:")
        if condition:
            lines.append(f"        where: {_quoted(condition)}")
        lines.append(f"        id: {_identity(found)}")
        lines.append(f"        time: {{column: {time.name}, zone: UTC{precision}}}{clock}")
        lines.append("        known: {after: 0 minutes}           # or {column: …, zone: UTC}, when it came; or landing")
        lines.append("        identifiers:")
        lines += [f"          {namespace}: {_identifier(found, column)}" for namespace, column in found.identifiers.items()]
        lines += [f"        {value}: {column}" for value, column in found.values.items()]
        if found.attributes:
            lines.append("        attributes:")
            lines += [f"          {name}: {column}" for name, column in found.attributes.items()]
    return "\n".join(lines) + "\n"


def _identity(found: Guess) -> str:
    if found.id:
        return f"[{', '.join(found.id)}]"
    if found.looked.format == "text" or "comment" in found.looked.read:
        return "position                        # equal lines are several events"
    return "fingerprint                     # its content: equal records are one; or [columns] that name a record"


def _identifier(found: Guess, name: str) -> str:
    column = next(each for each in found.columns if each.name == name)
    return f"cast({name} as bigint)" if column.type == "double" else name


def _is_instant(time: Drafted) -> bool:
    if time.format:
        return time.format.startswith("epoch") or bool(OFFSET_LETTERS.search(time.format))
    if time.column.type:
        return time.column.type == "timestamp"
    matches = [TIME.fullmatch(str(value)) for value in time.column.held]
    return all(match and match["offset"] for match in matches)


def _quoted(text: str) -> str:
    """A text as YAML takes it within braces, quoted where it needs to be."""
    if text.startswith("["):  # a list of plain names
        return text
    is_plain = all(sign.isalnum() or sign in "_./-" for sign in text) and text[:1].isalpha()
    return text if is_plain else json.dumps(text, ensure_ascii=False)
