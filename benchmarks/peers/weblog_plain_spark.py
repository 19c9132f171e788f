"""A web log's events and visits in PySpark as people write it: python -m benchmarks.peers.weblog_plain_spark LOG KIND OUT.

Read all files, filter, drop duplicates by a window, cut visits by two windows, overwrite; Delta tables, Spark's defaults but for
memory, jars and zone. No rejected rows, no manifest, and what is new costs as much as all. The last line of the output is the
seconds by table as JSON, the session's start apart, and `peak_mb` of Python and the JVM. Imports nothing of dmp_spark.
"""

import argparse
import json
import time
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession, Window
from pyspark.sql import functions as F

from benchmarks.peers.journey_plain_spark import identity, session

SCHEMA = "id string, visitor string, kind string, happened timestamp_ntz, arrived timestamp_ntz, page string, amount decimal(10,2), device string"


def events(spark: SparkSession, log: str, kind: str) -> DataFrame:
    """Of each id the event that was known first."""
    c = F.col
    rows = spark.read.schema(SCHEMA).format(kind).load(log)
    good = rows.where("id is not null and visitor is not null and happened >= timestamp_ntz '1970-01-02 00:00:00'")
    first = Window.partitionBy("id").orderBy("arrived")
    ranked = good.withColumn("rank", F.row_number().over(first)).where("rank = 1")
    number = F.when(c("kind") == "purchase", "1").otherwise("0")
    return ranked.select(
        identity(F.lit("web"), c("id"), number).alias("event_id"),
        c("kind").alias("event_type"),
        c("happened").cast("timestamp").alias("event_time"),
        c("arrived").cast("timestamp").alias("known_time"),
        F.to_date("happened").alias("event_date"),
        F.trunc(F.to_date("happened"), "MM").alias("event_month"),
        identity(F.lit("cookie"), c("visitor")).alias("subject_id"),
        "page",
        "device",
        c("amount").cast("decimal(18,4)").alias("value"),
        F.when(c("amount").isNotNull(), "EUR").alias("currency"),
    )


def visits(told: DataFrame) -> DataFrame:
    """A row a visit: a gap of 30 minutes begins another."""
    c = F.col
    along = Window.partitionBy("subject_id").orderBy("event_time", "event_id")
    last = F.lag("event_time").over(along)
    is_gap = (F.unix_micros("event_time") - F.unix_micros(last)) >= 30 * 60 * 1_000_000
    numbered = told.withColumn("is_gap", is_gap).withColumn(
        "number", F.sum(F.coalesce(c("is_gap"), F.lit(False)).cast("int")).over(along)
    )
    is_view, is_purchase = c("event_type") == "page_view", c("event_type") == "purchase"
    order = F.struct("event_time", "event_id")
    grouped = numbered.groupBy("subject_id", "number").agg(
        F.min("event_time").alias("started_at"),
        F.max("event_time").alias("ended_at"),
        F.min("event_date").alias("session_date"),
        F.max("known_time").alias("known_time"),
        F.count("*").alias("events"),
        F.count_if(is_view).alias("page_views"),
        F.count_if(is_purchase).alias("conversions"),
        F.sum(F.when(is_purchase, c("value"))).cast("decimal(18,4)").alias("conversion_value"),
        F.min_by("event_id", F.struct("known_time", "event_time", "event_id")).alias("founder"),
        F.min_by("page", F.when(is_view, order)).alias("entry_page"),
        F.max_by("page", F.when(is_view, order)).alias("exit_page"),
        F.min_by("device", order).alias("device"),
    )
    lasts = F.floor((F.unix_micros("ended_at") - F.unix_micros("started_at")) / 1_000_000)
    return grouped.select(
        identity(F.lit("session"), c("founder")).alias("session_id"),
        *[name for name in grouped.columns if name not in ("founder", "number")],
        F.when(c("conversion_value").isNotNull(), "EUR").alias("currency"),
        lasts.alias("duration_seconds"),
        ((c("conversions") == 0) & (c("page_views") <= 1) & (lasts < 10)).alias("is_bounce"),
        F.trunc("session_date", "MM").alias("session_month"),
    )


def peak_mb(spark: SparkSession) -> float:
    """The peak of this process and of its JVM."""
    processes = ("self", str(spark.sparkContext._gateway.proc.pid))  # type: ignore[union-attr]
    lines = [line for each in processes for line in Path(f"/proc/{each}/status").read_text(encoding="ascii").splitlines()]
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def main() -> None:
    """Make and write the tables, print the seconds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("log")
    parser.add_argument("kind", choices=("parquet", "json"))
    parser.add_argument("out", type=Path)
    parser.add_argument("--jars-from", type=Path, required=True, help="a properties file with spark.jars.packages")
    parser.add_argument("--memory", default="4g", help="of the JVM; by default as much as ours")
    asked = parser.parse_args()
    begin = time.monotonic()
    spark = session(asked.jars_from, asked.memory)
    spark.range(1).count()
    seconds: dict[str, float] = {"session": round(time.monotonic() - begin, 2)}
    folder = str(asked.out / "events")
    for name in ("events", "sessions"):
        begin = time.monotonic()
        rows = events(spark, asked.log, asked.kind) if name == "events" else visits(spark.read.format("delta").load(folder))
        month = "event_month" if name == "events" else "session_month"
        rows.write.format("delta").mode("overwrite").partitionBy(month).save(str(asked.out / name))
        seconds[name] = round(time.monotonic() - begin, 2)
    seconds["peak_mb"] = peak_mb(spark)
    print(json.dumps(seconds))
    spark.stop()


if __name__ == "__main__":
    main()
