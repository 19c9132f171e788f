"""The page of the commands, from what typer makes of them."""

from collections.abc import Iterator
from typing import Any

import typer

from docs.generate.markdown import table


def commands() -> dict[str, Any]:
    """Words after `dmp` → the command; groups are left out, their commands are not. In the order of `dmp --help`."""
    from dmp_spark.cli.main import app

    return dict(_below(typer.main.get_command(app), ()))


def page() -> str:
    """The page: a section a command, with arguments, options and defaults."""
    parts = [
        "# Commands\n\nEvery command with all its options. What they mean together is told in [commands.md](../commands.md).\n"
    ]
    for words, command in commands().items():
        parts.append(f"\n## dmp {words}\n\n{command.help}\n")
        if command.params:
            parts.append("\n" + table(("word", "meaning", "default"), map(_row, command.params)))
    return "".join(parts)


def _below(command: Any, words: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    if hasattr(command, "commands"):
        for name, one in command.commands.items():
            yield from _below(one, (*words, name))
    else:
        yield " ".join(words), command


def _row(parameter: Any) -> tuple[str, str, str]:
    if parameter.param_type_name == "option":
        word = ", ".join(f"`{name}`" for name in parameter.opts)
        value = "" if parameter.is_flag else f" `{parameter.metavar or parameter.opts[-1].lstrip('-').upper()}`"
        name = f"{word}{value}{', repeatable' if parameter.multiple else ''}"
    else:
        name = f"`{(parameter.metavar or parameter.name).upper()}`"
    return name, getattr(parameter, "help", None) or "", _default(parameter)


def _default(parameter: Any) -> str:
    if parameter.required:
        return "must be there"
    is_flag = getattr(parameter, "is_flag", False)
    return "" if is_flag or not isinstance(parameter.default, str) else f"`{parameter.default}`"
