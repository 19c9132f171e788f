"""Preparation of numbers, fitted on training rows alone and kept as the first part of each model."""

from dataclasses import dataclass

from pyspark.ml import PipelineModel
from pyspark.ml.feature import SQLTransformer, StandardScaler, VectorAssembler
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.models.spec import ModelsSpec, Preparation

FEATURES = "features"
_PREPARED, _MISSING = "prepared_", "missing_"


@dataclass(frozen=True)
class Bounds:
    """What training rows say of a column. `low` and `high` are None where it is not clipped."""

    name: str
    median: float
    low: float | None
    high: float | None
    has_missing: bool


def fit_bounds(training: DataFrame, spec: ModelsSpec) -> tuple[Bounds, ...]:
    """The bounds of each number, from one pass over the rows: exact percentiles, interpolated.

    One row is collected. A column without any value has median 0; a column whose quartiles are equal is not clipped,
    because that would erase it (most are 0 and the few others are what it says).
    """
    if not spec.numbers:
        return ()
    sums: list[Column] = [
        F.struct(
            F.percentile(F.col(name), F.array(F.lit(0.25), F.lit(0.5), F.lit(0.75))).alias("quartiles"),
            F.count_if(F.col(name).isNull()).alias("missing"),
        ).alias(name)
        for name in spec.numbers
    ]
    row = training.agg(*sums).first()
    assert row is not None
    return tuple(_bounds(name, row[name]["quartiles"], row[name]["missing"], spec.preparation) for name in spec.numbers)


def _bounds(name: str, quartiles: list[float] | None, missing: int, preparation: Preparation) -> Bounds:
    low, median, high = quartiles or (0.0, 0.0, 0.0)
    spread = high - low
    is_clipped = preparation.clip_factor is not None and spread > 0
    reach = (preparation.clip_factor or 0.0) * spread
    return Bounds(
        name=name,
        median=median,
        low=low - reach if is_clipped else None,
        high=high + reach if is_clipped else None,
        has_missing=preparation.flag_missing and missing > 0,
    )


def statement(bounds: tuple[Bounds, ...]) -> str:
    """The SELECT of a SQLTransformer that adds the prepared columns. Names come from the contract, numbers from the fit."""
    added = [f"{_clipped(column)} AS `{_PREPARED}{column.name}`" for column in bounds]
    added += [
        f"CAST({_known(column.name)} IS NULL AS DOUBLE) AS `{_MISSING}{column.name}`" for column in bounds if column.has_missing
    ]
    return f"SELECT {', '.join(['*', *added])} FROM __THIS__"


def prepared_names(bounds: tuple[Bounds, ...]) -> list[str]:
    """The columns that the statement adds, in order."""
    return [f"{_PREPARED}{c.name}" for c in bounds] + [f"{_MISSING}{c.name}" for c in bounds if c.has_missing]


def fit_preparation(training: DataFrame, spec: ModelsSpec) -> PipelineModel:
    """The fitted preparation: rows in, the same rows with the vector `features` out."""
    bounds = fit_bounds(training, spec)
    fill = SQLTransformer(statement=statement(bounds))
    raw = "unscaled" if spec.preparation.scale else FEATURES
    assemble = VectorAssembler(inputCols=prepared_names(bounds), outputCol=raw)
    if not spec.preparation.scale:
        return PipelineModel([fill, assemble])
    scaler = StandardScaler(inputCol=raw, outputCol=FEATURES, withMean=True, withStd=True)
    return PipelineModel([fill, assemble, scaler.fit(assemble.transform(fill.transform(training)))])


def _known(name: str) -> str:
    return f"nanvl(CAST(`{name}` AS DOUBLE), CAST(NULL AS DOUBLE))"


def _clipped(column: Bounds) -> str:
    filled = f"coalesce({_known(column.name)}, {_literal(column.median)})"
    if column.low is None or column.high is None:
        return filled
    return f"greatest({_literal(column.low)}, least({_literal(column.high)}, {filled}))"


def _literal(value: float) -> str:
    return f"CAST('{value!r}' AS DOUBLE)"
