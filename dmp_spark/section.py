"""A section of the report as values: what a stage's `report.py` gives, and what `page/` draws. No pyspark here.

`queries(spec, about)` names what the section asks, each one SELECT in Spark's dialect; `section(spec, about, answers)`
makes the section of the answers. Both are pure. A query about a table that is not published is answered by no rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from dmp_spark.wording import several


@dataclass(frozen=True)
class Rows:
    """The answer to a query: columns, the first rows as plain Python values (instants are aware, in UTC), how many there are."""

    names: tuple[str, ...] = ()
    rows: tuple[tuple[Any, ...], ...] = ()
    total: int = 0

    @property
    def named(self) -> list[dict[str, Any]]:
        """The rows as mappings by column."""
        return [dict(zip(self.names, row, strict=True)) for row in self.rows]

    @property
    def first(self) -> dict[str, Any]:
        """The only row of a count, empty where there is none."""
        return self.named[0] if self.rows else {}


@dataclass(frozen=True)
class About:
    """What every section may know: the published moment, how the project speaks, where the lakehouse lies.

    `person` is the project's word for one, `people` for several. `catalogue` has a row a feature, as
    `dmp features list` gives it. `is_first` says that nothing was published at an earlier moment.
    """

    root: Path
    as_of: datetime
    zone: str
    currency: str = ""
    person: str = "person"
    is_first: bool = False
    catalogue: Rows = Rows()

    @property
    def people(self) -> str:
        """The project's word for several persons."""
        return several(self.person)

    @property
    def moment(self) -> str:
        """`as_of` as a literal of SQL."""
        return f"timestamp '{self.as_of:%Y-%m-%d %H:%M:%S.%f}'"


class Kind(StrEnum):
    """How a value is shown; null is always a dash."""

    TEXT = "text"
    LABEL = "label"  # a text on one line
    COUNT = "count"
    NUMBER = "number"
    MONEY = "money"
    SHARE = "share"
    SECONDS = "seconds"
    MOMENT = "moment"
    BAR = "bar"  # a number as a bar, the longest of its column as wide as the cell
    HEAT = "heat"  # a share, 0 to 1, in a cell the darker the higher
    BINS = "bins"  # counts in equal steps, as a small histogram
    ESTIMATE = "estimate"
    DIFFERENCE = "difference"  # an estimate with its sign


@dataclass(frozen=True)
class Estimate:
    """A number and the ends of its interval; None where it has no meaning."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Detailed:
    """A cell of two lines: what it is, and smaller what that means."""

    text: str
    detail: str


@dataclass(frozen=True)
class Column:
    """A column of a table; `unit` follows each number of it."""

    title: str
    kind: Kind = Kind.TEXT
    unit: str = ""


@dataclass(frozen=True)
class Table:
    """A table: rows as wide as its columns; `note` stands below it, `empty` in its place where it has no rows."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    note: str = ""
    empty: str = "None."


class Tone(StrEnum):
    """How a sentence is meant: each tone has a word of its own beside its colour."""

    PLAIN = "plain"
    GOOD = "good"
    WARNING = "warning"


@dataclass(frozen=True)
class Sentence:
    """A sentence or two."""

    text: str
    tone: Tone = Tone.PLAIN


@dataclass(frozen=True)
class Fact:
    """One number with its name; `note` says what it is of."""

    title: str
    value: Any
    kind: Kind = Kind.COUNT
    unit: str = ""
    note: str = ""


@dataclass(frozen=True)
class Facts:
    """Numbers to be seen first, side by side."""

    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Code:
    """Text whose lines stay as they are."""

    text: str


@dataclass(frozen=True)
class Folded:
    """Parts that are closed until somebody opens them."""

    title: str
    parts: "tuple[Part, ...]"


@dataclass(frozen=True)
class Axis:
    """An axis: what it shows, in which unit, from where to where; None is taken from the points."""

    title: str
    low: float | None = None
    high: float | None = None
    kind: Kind = Kind.NUMBER


@dataclass(frozen=True)
class Line:
    """A line through points (x, y, low, high); low and high are None where there is no interval. `number` is its look."""

    label: str
    points: tuple[tuple[float, float, float | None, float | None], ...]
    number: int = 0
    has_dots: bool = False


@dataclass(frozen=True)
class LineChart:
    """Lines over the same axes; `reference` is a line to compare with, from one point to another."""

    title: str
    meaning: str
    x: Axis
    y: Axis
    lines: tuple[Line, ...]
    reference: tuple[tuple[float, float], tuple[float, float]] | None = None
    reference_label: str = ""


@dataclass(frozen=True)
class Histogram:
    """Counts in equal steps from the axis' low to its high."""

    title: str
    x: Axis
    counts: tuple[int, ...]
    unit: str


@dataclass(frozen=True)
class IntervalChart:
    """Estimates one below the other on a common axis; `zero` draws the line of no difference."""

    title: str
    x: Axis
    rows: tuple[tuple[str, Estimate], ...]
    zero: bool = False
    marked: str = ""
    note: str = ""


@dataclass(frozen=True)
class Gallery:
    """Charts side by side, as many as there is room for; `legend` names the lines once for all."""

    charts: tuple[LineChart | Histogram | IntervalChart, ...]
    legend: tuple[tuple[str, int], ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Box:
    """A step of the flow: its name, what it made (name, count), how long it took, and how it ended."""

    title: str
    meaning: str
    made: tuple[tuple[str, int], ...]
    seconds: float | None
    rows_written: int | None
    status: str
    share: float = 0.0


@dataclass(frozen=True)
class Flow:
    """The steps of a run in order."""

    boxes: tuple[Box, ...]
    note: str = ""


@dataclass(frozen=True)
class Group:
    """Parts under a heading of their own."""

    title: str
    parts: "tuple[Part, ...]"


Part = Sentence | Code | Facts | Table | LineChart | Histogram | IntervalChart | Gallery | Flow | Folded | Group


@dataclass(frozen=True)
class Section:
    """A section: `name` is its address on the page, `facts` are those that the page's head may show too."""

    name: str
    title: str
    parts: tuple[Part, ...]
    facts: tuple[Fact, ...] = field(default=())


Answers = Mapping[str, Rows]
