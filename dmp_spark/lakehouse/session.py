"""The Spark session: started here, with the settings of one file, or taken over from spark-submit."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from pyspark.sql import SparkSession

from dmp_spark.errors import Problem, UserError

DELTA_EXTENSION = "io.delta.sql.DeltaSparkSessionExtension"


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


def is_submitted() -> bool:
    """Whether spark-submit started the JVM, so that its settings are fixed already."""
    return "PYSPARK_GATEWAY_PORT" in os.environ


def start(file: Path | None = None, overrides: Mapping[str, str] | None = None) -> SparkSession:
    """The running session, or a new one with the settings of `file` (default: conf/spark/local.conf).

    Where spark-submit started the JVM nothing is set here; a session without Delta's extension is refused (UserError).
    """
    builder = SparkSession.builder.appName("dmp_spark")
    if not is_submitted():
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
        settings = {**read_settings(file or settings_file()), **(overrides or {})}
        if jars := os.environ.get("DMP_JARS"):
            settings.pop("spark.jars.packages", None)
            settings["spark.jars"] = ",".join(sorted(str(jar) for jar in Path(jars).glob("*.jar")))
        for name, value in settings.items():
            builder = builder.config(name, value)
    spark = builder.getOrCreate()
    if DELTA_EXTENSION not in (spark.conf.get("spark.sql.extensions", "") or ""):
        raise UserError(
            Problem(
                "no-delta",
                "this Spark session has no Delta Lake",
                way_out=f"start it with --properties-file {settings_file()} or a copy of it",
            )
        )
    return spark
