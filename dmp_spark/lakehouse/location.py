"""Where a lakehouse lies: its tables by path or by name, and the folder of the files beside them. No pyspark here."""

from dataclasses import dataclass
from pathlib import Path

SCHEMAS = ("bronze", "silver", "gold", "privacy", "ops")
"""The schemas of a lakehouse: what else a catalog or a folder holds is not its own."""


@dataclass(frozen=True)
class Location:
    """Where tables and files lie.

    By path a table lies at `<root>/<schema>/<table>`. By name, where a `catalog` is said, it is the catalog's
    `<prefix><schema>.<table>` and the catalog knows where that lies; what is no table (scratch, logs, exports, models, the
    report) stays under `root`.
    """

    root: Path
    catalog: str = ""
    prefix: str = ""

    @property
    def is_by_name(self) -> bool:
        """Whether a catalog holds the tables."""
        return bool(self.catalog)

    @property
    def report(self) -> Path:
        """Where a lakehouse keeps its report."""
        return self.root / "report" / "index.html"

    @property
    def elsewhere(self) -> str:
        """How a call names another lakehouse than this one."""
        return "--set project.lakehouse.prefix=NAME" if self.is_by_name else "--set project.lakehouse.path=FOLDER"

    def path(self, table: str) -> Path:
        """The folder of `schema.table`, by path."""
        return self.root.joinpath(*table.split("."))

    def schema(self, name: str) -> str:
        """A schema as SQL names it, by name."""
        return f"`{self.catalog}`.`{self.prefix}{name}`"

    def sql_name(self, table: str) -> str:
        """The table `schema.table` as SQL names it."""
        if not self.is_by_name:
            return f"delta.`{self.path(table)}`"
        schema, _, name = table.partition(".")
        return f"{self.schema(schema)}.`{name}`"

    def __str__(self) -> str:
        return f"{self.catalog}.{self.prefix}*" if self.is_by_name else str(self.root)
