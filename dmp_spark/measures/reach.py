"""Which local days the windows of moments take, as Columns over rows that carry `event_date`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.functions.clock import midnight
from dmp_spark.measures.windows import EVER, moved

COUNTS_FROM = "counts_from"


@dataclass(frozen=True)
class Reach:
    """Moments and windows, all back from the moment or all ahead of it.

    Back: events before the moment that were known by its midnight. Ahead: events from the moment on, whenever known.
    """

    moments: tuple[date, ...]
    windows: tuple[str, ...]
    zone: str
    ahead: bool = False

    @property
    def day_keys(self) -> list[str]:
        """What sums of a day are kept by: all events of one key are in the same windows of the same moments."""
        return ["event_date"] if self.ahead else ["event_date", "first_moment"]

    def within(self, events: DataFrame) -> DataFrame:
        """The events that any moment may see; looking back with `first_moment`, the first moment that may.

        Where rows carry `counts_from`, a day, it is no earlier than that.
        """
        if self.ahead:
            last = max((self.end(moment, window) for moment in self.moments for window in self.windows), default=date.min)
            return events.where(
                (F.col("event_date") >= F.lit(min(self.moments, default=last))) & (F.col("event_date") < F.lit(last))
            )
        first = self.first_moment()
        if COUNTS_FROM in events.columns:  # least and greatest pass over nulls
            first = F.when(first.isNotNull(), F.greatest(first, F.col(COUNTS_FROM)))
        return events.withColumn("first_moment", first).where(F.col("first_moment").isNotNull())

    def first_moment(self) -> Column:
        """The first moment after the event's day whose midnight is not before its known_time; null where there is none.

        Compared with the instants of midnights, because turning 1.5 million known times into local days takes seconds.
        """
        chosen = F.lit(None).cast("date")
        for moment in reversed(self.moments):
            is_usable = (F.col("known_time") <= F.lit(midnight(moment, self.zone))) & (F.col("event_date") < F.lit(moment))
            chosen = F.when(is_usable, F.lit(moment)).otherwise(chosen)
        return chosen

    def sees(self, moment: date, window: str) -> Column:
        """Whether a row lies in the window of one moment; for rows of `within`."""
        day = F.col("event_date")
        if self.ahead:
            return (day >= F.lit(moment)) & (day < F.lit(self.end(moment, window)))
        is_usable = F.col("first_moment") <= F.lit(moment)
        return is_usable if window == EVER else is_usable & (day >= F.lit(self.start(moment, window)))

    def by_moment(self, tiles: DataFrame) -> DataFrame:
        """Each tile once for each moment that may see it, with `moment` and the borders of every window."""
        crossed = tiles.select("*", F.inline(F.array(*[self._borders(moment) for moment in self.moments])))
        if self.ahead:
            furthest = F.greatest(F.col("moment"), *[F.col(self._name(window)) for window in self.windows])
            return crossed.where((F.col("event_date") >= F.col("moment")) & (F.col("event_date") < furthest))
        return crossed.where(F.col("first_moment") <= F.col("moment"))

    def inside(self, window: str, value: Column) -> Column:
        """The value where the tile's day lies in the window of its `moment`, else null."""
        if window == EVER:
            return value
        border, day = F.col(self._name(window)), F.col("event_date")
        return F.when(day < border if self.ahead else day >= border, value)

    def weeks_back(self, window: str) -> Column:
        """Whole weeks between the tile's day and the last day of the window: 0 for the seven last days."""
        end = F.col(self._name(window)) if self.ahead else F.col("moment")
        return F.floor((F.date_diff(end, F.col("event_date")) - F.lit(1)) / F.lit(7)).cast("int")

    def weeks(self, window: str) -> Column:
        """How many whole weeks the window has at the moment."""
        border, moment = F.col(self._name(window)), F.col("moment")
        days = F.date_diff(border, moment) if self.ahead else F.date_diff(moment, border)
        return F.floor(days / F.lit(7)).cast("int")

    def start(self, moment: date, window: str) -> date:
        """The first day of a window that looks back."""
        return moved(moment, window, -1)

    def end(self, moment: date, window: str) -> date:
        """The day after the last one of a window that looks ahead."""
        return moved(moment, window)

    def _name(self, window: str) -> str:
        return f"border_{self.windows.index(window)}"

    def _borders(self, moment: date) -> Column:
        fields = [F.lit(moment).alias("moment")]
        for window in self.windows:
            if window != EVER:
                border = self.end(moment, window) if self.ahead else self.start(moment, window)
                fields.append(F.lit(border).alias(self._name(window)))
        return F.struct(*fields)


def reach(moments: Sequence[date], windows: Sequence[str], zone: str, ahead: bool = False) -> Reach:
    """The days that windows take at moments, each moment once."""
    return Reach(tuple(sorted(set(moments))), tuple(windows), zone, ahead)


def ripe_moments(moments: Sequence[date], ahead: str, zone: str, as_of: datetime) -> dict[date, datetime]:
    """The moments whose horizon has ended by `as_of`, and the midnight that ended it."""
    ends = {day: midnight(moved(day, ahead), zone) for day in moments}
    return {day: end for day, end in ends.items() if end <= as_of}
