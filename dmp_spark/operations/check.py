"""Whether `operations.yml` fits the other files: its tables are there and say when, its durations have a length."""

from collections.abc import Mapping

from dmp_spark.contracts import Contract
from dmp_spark.operations.spec import Fresh, OperationsFile, OperationsSpec
from dmp_spark.project.load import Found, Project
from dmp_spark.project.types import Duration

QUERIES = "queries"
_SAY_WHEN = ("known_time", "first_known_time", "valid_from", "as_of", "entered_at")
"""Columns that tell from when a row could be known, the first that a table has counts."""


def resolve(project: Project, contracts: Mapping[str, Contract], found: Found) -> OperationsSpec:
    """The spec; without a file all defaults hold. Mistakes go to `found`, and what is wrong is left out."""
    written: OperationsFile = project.written("operations") or OperationsFile()
    settings = project.settings
    files = sorted((project.folder / QUERIES).glob("*.sql")) if written.report.questions == QUERIES else []
    fresh = [_fresh(table, within, contracts, found) for table, within in written.fresh.items()]
    return OperationsSpec(
        title=written.report.title or settings.title or settings.project,
        questions=tuple(str(file) for file in files if not file.name.startswith(".")),
        fresh=tuple(one for one in fresh if one is not None),
    )


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
