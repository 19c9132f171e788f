"""Each value read once: a batch by its distinct values, a worker by what it remembers. No pyspark here: workers import this."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dmp_spark.enrichment.agents import agent_of
from dmp_spark.enrichment.places import place_of
from dmp_spark.enrichment.spec import Enrichment, columns_of
from dmp_spark.enrichment.visits import visit_of

Read = Callable[..., Sequence[Any]]
"""The values of an enrichment's inputs → its columns, in the order of `columns_of`."""

REMEMBERED = 20_000  # values of one enrichment: some 20 MB where they are as long as addresses of pages are
LONGEST_REMEMBERED = 2_048  # characters; longer ones are read each time, or few of them would fill a worker's memory
ARROW = {"string": pa.string(), "boolean": pa.bool_()}


@lru_cache(maxsize=16)
def reader(kind: str, hosts: tuple[str, ...], database: str, with_city: bool) -> Read:
    """What reads the values of an enrichment, remembering; one a worker and way of reading, however many batches come."""
    read: dict[str, Read] = {
        "user_agent": agent_of,
        "visit": partial(visit_of, hosts=hosts),
        "ip": partial(_place, database=database, with_city=with_city),
    }
    return remembering(read[kind])


def remembering(read: Read) -> Read:
    """The same function, which remembers the last REMEMBERED answers for values that are not too long."""
    remembered = lru_cache(maxsize=REMEMBERED)(read)

    def answer(*values: str | None) -> Sequence[Any]:
        is_short = sum(len(value) for value in values if value) <= LONGEST_REMEMBERED
        return remembered(*values) if is_short else read(*values)

    return answer


def per_distinct(read: Read, columns: Mapping[str, str], inputs: Sequence[pa.Array]) -> pa.StructArray:
    """A struct a row, of `columns` (name → type): `read` of the row's inputs, asked once for those that are equal.

    No struct is null; where `read` knows nothing its fields are.
    """
    encoded = [column.dictionary_encode(null_encoding="encode") for column in inputs]
    dictionaries = [each.dictionary.to_pylist() for each in encoded]
    places = _places([each.indices for each in encoded], [len(values) for values in dictionaries])
    distinct = places.dictionary_encode()
    rows = [read(*_values(place, dictionaries)) for place in distinct.dictionary.to_pylist()]
    fields = [pa.field(name, ARROW[kind]) for name, kind in columns.items()]
    parts = zip(*rows, strict=True) if rows else [()] * len(fields)
    arrays = [pa.array(values, field.type) for values, field in zip(parts, fields, strict=True)]
    return pa.StructArray.from_arrays(arrays, fields=fields).take(distinct.indices)


def answers(enrichment: Enrichment, inputs: Sequence[pa.Array]) -> pa.StructArray:
    """The struct of an enrichment for a batch: what the worker does."""
    read = reader(enrichment.kind, enrichment.hosts, enrichment.database, enrichment.with_city)
    return per_distinct(read, columns_of(enrichment), inputs)


def _places(indices: Sequence[pa.Array], sizes: Sequence[int]) -> pa.Array:
    """One number a row for the combination of its values: equal where all of them are."""
    places = indices[0].cast(pa.int64())
    for more, size in zip(indices[1:], sizes[1:], strict=True):
        places = pc.add(pc.multiply(places, size), more.cast(pa.int64()))
    return places


def _values(place: int, dictionaries: Sequence[list[str | None]]) -> list[str | None]:
    values: list[str | None] = []
    for dictionary in reversed(dictionaries):
        place, index = divmod(place, len(dictionary))
        values.append(dictionary[index])
    return values[::-1]


def _place(text: str | None, database: str, with_city: bool) -> Sequence[Any]:
    place = place_of(text, database, with_city)
    return place if with_city else place[:2]
