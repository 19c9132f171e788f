"""The Spark session: started here, with the settings of one file, taken over from spark-submit, or of a Connect server."""

import errno
import os
import sys
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from threading import Event, Thread
from typing import IO

from pyspark import SparkConf, SparkContext
from pyspark.errors import PySparkRuntimeError
from pyspark.java_gateway import launch_gateway
from pyspark.sql import SparkSession

from dmp_spark.errors import Problem, UserError
from dmp_spark.lakehouse.connect import connected
from dmp_spark.lakehouse.jars import NOT_FETCHED, jars_of

DELTA_EXTENSION = "io.delta.sql.DeltaSparkSessionExtension"
NO_LOOPBACK = Problem(
    "no-loopback",
    "nothing can be reached at 127.0.0.1, over which the parts of Spark on one machine talk to one another",
    way_out="give the loopback back, which `unshare --net` takes, too: ip link set lo up",
)
_LINES_KEPT = 15


def settings_file(engine: str = "local") -> Path:
    """The settings of an engine: beside the checkout, or where the wheel put them."""
    places = (
        Path(__file__).parents[2] / "conf" / "spark" / f"{engine}.conf",
        Path(sys.prefix) / "share" / "dmp_spark" / "conf" / "spark" / f"{engine}.conf",
    )
    for place in places:
        if place.is_file():
            return place
    raise UserError(Problem("spark-settings", f"no settings for the engine {engine}", str(places[0]), "write that file"))


def read_settings(file: Path) -> dict[str, str]:
    """The settings of a spark properties file, by name."""
    lines = (line.strip() for line in file.read_text(encoding="utf-8").splitlines())
    pairs = (line.split(None, 1) for line in lines if line and not line.startswith("#"))
    return {name: value for name, value in pairs}


def settings_of(file: Path | None = None, overrides: Mapping[str, str] | None = None) -> dict[str, str]:
    """The settings of `file` (default: conf/spark/$DMP_ENGINE.conf, else local.conf) and others over them.

    DMP_JARS replaces what would be fetched.
    """
    settings = {**read_settings(file or settings_file(os.environ.get("DMP_ENGINE", "local"))), **(overrides or {})}
    if jars := os.environ.get("DMP_JARS"):
        settings.pop("spark.jars.packages", None)
        settings["spark.jars"] = jars_of(Path(jars))
    return settings


def is_submitted() -> bool:
    """Whether spark-submit started the JVM, so that its settings are fixed already."""
    return "PYSPARK_GATEWAY_PORT" in os.environ


def start(file: Path | None = None, overrides: Mapping[str, str] | None = None) -> SparkSession:
    """The running session, or a new one with the settings of `file` (default: conf/spark/$DMP_ENGINE.conf, else local.conf).

    Where spark-submit started the JVM, or SPARK_REMOTE names a Connect server, the settings are those of the JVM; a session
    without Delta's extension is refused (UserError).
    """
    if remote := os.environ.get("SPARK_REMOTE"):
        return _with_delta(connected(remote))
    if not is_submitted() and SparkSession.getActiveSession() is None:
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
        _start_context(settings_of(file, overrides))
    return _with_delta(SparkSession.builder.appName("dmp_spark").getOrCreate())


def _with_delta(spark: SparkSession) -> SparkSession:
    if DELTA_EXTENSION not in (spark.conf.get("spark.sql.extensions", "") or ""):
        raise UserError(
            Problem(
                "no-delta",
                "this Spark session has no Delta Lake",
                way_out=f"start it with --properties-file {settings_file()} or a copy of it",
            )
        )
    return spark


def _start_context(settings: Mapping[str, str]) -> None:
    """Start the JVM. The thirty lines that it says while starting are shown only where it does not start (UserError)."""
    conf = SparkConf(loadDefaults=False).setAppName("dmp_spark").setAll(list(settings.items()))
    words = _Words()
    try:
        gateway = launch_gateway(conf, popen_kwargs={"stderr": words.pipe})  # type: ignore[no-untyped-call]
        SparkContext(conf=conf, gateway=gateway)
    except Exception as error:
        has_no_jars = words.hold("unresolved dependency")
        words.pass_on(kept=not has_no_jars)
        if isinstance(error, OSError) and error.errno in (errno.ENETUNREACH, errno.EADDRNOTAVAIL):
            raise UserError(NO_LOOPBACK) from None
        if not isinstance(error, PySparkRuntimeError) or error.getCondition() != "JAVA_GATEWAY_EXITED":
            raise
        if has_no_jars:
            raise UserError(NOT_FETCHED) from None
        raise UserError(
            Problem(
                "no-spark",
                "Spark did not start; what it said stands above",
                way_out="it needs Java 17 (JAVA_HOME or PATH), and Delta's jars from Maven Central or the folder DMP_JARS",
            )
        ) from None
    words.pass_on(kept=False)


class _Words:
    """What the JVM writes to standard error: the last lines kept while it starts, passed on afterwards."""

    def __init__(self) -> None:
        reading, self.pipe = os.pipe()
        self._kept: deque[str] = deque(maxlen=_LINES_KEPT)
        self._is_started = Event()
        self._is_open = True
        lines = os.fdopen(reading, encoding="utf-8", errors="replace")
        self._listener = Thread(target=self._listen, args=(lines,), daemon=True)
        self._listener.start()

    def hold(self, text: str) -> bool:
        """Whether the JVM, which has ended, said this in its last lines."""
        self._end()
        self._listener.join(timeout=2)  # a JVM that lives on does not end the pipe
        return any(text in line for line in self._kept)

    def pass_on(self, kept: bool) -> None:
        """From now on lines go to standard error; with `kept` those so far go first."""
        self._end()
        if kept:
            sys.stderr.writelines(self._kept)
        self._is_started.set()

    def _end(self) -> None:
        """Close our end, once: the JVM has its own copy, so the pipe ends with it."""
        if self._is_open:
            os.close(self.pipe)
            self._is_open = False

    def _listen(self, lines: IO[str]) -> None:
        with lines:
            for line in lines:
                if self._is_started.is_set():
                    sys.stderr.write(line)
                else:
                    self._kept.append(line)
