"""Records of files: read by name, brought to their declared types, each with the file and the place it came from."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from dmp_spark.ingest.headers import Header

PLACES = "array<struct<uri:string,file_id:string,landed:bigint>>"


@dataclass(frozen=True)
class Landed:
    """A file to be read: its path, and when it was first seen, in epoch micros."""

    path: str
    landed_micros: int


def read(spark: SparkSession, header: Header, files: Mapping[str, Landed], columns: Mapping[str, str]) -> DataFrame:
    """The records of files of one header: `columns` (name → type), `_file_id`, `_position` (from 0) and `_landed_at`.

    `files` are by file_id. Columns that are not declared are not read.
    """
    held = {name: kind for name, kind in header.types if kind != "void"}
    schema = ", ".join(f"`{name}` {kind}" for name, kind in held.items())
    paths = [_literally(each.path) for each in files.values()]
    # recursiveFileLookup: folders named like `month=1` are no columns here
    frame = spark.read.schema(schema).option("recursiveFileLookup", "true").parquet(*paths)
    records = frame.select(
        *[(F.col(f"`{name}`") if name in held else F.lit(None)).cast(kind).alias(name) for name, kind in columns.items()],
        F.col("_metadata.row_index").alias("_position"),
        F.col("_metadata.file_path").alias("_uri"),
    )
    return _with_places(records, files)


def _with_places(records: DataFrame, files: Mapping[str, Landed]) -> DataFrame:
    if len(files) == 1:
        [(file_id, landed)] = files.items()
        return records.drop("_uri").withColumns({"_file_id": F.lit(file_id), "_landed_at": _micros(F.lit(landed.landed_micros))})
    rows = [
        {"uri": uri, "file_id": file_id, "landed": landed.landed_micros}
        for file_id, landed in files.items()
        for uri in sorted({Path(landed.path).as_uri(), f"file://{landed.path}"})  # escaped or not, as the file system says it
    ]
    places = records.sparkSession.range(1).select(F.inline(F.from_json(F.lit(json.dumps(rows)), PLACES)))
    joined = records.join(F.broadcast(places), on=records["_uri"] == places["uri"], how="left")  # many to one
    return joined.withColumns({"_file_id": F.col("file_id"), "_landed_at": _micros(F.col("landed"))}).drop(
        "_uri", "uri", "file_id", "landed"
    )


def _micros(column: Column) -> Column:
    return F.timestamp_micros(column)


def _literally(path: str) -> str:
    """The path so that Spark takes no part of it for a pattern."""
    return re.sub(r"([\\\[\]{}*?])", r"\\\1", path)
