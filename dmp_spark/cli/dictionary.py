"""`dmp dictionary`: every table and column of a project with what it means, from the contracts that write them."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from dmp_spark.cli.printing import checked_format, print_rows
from dmp_spark.contracts import Column, Contract

MARKDOWN = "markdown"
COLUMNS = ("table", "column", "type", "unit", "key", "nullable", "personal", "meaning")


def dictionary(folder: Path, overrides: Sequence[str], form: str) -> int:
    """Print the dictionary as Markdown, or a row a column in another format; 0. UserError where the project has mistakes."""
    from dmp_spark import registry
    from dmp_spark.operations.tables import LOCK, RUNS

    checked = None if form == MARKDOWN else checked_format(form, also=MARKDOWN)
    project, resolution = registry.resolved(folder, overrides)
    own = (RUNS, LOCK) if project.lakehouse.is_by_name else (RUNS,)
    contracts = sorted([*resolution.contracts.values(), *own], key=lambda contract: contract.name)
    if checked is None:
        settings = project.settings
        sys.stdout.writelines(f"{line}\n" for line in _markdown(settings.title or settings.project, contracts))
    else:
        rows = (_row(contract, column) for contract in contracts for column in contract.columns)
        print_rows(COLUMNS, rows, checked, sys.stdout, sys.stderr)
    return 0


def _markdown(title: str, contracts: Sequence[Contract]) -> Iterator[str]:
    yield f"# {_cell(title)}: tables and columns"
    yield ""
    yield "Made by `dmp dictionary` from the contracts of the tables. Instants are UTC. **Bold** columns are the key;"
    yield "*personal* ones hold values that may identify somebody."
    for contract in contracts:
        yield ""
        yield f"## {contract.name}"
        yield ""
        yield f"{_cell(contract.meaning)}. Written by {contract.owner}; {contract.table_class}{_layout(contract)}."
        yield ""
        yield "| column | type | unit | never null | meaning |"
        yield "| --- | --- | --- | --- | --- |"
        yield from (_line(contract, column) for column in contract.columns)


def _layout(contract: Contract) -> str:
    laid_out = {"partitioned": contract.partitioned_by, "clustered": contract.clustered_by}
    return "".join(f"; {how} by {', '.join(columns)}" for how, columns in laid_out.items() if columns)


def _line(contract: Contract, column: Column) -> str:
    name = f"**{column.name}**" if column.name in contract.key else column.name
    meaning = f"*personal*: {column.meaning}" if column.personal else column.meaning
    never = "yes" if contract.is_required(column) else ""
    return f"| {name} | {_cell(column.type)} | {_cell(column.unit)} | {never} | {_cell(meaning)} |"


def _row(contract: Contract, column: Column) -> tuple[object, ...]:
    is_key, nullable = column.name in contract.key, not contract.is_required(column)
    return (contract.name, column.name, column.type, column.unit, is_key, nullable, column.personal, column.meaning)


def _cell(text: str) -> str:
    """Text that breaks no table and is no markup: a project may be called what it likes."""
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")
