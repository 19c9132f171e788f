"""A measure: what users write, and what stages get once its names and types are known. No pyspark here."""

from collections.abc import Iterable

from dmp_spark.project.types import Duration, Resolved, Window, Written


def listed(of: str | Iterable[str]) -> tuple[str, ...]:
    """Event types as they are written, one or several: each once, in order of the alphabet."""
    return tuple(sorted({of} if isinstance(of, str) else set(of)))


class MeasureFile(Written):
    """A measure as written: an aggregate of a person's events (docs/reference/measures.md)."""

    of: str | tuple[str, ...]
    where: str | None = None
    take: str
    over: tuple[Window, ...] = ()
    ahead: Duration | None = None
    unit: str = ""
    language: str = ""

    @property
    def event_types(self) -> tuple[str, ...]:
        """The event types of `of`, each once, in order of the alphabet."""
        return listed(self.of)


class MeasureColumn(Resolved):
    """One column that a measure gives: its window is a duration as text, or `ever`."""

    name: str
    type: str
    unit: str
    window: str
    meaning: str


class Measure(Resolved):
    """A measure whose expressions were checked: `over` and `ahead` are texts; `event_columns` are the names it uses.
    `language` is that of its words, empty where it takes none.

    Looking back it has one column a window; looking ahead it has one, named like the measure.
    """

    name: str
    of: tuple[str, ...]
    where: str | None
    take: str
    over: tuple[str, ...]
    ahead: str | None
    unit: str
    language: str = ""
    columns: tuple[MeasureColumn, ...]
    event_columns: dict[str, str]

    @property
    def windows(self) -> tuple[str, ...]:
        """The windows in the order of the columns; of a measure that looks ahead, its horizon."""
        return self.over if self.ahead is None else (self.ahead,)
