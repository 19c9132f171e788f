"""What operations promise: `ops.runs`, the ledger of runs."""

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

LOCK = Contract(
    name="ops.lock",
    owner="operations",
    table_class=TableClass.STATE,
    meaning="Who holds a lakehouse by name, in one row; by path there is no such table, the operating system has the lock",
    key=("name",),
    columns=(
        Column("name", "string", "what is held: always 'lakehouse'", nullable=False),
        Column("run_id", "string", "the run that holds it, or held it last", nullable=False),
        Column("owner", "string", "that run's process and host", nullable=False),
        Column("taken_at", "timestamp", "since when", nullable=False),
        Column("expires_at", "timestamp", "until when, unless the run says so again; past: nobody holds it", nullable=False),
    ),
)

COUNTS = ("rows_in", "rows_unreadable", "rows_mapped", "rows_accepted", "rows_duplicate", "rows_rejected", "rows_suppressed")
