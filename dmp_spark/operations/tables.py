"""What operations promise: `ops.runs`, the ledger of runs. Written by `deltalake`, so its Arrow schema is derived here."""

import re

import pyarrow as pa

from dmp_spark.contracts import Column, Contract, TableClass

RUN = "run"  # the `stage` of a run's own row

RUNS = Contract(
    name="ops.runs",
    owner="operations",
    table_class=TableClass.LEDGER,
    meaning="Stages that ran, each appended once when its tables stand; the run's own row comes last and is the publication",
    key=("run_id", "stage"),
    columns=(
        Column("run_id", "string", "the run", nullable=False),
        Column("stage", "string", "the stage; 'run' for the run's own row", nullable=False),
        Column("number", "bigint", "the row's place in the ledger, from 0", nullable=False),
        Column("as_of", "timestamp", "the cut-off at which things were judged", nullable=False),
        Column("started_at", "timestamp", "when the stage began", nullable=False, audit=True),
        Column("seconds", "double", "how long it took", unit="s", audit=True),
        Column("status", "string", "done, failed, held (a gate) or skipped (it needs a stage that failed)", nullable=False),
        Column("peak_memory_mb", "bigint", "peak memory so far of Python and the JVM together", unit="MiB", audit=True),
        Column("rows_in", "bigint", "ingest: records in the files that were read; null elsewhere"),
        Column("rows_unreadable", "bigint", "ingest: records that could not be read"),
        Column("rows_mapped", "bigint", "ingest: records mapped; equals accepted + duplicate + rejected + suppressed"),
        Column("rows_accepted", "bigint", "ingest: mapped records that were taken"),
        Column("rows_duplicate", "bigint", "ingest: mapped records whose id was there already"),
        Column("rows_rejected", "bigint", "ingest: mapped records that broke a rule"),
        Column("rows_suppressed", "bigint", "ingest: mapped records of people who are to be forgotten"),
        Column("rows_written", "bigint", "rows inserted, updated and deleted in all tables of the stage"),
        Column("bytes_written", "bigint", "size of the data files that were added", unit="bytes"),
        Column("versions_read", "map<string,bigint>", "version of each table that was read"),
        Column(
            "versions_written",
            "map<string,bigint>",
            "version of each table of the stage; of all tables in the run's row, and empty there where nothing was published",
        ),
        Column("inputs_hash", "string", "hash of versions_read; for ingest, of the files listed"),
        Column("spec_hash", "string", "hash of the resolved spec"),
        Column("code_hash", "string", "hash of the code of the stage and of the layers below"),
        Column("checks", "array<struct<name:string,passed:boolean,detail:string>>", "checks made while it ran"),
        Column("notes", "array<string>", "lines worth reading: gates that held, why it failed, results"),
    ),
)

COUNTS = ("rows_in", "rows_unreadable", "rows_mapped", "rows_accepted", "rows_duplicate", "rows_rejected", "rows_suppressed")

_SIMPLE = {
    "string": pa.string(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "timestamp": pa.timestamp("us", "UTC"),
    "date": pa.date32(),
}


def arrow_schema(contract: Contract) -> pa.Schema:
    """The Arrow schema of a contract, columns in its order."""
    return pa.schema([pa.field(c.name, arrow_type(c.type), nullable=c.nullable) for c in contract.columns])


def arrow_type(text: str) -> pa.DataType:
    """The Arrow type of a Spark SQL type text; ValueError for a type that operations do not use."""
    if text in _SIMPLE:
        return _SIMPLE[text]
    kind, inside = re.fullmatch(r"(\w+)<(.*)>", text).groups() if text.endswith(">") else ("", "")  # type: ignore[union-attr]
    parts = _split(inside)
    if kind == "array":
        return pa.list_(arrow_type(inside))
    if kind == "map":
        return pa.map_(arrow_type(parts[0]), arrow_type(parts[1]))
    if kind == "struct":
        return pa.struct([(name, arrow_type(of)) for name, _, of in (part.partition(":") for part in parts)])
    raise ValueError(f"no Arrow type for {text}")


def _split(text: str) -> list[str]:
    """Split at the commas outside of angle brackets."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter == "<") - (letter == ">")
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return parts
