"""One Spark session for the whole run, strict with the package's code, and lakehouses in temporary folders.

With `--connect` the session is one against a Spark Connect server that is started beside pytest, a process of its own;
tests marked `classic` are skipped then.
"""

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

SETTINGS = {
    "spark.sql.shuffle.partitions": "2",
    "spark.driver.memory": "2g",
    "spark.log.level": "ERROR",
    # what Spark wrote for a plan is compiled once for all tests that have such a plan; a single run gains nothing by it
    "spark.sql.codegen.cache.maxEntries": "5000",
}
CONNECT_SERVER = pytest.StashKey[int]()

os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--seed N` draws another case where a test draws one."""
    parser.addoption("--connect", action="store_true", help="against a Spark Connect server of its own (make test-connect)")
    parser.addoption(
        "--seed", type=int, help="what test_no_peeking.py and test_slicing.py of tests/system draw by; runs what is long, too"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Who gives a seed wants to see what it draws, however long that takes."""
    if config.getoption("--seed") is not None:
        config.option.markexpr = ""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Over Connect, what asks for a JVM in this process is skipped, and says why; without it, what asks for a server is no test."""
    if config.getoption("--connect"):
        for item in items:
            if mark := item.get_closest_marker("classic"):
                item.add_marker(pytest.mark.skip(reason=mark.args[0]))
    elif asking := [item for item in items if item.get_closest_marker("connect")]:
        config.hook.pytest_deselected(items=asking)
        items[:] = [item for item in items if item not in asking]


@pytest.fixture(scope="session", autouse=True)
def connect_server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator["Server | None"]:  # noqa: F821
    """The Connect server of the run, which `dmp` in a process of its own finds too; None without `--connect`."""
    if not request.config.getoption("--connect"):
        yield None
        return
    from tests.connect_server import running

    log = tmp_path_factory.mktemp("connect") / "server.log"
    with running(log, {**SETTINGS, "spark.sql.session.timeZone": "America/New_York"}) as server:
        os.environ["SPARK_REMOTE"] = server.url
        request.config.stash[CONNECT_SERVER] = server.process_id
        yield server
        del os.environ["SPARK_REMOTE"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say that there was a server, and that it was another process."""
    if (server := config.stash.get(CONNECT_SERVER, None)) is not None:
        terminalreporter.write_line(f"Spark Connect server: process {server}; pytest: process {os.getpid()}")


@pytest.fixture(scope="session")
def spark(connect_server: object) -> Iterator["SparkSession"]:  # noqa: F821 - tests without Spark must not import it
    """The one session of the run: two cores, two shuffle partitions, no UI; what serverless refuses it refuses the package."""
    from dmp_spark.lakehouse.session import start
    from tests import strict

    session = start(overrides=SETTINGS)
    strict.install()
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
