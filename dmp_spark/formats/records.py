"""Records of columnar files: read by name, brought to their declared types, each with the file and the place it came from."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from dmp_spark.formats.arrow_files import reader
from dmp_spark.formats.headers import FAILED_READ, Header
from dmp_spark.formats.readable import readable
from dmp_spark.formats.spec import Reading
from dmp_spark.functions.frames import few

URI_SIGNS = "_-!.~'()*,;:$&+=@/"
PLACES = "array<struct<uri:string,file_id:string,landed:bigint>>"
FOLDERS = "array<struct<file_id:string,folders:map<string,string>>>"
MOST_TASKS = 1_000


@dataclass(frozen=True)
class Landed:
    """A file to be read: its path, when it was first seen, in epoch micros, and the values of its folders by column."""

    path: str
    landed_micros: int
    folders: tuple[tuple[str, str], ...] = ()


def listed(spark: SparkSession, files: Mapping[str, Landed]) -> DataFrame:
    """The files as rows (file_id, path, landed), a task a file."""
    rows = [(file_id, landed.path, landed.landed_micros) for file_id, landed in files.items()]
    frame = few(spark, rows, {"file_id": "string", "path": "string", "landed": "bigint"})
    return frame.repartition(min(len(files), MOST_TASKS))


def read(spark: SparkSession, header: Header, files: Mapping[str, Landed], reading: Reading) -> DataFrame:
    """The records of files of one header: the declared columns, `_file_id`, `_position` (from 0), `_element` and `_landed_at`.

    Beside them what `readable` says of them, `_misread` and `_raw`, and `_extra`: what is not declared, as text. `files`
    are by file_id.
    """
    records = _parquet(spark, header, files) if reading.format == "parquet" else _arrow(spark, header, files, reading)
    records = with_folders(records, files, reading)
    kinds, places = dict(header.types), dict(header.places)
    folders = {field.name for field in reading.fields if field.folder}
    columns = []
    for field in reading.fields:
        if field.name in folders:
            value = F.col(f"`_folder_{field.name}`").try_cast(field.type)
        elif kinds[field.name] == "void":
            value = F.lit(None).cast(field.type)
        else:
            steps = places.get(field.name, (field.name,))
            value = F.col(".".join(f"`{step}`" for step in steps)).cast(field.type)
        columns.append(value.alias(field.name))
    extra = _extra(header) if reading.format == "parquet" else F.col("_extra")
    named = records.select(*columns, "_file_id", "_position", "_landed_at", extra.alias("_extra"))
    return readable(named.withColumn("_element", F.lit(0).cast("bigint")), reading.types)


def named_in(error: str, paths: Mapping[str, str]) -> str | None:
    """The id of the file (paths by id) that Spark names in an error of reading files; None for any other error."""
    if FAILED_READ not in error:
        return None
    return next((key for key, path in paths.items() if f"{_as_uri(path)}. " in error or f"{path}. " in error), None)


def with_folders(records: DataFrame, files: Mapping[str, Landed], reading: Reading) -> DataFrame:
    """The records with `_folder_<column>` for each column that is the value of a folder; null where its path has none."""
    names = [field.name for field in reading.fields if field.folder]
    if not names:
        return records
    rows = [{"file_id": file_id, "folders": dict(landed.folders)} for file_id, landed in files.items()]
    places = records.sparkSession.range(1).select(F.inline(F.from_json(F.lit(json.dumps(rows)), FOLDERS)))
    values = places.select(
        F.col("file_id").alias("_file_id"), *[F.try_element_at("folders", F.lit(name)).alias(f"_folder_{name}") for name in names]
    )
    return records.join(F.broadcast(values), on="_file_id", how="left")  # many to one


def _parquet(spark: SparkSession, header: Header, files: Mapping[str, Landed]) -> DataFrame:
    paths = [_literally(each.path) for each in files.values()]
    # recursiveFileLookup: folders named like `month=1` are no columns here
    frame = spark.read.schema(_schema(header)).option("recursiveFileLookup", "true").parquet(*paths)
    placed = frame.select("*", F.col("_metadata.row_index").alias("_position"), F.col("_metadata.file_path").alias("_uri"))
    return _with_places(placed, files)


def _schema(header: Header) -> str:
    """The schema in which Spark reads: what is declared and what is kept beside it, nested fields within their columns.

    A column of which only a part is declared is read whole where it is kept.
    """
    places = dict(header.places)
    tree: dict[str, Any] = {}
    for name, kind in header.types:
        if kind == "void":
            continue
        *outer, last = places.get(name, (name,))
        inside = tree
        for step in outer:
            inside = inside.setdefault(step, {})
        inside[last] = kind
    return ", ".join(f"`{name}` {_type(kind)}" for name, kind in {**tree, **dict(header.extra)}.items())


def _type(kind: Any) -> str:
    """The type of a column, or of one whose fields are given by type."""
    if isinstance(kind, str):
        return kind
    return f"struct<{', '.join(f'`{name}`: {_type(inner)}' for name, inner in kind.items())}>"


def _extra(header: Header) -> Column:
    """map<string,string> of what is not declared and not null; null where there is nothing."""
    if not header.extra:
        return F.lit(None).cast("map<string,string>")
    nested = ("struct<", "array<", "map<")
    texts = {
        name: F.to_json(F.col(f"`{name}`")) if kind.startswith(nested) else F.col(f"`{name}`").cast("string")
        for name, kind in header.extra
    }
    every = F.create_map(*[part for name, text in texts.items() for part in (F.lit(name), text)])
    held = F.map_filter(every, lambda _, text: text.isNotNull())
    return F.when(F.size(held) > 0, held)


def _arrow(spark: SparkSession, header: Header, files: Mapping[str, Landed], reading: Reading) -> DataFrame:
    kinds = [f"`{name}` {kind}" for name, kind in header.types if kind != "void" and name not in _folders(reading)]
    schema = ", ".join([*kinds, "_file_id string", "_landed bigint", "_position bigint", "_extra map<string,string>"])
    frame = listed(spark, files).mapInArrow(reader(header, reading), schema)
    return frame.withColumn("_landed_at", _micros(F.col("_landed"))).drop("_landed")


def _folders(reading: Reading) -> set[str]:
    return {field.name for field in reading.fields if field.folder}


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
