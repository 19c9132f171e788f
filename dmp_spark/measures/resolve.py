"""From a measure as written to a measure that can be computed: names, types, windows, columns. No pyspark here."""

from collections.abc import Iterable, Mapping

from dmp_spark.contracts import Contract
from dmp_spark.expressions.nodes import Call, Expression, ExpressionError
from dmp_spark.expressions.parse import parse
from dmp_spark.expressions.types import family
from dmp_spark.measures import aggregates, languages, windows
from dmp_spark.measures.spec import Measure, MeasureColumn, MeasureFile

DERIVED = {"time": "timestamp", "event_date": "date", "is_weekend": "boolean", "local_hour": "int"}


class MeasureError(ExpressionError):
    """A measure that cannot be had: `part` names its key (`where`, `take`, `of`, `over`, `ahead`, `language`).

    `offset` counts into the text of that key.
    """

    def __init__(self, part: str, message: str, offset: int = 0, way_out: str = "") -> None:
        super().__init__(message, offset, way_out)
        self.part = part


def event_columns(events: Contract) -> dict[str, str]:
    """What an expression over an event may name: the business columns of the contract and what is derived from them.

    `time` is event_time; `event_date` the local day; `is_weekend` whether that is a Saturday or Sunday; `local_hour` 0 to 23.
    """
    return {column.name: column.type for column in events.business} | DERIVED


def resolve_measure(name: str, written: MeasureFile, columns: Mapping[str, str]) -> Measure:
    """The measure with the type and meaning of each of its columns. Raises MeasureError at the first mistake."""
    _check_windows(written)
    where = _parsed("where", written.where, columns, predicate=True) if written.where else None
    take = _parsed("take", written.take, {}, specials=aggregates.specials(columns))
    if not take.calls:
        raise MeasureError("take", "take has no aggregate", 0, f"known: {', '.join(aggregates.AGGREGATES)}")
    for call in take.calls:
        _check_call(call, written)
    if wrong := languages.fault(written.language, any(call.name == "words" for call in take.calls)):
        raise MeasureError("language" if written.language else "take", wrong[0], 0, wrong[1])
    spans = (str(written.ahead),) if written.ahead else tuple(str(window) for window in written.over)
    kind = stored_type(take.type)
    if kind not in KINDS:
        raise MeasureError("take", f"a measure is no {kind}", 0, f"it is one of {', '.join(KINDS)}")
    return Measure(
        name=name,
        of=written.event_types,
        where=written.where,
        take=written.take,
        over=() if written.ahead else spans,
        ahead=str(written.ahead) if written.ahead else None,
        unit=written.unit,
        language=written.language,
        columns=tuple(_column(name, written, window, kind) for window in spans),
        event_columns=_used(columns, [take, *([where] if where else [])]),
    )


def unresolved(name: str, written: MeasureFile) -> Measure:
    """A measure that has a mistake: its columns stand, of type unknown, so that what names them does not complain too."""
    spans = (str(written.ahead),) if written.ahead else tuple(dict.fromkeys(str(window) for window in written.over))
    columns = tuple(_column(name, written, window, "unknown") for window in spans)
    return Measure(
        name=name,
        of=written.event_types,
        where=written.where,
        take=written.take,
        over=() if written.ahead else spans,
        ahead=str(written.ahead) if written.ahead else None,
        unit=written.unit,
        columns=columns,
        event_columns={},
    )


KINDS = (
    "bigint", "decimal(18,4)", "double", "boolean", "timestamp", "date", "string", "array<string>",
    aggregates.COUNTED_WORDS, "unknown",
)  # fmt: skip


def _parsed(part: str, text: str, columns: Mapping[str, str], **how: object) -> Expression:
    try:
        return parse(text, columns, **how)  # type: ignore[arg-type]
    except ExpressionError as error:
        raise MeasureError(part, error.message, error.offset, error.way_out) from error


def _check_windows(written: MeasureFile) -> None:
    if written.ahead and written.over:
        raise MeasureError("over", "a measure looks back (over) or ahead, not both", 0, "leave one of them out")
    if not written.ahead and not written.over:
        raise MeasureError("over", "a measure says over which windows it looks", 0, "for example over: [90 days, ever]")
    if not written.event_types:
        raise MeasureError("of", "a measure says which types of events it is of", 0, "for example of: purchase")
    for part, spans in (("over", written.over), ("ahead", (written.ahead,) if written.ahead else ())):
        for window in spans:
            if fault := windows.fault(str(window)):
                raise MeasureError(part, fault, 0, "for example 30 days, 1 month or ever")
    suffixes = [windows.suffix(str(window)) for window in written.over]
    for suffix in suffixes:
        if suffixes.count(suffix) > 1:
            raise MeasureError("over", f"the window {suffix} stands twice", 0, "leave one of them out")


def _check_call(call: Call, written: MeasureFile) -> None:
    offset = max(written.take.lower().find(call.name), 0)
    if fault := aggregates.fault(call):
        raise MeasureError("take", fault, offset)
    aggregate = aggregates.AGGREGATES[call.name]
    if aggregate.only_back and written.ahead:
        raise MeasureError("take", f"{call.name}() looks back, and this measure looks ahead", offset)
    spans = (written.ahead,) if written.ahead else written.over
    if aggregate.weeks and not all(windows.has_weeks(str(window)) for window in spans):
        raise MeasureError(
            "take", f"{call.name}() needs windows of two weeks or more, and not ever", offset, "for example over: [90 days]"
        )


def stored_type(kind: str) -> str:
    """The type in which a column of such values is kept: whole numbers and decimals of one size each."""
    return {"decimal": "decimal(18,4)", "integer": "bigint"}.get(family(kind), kind)


def _column(name: str, written: MeasureFile, window: str, kind: str) -> MeasureColumn:
    of = " or ".join(written.event_types)
    where = f" where {written.where}" if written.where else ""
    if written.ahead:
        return MeasureColumn(
            name=name, type=kind, unit=written.unit, window=window, meaning=f"{written.take} of {of}{where}, in the next {window}"
        )
    span = "ever before the moment" if window == windows.EVER else f"in the {window} before the moment"
    return MeasureColumn(
        name=f"{name}_{windows.suffix(window)}",
        type=kind,
        unit=written.unit,
        window=window,
        meaning=f"{written.take} of {of}{where}, {span}",
    )


def _used(columns: Mapping[str, str], expressions: Iterable[Expression]) -> dict[str, str]:
    """The columns that expressions name: what is hashed with the measure, so that others may change around it."""
    names = {name for expression in expressions for name in expression.names}
    return {column: kind for column, kind in columns.items() if any(_is_of(name, column) for name in names)}


def _is_of(name: str, column: str) -> bool:
    return name == column or name.startswith(f"{column}.")
