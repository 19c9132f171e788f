"""A Spark Connect server as a process of its own, with the settings of conf/spark/local.conf."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from dmp_spark.lakehouse.session import settings_of

ROOT = Path(__file__).parents[1]
CLASS = "org.apache.spark.sql.connect.service.SparkConnectServer"
SECONDS_TO_START = 90


@dataclass(frozen=True)
class Server:
    """A running server: where it listens, and the id of its process."""

    url: str
    process_id: int


@contextlib.contextmanager
def running(log: Path, settings: Mapping[str, str]) -> Iterator[Server]:
    """A server that listens on a free port until the block ends; what it says goes to `log`."""
    port = _free_port()
    words = [str(_spark_submit()), "--class", CLASS]
    for name, value in settings_of(overrides={"spark.connect.grpc.binding.port": str(port), **settings}).items():
        words += ["--conf", f"{name}={value}"]
    with open(log, "w", encoding="utf-8") as said:
        process = subprocess.Popen(
            [*words, "spark-internal"],
            stdout=said,
            stderr=said,
            stdin=subprocess.DEVNULL,
            env=_environment(),
            start_new_session=True,
        )
    try:
        _wait(process, port, log)
        yield Server(f"sc://127.0.0.1:{port}", process.pid)
    finally:
        _end(process)  # whoever had a session has stopped it: a client without its server tries for ten minutes


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Ask the server and its workers to end, so that it removes its files; make it end where it does not."""
    for word in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(process.pid, word)
            process.wait(timeout=30)


def _spark_submit() -> Path:
    import pyspark

    return Path(pyspark.__file__).parent / "bin" / "spark-submit"


def _environment() -> dict[str, str]:
    """The server's own: no word of another session, and the Python of the tests for the functions that it runs."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("SPARK_REMOTE", "SPARK_HOME", "SPARK_CONNECT_MODE_ENABLED")
    }
    python = {"PYSPARK_PYTHON": sys.executable, "PYSPARK_DRIVER_PYTHON": sys.executable}
    return {**kept, **python, "PYTHONPATH": str(ROOT), "SPARK_LOCAL_IP": "127.0.0.1"}


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def _wait(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    """Return when the port answers; RuntimeError with the last words of a server that ended or does not answer."""
    until = time.monotonic() + SECONDS_TO_START
    while process.poll() is None and time.monotonic() < until:
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    raise RuntimeError(f"the Connect server did not start:\n{log.read_text(encoding='utf-8')[-3000:]}")
