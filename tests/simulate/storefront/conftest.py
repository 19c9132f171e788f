"""A storefront of 20,000 events, made once for all tests here."""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from dmp_spark.simulate.storefront.world import World, world

EVENTS = 20_000


@dataclass(frozen=True)
class Storefront:
    """What was made, where, and of which world."""

    world: World
    folder: Path
    made: "Made"  # noqa: F821 - tests without Spark must not import it

    def asked(self, query: str) -> list[tuple]:
        """The rows of a query over the tables of the truth, by DuckDB, which knows nothing of how they were made."""
        with duckdb.connect() as database:
            database.execute("set timezone = 'UTC'")
            for table in sorted(path for path in (self.folder / "truth").iterdir() if path.is_dir()):
                database.execute(f"create view {table.name} as select * from read_parquet('{table}/*.parquet')")
            return database.execute(query).fetchall()


@pytest.fixture(scope="session")
def storefront(spark: "SparkSession", tmp_path_factory: pytest.TempPathFactory) -> Storefront:  # noqa: F821
    from dmp_spark.simulate.storefront.make import make

    folder = tmp_path_factory.mktemp("storefront") / "out"
    made_of = world(events=EVENTS, seed=7)
    return Storefront(made_of, folder, make(spark, made_of, folder, partitions=3))
