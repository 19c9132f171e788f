"""The names by which things of a person are called in YAML: `profile.`, `feature.`, `score.<task>.`. No pyspark here."""

import re
from collections.abc import Iterable, Mapping

from dmp_spark.contracts import Contract
from dmp_spark.expressions.nodes import ExpressionError

PROFILES, FEATURES, SCORES = "gold.profiles", "gold.features", "gold.scores"
SCORE_COLUMNS = {"value": "double", "percentile": "double", "version": "string"}


def person_columns(contracts: Mapping[str, Contract], tasks: Iterable[str]) -> dict[str, str]:
    """Dotted name → type of all that an expression over one person may name.

    `profile.<column>` and `feature.<column>` come from the contracts that there are, `score.<task>.value`,
    `.percentile` (0 to 100) and `.version` from the tasks.
    """
    columns: dict[str, str] = {}
    for prefix, table in (("profile", PROFILES), ("feature", FEATURES)):
        if table in contracts:
            contract = contracts[table]
            columns |= {f"{prefix}.{c.name}": c.type for c in contract.columns if c.name not in contract.key and not c.audit}
    for task in tasks:
        columns |= {f"score.{task}.{name}": kind for name, kind in SCORE_COLUMNS.items()}
    return columns


def tasks_of(names: Iterable[str]) -> tuple[str, ...]:
    """The tasks whose scores these dotted names use, sorted."""
    return tuple(sorted({name.split(".")[1] for name in names if name.startswith("score.")}))


def problem_of(error: ExpressionError, text: str) -> tuple[str, str, str, int]:
    """Code, sentence, way out and offset of a mistake in an expression over a person."""
    if re.match(r"consent\.", text[error.offset :]):
        way_out = "activations ask for consent themselves: say their purpose in activation.yml"
        return "not-yet", "there is no source of consent yet, so it cannot be named here", way_out, error.offset
    code = "unknown-name" if error.message.startswith("there is no column") else "expression"
    return code, error.message, error.way_out, error.offset
