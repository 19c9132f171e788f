"""Delta tables of a lakehouse on a local path, read by `deltalake`: no JVM is started to look at versions or rows."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
from deltalake import DeltaTable, QueryBuilder

HIDDEN = frozenset({"_content_hash"})  # belongs to the lakehouse's own bookkeeping, no reader sees it


def table_path(root: Path, table: str) -> Path:
    """The folder of `schema.table`."""
    return root.joinpath(*table.split("."))


def report_path(root: Path) -> Path:
    """Where a lakehouse keeps its report."""
    return root / "report" / "index.html"


def table_names(root: Path) -> tuple[str, ...]:
    """The names of all tables that stand, ordered."""
    logs = root.glob("*/*/_delta_log")
    return tuple(sorted(f"{log.parent.parent.name}.{log.parent.name}" for log in logs if any(log.glob("*.json"))))


def versions(root: Path, tables: Iterable[str]) -> dict[str, int]:
    """The current version of each of the tables that stand; others are left out."""
    found = ((table, version(root, table)) for table in sorted(set(tables)))
    return {table: number for table, number in found if number is not None}


def version(root: Path, table: str) -> int | None:
    """The current version of a table, by the names of its log's files; None where it was not made."""
    log = table_path(root, table) / "_delta_log"
    numbers = [int(file.stem) for file in log.glob("*.json") if file.stem.isdigit()] if log.is_dir() else []
    return max(numbers, default=None)


def bytes_added(root: Path, before: Mapping[str, int], after: Mapping[str, int]) -> int:
    """Size in bytes of the data files that the commits between two sets of versions added."""
    total = 0
    for table, last in after.items():
        for number in range(before.get(table, -1) + 1, last + 1):
            commit = table_path(root, table) / "_delta_log" / f"{number:020d}.json"
            actions = (json.loads(line) for line in commit.read_text(encoding="utf-8").splitlines() if '"add"' in line)
            total += sum(action["add"]["size"] for action in actions if "add" in action)
    return total


def opened(root: Path, table: str, at: int | None = None) -> DeltaTable:
    """The table at a version, or at its current one."""
    return DeltaTable(table_path(root, table), version=at)


def columns(table: DeltaTable) -> dict[str, pa.DataType]:
    """Column name → Arrow type, without hidden columns."""
    schema = pa.schema(table.schema().to_arrow())
    return {field.name: field.type for field in schema if field.name not in HIDDEN}


def reader(table: DeltaTable, names: Sequence[str], latest: str = "") -> pa.RecordBatchReader:
    """The rows of a table as a stream, with these columns in this order; only those with the greatest `latest`, if named."""
    wanted = ", ".join(_quoted(name) for name in names)
    text = f"select {wanted} from rows_of_table"
    if latest:
        text += f" where {_quoted(latest)} = (select max({_quoted(latest)}) from rows_of_table)"
    return pa.RecordBatchReader.from_stream(QueryBuilder().register("rows_of_table", table).execute(text))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
