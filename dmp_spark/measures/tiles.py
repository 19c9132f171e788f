"""Aggregates that add up: one row a person and day, then all windows of all moments in one pass over those tiles."""

from collections.abc import Callable, Mapping, Sequence
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.expressions.nodes import Expression
from dmp_spark.expressions.types import family
from dmp_spark.measures.events import Events
from dmp_spark.measures.reach import Reach
from dmp_spark.measures.requests import Population, Request

MONEY = "decimal(18,4)"
EXACT = "decimal(28,6)"
UNITS = 10_000
TOO_LARGE = 2**62


class TilePlan:
    """Collects what a day needs (`daily`), what a window makes of it (`windowed`), and what comes out (`results`).

    Equal parts are computed once: they are kept by their name, which says what they are.
    """

    def __init__(self, requests: Sequence[Request], reach: Reach) -> None:
        self.reach = reach
        self.populations: dict[str, Population] = {}
        self.arguments: dict[str, Expression] = {}
        self.daily: dict[str, Column] = {}
        self.windowed: dict[str, Column] = {}
        self._names: dict[str, str] = {}
        self.results: dict[str, Column] = {}
        for request in requests:
            if request.call.name == "mean_gap":
                self.results |= _days_of_gaps(self, request)
            else:
                self.results[request.name] = RESULTS[request.call.name](self, request)

    def member(self, request: Request) -> Column:
        """Whether an event is of the request's population."""
        name = self._name("p", request.population.key)
        self.populations[name] = request.population
        return F.col(name)

    def argument(self, request: Request) -> Column:
        """The first argument of the request."""
        name = self._name("a", request.argument_key)
        self.arguments[name] = request.argument
        return F.col(name)

    def day(self, what: str, aggregate: Column) -> Column:
        """A column of the tiles, by what it is."""
        name = self._name("d", what)
        self.daily[name] = aggregate
        return F.col(name)

    def window(self, what: str, request: Request, merge: Callable[[Column], Column], part: Column) -> Column:
        """A part of the tiles, merged over the days of the request's window."""
        name = self._name("w", f"{what}|{request.window}")
        self.windowed[name] = merge(self.reach.inside(request.window, part))
        return F.col(name)

    def _name(self, kind: str, what: str) -> str:
        return self._names.setdefault(f"{kind}|{what}", f"{kind}{len(self._names)}")


def _rows(plan: TilePlan, request: Request) -> Column:
    part = f"rows|{request.population.key}"
    daily = plan.day(part, F.count(F.when(plan.member(request), F.lit(1))))
    return plan.window(part, request, F.sum, daily)


def _known(plan: TilePlan, request: Request) -> Column:
    part = f"known|{request.part}"
    daily = plan.day(part, F.count(F.when(plan.member(request), plan.argument(request))))
    return plan.window(part, request, F.sum, daily)


def _units(plan: TilePlan, request: Request) -> tuple[Column, int]:
    """The day's total as a number that adds up exactly, and how many of its units are one.

    Money becomes whole ten-thousandths: sums of bigint are many times faster than those of wide decimals. A day's total
    that does not fit stands as a number so large that the result cannot be held either, and is null. Doubles go through
    decimals, so that no sum depends on the order of its terms.
    """
    kind, value = request.argument.type, plan.argument(request)
    exact = value.try_cast(EXACT) if kind == "double" else value
    total = F.try_sum(F.when(plan.member(request), exact))
    if kind != MONEY:
        return plan.day(f"sum|{request.part}", total), 1
    units = F.coalesce((total * F.lit(UNITS)).try_cast("bigint"), F.lit(TOO_LARGE))
    return plan.day(f"sum|{request.part}", F.when(total.isNotNull(), units)), UNITS


def _sum(plan: TilePlan, request: Request) -> tuple[Column, int]:
    total, units = _units(plan, request)
    return plan.window(f"sum|{request.part}", request, F.try_sum, total), units


def _total(plan: TilePlan, request: Request) -> Column:
    """The sum; null only where it is too large, because a sum over nothing known is 0."""
    kind, (total, units) = request.argument.type, _sum(plan, request)
    count = _known(plan, request)
    held = (total.cast("decimal(20,0)") / F.lit(units)).try_cast(MONEY) if units > 1 else total.try_cast(_result_type(kind))
    return F.when(F.coalesce(count, F.lit(0)) == 0, F.lit(0).cast(_result_type(kind))).otherwise(held)


def _result_type(kind: str) -> str:
    return {"decimal": MONEY, "double": "double"}.get(family(kind), "bigint")


def _mean(plan: TilePlan, request: Request) -> Column:
    total, units = _sum(plan, request)
    return F.try_divide(total.cast("double"), _known(plan, request).cast("double") * F.lit(float(units)))


