"""Secrets: read from their provider when they are needed, and put nowhere else."""

import os
import re
from pathlib import Path

from pydantic import SecretStr

from dmp_spark.errors import Place, Problem, UserError

SHORTEST = 16  # characters; whoever has the tables can try shorter ones

_REFERENCE = re.compile(r"\$\{(env|file|databricks):(.+)\}")


def read_secret(reference: str, where: Place | str | None = None) -> SecretStr:
    """The value that `${env:NAME}` or `${file:/absolute/path}` names; printed or logged it shows as asterisks.

    A file's last end of line is no part of it. UserError, without any of the value, where there is none to be had, where it is
    shorter than SHORTEST, and for `${databricks:SCOPE/KEY}`, which nothing reads yet.
    """
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        raise ValueError("a secret is named by its provider, as project.types.Secret proves")
    provider, name = found.groups()
    if provider == "databricks":
        raise UserError(databricks_refused(where))
    value, told = _of_environment(name, where) if provider == "env" else _of_file(name, where)
    if len(value) < SHORTEST:
        what = f"{told} holds a secret of {len(value)} characters, which can be guessed"
        raise UserError(Problem("short-secret", what, where, f"at least {SHORTEST} random ones: openssl rand -hex 32"))
    return SecretStr(value)


def databricks_refused(where: Place | str | None) -> Problem:
    """That a scope of Databricks cannot be read yet, and the way to its secrets all the same."""
    what = "secrets of a scope of Databricks cannot be read yet"
    return Problem("not-yet", what, where, "write ${env:NAME}: dmp deploy databricks fills it from a scope")


def _of_environment(name: str, where: Place | str | None) -> tuple[str, str]:
    value = os.environ.get(name, "")
    if not value:
        what = f"the environment variable {name}, which holds a secret, is not set"
        raise UserError(Problem("no-secret-value", what, where, f"export {name}, from where your secrets are kept"))
    return value, f"the environment variable {name}"


def _of_file(name: str, where: Place | str | None) -> tuple[str, str]:
    try:
        value = Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
        what = f"the file {name}, which holds a secret, cannot be read: {why}"
        raise UserError(Problem("no-secret-value", what, where, "put it there, readable for who runs this")) from None
    return value.removesuffix("\n").removesuffix("\r"), f"the file {name}"
