"""Taking what was rejected again: by today's rules, without its files."""

from collections.abc import Mapping
from dataclasses import replace
from functools import reduce

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from dmp_spark.functions.keys import MakeId, stable_id
from dmp_spark.ingest import replay
from dmp_spark.ingest.contest import Rivals, settle
from dmp_spark.ingest.duplicates import with_content
from dmp_spark.ingest.events import LATE
from dmp_spark.ingest.leftovers import lies_in
from dmp_spark.ingest.manifest import Plan
from dmp_spark.ingest.resolved import IngestSpec
from dmp_spark.ingest.tables import EVENTS, REJECTED
from dmp_spark.ingest.taking import EVENT_CONTENT, Counts, Probed, Taken, of_records, rejected_rows
from dmp_spark.stage import RunContext


def take_again(
    context: RunContext,
    planned: Plan,
    files: Mapping[str, replay.Kept],
    tables: Mapping[str, DataFrame],
    spec: IngestSpec,
    make_id: MakeId = stable_id,
) -> Taken:
    """What becomes of a source's rejected records by today's rules; `rejected` is None where none can be tried.

    Nothing is written but scratch. `files` are those that were taken, by file_id.
    """
    source, scratch = planned.source, context.lakehouse.scratch
    probed = Probed(replace(planned, left=()), {}, {})  # what was left is for the next half of the run
    rows = replay.tried(context.lakehouse.read(REJECTED.name), source)
    rows = scratch.write(rows, f"{source.name}_tried")
    ids = {row["file_id"] for row in rows.select("file_id").distinct().collect()} & set(files)  # bounded by files
    if not ids:
        return Taken(probed, is_replay=True)
    rows = rows.where(F.col("file_id").isin(sorted(ids)))
    frames = replay.records(rows, source, {key: files[key] for key in sorted(ids)})
    every = [of_records(each, header, source, tables, spec, make_id) for header, each in frames]
    mapped = reduce(DataFrame.unionByName, every)
    mapped = scratch.write(replay.asked_of(mapped, rows, source), f"{source.name}_again")
    candidates = mapped.where(F.size("_reasons") == 0)
    held = _by_file_id(candidates.select(F.col("_file_id").alias("file_id")))
    standing = context.lakehouse.read(EVENTS.name).where((F.col("source") == source.name) & ~lies_in("_file_id", planned.left))
    rivals = Rivals(("event_id",), EVENT_CONTENT, F.unix_micros("known_time"), _without_own(standing, candidates))
    verdict = settle(scratch, f"{source.name}_again", candidates, rivals, sum(held.values()))
    still = scratch.write(rejected_rows(mapped, planned), f"{source.name}_still")
    tried, again = _by_file_id(rows.select("file_id")), _by_file_id(still.select("file_id"))
    counts = {}
    for key in sorted(ids):
        lost = verdict.lost.get(key, 0)
        rejected = again.get(key, 0) - tried.get(key, 0)
        counts[key] = Counts(
            rows_mapped=held.get(key, 0) + rejected,
            rows_accepted=held.get(key, 0) - lost,
            rows_duplicate=lost,
            rows_rejected=rejected,
        )
    moved = scratch.write(replay.moved(rows, still, planned.spec_hash), f"{source.name}_moved")
    late = candidates.where(F.array_contains("flags", LATE)).count() if spec.late is not None else 0
    return Taken(probed, verdict.accepted, moved, counts, verdict.conflicts, late, verdict.decided, is_replay=True)


def _without_own(standing: DataFrame, candidates: DataFrame) -> DataFrame:
    """The events that stand, but those that a replay which was killed made of these very records: same file, content, time."""
    same = ["event_id", "_file_id", "known_time", "_content"]
    own = with_content(candidates, EVENT_CONTENT).select(*same)
    met = with_content(standing.join(own, on="event_id", how="left_semi"), EVENT_CONTENT).select(*same)
    return standing.join(met.join(own, on=same, how="left_semi"), on="event_id", how="left_anti").select(*standing.columns)


def _by_file_id(rows: DataFrame) -> dict[str, int]:
    return {row["file_id"]: row["count"] for row in rows.groupBy("file_id").count().collect()}
