"""Whether `prepare` of models.yml, and what a task says of its own, fits the features."""

from collections.abc import Mapping
from typing import Any

from dmp_spark.measures.aggregates import COUNTED_WORDS
from dmp_spark.models.spec import (
    NumbersFile,
    Preparation,
    PrepareFile,
    SelectFile,
    Selection,
    TaskPrepareFile,
    Words,
    WordsFile,
)
from dmp_spark.project.load import Found

MOST_COMPARED = 4096
"""Of more buckets than this no correlations are computed: they are a matrix that comes to the driver."""


def preparation(written: PrepareFile, features: Mapping[str, str], address: str, found: Found) -> Preparation:
    """How features are prepared; `features` are names with types. Words that cannot be had are told and left out."""
    prepared = Preparation(
        **_numbers(written.numbers),
        words=_words(written.words, features, address, found),
        selection=_selection(written.select),
    )
    _check_size(prepared, f"{address}.words" if written.words else address, found)
    return prepared


def own_preparation(
    own: TaskPrepareFile, project: Preparation, features: Mapping[str, str], address: str, found: Found
) -> Preparation | None:
    """The preparation of a task that says parts of it itself: those, and the project's for the rest; None where it says none."""
    parts: dict[str, Any] = {} if own.numbers is None else _numbers(own.numbers)
    if own.words is not None:
        parts["words"] = _words(own.words, features, address, found)
    if own.select is not None:
        parts["selection"] = _selection(own.select)
    if not parts:
        return None
    prepared = project.model_copy(update=parts)
    if own.words is not None or own.select is not None:
        _check_size(prepared, f"{address}.{'select' if own.words is None else 'words'}", found)
    return prepared


def _numbers(written: NumbersFile) -> dict[str, Any]:
    return {
        "flag_missing": written.missing.flag,
        "clip_factor": written.clip.factor if written.clip else None,
        "scale": written.scale == "standard",
    }


def _selection(written: SelectFile) -> Selection:
    return Selection(**written.model_dump(exclude={"by"}))


def _words(written: Mapping[str, WordsFile], features: Mapping[str, str], address: str, found: Found) -> tuple[Words, ...]:
    return tuple(
        Words(column=name, buckets=said.hash, in_at_least=said.idf.in_at_least if said.idf else None)
        for name, said in sorted(written.items())
        if _has_words(name, features, f"{address}.words.{name}", found)
    )


def _has_words(name: str, features: Mapping[str, str], address: str, found: Found) -> bool:
    kind = features.get(name, "unknown" if not features else None)  # without features.yml one sentence is enough
    if kind is None:
        countable = [feature for feature, type_ in features.items() if type_ == COUNTED_WORDS]
        found.add("unknown-feature", f"there is no feature {name}", address, Found.suggest(name, countable))
        return False
    if kind not in (COUNTED_WORDS, "unknown"):
        what = f"{name} is {kind}, and words are prepared from counts of words"
        found.add("feature-type", what, address, "a measure that takes words(text) gives them")
        return False
    return kind == COUNTED_WORDS


def _check_size(prepared: Preparation, address: str, found: Found) -> None:
    buckets, selection = sum(words.buckets for words in prepared.words), prepared.selection
    if buckets > MOST_COMPARED and (selection.correlation_below is not None or selection.keep is not None):
        what = f"words have {buckets:,} buckets, and select compares at most {MOST_COMPARED:,} with one another"
        found.add("too-many", what, address, "hash into fewer, or select by variance_above alone")
