"""Settling which of several rows of one key holds, in as little work as the data asks for."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.functions.frames import FEW, met_by, sent
from dmp_spark.ingest import duplicates
from dmp_spark.lakehouse.scratch import Scratch


@dataclass(frozen=True)
class Rivals:
    """How rows compete: rows of one `key`, by `known` (the smallest holds), then by the content of `types`.

    `standing` are rows that the table has, unique by key, with `_file_id` and `known_time`.
    """

    key: tuple[str, ...]
    types: Mapping[str, str]
    known: Column
    standing: DataFrame | None = None


@dataclass(frozen=True)
class Verdict:
    """`accepted` hold; of the others `lost` counts by file_id; `conflicts` keys came with contents that differ.

    `decided` are the rows of contested keys (key, place, known_time, `_content`, `_is_standing`, `_is_winner`, `_contents`),
    None where none is.
    """

    accepted: DataFrame
    lost: Mapping[str, int] = field(default_factory=dict)
    conflicts: int = 0
    decided: DataFrame | None = None


def settle(scratch: Scratch, name: str, candidates: DataFrame, rivals: Rivals, number: int | None = None) -> Verdict:
    """The verdict over `candidates`, `number` of them where that is known; rows of keys that nobody contests are not touched."""
    if rivals.standing is not None and number is not None and number <= FEW:
        rivals = replace(rivals, standing=met_by(rivals.standing, candidates, rivals.key))
    keys = scratch.write(duplicates.repeated(candidates, rivals.key, rivals.standing), f"{name}_repeated")
    contested = keys.count()
    if not contested:
        return Verdict(candidates)
    decided = scratch.write(_decided(candidates, sent(keys, contested), rivals), f"{name}_decided")
    losers = decided.where(~F.col("_is_winner") & ~F.col("_is_standing"))
    lost = {row["_file_id"]: row["count"] for row in losers.groupBy("_file_id").count().collect()}  # bounded by files
    conflicts = decided.where(F.col("_is_winner") & (F.col("_contents") > 1)).count()
    accepted = duplicates.without(candidates, sent(losers, sum(lost.values()))) if lost else candidates
    return Verdict(accepted, lost, conflicts, decided)


def _decided(candidates: DataFrame, keys: DataFrame, rivals: Rivals) -> DataFrame:
    wanted = [*rivals.key, *rivals.types, *duplicates.PLACE, "_is_standing", "known_time"]
    columns = [F.col(f"`{name}`") for name in dict.fromkeys(wanted)]
    rows = candidates.withColumn("_is_standing", F.lit(False)).select(*columns)
    if rivals.standing is not None:
        nowhere = {"_position": F.lit(None).cast("bigint"), "_ordinal": F.lit(None).cast("bigint"), "_is_standing": F.lit(True)}
        rows = rows.unionByName(rivals.standing.withColumns(nowhere).select(*columns))
    met = duplicates.with_content(rows.join(keys, on=list(rivals.key), how="left_semi"), dict(rivals.types))
    judged = duplicates.decided(met, rivals.key, rivals.known)
    told = ("_is_standing", "_is_winner", "_contents", "_content", "known_time")
    return judged.select(*rivals.key, *duplicates.PLACE, *told)
