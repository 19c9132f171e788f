"""Whether a day has as many events as days of a source have: counts by day against the median of recent days. No pyspark here."""

from collections.abc import Mapping
from datetime import date, timedelta
from statistics import median

from dmp_spark.ingest.resolved import Volume

FEWEST_DAYS = 7
FEWEST_WEEKDAYS = 4
FEWEST_EVENTS = 50
"""The least median that says something: chance alone scatters a count by about its root, and half of 50 is 3.5 roots away."""
TOLD = 3


def unusual(expected: Volume, before: Mapping[date, int], after: Mapping[date, int], today: date) -> tuple[str, ...]:
    """A few words for each day whose number of events is unusual, in order; none where no day is, or none can be judged.

    `before` and `after` are the events of a source by local day, before and after a run; `today` is the local day of the
    run's moment. Days are judged that are over by then and lie in the recent days before it: those to which the run adds,
    and those that it leaves out after the newest that stood. Too few can only be those from that newest one on.
    A day stands against the median of the days before it, in which one without events counts 0, from the source's first
    day on. Of fewer than 7 such days (4 weekdays), or where that median is below 50, nothing is said.
    """
    over = [day for day in after if day < today]
    if not over:
        return ()
    begin = max(min(after), today - timedelta(days=expected.days))
    stood = max((day for day in before if day < today), default=date.min)
    told = []
    for day in (begin + timedelta(days=n) for n in range((max(over) - begin).days + 1)):
        usual = _usual(expected, after, day)
        if usual is None:
            continue
        count = after.get(day, 0)
        is_added_to = count > before.get(day, 0)
        if (day > stood or (day == stood and is_added_to)) and count < expected.least * usual:
            told.append(f"{day} has {count:,} events, less than {100 * expected.least:g} % of the usual {usual:,g}")
        elif is_added_to and count > expected.most * usual:
            told.append(f"{day} has {count:,} events, more than {100 * expected.most:g} % of the usual {usual:,g}")
    return tuple(told)


def _usual(expected: Volume, counts: Mapping[date, int], day: date) -> float | None:
    """The median of the days that a day stands against; None where they are too few, or too small to tell anything."""
    step = 7 if expected.same_weekdays else 1
    first = min(counts)
    others = [day - timedelta(days=n) for n in range(step, expected.days + 1, step)]
    known = [counts.get(other, 0) for other in others if other >= first]
    if len(known) < (FEWEST_WEEKDAYS if expected.same_weekdays else FEWEST_DAYS):
        return None
    usual = median(known)
    return usual if usual >= FEWEST_EVENTS else None


def told(days: tuple[str, ...]) -> str:
    """The unusual days as a sentence: the last few of them."""
    more = f"; and {len(days) - TOLD} days before" if len(days) > TOLD else ""
    return "; ".join(days[-TOLD:]) + more
