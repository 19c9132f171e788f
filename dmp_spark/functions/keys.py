"""The two hashes of the project, each in one place: `stable_id` for keys, `content_hash` for "has it changed"."""

import hmac
from collections.abc import Callable, Iterable, Mapping

import pandas as pd
from pydantic import SecretStr
from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.pandas.functions import pandas_udf

MakeId = Callable[..., Column]
"""`stable_id`, or what `keyed_id` gives: parts in, a key of 32 hex digits out."""


def _as_text(part: Column | str) -> Column:
    return F.lit(part) if isinstance(part, str) else part


def stable_id(*parts: Column | str) -> Column:
    """First 32 hex digits of sha2-256 over the JSON array of the parts as text: a key.

    A `str` part is a literal; a Column part is cast to text by the caller's type rules (times must come as epoch
    micros: `unix_micros`). Null parts stay null in the array, so `('a', null)` and `(null, 'a')` differ.
    """
    return F.substring(F.sha2(_joined(parts), 256), 1, 32)


def keyed_id(key: SecretStr) -> MakeId:
    """A function like `stable_id` whose ids only who has the key can tell from their parts: 32 hex digits of HMAC-SHA-256.

    Spark has no HMAC, so it is a vectorised UDF. The key lies in its closure, which plans, event logs and error messages name
    and do not print. Source: RFC 2104, over the text that `stable_id` hashes.
    """
    secret = key.get_secret_value().encode()

    def keyed(texts: pd.Series) -> pd.Series:
        return texts.map(lambda text: hmac.digest(secret, text.encode(), "sha256").hex()[:32])

    digits = pandas_udf(keyed, "string")  # type: ignore[call-overload]
    return lambda *parts: digits(_joined(parts))


def pseudonym(text: Column, make_id: MakeId) -> Column:
    """What stands for a text wherever it stands; null where that is null or blank. Can be guessed where `make_id` has no key."""
    return F.when(F.trim(text) != "", make_id("pseudonym", text))


def _joined(parts: Iterable[Column | str]) -> Column:
    return F.to_json(F.array(*[_as_text(part).cast("string") for part in parts]), {"ignoreNullFields": "false"})


def content_hash(columns: Mapping[str, str]) -> Column:
    """Bigint xxhash64 over columns (name → type text, already cast), told apart where plain xxhash64 is not.

    One string of null bits goes first; each array or map gives its size and its (sorted) entries with null flags,
    because xxhash64 skips nulls and does not see the borders between arrays.
    """
    bits = F.concat(*[F.when(F.col(name).isNull(), "1").otherwise("0") for name in columns])
    parts: list[Column] = [bits]
    for name, kind in columns.items():
        parts += _hash_parts(F.col(name), kind)
    return F.xxhash64(*parts)


def _hash_parts(column: Column, kind: str) -> list[Column]:
    # JSON of texts keeps nulls and borders; casts, unlike lambdas, are compiled (half the time over 1.4 million events)
    if kind.startswith("map<"):
        entries = F.sort_array(F.map_entries(column).cast("array<struct<key:string,value:string>>"))
        return [F.size(column), F.to_json(entries, {"ignoreNullFields": "false"})]
    if kind.startswith("array<"):
        return [F.size(column), F.to_json(column.cast("array<string>"))]
    return [column]
