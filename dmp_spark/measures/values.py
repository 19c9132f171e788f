"""Aggregates over distinct values: how often each came, for every moment and window at once, and what follows from it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.measures.aggregates import WORDS_AT_MOST, size_of
from dmp_spark.measures.events import Events
from dmp_spark.measures.reach import Reach
from dmp_spark.measures.requests import Population, Request
from dmp_spark.measures.words import by_word

SURPRISE = "decimal(38,12)"
COUNTS_AT_ONCE = 60  # columns of one aggregation; with many more Spark compiles none of it


class ValuePlan:
    """Requests that share one argument: the counts of a value by moment, population and window (`counts`), merged a person.

    Moments are columns until the last step, because a row a person, moment and value would be many times more.
    """

    def __init__(self, requests: Sequence[Request], reach: Reach) -> None:
        self.reach = reach
        self.populations: dict[str, Population] = {}
        self.counts: dict[str, Column] = {}
        self.merged: dict[str, Column] = {}
        self._names: dict[str, str] = {}
        self.results = {
            moment: {request.name: RESULTS[request.call.name](self, request, moment) for request in requests}
            for moment in reach.moments
        }

    def times(self, request: Request, moment: date) -> Column:
        """How often a value came; a column of a person and value."""
        name = self._name("c", f"{request.population.key}|{request.window}|{moment}")
        if name not in self.counts:
            member = self._name("p", request.population.key)
            self.populations[member] = request.population
            is_seen = F.col(member) & self.reach.sees(moment, request.window)
            self.counts[name] = F.count(F.when(is_seen, F.lit(1)))
        return F.col(name)

    def merge(self, what: str, times: Column, aggregate: Callable[[Column], Column]) -> Column:
        """A column of a person, by what it is of these counts."""
        name = self._name("m", f"{what}|{times}")
        self.merged[name] = aggregate(times)
        return F.col(name)

    def _name(self, kind: str, what: str) -> str:
        return self._names.setdefault(f"{kind}|{what}", f"{kind}{len(self._names)}")


def _distinct(plan: ValuePlan, request: Request, moment: date) -> Column:
    return plan.merge("distinct", plan.times(request, moment), lambda times: F.count(F.when(times > 0, F.lit(1))))


def _entropy(plan: ValuePlan, request: Request, moment: date) -> Column:
    """H = ln(n) - sum(c ln(c)) / n over the counts c of n events; the sum is of decimals, so its order changes nothing."""
    times = plan.times(request, moment)
    total = plan.merge("total", times, F.sum).cast("double")
    spread = plan.merge("spread", times, lambda count: F.try_sum(_surprise(count.cast("double")))).cast("double")
    return F.when(total > 0, F.ln(total) - F.try_divide(spread, total))


def _surprise(count: Column) -> Column:
    return F.when(count > 0, count * F.ln(count)).try_cast(SURPRISE)


def _top(plan: ValuePlan, request: Request, moment: date) -> Column:
    """The values that came most often; of equally frequent ones the least text first."""
    times = plan.times(request, moment)
    entry = F.struct((-times).alias("times"), F.col("value").cast("string").alias("value"))
    # a list a moment, and no lambda over one list of all: lambdas are not compiled, and took 7 of this family's 18 seconds
    came = plan.merge("ranked", times, lambda counts: F.collect_list(F.when(counts > 0, entry)))
    best = F.slice(F.sort_array(came), 1, int(str(size_of(request.call))))
    return F.when(F.size(came) > 0, best["value"])


def _words(plan: ValuePlan, request: Request, moment: date) -> Column:
    """The words that stood there most often with how often; of equally frequent ones the least text first."""
    times = plan.times(request, moment)
    entry = F.struct((-times).alias("order"), F.col("value").alias("word"), times.alias("times"))
    came = plan.merge("words", times, lambda counts: F.collect_list(F.when(counts > 0, entry)))
    most = F.slice(F.sort_array(came), 1, WORDS_AT_MOST)
    return F.when(F.size(came) > 0, F.map_from_arrays(most["word"], most["times"]))


RESULTS: Mapping[str, Callable[[ValuePlan, Request, date], Column]] = {
    "count": _distinct,
    "mean_gap": _distinct,  # the other half, its days, comes from the tiles
    "entropy": _entropy,
    "top": _top,
    "words": _words,
}


def by_person(events: Events, requests: Sequence[Request], reach: Reach) -> DataFrame:
    """One row a person who has any value of the shared argument, and moment: a column a request, keys person_id, moment.

    All requests have the same first argument, and language where they take its words. Nulls are no value. Of mean_gap this
    gives the number of distinct values.
    """
    return reduce(DataFrame.unionByName, [_at_moments(events, requests, part) for part in _parts(requests, reach)])


def _parts(requests: Sequence[Request], reach: Reach) -> Iterator[Reach]:
    """The moments, so many at once that the counts stay within bounds."""
    columns = len({(request.population.key, request.window) for request in requests})
    size = max(1, COUNTS_AT_ONCE // columns)
    for start in range(0, max(len(reach.moments), 1), size):
        yield replace(reach, moments=reach.moments[start : start + size])


def _at_moments(events: Events, requests: Sequence[Request], reach: Reach) -> DataFrame:
    plan = ValuePlan(requests, reach)
    rows = reach.within(events.seen_by(plan.populations, {"value": requests[0].argument}))
    anyone = reduce(Column.__or__, [F.col(name) for name in plan.populations], F.lit(False))
    counts = (
        rows.where(anyone & F.col("value").isNotNull())
        .groupBy("person_id", "value")
        .agg(*[column.alias(name) for name, column in plan.counts.items()])
    )
    if language := requests[0].language:  # texts are counted first: the words of one are split once a person
        counts = by_word(counts, language, list(plan.counts))
    people = counts.groupBy("person_id").agg(*[column.alias(name) for name, column in plan.merged.items()])
    moments = [
        F.struct(F.lit(moment).alias("moment"), *[result.alias(name) for name, result in results.items()])
        for moment, results in plan.results.items()
    ]
    return people.select("person_id", F.inline(F.array(*moments)))
