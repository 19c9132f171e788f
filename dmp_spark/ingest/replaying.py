"""The first half of `dmp replay`: rejected records of all sources are tried again, and published before anything new is taken.

So what is new meets events that stand, whether their records came yesterday or were replayed a moment ago.
"""

from dataclasses import replace

from pyspark.sql import DataFrame

from dmp_spark.contracts import Changes
from dmp_spark.enrichment.enriched import refused_by_a_worker
from dmp_spark.formats.headers import Header
from dmp_spark.functions.instants import micros_of
from dmp_spark.ingest import expectations, fit_outliers, publish
from dmp_spark.ingest.manifest import Mode, settled, taken_of
from dmp_spark.ingest.planning import lookup_tables, planned
from dmp_spark.ingest.probing import Work
from dmp_spark.ingest.replay import Kept
from dmp_spark.ingest.resolved import IngestSpec, Source
from dmp_spark.ingest.tables import REJECTED
from dmp_spark.ingest.taking_again import take_again
from dmp_spark.stage import Check, RunContext


def replay(context: RunContext, spec: IngestSpec, work: Work) -> tuple[dict[str, Changes], tuple[Check, ...], list[str]]:
    """What changed, what is expected of the sources, and the sentences that held all of it back."""
    if not context.lakehouse.exists(REJECTED.name):
        return {}, (), []
    for source in spec.sources:
        if source.events:
            _look_at(context, source, spec, work)
    if not work.taken:
        return {}, (), []
    held, checks = expectations.judged(context, [each.source for each in work.taken], work.taken)
    if held:
        return {}, checks, held
    return publish.publish(context, publish.Publication(tuple(work.taken), (), work.known)), checks, []


def _look_at(context: RunContext, source: Source, spec: IngestSpec, work: Work) -> None:
    """Try what was rejected of a source again, unless all of it is read again or it could not be judged, which is told later."""
    tables: dict[str, DataFrame] = {}
    if lookup_tables(context, source, tables):
        return
    plan = planned(context, source, spec, settled(source, context.started_at)[0], work, again=True)
    if plan.mode is Mode.REBUILD:
        return
    plain = replace(plan, mode=Mode.ADD, files={})
    own = [row for row in taken_of(source.name, work.known) if row.header]
    files = {row.file_id: Kept(Header.of_text(row.header), micros_of(row.landed_at)) for row in own}
    judging = {**tables, **fit_outliers.to_be_judged_by(source, work.learning[source.name], None)}
    try:
        taken = take_again(context, plain, files, judging, spec, work.make_id)
    except Exception as error:  # as where files are read
        if told := refused_by_a_worker(error):
            work.refuse(source.name, told)
            return
        raise
    if taken.rejected is None and all(row.spec_hash == plain.spec_hash for row in own):
        return
    work.taken.append(taken)
    if taken.rejected is None:  # its files are judged by today's rules all the same
        return
    moved, accepted, stood = (taken.total(name) for name in ("rows_rejected", "rows_accepted", "rows_duplicate"))
    work.notes.append(
        f"{source.name}: {-moved:,} rejected records were replayed: {accepted:,} are events now, {stood:,} stood already; "
        "rules were not asked again of what was accepted before"
    )
