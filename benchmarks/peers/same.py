"""Whether two engines made the same: rows of a Delta table beside rows of Parquet files, column by column."""

from pathlib import Path

import duckdb
import pyarrow as pa
from deltalake import DeltaTable, QueryBuilder

TOLERANCE = 2e-6
"""Of doubles with six digits: both round, but not from the same side of a tie."""


def differences(
    table: Path, columns: str, theirs: Path, keys: tuple[str, ...], their_columns: str = "*", where: str = "true"
) -> dict[str, int]:
    """Column → rows that differ between a Delta table (`columns` is SQL over it) and a Parquet file or Delta table of the same.

    `rows` counts rows that only one side has; rows that are not `where` are looked at on neither. Maps and lists are compared
    as text, maps by key.
    """
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    connection.register("rows", _rows(table))
    connection.execute(f"create table ours as select {columns} from rows where {where}")
    if theirs.is_dir():
        connection.register("other", _rows(theirs))
    other = "other" if theirs.is_dir() else f"read_parquet('{theirs}')"
    connection.execute(f"create table theirs as select {their_columns} from {other} where {where}")
    kinds = {name: kind for name, kind, *_ in connection.execute("describe theirs").fetchall()}
    absent = kinds.keys() ^ {name for name, *_ in connection.execute("describe ours").fetchall()}
    if absent:
        raise SystemExit(f"{table.name}: columns of one side only: {', '.join(sorted(absent))}")
    tests = [f"count(*) filter ({_differs(name, kind)})" for name, kind in kinds.items() if name not in keys]
    alone = f"count(*) filter (a.{keys[0]} is null or b.{keys[0]} is null)"
    query = f"select {', '.join([alone, *tests])} from ours a full join theirs b using ({', '.join(keys)})"
    found = connection.execute(query).fetchone() or ()
    names = ["rows", *[name for name in kinds if name not in keys]]
    return {name: count for name, count in zip(names, found, strict=True) if count}


def _rows(table: Path) -> pa.Table:
    return pa.table(QueryBuilder().register("t", DeltaTable(str(table))).execute("select * from t"))


def _differs(name: str, kind: str) -> str:
    if kind == "DOUBLE":
        return f"abs(a.{name} - b.{name}) > {TOLERANCE} or (a.{name} is null) <> (b.{name} is null)"
    if kind.startswith("MAP"):
        return f"list_sort(map_entries(a.{name}))::varchar is distinct from list_sort(map_entries(b.{name}))::varchar"
    return f"a.{name}::varchar is distinct from b.{name}::varchar"
