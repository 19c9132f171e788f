"""What a list of measures asks for: each aggregate, of each kind of events, over each window, once. No pyspark here."""

from collections.abc import Iterable
from dataclasses import dataclass

from dmp_spark.expressions.nodes import Call, Expression, written
from dmp_spark.expressions.parse import parse
from dmp_spark.measures.aggregates import family, specials
from dmp_spark.measures.spec import Measure


@dataclass(frozen=True)
class Population:
    """The events that an aggregate sees: of these types, where the predicate is true."""

    of: tuple[str, ...]
    where: Expression | None

    @property
    def key(self) -> str:
        """Equal for equal populations."""
        return f"{','.join(self.of)}|{written(self.where.tree) if self.where else ''}"


@dataclass(frozen=True)
class Request:
    """One aggregate of one population over one window; `name` is its column in between. `language`: of words, else empty."""

    name: str
    population: Population
    call: Call
    window: str
    language: str = ""

    @property
    def argument(self) -> Expression:
        """The first argument of the call; IndexError where it has none."""
        return self.call.arguments[0]

    @property
    def argument_key(self) -> str:
        """Equal for equal arguments, however they were written; words of a text are another argument than the text."""
        return f"{written(self.argument.tree)}{f' in {self.language}' if self.language else ''}"

    @property
    def part(self) -> str:
        """Equal for requests that may share what is computed of the argument."""
        return f"{self.population.key}|{self.argument_key}"


@dataclass(frozen=True)
class Parsed:
    """A measure with its expressions parsed again, which needs no session and microseconds."""

    measure: Measure
    population: Population
    take: Expression


@dataclass(frozen=True)
class Requests:
    """All that measures ask for, each once, and the measures themselves."""

    parsed: tuple[Parsed, ...]
    by_key: dict[tuple[str, str, str, str], Request]

    @property
    def windows(self) -> tuple[str, ...]:
        """Every window that anything needs, each once."""
        return tuple(dict.fromkeys(request.window for request in self.by_key.values()))

    def of_family(self, wanted: str) -> tuple[Request, ...]:
        """The requests that are computed in one way."""
        return tuple(request for request in self.by_key.values() if family(request.call) == wanted)

    def request(self, parsed: Parsed, call: Call, window: str) -> Request:
        """The request of a measure's call over a window."""
        return self.by_key[_key(parsed, call, window)]


def parse_measure(measure: Measure) -> Parsed:
    """A measure with its expressions parsed; they were checked when the project was loaded."""
    columns = measure.event_columns
    where = parse(measure.where, columns, predicate=True) if measure.where else None
    return Parsed(measure, Population(measure.of, where), parse(measure.take, {}, specials=specials(columns)))


def collect(measures: Iterable[Measure]) -> Requests:
    """What these measures ask for; equal aggregates of equal populations over equal windows are one request."""
    parsed = tuple(parse_measure(measure) for measure in measures)
    by_key: dict[tuple[str, str, str, str], Request] = {}
    for one in parsed:
        for window in one.measure.windows:
            for call in one.take.calls:
                key = _key(one, call, window)
                if key not in by_key:
                    by_key[key] = Request(f"r{len(by_key)}", one.population, call, window, key[-1])
    return Requests(parsed, by_key)


def _key(parsed: Parsed, call: Call, window: str) -> tuple[str, str, str, str]:
    """Equal for equal requests; the language of a measure is one of its words alone."""
    return parsed.population.key, call.key, window, parsed.measure.language if call.name == "words" else ""
