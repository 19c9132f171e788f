"""Preparation of features, fitted on training rows alone and kept as the first part of each model."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pyspark.ml import PipelineModel, Transformer
from pyspark.ml.feature import IDF, HashingTF, SQLTransformer, StandardScaler, VectorAssembler
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.models.fit_selection import fit_selection
from dmp_spark.models.slots import MISSING, PREPARED, TERMS
from dmp_spark.models.spec import ModelsSpec, Preparation, Task, Words

FEATURES = "features"
Keep = Callable[[DataFrame, str], DataFrame]
"""Gives a frame back that is computed once: its rows, and a name for them."""
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
    """The rows with their words in buckets already: done once for all folds and tasks, because nothing is learned by it."""
    terms = [f"{TERMS}{one.column}" for one in preparation.words]
    return PipelineModel(hashing(preparation)).transform(rows).drop(*terms)


def _counted(words: Words) -> str:
    """The column that holds words in buckets."""
    return f"{_COUNTED}{words.column}"


def prepared(rows: DataFrame, fitted: PipelineModel, preparation: Preparation) -> DataFrame:
    """Hashed rows with the vector `features` of a fitted preparation."""
    return PipelineModel(fitted.stages[len(hashing(preparation)) :]).transform(rows)


def fit_preparation(training: DataFrame, spec: ModelsSpec, task: Task, keep: Keep) -> tuple[PipelineModel, DataFrame]:
    """The fitted preparation, which adds the vector `features`, and what it makes of the training rows.

    Stages: words in buckets; numbers filled, flagged and clipped; scaled; words weighed; all in one vector; slots dropped;
    those of words scaled with the others, so that a weight of one slot can be compared with that of another. `label` is read
    by selection alone. `training` may be `hashed`; rows that are not are hashed here. What fits learn from is kept by `keep`
    with its numbers in one vector, because filling and clipping dozens of columns is what every pass would begin with.
    """
    preparation = spec.preparation_of(task)
    if any(_counted(words) not in training.columns for words in preparation.words):
        training = hashed(training, preparation)
    bounds = fit_bounds(training, spec.numbers, preparation)
    fill: list[Transformer] = [SQLTransformer(statement=statement(bounds))]
    if bounds:
        fill.append(VectorAssembler(inputCols=prepared_names(bounds), outputCol=_NUMBERS))
    replaced = {*spec.numbers, *(words.column for words in preparation.words)}
    kept = [name for name in training.columns if name not in replaced] + [_NUMBERS] * bool(bounds)
    filled = keep(PipelineModel(fill).transform(training).select(*kept), "filled")
    stages = _fit_vector(filled, bool(bounds), preparation)
    if not stages:  # numbers alone, as they are
        fill[-1].set(fill[-1].getParam("outputCol"), FEATURES)
        return PipelineModel(fill), filled.withColumnRenamed(_NUMBERS, FEATURES)
    stages[-1].set(stages[-1].getParam("outputCol"), FEATURES)
    return PipelineModel([*hashing(preparation), *fill, *stages]), PipelineModel(stages).transform(filled)


def _fit_vector(filled: DataFrame, has_numbers: bool, preparation: Preparation) -> list[Transformer]:
    """The stages from one vector of numbers and words in buckets to one vector of both; none where there is nothing to do."""
    stages: list[Transformer] = []
    columns = [_NUMBERS] if has_numbers else []
    if has_numbers and preparation.scale:
        stages.append(_scaler(_NUMBERS, _SCALED).fit(filled))
        columns = [_SCALED]
    for words in preparation.words:
        if words.in_at_least is None:
            columns.append(_counted(words))
        else:
            stages.append(_weighing(words, words.in_at_least).fit(filled))
            columns.append(_output(stages[-1]))
    if columns not in ([_NUMBERS], [_output(stages[-1])] if stages else []):
        stages.append(VectorAssembler(inputCols=columns, outputCol=_JOINED))
        columns = [_JOINED]
    stages += fit_selection(PipelineModel(stages).transform(filled), columns[0], preparation.selection)
    if preparation.words and preparation.scale:
        stages.append(_scaler(_output(stages[-1]), FEATURES).fit(PipelineModel(stages).transform(filled)))
    return stages


def _scaler(column: str, to: str) -> StandardScaler:
    """Mean 0 and standard deviation 1 of each slot."""
    return StandardScaler(inputCol=column, outputCol=to, withMean=True, withStd=True)


def _counting(words: Words) -> HashingTF:
    """A slot a bucket: as often as its words are there."""
    return HashingTF(inputCol=f"{TERMS}{words.column}", outputCol=_counted(words), numFeatures=words.buckets)


def _weighing(words: Words, least: int) -> IDF:
    """Buckets weighed by how few rows have them; one that fewer than `least` rows have weighs nothing."""
    return IDF(inputCol=_counted(words), outputCol=f"{_WEIGHED}{words.column}", minDocFreq=least)


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
