"""How a lakehouse stands: its tables, the last runs, and how fresh what is published is. Starts no JVM."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from dmp_spark.operations import storage
from dmp_spark.operations.ledger import Ledger, Row


@dataclass(frozen=True)
class TableStatus:
    """A table now: rows, bytes and version; `published` is the version that readers get, None where none is."""

    table: str
    rows: int
    bytes: int
    version: int
    published: int | None
    written_at: datetime


def tables(root: Path, publication: Row | None) -> tuple[TableStatus, ...]:
    """All tables that stand, ordered by name."""
    published = publication.versions_written if publication else {}
    return tuple(_table(root, name, published.get(name)) for name in storage.table_names(root))


def _table(root: Path, name: str, published: int | None) -> TableStatus:
    table = storage.opened(root, name)
    files = pa.RecordBatchReader.from_stream(table.get_add_actions(flatten=True)).read_all()
    commit = table.history(1)[0]
    return TableStatus(
        table=name,
        rows=table.count(),
        bytes=sum(files["size_bytes"].to_pylist()),
        version=table.version(),
        published=published,
        written_at=datetime.fromtimestamp(commit["timestamp"] / 1000, UTC),
    )


def last_runs(ledger: Ledger, runs: int) -> tuple[Row, ...]:
    """The rows of the last runs, each run's stages in order and its own row last."""
    ids = list(dict.fromkeys(row.run_id for row in ledger.rows()))
    wanted = set(ids[-runs:])
    return tuple(row for row in ledger.rows() if row.run_id in wanted)
