"""Files as a shop might deliver them: cut by month, under other names, with mistakes in them."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq


def read(file: Path) -> pa.Table:
    """The rows of a parquet file."""
    return pq.read_table(file)


def write(rows: pa.Table, file: Path) -> None:
    """Write rows the way the original files were written: int96 times."""
    file.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(rows, file, use_deprecated_int96_timestamps=True, store_schema=False)


def by_month(transactions: pa.Table) -> dict[str, pa.Table]:
    """`2017-01` … `2018-01` → the lines of that month, by the clock of the file."""
    months = pc.strftime(transactions["transaction_timestamp"], format="%Y-%m")
    return {month.as_py(): transactions.filter(pc.equal(months, month)) for month in sorted(pc.unique(months), key=str)}


def with_value(rows: pa.Table, column: str, value: object) -> pa.Table:
    """The rows with one column set to one value."""
    place = rows.schema.get_field_index(column)
    return rows.set_column(place, rows.schema.field(place), pa.array([value] * rows.num_rows, rows.schema.field(place).type))
