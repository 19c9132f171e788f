"""What features there are, and how each is spread among people at the latest published moment. By path it starts no JVM."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dmp_spark.functions.instants import EPOCH, instant_of
from dmp_spark.functions.statistics import Numbers
from dmp_spark.lakehouse.location import Location
from dmp_spark.measures.spec import Measure, MeasureColumn
from dmp_spark.operations.ledger import Ledger
from dmp_spark.operations.sql_catalog import catalog

FEATURES = "gold.features"
BINS = 12
SHARES = (0.05, 0.5, 0.95)

WITH_AN_ORDER = (  # texts come in several layouts of Arrow, so what has an order is named, not what has none
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_decimal,
    pa.types.is_boolean,
    pa.types.is_date,
    pa.types.is_timestamp,
)

Value = float | datetime | date


@dataclass(frozen=True)
class Spread:
    """How a column's values lie among people: `missing` is the share of people without one, None where there is nobody.

    `low`, `median` and `high` are values of the column with 5, 50 and 95 % of the people who have one at or below them;
    `bins` counts people in twelve equal steps from `low` to `high`, those outside in the outer steps. A column of texts
    or counts of words has no order here, and one that nobody has a value of has none either: None, and no bins.
    """

    missing: float | None = None
    low: Value | None = None
    median: Value | None = None
    high: Value | None = None
    bins: tuple[int, ...] = ()


@dataclass(frozen=True)
class Feature:
    """A column of gold.features: what it means, in which unit, over which window, from which events; and its spread."""

    name: str
    type: str
    unit: str
    window: str
    events: tuple[str, ...]
    meaning: str
    spread: Spread


@dataclass(frozen=True)
class Catalogue:
    """The features in the order of features.yml; `as_of` and `people` say of whom, None and 0 where nothing is published."""

    features: tuple[Feature, ...]
    as_of: datetime | None = None
    people: int = 0


def catalogue(location: Location, measures: Sequence[Measure]) -> Catalogue:
    """The catalogue of a project's measures; a column that is not published yet has no spread."""
    known = catalog(location, Ledger(location).publication()).tables.get(FEATURES)
    if known is None:
        return Catalogue(tuple(_feature(measure, column, Spread()) for measure in measures for column in measure.columns))
    names = [column.name for measure in measures for column in measure.columns if column.name in known.columns]
    rows = known.opened.rows(["as_of", *names], latest="as_of").read_all()
    spreads = {name: spread(rows[name]) for name in names}
    features = (
        _feature(measure, column, spreads.get(column.name, Spread())) for measure in measures for column in measure.columns
    )
    return Catalogue(tuple(features), rows["as_of"][0].as_py() if rows.num_rows else None, rows.num_rows)


def _feature(measure: Measure, column: MeasureColumn, found: Spread) -> Feature:
    return Feature(column.name, column.type, column.unit, column.window, measure.of, column.meaning, found)


def spread(values: pa.ChunkedArray) -> Spread:
    """How values lie; numbers that are no numbers (nan) count as missing."""
    if not len(values):
        return Spread()
    kind = values.type
    if not any(is_of(kind) for is_of in WITH_AN_ORDER):
        return Spread(missing=values.null_count / len(values))
    numbers = _numbers(values)
    missing = 1 - len(numbers) / len(values)
    if not len(numbers):
        return Spread(missing=missing)
    low, median, high = (float(value) for value in np.quantile(numbers, SHARES, method="inverted_cdf"))
    # from low on: steps of less than a microsecond are too fine for numbers as large as an instant's
    counts, _ = np.histogram(np.clip(numbers, low, high) - low, bins=BINS, range=(0, high - low))
    bins = tuple(int(count) for count in counts)
    return Spread(missing, _value(low, kind), _value(median, kind), _value(high, kind), bins)


def _numbers(values: pa.ChunkedArray) -> Numbers:
    kind = values.type
    if pa.types.is_timestamp(kind):
        values = pc.cast(values, pa.timestamp("us", kind.tz)).cast(pa.int64())
    elif pa.types.is_date(kind):
        values = values.cast(pa.date32()).cast(pa.int32())
    elif pa.types.is_boolean(kind):
        values = values.cast(pa.int8())
    numbers = np.asarray(pc.cast(values, pa.float64(), safe=False).drop_null().to_numpy(), dtype=np.float64)
    return numbers[np.isfinite(numbers)]


def _value(number: float, kind: pa.DataType) -> Value:
    if pa.types.is_timestamp(kind):
        return instant_of(round(number))
    if pa.types.is_date(kind):
        return (EPOCH + timedelta(days=round(number))).date()
    return number
