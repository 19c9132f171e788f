"""`dmp status`: tables, versions, rows, the last runs, and how fresh what is published is. By path it starts no JVM."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dmp_spark.cli.call import lakehouse_of
from dmp_spark.cli.printing import Format, print_rows, value_text

if TYPE_CHECKING:
    from dmp_spark.lakehouse.location import Location

LAST_RUNS = 3
TABLE_COLUMNS = ("table", "rows", "bytes", "version", "published", "written_at")
RUN_COLUMNS = ("run_id", "stage", "as_of", "started_at", "seconds", "status", "rows_written", "notes")


def status(folder: Path, overrides: Sequence[str], form: Format) -> int:
    """Print how the lakehouse stands: tables and last runs; CSV holds the tables, JSON a line for each of both. 0."""
    from dmp_spark.operations.ledger import Ledger
    from dmp_spark.operations.status import last_runs, tables

    location = lakehouse_of(folder, overrides)
    ledger = Ledger(location)
    publication = ledger.publication()
    standing = tables(location, publication)
    rows = [tuple(getattr(table, name) for name in TABLE_COLUMNS) for table in standing]
    runs = [_run(row) for row in last_runs(ledger, LAST_RUNS)]
    if form == "json":
        _print_json(location, publication.as_of if publication else None, rows, runs)
        return 0
    if form == "csv":
        print_rows(TABLE_COLUMNS, rows, form, sys.stdout, sys.stderr)
        return 0
    print(f"lakehouse  {location}")
    if publication:
        when = f"{publication.finished_at:%Y-%m-%d %H:%M} UTC, as of {value_text(publication.as_of)}"
        print(f"published  {when}, run {publication.run_id}\n")
    else:
        print("published  nothing yet\n")
    print_rows(TABLE_COLUMNS, rows, form, sys.stdout, sys.stderr)
    if runs:
        print("\nlast runs")
        print_rows(RUN_COLUMNS, runs, form, sys.stdout, sys.stderr)
    return 0


def _run(row: Any) -> tuple[Any, ...]:
    return (*(getattr(row, name) for name in RUN_COLUMNS[:-1]), "; ".join(row.notes))


def _print_json(location: "Location", as_of: Any, tables: Sequence[Sequence[Any]], runs: Sequence[Sequence[Any]]) -> None:
    standing = {
        "lakehouse": str(location),
        "as_of": as_of,
        "tables": [dict(zip(TABLE_COLUMNS, row, strict=True)) for row in tables],
        "runs": [dict(zip(RUN_COLUMNS, row, strict=True)) for row in runs],
    }
    print_rows(tuple(standing), [tuple(standing.values())], "json", sys.stdout, sys.stderr)
