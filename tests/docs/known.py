"""Whether there is what a command calls: judged from typer's options, the targets of the Makefile and the files in bin/."""

import re
import shlex
from importlib.util import find_spec
from typing import Any

from docs.generate.commands import commands
from tests.docs.pages import ROOT

PLANNED = {
    "stream",
    "person",
    "identity",
    "segment",
    "activate",
    "erase",
    "maintain",
    "model promote",
    "model rollback",
}
"""What docs/architecture.md shows beside what there is; once it is built, it has to be taken out here."""

FOREIGN = ("pip", "databricks", "airflow", "spark-submit", "cp", "unshare")  # programs of others
_MISSING = "there is no "


def fault(text: str) -> str:
    """What the command names that there is not, as a sentence; empty where all is known."""
    words = _words(text)
    while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
        words = words[1:]
    if not words or words[0] in FOREIGN:
        return ""
    first = words[0].rsplit("/", 1)[-1]
    if first == "dmp":
        return _of_dmp(words[1:])
    if first == "make":
        return next((f"{_MISSING}target {word}" for word in words[1:] if not word.startswith("-") and word not in _targets()), "")
    if first == "python":
        return f"{_MISSING}module {words[2]}" if words[1:2] == ["-m"] and find_spec(words[2]) is None else ""
    missing = [
        word for word in words if re.match(r"(\./)?(bin/|jobs/|spark-submit)[\w.-]+$", word) and not (ROOT / word).exists()
    ]
    return f"{_MISSING}file {missing[0]}" if missing else ""


def _words(text: str) -> list[str]:
    plain = re.sub(r"[\[\]…]", " ", text)  # what may be left out is judged like what stands there
    try:
        return shlex.split(plain)
    except ValueError:  # an apostrophe in a sentence
        return plain.split()


def _of_dmp(words: list[str]) -> str:
    known = commands()
    groups = {name.split()[0] for name in known if " " in name}
    if not words or words[0] == "COMMAND" or (len(words) == 1 and words[0] in groups):
        return ""
    names = [f"{words[0]} {second}" for second in words[1].split("|")] if words[0] in groups else words[0].split("|")
    for name in names:
        if name not in known and not {name, name.split()[0]} & PLANNED:
            return f"{_MISSING}command dmp {name}"
        if name in known and (wrong := _of_options(known[name], words[len(name.split()) :])):
            return f"dmp {name}: {wrong}"
    return ""


def _of_options(command: Any, words: list[str]) -> str:
    options = {name: one for one in command.params if one.param_type_name == "option" for name in one.opts}
    arguments = sum(one.param_type_name == "argument" for one in command.params)
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word.startswith("-") and word != "-" and not word.startswith("-- "):
            name = word.split("=")[0]
            if name not in options:
                return f"{_MISSING}option {name}"
            if "=" not in word and not options[name].is_flag and (not rest or rest.pop(0).startswith("--")):
                return f"{name} has no value"
        elif word not in (">>", "2>&1") and not word.startswith("/var/log/"):
            arguments -= 1
    return "too many words" if arguments < 0 else ""


def _targets() -> set[str]:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z-]+):", text, re.MULTILINE))
