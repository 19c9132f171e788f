"""Records of texts that have names: cells below a header, groups of a pattern. No pyspark here: workers import this."""

from collections.abc import Sequence

from dmp_spark.formats.lines import Record
from dmp_spark.formats.spec import Field, Reading


class Named:
    """What makes records of texts that stand in the order of `names`; ValueError where a field has no place among these.

    An empty text and one of `nulls` is null, and so is an optional field whose name is missing. A field of several texts is
    them with a blank between, and null where one is; those that are there are kept then, beside what no field names.
    """

    def __init__(self, names: Sequence[str], reading: Reading) -> None:
        self._names, self._keeps_extra = names, reading.keeps_extra
        self._nulls = frozenset(("", *reading.signs.nulls))
        places = [_places(field, names, reading.optional) for field in reading.fields]
        self._first = [found[0] if found else None for found in places]
        self._joined = [(number, found) for number, found in enumerate(places) if len(found) > 1]
        taken = {place for found in places for place in found}
        self._others = [place for place in range(len(names)) if reading.keeps_extra and place not in taken]

    def record(self, texts: Sequence[str | None]) -> Record:
        """The record of these texts, one for each name."""
        nulls = self._nulls
        held = [None if text in nulls else text for text in texts]
        values = [None if place is None else held[place] for place in self._first]
        kept = self._others
        for number, found in self._joined:
            parts = [text for place in found if (text := held[place]) is not None]
            is_whole = len(parts) == len(found)
            values[number] = " ".join(parts) if is_whole else None
            kept = kept if is_whole or not self._keeps_extra else [*kept, *found]
        return Record(values, {self._names[place]: text for place in kept if (text := held[place]) is not None})


def _places(field: Field, names: Sequence[str], optional: Sequence[str]) -> tuple[int, ...]:
    if field.folder or (field.name in optional and not all(place in names for place in field.places)):
        return ()
    return tuple(names.index(place) for place in field.places)
