"""Records of files: read by name, brought to their declared types, each with the file and the place it came from."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from dmp_spark.ingest.headers import Header
from dmp_spark.ingest.readable import readable

URI_SIGNS = "_-!.~'()*,;:$&+=@/"
PLACES = "array<struct<uri:string,file_id:string,landed:bigint>>"


@dataclass(frozen=True)
class Landed:
    """A file to be read: its path, and when it was first seen, in epoch micros."""

    path: str
    landed_micros: int


def read(spark: SparkSession, header: Header, files: Mapping[str, Landed], columns: Mapping[str, str]) -> DataFrame:
    """The records of files of one header: `columns` (name → type), `_file_id`, `_position` (from 0) and `_landed_at`.

    Beside them what `readable` says of them, `_misread` and `_raw`. `files` are by file_id; columns that are not declared
    are not read.
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
    return readable(_with_places(records, files), columns)


def named_in(error: str, paths: Mapping[str, str]) -> str | None:
    """The id of the file (paths by id) that Spark names in an error of reading files; None for any other error."""
    if "FAILED_READ_FILE" not in error:
        return None
    return next((key for key, path in paths.items() if f"{_as_uri(path)}. " in error or f"{path}. " in error), None)


def _with_places(records: DataFrame, files: Mapping[str, Landed]) -> DataFrame:
    if len(files) == 1:
        [(file_id, landed)] = files.items()
        return records.drop("_uri").withColumns({"_file_id": F.lit(file_id), "_landed_at": _micros(F.lit(landed.landed_micros))})
    rows = [
        {"uri": uri, "file_id": file_id, "landed": landed.landed_micros}
        for file_id, landed in files.items()
        for uri in sorted({_as_uri(landed.path), landed.path})
    ]
    places = records.sparkSession.range(1).select(F.inline(F.from_json(F.lit(json.dumps(rows)), PLACES)))
    joined = records.join(
        F.broadcast(places), on=F.regexp_replace("_uri", "^file:/+", "/") == places["uri"], how="left"
    )  # many to one
    return joined.withColumns({"_file_id": F.col("file_id"), "_landed_at": _micros(F.col("landed"))}).drop(
        "_uri", "uri", "file_id", "landed"
    )


def _micros(column: Column) -> Column:
    return F.timestamp_micros(column)


def _as_uri(path: str) -> str:
    """The path as Java's URI spells it: other letters stay, blanks and signs that mean something are escaped."""
    return "".join(sign if sign.isalnum() or ord(sign) > 127 or sign in URI_SIGNS else quote(sign, safe="") for sign in path)


def _literally(path: str) -> str:
    """The path so that Spark takes no part of it for a pattern."""
    return re.sub(r"([\\\[\]{}*?])", r"\\\1", path)
