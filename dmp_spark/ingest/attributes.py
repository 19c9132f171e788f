"""Facts about people that are no events: from judged records to intervals in which they held."""

from datetime import datetime

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from dmp_spark.functions.keys import MakeId, stable_id
from dmp_spark.functions.reasons import broken
from dmp_spark.ingest import times
from dmp_spark.ingest.compute import value
from dmp_spark.ingest.resolved import PersonAttributes, Source
from dmp_spark.ingest.rules import payload
from dmp_spark.ingest.subjects import carried

FACT = ("source", "subject_id", "attribute")
INTERVAL = ("valid_from", "value", "valid_until", "_opened_as_of")


def records_of_facts(
    records: DataFrame, source: Source, facts: PersonAttributes, clocks: times.Clocks, make_id: MakeId = stable_id
) -> DataFrame:
    """One row a record: subject_id, known_time, `facts` map<string,string> without nulls, `_reasons`, its place.

    `_identifiers` holds the subject alone: what else a record carries comes with the rules that join identifiers.
    """
    names = source.names
    pairs = [part for each in facts.attributes for part in (F.lit(each.name), value(each, names).cast("string"))]
    first = records.select(
        "_file_id",
        "_position",
        F.col("_element").alias("_ordinal"),
        "_raw",
        "_extra",
        F.col("_reasons").alias("_record_reasons"),
        F.slice(carried(facts.identifiers, names, make_id), 1, 1).alias("_identifiers"),
        "_landed_at",
        times.known_time(facts.known, clocks, F.col("_landed_at")).alias("known_time"),
        F.map_filter(F.create_map(*pairs), lambda _, fact: fact.isNotNull()).alias("facts"),
    )
    own = [("no_known_time", F.col("known_time").isNotNull()), ("no_identifier", F.size("_identifiers") > 0)]
    if facts.known.kind == "column":
        own += times.within("known_time", F.col("known_time"), F.col("_landed_at"), clocks)
    reasons = F.when(F.size("_record_reasons") > 0, F.col("_record_reasons")).otherwise(broken(own))
    told = first.withColumn("_reasons", reasons)
    return told.withColumns(
        {
            "source": F.lit(source.name),
            "subject_id": F.get(F.col("_identifiers"), 0)["id"],
            "_payload": payload(F.col("_reasons")),
        }
    ).drop("_record_reasons", "_raw", "_extra", "_landed_at")


def facts_of(records: DataFrame) -> DataFrame:
    """One row a fact: source, subject_id, attribute, value, known_time."""
    return records.select("source", "subject_id", "known_time", F.explode("facts").alias("attribute", "value"))


def history(standing: DataFrame, facts: DataFrame, as_of: datetime, begin: datetime | None = None) -> DataFrame:
    """The intervals of a replaced source after `facts` (unique by FACT) came, which are the whole truth as of `as_of`.

    Keys source, subject_id, attribute, valid_from. What still holds stays open, what changed or vanished is closed,
    what comes back opens anew. An interval opens at `known_time`, or at `as_of` where that is not later than what was
    before. `begin` is the moment at which all first intervals begin, where the project says one. What a run at this
    `as_of` opened or closed is taken back first, so that no interval has length zero.
    """
    now = F.lit(as_of).cast("timestamp")
    before = _taken_back(standing, now)
    latest = Window.partitionBy(*FACT).orderBy(F.col("valid_from").desc())
    ranked = before.withColumn("_back", F.row_number().over(latest))
    last = ranked.where(F.col("_back") == 1).drop("_back")
    current = facts.select(*FACT, F.col("value").alias("_value"), F.col("known_time").alias("_known"))
    joined = last.join(current, on=list(FACT), how="full_outer")  # one to one
    moved = joined.select(*FACT, F.explode(_intervals(now)).alias("one")).select(*FACT, "one.*")
    intervals = ranked.where(F.col("_back") > 1).select(*moved.columns).unionByName(moved)
    kept = intervals.where(F.col("valid_until").isNull() | (F.col("valid_until") > F.col("valid_from")))
    return kept if begin is None else _begun(kept, F.lit(begin).cast("timestamp"))


def _intervals(now: Column) -> Column:
    """The last interval as it is after the fact came, and the one that the fact opens; either may be missing."""
    valid_from, valid_until, known = F.col("valid_from"), F.col("valid_until"), F.col("_known")
    never = F.lit(None).cast("timestamp")
    is_held = valid_from.isNotNull() & valid_until.isNull() & known.isNotNull() & (F.col("value") == F.col("_value"))
    begins = F.when(valid_from.isNull() | (known > F.coalesce(valid_until, valid_from)), known).otherwise(now)
    ends = F.when(is_held, never).when(valid_until.isNotNull(), valid_until).when(known.isNotNull(), begins).otherwise(now)
    still = _interval(valid_from, F.col("value"), ends, F.col("_opened_as_of"))
    opened = _interval(begins, F.col("_value"), never, now)
    is_opened = known.isNotNull() & ~F.coalesce(is_held, F.lit(False))
    return F.array_compact(F.array(F.when(valid_from.isNotNull(), still), F.when(is_opened, opened)))


def _interval(valid_from: Column, value: Column, valid_until: Column, opened: Column) -> Column:
    columns = (valid_from, value, valid_until, opened)
    return F.struct(*[column.alias(name) for column, name in zip(columns, INTERVAL, strict=True)])


def _taken_back(standing: DataFrame, now: Column) -> DataFrame:
    """The intervals without what a run at this moment opened; those that it closed are open again."""
    along = Window.partitionBy(*FACT).orderBy("valid_from")
    is_own = F.coalesce(F.col("_opened_as_of") == now, F.lit(False))
    next_own = F.lead(F.when(is_own, F.col("valid_from"))).over(along)
    is_closed_here = F.coalesce((F.col("valid_until") == now) | (F.col("valid_until") == next_own), F.lit(False))
    valid_until = F.when(~is_closed_here, F.col("valid_until"))
    rows = standing.select(
        *FACT, "valid_from", "value", valid_until.alias("valid_until"), "_opened_as_of", is_own.alias("_is_own")
    )
    return rows.where(~F.col("_is_own")).drop("_is_own")


def _begun(intervals: DataFrame, begin: Column) -> DataFrame:
    first = Window.partitionBy(*FACT).orderBy("valid_from")
    numbered = intervals.withColumn("_number", F.row_number().over(first))
    is_first = (F.col("_number") == 1) & (F.col("valid_until").isNull() | (F.col("valid_until") > begin))
    return numbered.withColumn("valid_from", F.when(is_first, begin).otherwise(F.col("valid_from"))).drop("_number")