def _count(plan: TilePlan, request: Request) -> Column:
    counted = _rows(plan, request) if request.call.is_star else _known(plan, request)
    return F.coalesce(counted, F.lit(0).cast("bigint"))


def _share(plan: TilePlan, request: Request) -> Column:
    part = f"true|{request.part}"
    daily = plan.day(part, F.count(F.when(plan.member(request) & plan.argument(request), F.lit(1))))
    true = plan.window(part, request, F.sum, daily)
    return F.try_divide(true.cast("double"), _known(plan, request).cast("double"))


def _extreme(plan: TilePlan, request: Request) -> Column:
    merge = F.min if request.call.name in ("min", "first") else F.max
    part = f"{merge.__name__}|{request.part}"
    daily = plan.day(part, merge(F.when(plan.member(request), plan.argument(request))))
    return plan.window(part, request, merge, daily)


def _days_since_last(plan: TilePlan, request: Request) -> Column:
    part = f"rows|{request.population.key}"
    daily = plan.day(part, F.count(F.when(plan.member(request), F.lit(1))))
    last = plan.window(f"last_day|{request.population.key}", request, F.max, F.when(daily > 0, F.col("event_date")))
    return F.date_diff(F.col("moment"), last).cast("bigint")


def _days_of_gaps(plan: TilePlan, request: Request) -> dict[str, Column]:
    """The first and last day on which the value is known: half of mean_gap, whose other half counts distinct values."""
    part = f"known|{request.part}"
    daily = plan.day(part, F.count(F.when(plan.member(request), plan.argument(request))))
    days = F.when(daily > 0, F.col("event_date"))
    return {
        first_day(request): plan.window(f"first_day|{request.part}", request, F.min, days),
        last_day(request): plan.window(f"last_day|{request.part}", request, F.max, days),
    }


def first_day(request: Request) -> str:
    """The column that holds the first day of a mean_gap."""
    return f"{request.name}_first_day"


def last_day(request: Request) -> str:
    """The column that holds the last day of a mean_gap."""
    return f"{request.name}_last_day"


def _slope(plan: TilePlan, request: Request) -> Column:
    """Least squares over weekly totals y_k, k weeks back of n: sum((n - 1 - 2k) y_k) * 6 / (n (n^2 - 1)).

    With x = -k the mean of x is -(n - 1) / 2 and the sum of (x - mean)^2 is n (n^2 - 1) / 12, so a day's total only needs
    the weight of its week, and the sum stays exact until the last division.
    """
    week, weeks = plan.reach.weeks_back(request.window), plan.reach.weeks(request.window)
    total, units = _units(plan, request)
    weighted = F.when(week < weeks, F.try_multiply((weeks - F.lit(1) - week * F.lit(2)).cast("bigint"), total))
    moved = plan.window(f"slope|{request.part}", request, F.try_sum, weighted)
    count = plan.window(f"weeks|{request.window}", request, F.max, weeks).cast("double")
    spread = count * (count * count - F.lit(1.0)) * F.lit(float(units))
    slope = F.try_divide(F.coalesce(moved.cast("double"), F.lit(0.0)) * F.lit(6.0), spread)
    return F.when(_rows(plan, request) > 0, slope)


RESULTS: Mapping[str, Callable[[TilePlan, Request], Column]] = {
    "count": _count,
    "sum": _total,
    "mean": _mean,
    "share": _share,
    "min": _extreme,
    "max": _extreme,
    "first": _extreme,
    "last": _extreme,
    "days_since_last": _days_since_last,
    "slope": _slope,
}


def by_person(events: Events, requests: Sequence[Request], reach: Reach) -> DataFrame:
    """One row a person and moment that sees any event: a column a request, and keys person_id, moment.

    Looking back events of every type count, so that the rows are all people known by the moment; looking ahead those of
    the requests.
    """
    plan = TilePlan(requests, reach)
    rows = reach.within(events.seen_by(plan.populations, plan.arguments))
    if reach.ahead:
        rows = rows.where(reduce(Column.__or__, [F.col(name) for name in plan.populations], F.lit(False)))
    daily = [column.alias(name) for name, column in plan.daily.items()]
    tiles = rows.groupBy("person_id", *reach.day_keys).agg(F.count(F.lit(1)).alias("events"), *daily)
    windows = [column.alias(name) for name, column in plan.windowed.items()]
    seen = reach.by_moment(tiles).groupBy("person_id", "moment").agg(F.sum("events").alias("events"), *windows)
    return seen.select("person_id", "moment", *[result.alias(name) for name, result in plan.results.items()])
