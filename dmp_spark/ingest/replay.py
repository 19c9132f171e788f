"""Rejected records tried again: today's rules over what was kept of them, with their own places and times."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from dmp_spark.formats import cells, reading
from dmp_spark.formats.headers import Header
from dmp_spark.formats.lines import SCHEMA, Fault
from dmp_spark.formats.readable import readable
from dmp_spark.ingest.resolved import Source
from dmp_spark.ingest.rules import PAYLOAD_OPTIONS
from dmp_spark.ingest.tables import REJECTED, RejectedState

TRIED = (RejectedState.OPEN, RejectedState.WAITING)
LINE = "line"
PLACE = ("_file_id", "_position", "_element")


@dataclass(frozen=True)
class Kept:
    """What is known of a file whose records were rejected: how it held its columns, when it was first seen."""

    header: Header
    landed_micros: int


def tried(rejected: DataFrame, source: Source) -> DataFrame:
    """The rows of bronze.rejected of a source that can be tried again, with `_element`; key _ingest_id, ordinal.

    Those of which only a line, the begin of a text or what is readable of it was kept cannot: no rule was asked about them.
    """
    is_cut = F.exists("reasons", lambda reason: reason.startswith("too_long_"))
    if reading.is_text(source.reading):
        keys = F.array_remove(F.json_object_keys("payload"), "_extra")
        is_line = keys == F.array(F.lit(LINE))
        if list(source.columns) == [LINE]:
            is_line &= F.arrays_overlap("reasons", F.array(*[F.lit(fault) for fault in Fault]))
        is_kept = ~is_line
    else:
        texts = [f"unreadable_{name}" for name, kind in source.columns.items() if kind == "string"]
        is_kept = ~F.arrays_overlap("reasons", F.array(*[F.lit(reason) for reason in texts]).cast("array<string>"))
    own = rejected.where((F.col("source") == source.name) & F.col("state").isin(*TRIED) & F.col("payload").isNotNull())
    element = F.floor(F.col("ordinal") / F.lit(len(source.events))).cast("bigint")
    return own.where(~is_cut & is_kept).withColumn("_element", element)


def records(rows: DataFrame, source: Source, files: Mapping[str, Kept]) -> list[tuple[Header, DataFrame]]:
    """The records of rows of bronze.rejected as their files gave them, by header; each place once.

    `files` are those of the rows, by file_id.
    """
    once = rows.select(
        F.col("file_id").alias("_file_id"), F.col("position").alias("_position"), "_element", "payload"
    ).dropDuplicates(list(PLACE))
    landed = F.create_map(*[part for key, kept in files.items() for part in (F.lit(key), F.lit(kept.landed_micros))])
    placed = once.withColumn("_landed", F.try_element_at(landed, F.col("_file_id")))
    extra = F.get_json_object("payload", "$._extra")
    placed = placed.withColumn("_extra", F.from_json(extra, "map<string,string>"))
    found = []
    for header in dict.fromkeys(kept.header for kept in files.values()):
        ids = [key for key, kept in files.items() if kept.header == header]
        own = placed.where(F.col("_file_id").isin(ids))
        found.append((header, _texts(own, source) if reading.is_text(source.reading) else _typed(own, source)))
    return found


def _texts(placed: DataFrame, source: Source) -> DataFrame:
    """Records whose values are texts: the payload holds each by its column."""
    came = placed.withColumn("_came", F.from_json("payload", "map<string,string>"))
    values = {name: F.try_element_at("_came", F.lit(name)) for name in source.columns}
    folders = [field.name for field in source.fields if field.folder]
    own = {
        "_cells": F.array(*values.values()),
        **{name: F.lit(None) for name in ("_line", "_fault", "_problem")},
        **{f"_folder_{name}": values[name] for name in folders},
    }
    names = [column.split()[0] for column in SCHEMA.replace(",string>", ";string>").split(", ")]
    return cells.typed(came.withColumns(own).select(*names, *[f"_folder_{name}" for name in folders]), source.reading)


def _typed(placed: DataFrame, source: Source) -> DataFrame:
    """Records of files that know their types: the payload holds each value as JSON."""
    schema = ", ".join(f"`{name}` {kind}" for name, kind in source.columns.items())
    came = F.from_json("payload", schema, PAYLOAD_OPTIONS)
    rows = placed.select(
        *[came[name].alias(name) for name in source.columns],
        *PLACE,
        F.timestamp_micros("_landed").alias("_landed_at"),
        "_extra",
    )
    return readable(rows, source.columns)


def asked_of(mapped: DataFrame, rows: DataFrame, source: Source) -> DataFrame:
    """The mapped events of records that were rejected: all of a record that was none, else the one that was rejected.

    Where by today's rules the record is none, that is said of the event that was rejected. `mapped` has a row an event
    (`_file_id`, `_position`, `_ordinal`), `rows` those of bronze.rejected that were tried.
    """
    is_record = F.col("event_type").isNull()
    whole = rows.where(is_record).select(F.col("file_id"), F.col("position"), F.col("_element")).distinct()
    parts = rows.where(~is_record).select("file_id", "position", "_element", "ordinal", F.col("event_type").alias("_was"))
    element = F.floor(F.col("_ordinal") / F.lit(len(source.events)))
    own = [F.col("_file_id") == F.col("file_id"), F.col("_position") == F.col("position"), element == F.col("_element")]
    of_records = mapped.join(whole, on=own, how="left_semi")
    is_it = (F.col("_ordinal") == F.col("ordinal")) | F.col("event_type").isNull()
    met = mapped.join(parts, on=[*own, is_it], how="inner")  # one row a part: a record that is none has one
    told = {"_ordinal": F.col("ordinal"), "event_type": F.coalesce("event_type", "_was")}
    of_events = met.withColumns(told).select(*mapped.columns)
    return reduce(DataFrame.unionByName, [of_records, of_events])


def moved(rows: DataFrame, still: DataFrame, version: str) -> DataFrame:
    """The rows of bronze.rejected as they are once tried: those that no row of `still` replaces are replayed by these rules.

    `still` are rows of bronze.rejected by today's rules, of what is rejected even so.
    """
    columns = [column.name for column in REJECTED.columns if not column.audit]
    passed = rows.join(still, on=list(REJECTED.key), how="left_anti")
    passed = passed.withColumns({"state": F.lit(str(RejectedState.REPLAYED)), "rule_version": F.lit(version)})
    return passed.select(*columns).unionByName(still.select(*columns))
