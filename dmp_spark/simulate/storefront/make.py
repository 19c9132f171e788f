"""The whole storefront: data in folders by day of delivery, the truth beside it, and one hash of the content of both."""

from dataclasses import dataclass
from math import ceil
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession

from dmp_spark.simulate.storefront import crm, devices, files, letters, orders, people, social, summary, truth, visits, weblogs
from dmp_spark.simulate.storefront.summary import Line
from dmp_spark.simulate.storefront.world import World

TRUTH = "truth"
EVENTS_A_PARTITION = 500_000
CSV_SEPARATORS = {"refunds": ";", "messages": ";", "crm": ","}
"""What is delivered as CSV, and what stands between its cells."""
LINES = ("weblogs", "social", "follows", "orders")
"""What is delivered as lines of JSON; `catalogue` is Parquet."""


@dataclass(frozen=True)
class Made:
    """What was made: rows and content by output (the truth's begin with truth/), the shares, and the hash over all contents."""

    contents: dict[str, tuple[int, int]]
    shares: tuple[Line, ...]

    @property
    def content(self) -> str:
        """16 hex digits that follow from the content of every output and table of the truth, and from nothing else."""
        return files.together(self.contents)


def default_partitions(world: World) -> int:
    """Into how many parts the work is cut: one for half a million events."""
    return max(2, ceil(world.events / EVENTS_A_PARTITION))


def make(spark: SparkSession, world: World, folder: Path, partitions: int | None = None, compression: str = "gzip") -> Made:
    """Write the storefront into `folder` and say what it holds. The same world gives the same content, however it is cut.

    Memory is bounded by the cut: visits are written first, and all else is made from them part by part, in the order of time.
    """
    parts = partitions or default_partitions(world)
    everybody = people.people(spark, world, parts)
    stored = _Truth(spark, folder / TRUTH)
    stored.write("people", truth.persons(world, everybody))
    stored.write("devices", devices.devices(world, everybody))
    stored.write("accounts", truth.known_accounts(world, everybody))
    stored.write("treatments", letters.treatments(world, everybody))
    stored.write("visits", visits.visits(world, everybody, parts))
    known = stored.read("visits").repartitionByRange(parts, "started_at", "visit")
    files.write_lines(weblogs.lines(world, known), folder / "weblogs", compression)
    stored.write("events", truth.events(world, everybody, known))
    stored.write("orders", truth.known_orders(world, known))
    stored.write("identifiers", truth.identifiers(world, everybody, known, stored.read("orders"), stored.read("accounts")))
    files.write_lines(orders.records(world, known), folder / "orders", compression)
    files.write_lines(social.records(world, everybody), folder / "social", compression)
    files.write_lines(social.follows(world, everybody), folder / "follows", compression)
    for name, rows in {
        "refunds": orders.refunds(world, known),
        "messages": letters.messages(world, everybody),
        "crm": crm.copies(world, everybody),
    }.items():
        files.write_csv(rows, folder / name, CSV_SEPARATORS[name])
    files.write_parquet(crm.catalogue(spark, world).coalesce(1), folder / "catalogue")
    shares = summary.lines(world, stored.read)
    stored.write("summary", summary.table(spark, shares))
    return Made(contents(spark, folder), shares)


def contents(spark: SparkSession, folder: Path) -> dict[str, tuple[int, int]]:
    """Rows and content of each output and table of the truth, read from the files."""
    found = {name: files.content_of_lines(spark, folder / name) for name in LINES}
    for name in CSV_SEPARATORS:
        found[name] = files.content_of_lines(spark, folder / name, has_header=True)
    found["catalogue"] = files.content_of_rows(spark.read.parquet(*map(str, files.days(folder / "catalogue"))))
    for each in sorted((folder / TRUTH).iterdir()):
        if each.is_dir():
            found[f"{TRUTH}/{each.name}"] = files.content_of_rows(spark.read.parquet(str(each)))
    return found


@dataclass(frozen=True)
class _Truth:
    """The tables of the truth in their folder."""

    spark: SparkSession
    folder: Path

    def write(self, name: str, rows: DataFrame) -> None:
        rows.write.parquet(str(self.folder / name))

    def read(self, name: str) -> DataFrame:
        return self.spark.read.parquet(str(self.folder / name))
