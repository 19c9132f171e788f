"""The ledger of runs: `ops.runs`, a plain append-only Delta table; by path it needs no JVM."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa

from dmp_spark.lakehouse.location import Location
from dmp_spark.lakehouse.standing import standing
from dmp_spark.operations.arrow_types import arrow_schema
from dmp_spark.operations.tables import COUNTS, RUN, RUNS
from dmp_spark.operations.values import python_rows


@dataclass(frozen=True)
class Row:
    """A row of `ops.runs`; `counts` holds ingest's counted columns, null for other stages."""

    run_id: str
    stage: str
    as_of: datetime
    started_at: datetime
    seconds: float
    status: str
    peak_memory_mb: int | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    rows_written: int = 0
    bytes_written: int = 0
    versions_read: Mapping[str, int] = field(default_factory=dict)
    versions_written: Mapping[str, int] = field(default_factory=dict)
    inputs_hash: str = ""
    spec_hash: str = ""
    code_hash: str = ""
    checks: tuple[Mapping[str, Any], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def finished_at(self) -> datetime:
        """When the stage, or the run, ended."""
        return self.started_at + timedelta(seconds=self.seconds)


class Ledger:
    """The rows of one lakehouse's `ops.runs`, in the order in which they were appended."""

    def __init__(self, location: Location) -> None:
        self._standing = standing(location)
        self._rows: tuple[Row, ...] | None = None

    def rows(self) -> tuple[Row, ...]:
        """All rows, oldest first; none where there was no run yet."""
        if self._rows is None:
            self._rows = self._read()
        return self._rows

    def append(self, row: Row) -> None:
        """Add a row in one commit; the table is made by the first, and gets the columns that its contract got since."""
        values = asdict(row)
        counts = values.pop("counts")
        values["number"] = len(self.rows())  # clocks may go back, so they give no order
        values |= {name: counts.get(name) for name in COUNTS}
        values |= {name: list(values[name].items()) for name in ("versions_read", "versions_written")}
        rows = pa.Table.from_pylist([values], schema=arrow_schema(RUNS))
        self._standing.append(RUNS, rows)
        self._rows = (*self.rows(), row)

    def last_done(self, stage: str) -> Row | None:
        """The position of a stage: its last row that is done."""
        return next((row for row in reversed(self.rows()) if row.stage == stage and row.status == "done"), None)

    def publication(self) -> Row | None:
        """The run's own row that was published last: its `versions_written` are the tables that belong together."""
        return next((row for row in reversed(self.rows()) if row.stage == RUN and row.versions_written), None)

    def stands_at(self) -> datetime | None:
        """The latest `as_of` at which anything was done; None before the first run."""
        return max((row.as_of for row in self.rows() if row.status == "done" or row.versions_written), default=None)

    def _read(self) -> tuple[Row, ...]:
        if not self._standing.versions((RUNS.name,)):
            return ()
        table = self._standing.opened(RUNS.name)
        have = [name for name in RUNS.names if name in table.columns]  # another version may have made it
        every: dict[str, Any] = dict.fromkeys(RUNS.names)
        rows = (every | dict(zip(have, row, strict=True)) for row in python_rows(table.rows(have)))
        return tuple(_row(values) for values in sorted(rows, key=lambda values: int(values["number"])))


def _row(values: Mapping[str, Any]) -> Row:
    plain = {name: value for name, value in values.items() if name not in (*COUNTS, "number")}
    counts = {name: values[name] for name in COUNTS if values[name] is not None}
    maps = {name: dict(plain[name] or ()) for name in ("versions_read", "versions_written")}
    lists = {name: tuple(plain[name] or ()) for name in ("checks", "notes")}
    return Row(counts=counts, **{**plain, **maps, **lists})
