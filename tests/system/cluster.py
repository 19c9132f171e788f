"""Spark's own standalone cluster on the loopback: a master, two workers of one core and 1.5 GB, a job given to it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyspark

from tests.system.commands import ROOT

HOME_OF_SPARK = Path(pyspark.__file__).parent
MEMORY = "1536m"
# What the test's machine asks of conf/spark/standalone.conf: one core and 1.5 GB an executor, a small driver, all on the loopback.
SETTINGS = {
    "spark.driver.memory": "1536m",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.executor.cores": "1",
    "spark.executor.memory": MEMORY,
    "spark.sql.shuffle.partitions": "4",
    "spark.ui.enabled": "false",
    "spark.eventLog.enabled": "true",
    "spark.eventLog.rolling.enabled": "false",
    "spark.eventLog.compress": "false",
}


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


def wait_for(what: str, holds: Callable[[], Any], seconds: float = 120, of: "subprocess.Popen[bytes] | None" = None) -> Any:
    """What `holds` gives, once it gives anything; given up when the process `of` which it is has ended."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := holds():
            return found
        assert of is None or of.poll() is None, f"{what}: the process ended with {of and of.returncode}"
        time.sleep(0.2)
    raise AssertionError(f"{what}: not within {seconds:.0f} s")


@dataclass
class Cluster:
    """A master and its workers; `folder` has their logs, their work and the event logs of jobs."""

    folder: Path
    port: int = field(default_factory=free_port)
    page: int = field(default_factory=free_port)
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    @property
    def url(self) -> str:
        """What --master takes."""
        return f"spark://127.0.0.1:{self.port}"

    def start(self, workers: int = 2) -> None:
        """Start all, and wait until the master sees the workers."""
        self._spawn("master", "master.Master", "--host", "127.0.0.1", "--port", self.port, "--webui-port", self.page)
        wait_for("the master's page", self._state)
        for number in range(workers):
            work = self.folder / f"work{number}"
            sizes = ("--cores", 1, "--memory", MEMORY, "--work-dir", work)
            ports = ("--host", "127.0.0.1", "--port", free_port(), "--webui-port", free_port())
            self._spawn(f"worker{number}", "worker.Worker", *ports, *sizes, self.url)
        wait_for(f"{workers} workers", lambda: len(self.alive()) == workers)

    def alive(self) -> list[str]:
        """The ids of the workers that the master counts on."""
        return [worker["id"] for worker in (self._state() or {}).get("workers", []) if worker["state"] == "ALIVE"]

    def kill_worker(self, number: int) -> None:
        """End a worker and its executors, all at once and without a word, as when a machine is gone."""
        os.killpg(self.processes[1 + number].pid, signal.SIGKILL)

    def stop(self) -> None:
        """End everything that was started here."""
        for process in reversed(self.processes):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def _spawn(self, name: str, kind: str, *words: object) -> None:
        """A node as it stands elsewhere: nothing of this checkout in its environment, nor in its folder."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "JAVA_HOME", "LANG") if name in os.environ}
        own = {"SPARK_HOME": str(HOME_OF_SPARK), "SPARK_DAEMON_MEMORY": "128m", "SPARK_LOCAL_IP": "127.0.0.1"}
        own |= {"SPARK_LOCAL_DIRS": str(self.folder / "local")}
        place = self.folder / name
        place.mkdir(parents=True)
        command = [HOME_OF_SPARK / "bin" / "spark-class", f"org.apache.spark.deploy.{kind}", *words]
        with (place / "log").open("wb") as log:
            process = subprocess.Popen(
                [str(word) for word in command],
                cwd=place,
                env=kept | own,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.processes.append(process)

    def _state(self) -> dict[str, Any] | None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.page}/json/", timeout=5) as answer:
                return dict(json.load(answer))
        except (OSError, ValueError):
            return None


@contextmanager
def cluster(folder: Path, workers: int = 2) -> Iterator[Cluster]:
    """A running cluster, stopped afterwards whatever happens."""
    running = Cluster(folder)
    try:
        running.start(workers)
        yield running
    finally:
        running.stop()


def properties(folder: Path) -> Path:
    """conf/spark/standalone.conf with this machine's sizes, as somebody would copy it; event logs go to `folder`/events."""
    from dmp_spark.lakehouse.session import read_settings

    events = folder / "events"
    events.mkdir(parents=True, exist_ok=True)
    settings = read_settings(ROOT / "conf" / "spark" / "standalone.conf") | SETTINGS | {"spark.eventLog.dir": events.as_uri()}
    file = folder / "own.conf"
    file.write_text("".join(f"{name} {value}\n" for name, value in settings.items()), encoding="utf-8")
    return file


def submit(options: list[str], words: list[str], log: Path, **environment: str) -> "subprocess.Popen[bytes]":
    """spark-submit.sh with these options and the job's words; both outputs go to `log`."""
    kept = {
        name: value for name, value in os.environ.items() if name not in ("DMP_FAULT", "MASTER", "PYTHONPATH", "PYSPARK_PYTHON")
    }
    kept["PYSPARK_DRIVER_PYTHON"] = sys.executable
    with log.open("wb") as out:
        return subprocess.Popen(
            [str(ROOT / "spark-submit.sh"), *options, str(ROOT / "jobs" / "pipeline.py"), *words],
            cwd=log.parent,
            env=kept | environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
        )


def events(folder: Path, *kinds: str) -> list[dict[str, Any]]:
    """What the event logs in a folder hold of these kinds so far, in order: ExecutorAdded, StageSubmitted, …"""
    wanted = {f"SparkListener{kind}" for kind in kinds}
    found: list[dict[str, Any]] = []
    for file in sorted((folder / "events").glob("app-*")):
        for line in file.read_bytes().splitlines():
            try:
                event = json.loads(line)
            except ValueError:  # the last line may be half written
                continue
            if event.get("Event") in wanted:
                found.append(event)
    return found
