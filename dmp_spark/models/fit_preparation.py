"""Preparation of features, fitted on training rows alone and kept as the first part of each model."""

from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.ml import PipelineModel, Transformer
from pyspark.ml.feature import IDF, HashingTF, SQLTransformer, StandardScaler, VectorAssembler
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.models.fit_selection import fit_selection
from dmp_spark.models.slots import MISSING, PREPARED, TERMS
from dmp_spark.models.spec import ModelsSpec, Preparation, Task, Words

FEATURES = "features"
_COUNTED, _WEIGHED = "counted_", "weighed_"
_NUMBERS, _SCALED, _JOINED = "numbers", "scaled", "joined"


@dataclass(frozen=True)
class Bounds:
    """What training rows say of a column. `low` and `high` are None where it is not clipped."""

    name: str
    median: float
    low: float | None
    high: float | None
    has_missing: bool


def fit_bounds(training: DataFrame, numbers: Sequence[str], preparation: Preparation) -> tuple[Bounds, ...]:
    """The bounds of each number, from one pass over the rows: exact percentiles, interpolated.

    One row is collected. A column without any value has median 0; a column whose quartiles are equal is not clipped,
    because that would erase it (most are 0 and the few others are what it says).
    """
    if not numbers:
        return ()
    sums: list[Column] = [
        F.struct(
            F.percentile(F.col(name), F.array(F.lit(0.25), F.lit(0.5), F.lit(0.75))).alias("quartiles"),
            F.count_if(F.col(name).isNull()).alias("missing"),
        ).alias(name)
        for name in numbers
    ]
    row = training.agg(*sums).first()
    assert row is not None
    return tuple(_bounds(name, row[name]["quartiles"], row[name]["missing"], preparation) for name in numbers)


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
    added = [f"{_clipped(column)} AS `{PREPARED}{column.name}`" for column in bounds]
    added += [
        f"CAST({_known(column.name)} IS NULL AS DOUBLE) AS `{MISSING}{column.name}`" for column in bounds if column.has_missing
    ]
    return f"SELECT {', '.join(['*', *added])} FROM __THIS__"


def prepared_names(bounds: tuple[Bounds, ...]) -> list[str]:
    """The columns that the statement adds, in order."""
    return [f"{PREPARED}{c.name}" for c in bounds] + [f"{MISSING}{c.name}" for c in bounds if c.has_missing]


def hashing(preparation: Preparation) -> list[Transformer]:
    """The stages that learn nothing: each word in its bucket. They come first in every model."""
    if not preparation.words:
        return []
    terms = ", ".join(f"{_terms(one.column)} AS `{TERMS}{one.column}`" for one in preparation.words)
    return [SQLTransformer(statement=f"SELECT *, {terms} FROM __THIS__"), *[_counting(one) for one in preparation.words]]


def hashed(rows: DataFrame, preparation: Preparation) -> DataFrame:
    """The rows with their words in buckets already: done once for all folds, because nothing is learned by it."""
    terms = [f"{TERMS}{one.column}" for one in preparation.words]
    return PipelineModel(hashing(preparation)).transform(rows).drop(*terms)


def prepared(rows: DataFrame, fitted: PipelineModel, preparation: Preparation) -> DataFrame:
    """Hashed rows with the vector `features` of a fitted preparation."""
    return PipelineModel(fitted.stages[len(hashing(preparation)) :]).transform(rows)


def fit_preparation(training: DataFrame, spec: ModelsSpec, task: Task) -> PipelineModel:
    """The fitted preparation: rows in, the same rows with the vector `features` out; `label` is read by selection alone.

    Stages: words in buckets; numbers filled, flagged and clipped; scaled; words weighed; all in one vector; slots dropped;
    those of words scaled with the others, so that a weight of one slot can be compared with that of another.
    `training` may be `hashed`; rows that are not are hashed here.
    """
    preparation = spec.preparation_of(task)
    if any(f"{_COUNTED}{one.column}" not in training.columns for one in preparation.words):
        training = hashed(training, preparation)
    bounds = fit_bounds(training, spec.numbers, preparation)
    fill = SQLTransformer(statement=statement(bounds))
    filled = fill.transform(training)
    parts = [_fit_numbers(filled, bounds, preparation.scale)] if bounds else []
    parts += [_fit_weights(filled, words) for words in preparation.words if words.in_at_least is not None]
    stages = [fill, *[stage for part in parts for stage in part]]
    columns = [_output(part[-1]) for part in parts]
    columns += [f"{_COUNTED}{words.column}" for words in preparation.words if words.in_at_least is None]
    if len(columns) > 1 or not parts:
        stages.append(VectorAssembler(inputCols=columns, outputCol=_JOINED))
    stages += fit_selection(PipelineModel(stages).transform(training), _output(stages[-1]), preparation.selection)
    if preparation.words and preparation.scale:
        stages.append(_scaler(_output(stages[-1]), FEATURES).fit(PipelineModel(stages).transform(training)))
    stages[-1].set(stages[-1].getParam("outputCol"), FEATURES)
    return PipelineModel([*hashing(preparation), *stages])


def _fit_numbers(filled: DataFrame, bounds: tuple[Bounds, ...], scale: bool) -> list[Transformer]:
    """The stages that make one vector of the numbers."""
    assemble = VectorAssembler(inputCols=prepared_names(bounds), outputCol=_NUMBERS)
    if not scale:
        return [assemble]
    return [assemble, _scaler(_NUMBERS, _SCALED).fit(assemble.transform(filled))]


def _scaler(column: str, to: str) -> StandardScaler:
    """Mean 0 and standard deviation 1 of each slot."""
    return StandardScaler(inputCol=column, outputCol=to, withMean=True, withStd=True)


def _counting(words: Words) -> HashingTF:
    """A slot a bucket: as often as its words are there."""
    return HashingTF(inputCol=f"{TERMS}{words.column}", outputCol=f"{_COUNTED}{words.column}", numFeatures=words.buckets)


def _fit_weights(counted: DataFrame, words: Words) -> list[Transformer]:
    """The stage that weighs buckets by IDF."""
    column, least = words.column, words.in_at_least or 0
    return [IDF(inputCol=f"{_COUNTED}{column}", outputCol=f"{_WEIGHED}{column}", minDocFreq=least).fit(counted)]


def _output(stage: Transformer) -> str:
    return str(stage.getOrDefault("outputCol"))


def _terms(name: str) -> str:
    """Each word 1 + floor(log2(count)) times, counted in binary digits, which are exact; none where there are no words."""
    repeated = "transform(map_entries(`{name}`), entry -> array_repeat(entry.key, cast(length(bin(entry.value)) AS INT)))"
    return f"coalesce(flatten({repeated.format(name=name)}), CAST(array() AS ARRAY<STRING>))"


def _known(name: str) -> str:
    return f"nanvl(CAST(`{name}` AS DOUBLE), CAST(NULL AS DOUBLE))"


def _clipped(column: Bounds) -> str:
    filled = f"coalesce({_known(column.name)}, {_literal(column.median)})"
    if column.low is None or column.high is None:
        return filled
    return f"greatest({_literal(column.low)}, least({_literal(column.high)}, {filled}))"


def _literal(value: float) -> str:
    return f"CAST('{value!r}' AS DOUBLE)"
