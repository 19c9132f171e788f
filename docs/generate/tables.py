"""The page of the tables: what `dmp dictionary` says of a project that has every stage and as little else as can be."""

import io
import re
import tempfile
from contextlib import redirect_stdout
from pathlib import Path

PROJECT = {
    "project.yml": "grammar: 1\nproject: tables\ntime_zone: UTC\nlakehouse: {catalog: spark_catalog}\n",
    "ingest.yml": """
sources:
  orders:
    read: {path: orders}
    arrives: appended
    columns: {customer: string, at: timestamp}
    events:
      purchase: {id: fingerprint, time: {column: at, zone: UTC}, known: {after: 0 minutes}, identifiers: {customer: customer}}
  items:
    read: {path: items}
    arrives: replaced
    columns: {item_id: string}
    reference: {table: items, key: [item_id]}
""",
    "sessions.yml": "by: context.session\n",
    "features.yml": "moments: {every: 1 month, from: 2024-01-01, until: 2025-01-01}\n",
    "profiles.yml": "attributes: {}\n",
    "models.yml": "tasks: {}\n",
    "segments.yml": "segments: {}\n",
    "activation.yml": "activations: {}\n",
    "measurement.yml": "experiments: {}\n",
}
OF_THE_PROJECT = {
    "gold.features": "Then a column a measure and window of `features.yml`, `<measure>_<window>`.",
    "gold.profiles": "Then a column an attribute and a trait of `profiles.yml`.",
    "silver.sessions": "`visit_key` is there where `by` is said. Then a column each of `columns` in `sessions.yml`.",
    "silver.items": "Then the columns of its `select`; every other reference table is `silver.reference_<name>`, with its own key and columns.",
}
"""Table → what else it has, which only a project can say."""

_HEAD = """# Tables

What each table holds: its columns, its key (**bold**), and what null cannot be. Names and keys are a promise. `dmp dictionary` says the same of a project, with
the columns that only a project has. Instants are UTC; *personal* columns hold values that may identify somebody. What state, history, point-in-time and ledger
mean stands in [the design](../../architecture.md#tables). Beside the tables stand two views, `gold.events` and `gold.segment_sizes` ([dmp sql](../commands.md#dmp-sql)).
"""


def page() -> str:
    """The page: a section a table."""
    from dmp_spark.cli.dictionary import MARKDOWN, dictionary

    with tempfile.TemporaryDirectory() as folder, redirect_stdout(io.StringIO()) as said:
        for name, text in PROJECT.items():
            Path(folder, name).write_text(text, encoding="utf-8")
        dictionary(Path(folder), (), MARKDOWN)
    sections = re.split(r"(?m)^(?=## )", said.getvalue())[1:]
    return "".join([_HEAD, *[f"\n{_with_the_rest(section).rstrip()}\n" for section in sections]])


def _with_the_rest(section: str) -> str:
    name = section.split("\n", 1)[0].removeprefix("## ")
    return f"{section.rstrip()}\n\n{OF_THE_PROJECT[name]}\n" if name in OF_THE_PROJECT else section
