"""Whether `operations.yml` and queries/*.sql fit the other files: their tables are there, and say when where they must."""

import re
from collections.abc import Mapping
from pathlib import Path

from dmp_spark.contracts import Contract
from dmp_spark.errors import Place, Problem, UserError
from dmp_spark.operations.queries import FOLDER, query_files, query_text
from dmp_spark.operations.spec import Fresh, OperationsFile, OperationsSpec
from dmp_spark.operations.sql_guard import guarded
from dmp_spark.operations.sql_names import Declared
from dmp_spark.operations.tables import RUNS
from dmp_spark.project.load import Found, Project
from dmp_spark.project.types import Duration

_SAID_WHERE = re.compile(r"line (\d+), column (\d+): ")
_SAY_WHEN = ("known_time", "first_known_time", "valid_from", "as_of", "entered_at")
"""Columns that tell from when a row could be known, the first that a table has counts."""


def resolve(project: Project, contracts: Mapping[str, Contract], found: Found) -> OperationsSpec:
    """The spec; without a file all defaults hold. Mistakes go to `found`, and what is wrong is left out."""
    written: OperationsFile = project.written("operations") or OperationsFile()
    settings = project.settings
    files = query_files(project.folder)
    for file in files:
        _check_question(file, contracts, found)
    fresh = [_fresh(table, within, contracts, found) for table, within in written.fresh.items()]
    return OperationsSpec(
        title=written.report.title or settings.title or settings.project,
        questions=tuple(str(file) for file in files) if written.report.questions == FOLDER else (),
        fresh=tuple(one for one in fresh if one is not None),
    )


def _check_question(file: Path, contracts: Mapping[str, Contract], found: Found) -> None:
    """Tell where a question is no SELECT over the project's tables and columns."""
    text = query_text(file)
    known = {name: contract.names for name, contract in {**contracts, RUNS.name: RUNS}.items()}
    try:
        guarded(text, Declared(known))
    except UserError as error:
        for problem in error.problems:
            what = _SAID_WHERE.sub("", problem.what)
            found.tell(Problem(problem.code, what, _place(file, text, problem.what), problem.way_out))


def _place(file: Path, text: str, what: str) -> Place:
    """Where in a query the problem lies: where its parser says so, else at the last word of it that the query has."""
    lines = text.splitlines() or [""]
    if said := _SAID_WHERE.match(what):
        line, column = min(int(said[1]), len(lines)), int(said[2])
        return Place(str(file), line, column, lines[line - 1])
    for word in reversed(what.split()):
        for number, line_text in enumerate(lines, start=1):
            at = line_text.lower().find(word.lower())
            if at >= 0 and not line_text.lstrip().startswith("--"):
                return Place(str(file), number, at + 1, line_text)
    return Place(str(file), 1, 1, lines[0])


def _fresh(table: str, within: Duration, contracts: Mapping[str, Contract], found: Found) -> Fresh | None:
    address = f"operations.fresh[{table}]"
    telling = {name: column for name, contract in contracts.items() if (column := _column(contract))}
    if table not in contracts:
        found.add("unknown-table", f"the project has no table {table}", address, Found.suggest(table, telling))
        return None
    if table not in telling:
        what = f"{table} does not say when its rows came to be known, so it has no freshness"
        found.add("no-time", what, address, f"these do: {', '.join(sorted(telling))}")
        return None
    try:
        return Fresh(table=table, column=telling[table], within=str(within), seconds=within.seconds)
    except ValueError as error:
        found.add("duration", str(error), address)
        return None


def _column(contract: Contract) -> str | None:
    return next((name for name in _SAY_WHEN if name in contract.names), None)
