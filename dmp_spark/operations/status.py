"""How a lakehouse stands: its tables, the last runs, and how fresh what is published is. By path it starts no JVM."""

from dataclasses import dataclass
from datetime import datetime

from dmp_spark.lakehouse.location import Location
from dmp_spark.lakehouse.standing import Standing, standing
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


def tables(location: Location, publication: Row | None) -> tuple[TableStatus, ...]:
    """All tables that stand, ordered by name."""
    published = publication.versions_written if publication else {}
    found = standing(location)
    return tuple(_table(found, name, published.get(name)) for name in found.names())


def _table(found: Standing, name: str, published: int | None) -> TableStatus:
    table = found.opened(name)
    return TableStatus(
        table=name,
        rows=table.count(),
        bytes=table.size(),
        version=table.version,
        published=published,
        written_at=table.written_at(),
    )


def last_runs(ledger: Ledger, runs: int) -> tuple[Row, ...]:
    """The rows of the last runs, each run's stages in order and its own row last."""
    ids = list(dict.fromkeys(row.run_id for row in ledger.rows()))
    wanted = set(ids[-runs:])
    return tuple(row for row in ledger.rows() if row.run_id in wanted)
