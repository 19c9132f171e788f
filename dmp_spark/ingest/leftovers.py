"""What a run left that was killed before it wrote its manifest: rows of versions of files that nobody took."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.ingest.manifest import Known, State, taken_of
from dmp_spark.ingest.tables import CONFLICTS, EVENTS, REJECTED
from dmp_spark.lakehouse.lakehouse import Lakehouse

PLACES = ((EVENTS.name, "_file_id"), (REJECTED.name, "file_id"), (CONFLICTS.name, "file_id"), (CONFLICTS.name, "winner_file_id"))


@dataclass(frozen=True)
class Left:
    """Of a source the `files`, by file_id, whose rows stand and which were not taken; `displaced` are those of them whose
    events took the place of others.
    """

    files: frozenset[str] = frozenset()
    displaced: frozenset[str] = frozenset()


def leftovers(lakehouse: Lakehouse, sources: Iterable[str], known: Sequence[Known]) -> dict[str, Left]:
    """By source what was left of it; sources of which nothing was are left out. One job, and none in a new lakehouse."""
    frames, is_newer = [], _is_newer(sources, known)
    for table, file in PLACES:
        if lakehouse.exists(table):
            is_event = F.col("position").isNull() if file == "winner_file_id" else F.lit(False)
            rows = lakehouse.read(table).where(is_newer)
            frames.append(rows.select("source", F.col(file).alias("file_id"), is_event.alias("displaced")))
    if not frames:
        return {}
    taken = {row.file_id for row in known if row.state == State.TAKEN}
    found = reduce(DataFrame.unionByName, frames).distinct().collect()  # bounded by files
    every = [row for row in found if row["file_id"] is not None and row["file_id"] not in taken]
    return {
        source: Left(
            frozenset(row["file_id"] for row in every if row["source"] == source),
            frozenset(row["file_id"] for row in every if row["source"] == source and row["displaced"]),
        )
        for source in {row["source"] for row in every}
    }


def lies_in(file: str, files: Collection[str]) -> Column:
    """Whether the file that a column names is one of these; where it names none it is not."""
    return F.coalesce(F.col(file).isin(list(files)), F.lit(False))


def _is_newer(sources: Iterable[str], known: Sequence[Known]) -> Column:
    """Rows of sources that were written after the last of its files was taken: by that files of tables are left out unread."""
    is_any = F.lit(False)
    for source in sources:
        landed = [row.landed_at for row in taken_of(source, known)]
        own = F.col("source") == source
        is_any |= own & (F.col("_ingested_at") > F.lit(max(landed))) if landed else own
    return is_any
