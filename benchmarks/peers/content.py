"""Whether two engines made the same rows, however many: a sum of hashes a column, over batches that are never all in memory."""

from collections.abc import Mapping
from pathlib import Path

import duckdb
import pyarrow as pa
from deltalake import DeltaTable, QueryBuilder

Content = dict[str, int]
"""`rows`, and column → the sum of the hashes of (key, value) of all rows."""


def content(table: Path, columns: Mapping[str, str], key: str) -> Content:
    """The content of a Delta table (a folder) or of a Parquet file, by name → SQL of it; `key` is one of the names."""
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'; set threads = 2")
    if table.is_dir():
        batches = QueryBuilder().register("t", DeltaTable(str(table))).execute("select * from t")
        connection.register("rows", pa.RecordBatchReader.from_stream(batches))
    source = "rows" if table.is_dir() else f"read_parquet('{table}')"
    named = ", ".join(f"({sql})::varchar as {name}" for name, sql in columns.items())
    # the key alone first: a row of which all else is null counts too
    sums = ", ".join(f"sum(hash({key}, {name})::hugeint)" for name in columns)
    found = connection.execute(f"select count(*), {sums} from (select {named} from {source})").fetchone() or ()
    return dict(zip(("rows", *columns), (int(value or 0) for value in found), strict=True))


def differing(ours: Content, theirs: Content) -> dict[str, int]:
    """What differs: `rows` by how many, columns marked by 1; nothing where both hold the same."""
    found = {"rows": abs(ours["rows"] - theirs["rows"])} if ours["rows"] != theirs["rows"] else {}
    return found | {name: 1 for name in ours if name != "rows" and ours[name] != theirs.get(name)}
