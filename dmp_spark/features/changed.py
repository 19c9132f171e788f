"""What of features and labels has to be computed again: whom changes reach, from which moment on, and what time itself adds.

An event reaches the moments after it by which it was known, so what arrives in order of known time reaches no moment that
stood before. Of a label it reaches the moments whose horizon it lies in. Pure: nothing is read or written.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.features.spec import FeaturesSpec
from dmp_spark.functions.clock import day_start, local_day, midnight
from dmp_spark.measures.events import Events
from dmp_spark.measures.reach import COUNTS_FROM, reach, ripe_moments
from dmp_spark.measures.windows import moved as ends_on
from dmp_spark.stage import ChangedRows

FEATURES_FROM, LABELS_FROM = "features_from", "labels_from"


@dataclass(frozen=True)
class Moved:
    """What a move of as_of does by itself: the moments that stay (`kept`), come (`new`) and go (`gone`).

    `horizons`: moment → the last end among its ripe labels, where these were ripe before. `ripened`: moments in force of which
    a label is ripe now and was not.
    """

    kept: tuple[date, ...]
    new: tuple[date, ...]
    gone: tuple[date, ...]
    horizons: Mapping[date, date]
    ripened: tuple[date, ...]


def moved(spec: FeaturesSpec, before: datetime, now: datetime) -> Moved:
    """How the moments in force, and the labels that are ripe, differ between two as_of."""
    then, these = (set(spec.moments(local_day(as_of, spec.zone))) for as_of in (before, now))
    was, is_ = _ripe(spec, then, before), _ripe(spec, these, now)
    ripened = {day for _, day in is_.keys() - was.keys()}
    horizons: dict[date, date] = {}
    for (_, day), end in is_.items():
        if day not in ripened:
            horizons[day] = max(end, horizons.get(day, end))
    kept, new, gone = (tuple(sorted(days)) for days in (then & these, these - then, then - these))
    return Moved(kept, new, gone, dict(sorted(horizons.items())), tuple(sorted(ripened)))


def _ripe(spec: FeaturesSpec, moments: set[date], as_of: datetime) -> dict[tuple[str, date], date]:
    aheads = {label.task: str(label.measure.ahead) for label in spec.labels}
    return {
        (task, day): ends_on(day, ahead)
        for task, ahead in aheads.items()
        for day in ripe_moments(sorted(moments), ahead, spec.zone, as_of)
    }


def people_reached(changes: ChangedRows, state: Mapping[str, DataFrame], spec: FeaturesSpec, as_of: datetime) -> DataFrame:
    """One row a person whom a change reaches, at moments that stay: person_id, features_from, labels_from.

    The first moment at which a row of gold.features, and of gold.labels, may differ; null where none may. Events changed, or
    were there and are known only now; who changes persons is reached at all moments, the old person and the new one.
    """
    moments = moved(spec, changes.as_of, as_of)
    owners = state["silver.identity_map"].where(F.col("valid_until").isNull()).select("identifier_id", "person_id")
    events = _changed_events(changes, state["silver.events"], as_of)
    first = {
        FEATURES_FROM: reach(moments.kept, (), spec.zone).first_moment(),
        LABELS_FROM: _first_open(moments.horizons),
    }
    subjects = events.groupBy("subject_id").agg(*[F.min(column).alias(name) for name, column in first.items()])
    found = [subjects.join(owners.withColumnRenamed("identifier_id", "subject_id"), on="subject_id", how="inner")]
    if "silver.identity_map" in changes.rows:
        earliest = {FEATURES_FROM: min(moments.kept, default=None), LABELS_FROM: min(moments.horizons, default=None)}
        moved_people = changes.rows["silver.identity_map"].select("person_id")
        found.append(moved_people.withColumns({name: F.lit(day).cast("date") for name, day in earliest.items()}))
    every = reduce(DataFrame.unionByName, [rows.select("person_id", *first) for rows in found])
    reached = every.groupBy("person_id").agg(*[F.min(name).alias(name) for name in first])
    return reached.where(F.coalesce(*first).isNotNull())


def _changed_events(changes: ChangedRows, events: DataFrame, as_of: datetime) -> DataFrame:
    """subject_id, event_date and known_time of the events that changed, and of those that are known since the last as_of."""
    columns = ("subject_id", "event_date", "known_time")
    is_known = F.col("known_time") <= F.lit(as_of)
    known = events.where(is_known & (F.col("known_time") > F.lit(changes.as_of))).select(*columns)
    if "silver.events" not in changes.rows:
        return known
    return known.unionByName(changes.rows["silver.events"].where(is_known).select(*columns))


def _first_open(horizons: Mapping[date, date]) -> Column:
    """The first moment whose labels may see an event of that day, or stand by it: its last horizon ends after that day."""
    chosen = F.lit(None).cast("date")
    for day, end in sorted(horizons.items(), reverse=True):
        chosen = F.when(F.col("event_date") < F.lit(end), F.lit(day)).otherwise(chosen)
    return chosen


@dataclass(frozen=True)
class Part:
    """What of a table is computed again: everybody at `anew`, and of `again` for each of `people` the moments from `first` on.

    `people`: person_id (key), first (a day). Rows at `gone` go.
    """

    anew: tuple[date, ...]
    again: tuple[date, ...]
    gone: tuple[date, ...]
    people: DataFrame

    @property
    def moments(self) -> tuple[date, ...]:
        """All moments at which anybody is computed."""
        return tuple(sorted({*self.anew, *self.again}))

    def pairs(self) -> DataFrame:
        """person_id and moment (keys) of who is computed again at moments that stay."""
        days = F.explode(F.array(*map(F.lit, self.again)))
        return self.people.select("person_id", "first", days.alias("moment")).where("moment >= first").drop("first")

    def of(self, people: DataFrame) -> DataFrame:
        """Of rows of people and moments those that the part has."""
        if not self.again:
            return people
        pairs = self.pairs().withColumn("_is_reached", F.lit(True))
        joined = people.join(pairs, on=["person_id", "moment"], how="left")
        return joined.where(F.col("moment").isin(list(self.anew)) | F.col("_is_reached").isNotNull()).select(*people.columns)

    def events(self, events: Events) -> Events:
        """The events of those who are computed at any moment, each person from the first of these moments on."""
        if not self.again:
            return events
        joined = events.rows.join(self.people, on="person_id", how="left" if self.anew else "inner")
        # least passes over null: of who is not reached it is the first moment at which everybody is computed
        first = F.least(F.col("first"), F.lit(min(self.anew))) if self.anew else F.col("first")
        return replace(events, rows=joined.withColumn(COUNTS_FROM, first).drop("first"))

    def rows(self, zone: str) -> tuple[Column, DataFrame | None]:
        """The part as rows of the table: a condition, and keys (person_id, as_of) beside it, where there are any."""
        is_whole = F.col("as_of").isin([midnight(day, zone) for day in (*self.anew, *self.gone)])
        if not self.again:
            return is_whole, None
        return is_whole, self.pairs().select("person_id", day_start(F.col("moment"), zone).alias("as_of"))
