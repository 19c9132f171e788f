"""One Spark session for the whole run, and lakehouses in temporary folders."""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--seed N` draws another case where a test draws one."""
    parser.addoption("--seed", type=int, help="what tests/system/test_no_peeking.py draws its moment by; runs what is long, too")


def pytest_configure(config: pytest.Config) -> None:
    """Who gives a seed wants to see what it draws, however long that takes."""
    if config.getoption("--seed") is not None:
        config.option.markexpr = ""


@pytest.fixture(scope="session")
def spark() -> Iterator["SparkSession"]:  # noqa: F821 - tests without Spark must not import it
    """The one session of the run: two cores, two shuffle partitions, no UI."""
    from dmp_spark.lakehouse.session import start

    session = start(overrides={"spark.sql.shuffle.partitions": "2", "spark.driver.memory": "2g", "spark.log.level": "ERROR"})
    yield session
    session.stop()


@pytest.fixture
def lakehouse_at(spark: "SparkSession", tmp_path: Path) -> Callable[..., "Lakehouse"]:  # noqa: F821
    """A function that opens a lakehouse in a temporary folder: `lakehouse_at(contracts, stage="x", reads=…, writes=…)`."""
    from dmp_spark.lakehouse.lakehouse import Lakehouse
    from dmp_spark.lakehouse.location import Location

    def opened(
        contracts: Mapping[str, object], stage: str = "test", reads: tuple[str, ...] = ("*",), writes: tuple[str, ...] = ("*",)
    ) -> Lakehouse:
        return Lakehouse(spark, Location(tmp_path / "lakehouse"), contracts, "run-1", stage, reads, writes)

    return opened
