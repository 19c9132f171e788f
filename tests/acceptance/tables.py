"""What a lakehouse holds, in a form that two runs, two engines or two core counts can be compared by."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
from deltalake import DeltaTable, QueryBuilder

NOT_CONTENT = {
    "_ingested_at",
    "_landed_at",
    "_file_id",
    "_opened_as_of",
    "_content_hash",
    "run_id",
}  # audit: differs between equal runs


def table_folders(lakehouse: Path, schemas: tuple[str, ...], prefix: str | None = None) -> Iterator[tuple[str, Path]]:
    """Name (`schema.table`) and folder of each Delta table of these schemas, by name.

    With a prefix the lakehouse is by name in Spark's own metastore, whose warehouse lies in its folder.
    """
    for schema in sorted(schemas):
        folder = lakehouse / schema if prefix is None else lakehouse / "warehouse" / f"{prefix}{schema}.db"
        for log in sorted(folder.glob("*/_delta_log")):
            yield f"{schema}.{log.parent.name}", log.parent


def rows_of(folder: Path) -> pa.Table:
    """All rows of the table as it is now, with the columns that are content."""
    query = QueryBuilder().register("t", DeltaTable(str(folder)))
    rows = pa.table(query.execute("select * from t"))
    return rows.select([name for name in rows.column_names if name not in NOT_CONTENT])


def write_csv(rows: pa.Table, target: Path) -> str:
    """Write the rows as CSV in an order of their own; sha256 of the file. Times are epoch micros, maps lists by key."""
    connection = duckdb.connect()
    connection.register("rows", rows)
    columns = ", ".join(f'{_as_text(field)} as "{field.name}"' for field in rows.schema)
    connection.execute(f"copy (select {columns} from rows order by all) to '{target}' (header, delimiter ',')")
    return hashlib.sha256(target.read_bytes()).hexdigest()


def _as_text(field: pa.Field) -> str:
    name, kind = f'"{field.name}"', field.type
    if pa.types.is_timestamp(kind):
        return f"epoch_us({name})"
    if pa.types.is_map(kind):
        return f"list_sort(map_entries({name}))::varchar"
    if pa.types.is_floating(kind):
        return f"round({name}, 9)::varchar"
    return f"{name}::varchar"


def dump(lakehouse: Path, out: Path, schemas: tuple[str, ...] = ("silver", "gold"), prefix: str | None = None) -> dict[str, str]:
    """Write each table of the schemas to `out/schema.table.csv`; table → sha256 of its file."""
    out.mkdir(parents=True, exist_ok=True)
    return {name: write_csv(rows_of(folder), out / f"{name}.csv") for name, folder in table_folders(lakehouse, schemas, prefix)}


def versions(
    lakehouse: Path, schemas: tuple[str, ...] = ("bronze", "silver", "gold", "ops"), prefix: str | None = None
) -> dict[str, int]:
    """Table → its Delta version."""
    return {name: DeltaTable(str(folder)).version() for name, folder in table_folders(lakehouse, schemas, prefix)}
