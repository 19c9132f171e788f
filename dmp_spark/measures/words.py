"""Words of texts: lower case, split at whatever is no letter and no digit, without stop words."""

import re
from collections.abc import Collection, Sequence

from pyspark.ml.feature import StopWordsRemover
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.measures.languages import LANGUAGES

LEAST_LENGTH = 2
_OF_WORDS = r"\p{L}\p{M}\p{Nd}"
_APOSTROPHES = "’ʼ"
_TURKISH = ("Iİ", "ıi")


def stop_words(language: str) -> frozenset[str]:
    """The stop words of a language by its ISO code, as Spark ML has them; some of English have an apostrophe. No job runs."""
    listed = StopWordsRemover.loadDefaultStopWords(LANGUAGES[language])
    return frozenset(re.sub(r"[^\w']", "", word) for word in listed) - {""}


def pieces(text: Column, language: str, stops: Collection[str]) -> Column:
    """The pieces of a text in order, in small letters; pieces may be empty. Null stays null.

    Stop words with an apostrophe are gone (don't), before other apostrophes split (l'eau: l, eau).

    >>> pieces(F.lit("Don't: Crème-Brûlée 2x250g"), "en", {"don't"})     # '', crème, brûlée, 2x250g
    """
    lowered = F.lower(F.translate(text, *_TURKISH) if language == "tr" else text)
    contracted = sorted(re.escape(word) for word in stops if "'" in word)
    if contracted:
        plain = F.translate(lowered, _APOSTROPHES, "'" * len(_APOSTROPHES))
        pattern = rf"(?<![{_OF_WORDS}])(?:{'|'.join(contracted)})(?![{_OF_WORDS}])"
        lowered = F.when(F.contains(plain, F.lit("'")), F.regexp_replace(plain, pattern, " ")).otherwise(plain)
    return F.split(lowered, f"[^{_OF_WORDS}]+")


def is_word(piece: Column, stops: Collection[str]) -> Column:
    """Whether a piece of a text is a word that counts: two characters or more, and no stop word."""
    return (F.char_length(piece) >= LEAST_LENGTH) & ~piece.isin(sorted(word for word in stops if "'" not in word))


def by_word(texts: DataFrame, language: str, counts: Sequence[str]) -> DataFrame:
    """One row a person and word (person_id, value), with each of `counts` added up: as often as the word stands in a text.

    `texts` has a row a person and text (`value`) with those counts of events.
    """
    stops = stop_words(language)  # split and filtered as rows, because lambdas over arrays are not compiled
    split = texts.select("person_id", F.explode(pieces(F.col("value"), language, stops)).alias("value"), *counts)
    words = split.where(is_word(F.col("value"), stops))
    return words.groupBy("person_id", "value").agg(*[F.sum(count).alias(count) for count in counts])
