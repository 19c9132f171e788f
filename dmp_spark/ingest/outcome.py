"""What a run says of what it took: too much of it rejected, keys with different contents, events that were known late."""

from collections.abc import Sequence

from pyspark.sql import functions as F

from dmp_spark.ingest.tables import RejectedState
from dmp_spark.ingest.taking import Taken
from dmp_spark.stage import Check

JUDGED_FROM = 1_000  # below so many records of a source a share of rejected ones says little


def held(taken: Sequence[Taken], most: float | None) -> list[str]:
    """A sentence for each source of which more than this share was rejected, so that nothing of the run is published."""
    return [sentence for each in taken if not each.is_replay and (sentence := _held(each, most))]


def late(taken: Sequence[Taken]) -> tuple[Check, ...]:
    """A check a source of events, of its new and its replayed records."""
    numbers = _by_source([each for each in taken if each.source.events], "late")
    return tuple(Check(f"{name}_late", not number, _told_late(number)) for name, number in numbers.items())


def conflicts(taken: Sequence[Taken]) -> tuple[Check, ...]:
    """A check a source, whose new and replayed records may both have conflicts."""
    numbers = _by_source(taken, "conflicts")
    which = {each.source.name: "latest" if each.source.person_attributes else "earliest" for each in taken}
    return tuple(
        Check(
            f"{name}_conflicts",
            not number,
            f"{number:,} keys came with different contents; the {which[name]} known holds" if number else "",
        )
        for name, number in numbers.items()
    )


def _by_source(taken: Sequence[Taken], name: str) -> dict[str, int]:
    """The sum of one number over what was taken of each source, new and replayed."""
    sources = dict.fromkeys(each.source.name for each in taken)
    return {source: sum(getattr(each, name) for each in taken if each.source.name == source) for source in sources}


def _held(taken: Taken, most: float | None) -> str:
    """Why this source holds the publication back; empty where it does not."""
    mapped, rejected = taken.total("rows_mapped"), taken.total("rows_rejected")
    if most is None or taken.rejected is None or mapped < JUDGED_FROM or rejected <= most * mapped:
        return ""
    if taken.source.waits_for:  # what waits for its reference is no fault of the delivery
        rejected = taken.rejected.where(F.col("state") != F.lit(str(RejectedState.WAITING))).count()
        if rejected <= most * mapped:
            return ""
    reasons = (
        taken.rejected.select(F.explode("reasons").alias("reason"))
        .groupBy("reason")
        .count()
        .orderBy(F.desc("count"), "reason")
        .limit(5)
    )
    told = ", ".join(f"{row['reason']} {row['count']:,}" for row in reasons.collect())
    share = f"{100 * rejected / mapped:.1f} % of {mapped:,} records were rejected, more than {100 * most:g} %"
    return f"{taken.source.name}: {share} ({told}); nothing of this run was published"


def _told_late(number: int) -> str:
    return f"{number:,} events were known later than `late` allows; they have the flag late" if number else ""
