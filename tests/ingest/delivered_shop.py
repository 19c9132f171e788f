"""A shop whose deliveries go through storage: a folder of files, a lakehouse, and runs of the stage."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dmp_spark.contracts import Changes
from dmp_spark.errors import UserError
from dmp_spark.ingest import stage
from dmp_spark.ingest.resolved import Computed, IngestSpec, Known, PersonAttributes, Reference, Source
from dmp_spark.ingest.tables import contracts
from dmp_spark.lakehouse.lakehouse import Lakehouse
from dmp_spark.stage import RunContext, RunSummary
from tests.acceptance.tables import rows_of
from tests.ingest.small_shop import COLUMNS, HAS_CUSTOMER, SANE_TIME, orders
from tests.written_project import PROJECT, resolved, told

AT = datetime(2017, 5, 1, 12, tzinfo=UTC)
AS_OF = datetime(2018, 1, 1, tzinfo=UTC)
SCHEMA = pa.schema(
    [
        ("customer", pa.string()),
        ("receipt", pa.int64()),
        ("at", pa.timestamp("us", "UTC")),
        ("amount", pa.float64()),
        ("pieces", pa.int64()),
    ]
)
ITEMS = Reference(
    table="items",
    key=("item_id",),
    select=(Computed(name="item_id", expression="item"), Computed(name="kind", expression="kind")),
    types={"item_id": "string", "kind": "string"},
)
CRM = PersonAttributes(
    identifiers=(Computed(name="customer", expression="customer"),),
    known=Known(kind="moment", moment="2017-01-01T00:00:00+00:00"),
    attributes=(Computed(name="age", expression="age"),),
)


class Shop:
    """A folder of deliveries and a lakehouse; each run is a new stage's view, as the pipeline gives it."""

    def __init__(self, folder: Path, lakehouse_at: Callable[..., Lakehouse]) -> None:
        self.folder, self.root, self.lakehouse_at, self.runs = folder, folder / "lakehouse", lakehouse_at, 0
        self.key: str | None = None
        self.late: int | None = None
        self.orders = orders(HAS_CUSTOMER, SANE_TIME, path=str(folder / "orders"))
        self.items = Source(
            name="items",
            path=str(folder / "items"),
            arrives="replaced",
            columns={"item": "bigint", "kind": "string"},
            reference=ITEMS,
        )
        self.crm = Source(
            name="crm",
            path=str(folder / "crm"),
            arrives="replaced",
            columns={"customer": "string", "age": "string"},
            person_attributes=CRM,
        )

    def deliver(self, file: str, rows: list[tuple[Any, ...]]) -> None:
        """Orders (customer, receipt, at) in a file."""
        lines = [
            dict(zip(COLUMNS, (customer, receipt, at, float(receipt or 0), 1), strict=True)) for customer, receipt, at in rows
        ]
        self.write(f"orders/{file}", pa.Table.from_pylist(lines, SCHEMA))

    def write(self, file: str, table: pa.Table) -> None:
        """A file of any source."""
        (self.folder / file).parent.mkdir(exist_ok=True)
        pq.write_table(table, self.folder / file)

    def run(
        self, *sources: Source, as_of: datetime = AS_OF, full: bool = False, most: float | None = None, replay: bool = False
    ) -> RunSummary:
        """One run of the stage over these sources; identifiers are hashed with the secret that `self.key` names, and what is
        known `self.late` seconds too late has its flag.

        UserError where the lakehouse does not take that key, as from the pipeline.
        """
        self.runs += 1
        spec = IngestSpec(
            zone="UTC",
            currency="USD",
            hold_if_rejected_above=most,
            late=self.late,
            identifier_key=self.key,
            sources=sources or (self.orders,),
        )
        lakehouse = self.lakehouse_at(contracts(spec), stage="ingest", reads=stage.READS, writes=stage.WRITES)
        if problem := stage.misfit(lakehouse, spec):
            raise UserError(problem)
        started = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=self.runs)
        return stage.run(RunContext(lakehouse, as_of, f"run-{self.runs}", started, "UTC", full, replay), spec)

    def killed(self, table: str, *sources: Source, replay: bool = False) -> None:
        """A run that is killed before it writes a table."""
        written = {name: getattr(Lakehouse, name) for name in ("replace", "upsert")}

        def killing(write: Callable[..., Changes]) -> Callable[..., Changes]:
            def before(lakehouse: Lakehouse, name: str, *arguments: Any, **named: Any) -> Changes:
                if name == table:
                    raise KeyboardInterrupt(table)
                return write(lakehouse, name, *arguments, **named)

            return before

        with pytest.MonkeyPatch.context() as patched:
            for name, write in written.items():
                patched.setattr(Lakehouse, name, killing(write))
            with pytest.raises(KeyboardInterrupt, match=table):
                self.run(*sources, replay=replay)

    def rows(self, table: str, *columns: str) -> list[tuple[Any, ...]]:
        """The rows of a table, in order."""
        found = rows_of(self.root.joinpath(*table.split("."))).to_pylist()
        return sorted((tuple(row.get(name) for name in columns) for row in found), key=str)


def sources(shop: Shop, ingest: str, project: str = PROJECT) -> tuple[Source, ...]:
    """The sources of an ingest.yml in the shop's folder, without a mistake."""
    spec, found = resolved(shop.folder, "ingest", project=project, ingest=ingest, models="")
    assert told(found) == []
    found_sources: tuple[Source, ...] = spec.sources
    return found_sources
