"""Events of judged records: identity, time, subject, values, one row an event."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.enrichment.truncation import truncated_ip
from dmp_spark.formats import reading
from dmp_spark.functions.keys import MakeId, pseudonym, stable_id
from dmp_spark.functions.reasons import broken
from dmp_spark.ingest import outliers, times
from dmp_spark.ingest.compute import expression, id_text, named, text_map, value
from dmp_spark.ingest.resolved import Computed, Event, Source, Time
from dmp_spark.ingest.rules import payload
from dmp_spark.ingest.subjects import carried
from dmp_spark.ingest.tables import EVENTS

OPTIONAL = ("order_id", "item_id", "value", "currency", "quantity", "channel", "device", "is_bot", "text")
LATE = "late"
NUMBER = "_number"
WHERE_FROM = ("_file_id", "_position", "_landed_at")


def mapped(
    records: DataFrame, source: Source, clocks: times.Clocks, make_id: MakeId = stable_id, late: int | None = None
) -> DataFrame:
    """One row an event and one a rejected record: the columns of silver.events, `_reasons` (empty where it holds).

    Beside them `_file_id`, `_position`, `_ordinal` (the key: which event of which record), `_payload` where rejected,
    and `_identifiers` with raw values and the ids that `make_id` gives. `records` are judged; a record with reasons becomes
    one row, that of its first event; so does one that is none of the events (`no_event`). An event that was known more than
    `late` seconds after it could be has the flag `late`.
    """
    every = source.events
    rows = _by_event(records, source)
    known = chosen(
        every, lambda event: (event.known, event.time), lambda of: times.known_time(of[0], clocks, F.col("_landed_at"), of[1])
    )
    if source.outliers:
        rows = outliers.applied(rows, source, known)
    carries = [name for name in rows.columns if name == outliers.MEASURED]
    told = _read(rows, source, clocks, known, make_id, carries).withColumn("_reasons", _reasons(source, clocks))
    is_one_of_several = F.lit(len(every) > 1) & (F.size("_record_reasons") > 0)
    event_type = chosen(every, lambda event: event.event_type, F.lit)
    derived = {
        "source": F.lit(source.name),
        "event_type": F.when(~is_one_of_several, event_type),
        "subject_id": F.get(F.col("_identifiers"), 0)["id"],
        "identifier_ids": F.col("_identifiers")["id"],
        "flags": _flags(late),
    }
    columns = [
        derived.get(c.name, F.col(c.name)).cast(c.type).alias(c.name) for c in EVENTS.columns if not c.audit and not c.generated
    ]
    return told.select(
        *columns,
        *WHERE_FROM[:2],
        (F.col("_element") * F.lit(len(every)) + F.col(NUMBER)).cast("bigint").alias("_ordinal"),
        "_reasons",
        payload(F.col("_reasons")).alias("_payload"),
        "_identifiers",
        *carries,
    )


def _read(
    rows: DataFrame, source: Source, clocks: times.Clocks, known: Column, make_id: MakeId, carries: Sequence[str]
) -> DataFrame:
    """What a row's event says of itself, before it is asked whether that makes sense."""
    every, names = source.events, source.names
    return rows.select(
        *WHERE_FROM,
        *carries,
        "_raw",
        "_extra",
        "_element",
        NUMBER,
        F.col("_flags").alias("flags"),
        F.col("_reasons").alias("_record_reasons"),
        chosen(every, _time, lambda time: times.event_time(time, clocks)).alias("event_time"),
        chosen(every, _time, lambda time: times.event_date(time, clocks)).alias("event_date"),
        known.alias("known_time"),
        chosen(every, _time, lambda time: times.could_be_known(time, clocks)).alias("_could_be_known"),
        chosen(every, lambda event: event.identifiers, lambda each: carried(each, names, make_id)).alias("_identifiers"),
        _identity(source, make_id).alias("event_id"),
        chosen(every, _id, lambda of: _has_identity(*of)).alias("_has_id"),
        *_values(source),
        chosen(every, lambda event: (event.values, event.amounts), lambda of: broken(_readable(of[0], of[1], names))).alias(
            "_unreadable"
        ),
    )


def chosen(events: Sequence[Event], part: Callable[[Event], Any], column: Callable[[Any], Column]) -> Column:
    """Of the event that a row is (`_number` among `events`) the column of a part of it; what has the same part is told once."""
    numbers: dict[Any, list[int]] = {}
    for number, event in enumerate(events):
        numbers.setdefault(part(event), []).append(number)
    parts = list(numbers)
    told = column(parts[-1])
    for each in reversed(parts[:-1]):
        told = F.when(F.col(NUMBER).isin(numbers[each]), column(each)).otherwise(told)
    return told


def _by_event(records: DataFrame, source: Source) -> DataFrame:
    """A row for each event that a record is, with its place among those of the source as `_number`.

    What the record itself broke is told once, with its first event; a record that is no event has a reason.
    """
    if len(source.events) == 1 and not source.events[0].where:
        return records.withColumn(NUMBER, F.lit(0))
    names = source.names
    asked = [
        F.when(expression(event.where, names, predicate=True), F.lit(number)) if event.where else F.lit(number)
        for number, event in enumerate(source.events)
    ]
    is_broken, first = F.size("_reasons") > 0, F.array(F.lit(0))
    numbered = records.withColumn("_numbers", F.when(~is_broken, F.array_compact(F.array(*asked))))
    is_none = F.size("_numbers") == 0  # of null -1: what is broken was not asked
    told = F.when(is_none, F.array(F.lit("no_event"))).otherwise(F.col("_reasons"))
    each = F.when(is_broken | is_none, first).otherwise(F.col("_numbers"))
    return numbered.withColumns({"_reasons": told, NUMBER: F.explode(each)}).drop("_numbers")


def _time(event: Event) -> Time:
    return event.time


def _id(event: Event) -> tuple[str, tuple[str, ...]]:
    return event.id_kind, event.id_columns


def _reasons(source: Source, clocks: times.Clocks) -> Column:
    """What is wrong with the record, else with this event of it."""
    landed_at = F.col("_landed_at")

    def own(of: tuple[str, str]) -> Column:
        precision, known = of
        holds = [
            ("no_time", F.col("event_time").isNotNull()),
            ("no_known_time", F.col("event_time").isNull() | F.col("known_time").isNotNull()),
            ("no_identifier", F.size("_identifiers") > 0),
            ("no_id", F.col("_has_id")),
            *times.within("time", F.col("event_time"), landed_at, clocks, precision),
            *(times.within("known_time", F.col("known_time"), landed_at, clocks) if known == "column" else []),
        ]
        return broken(holds)

    told = chosen(source.events, lambda event: (event.time.precision, event.known.kind), own)
    return F.when(F.size("_record_reasons") > 0, F.col("_record_reasons")).otherwise(F.concat(told, "_unreadable"))


def _flags(late: int | None) -> Column:
    if late is None:
        return F.col("flags")
    is_late = F.unix_micros("known_time") - F.unix_micros("_could_be_known") > F.lit(late * 1_000_000)
    return F.when(is_late, F.array_append("flags", F.lit(LATE))).otherwise(F.col("flags"))


def _identity(source: Source, make_id: MakeId) -> Column:
    """stable_id of the source, the declared identity and the event's place among those of its record."""
    number = F.col(NUMBER).cast("string")
    return chosen(source.events, _id, lambda of: stable_id(source.name, *_identity_parts(of[0], of[1], source, make_id), number))


def _identity_parts(kind: str, columns: tuple[str, ...], source: Source, make_id: MakeId) -> list[Column]:
    if kind == "given":
        return [id_text(named(name), source.names[name]) for name in columns]
    # equal elements of one record are two
    element = [F.col("_element").cast("string")] if source.explode else []
    if kind == "position":
        return [F.col("_file_id"), F.col("_position"), *element]
    is_text = reading.is_text(source.reading)
    kinds = dict.fromkeys(source.columns, "string") if is_text else source.columns  # as it came
    came = {name: F.col("_raw")[name] for name in kinds}
    # who has the event knows all of its content but what was cut or hidden: a hash of that could be guessed
    came |= {name: truncated_ip(came[name]) for name in source.truncate_ip}
    came |= {each.name: pseudonym(came[each.name], make_id) for each in source.pseudonymize}
    return [*[id_text(came[name], kind) for name, kind in kinds.items()], *element]


def _has_identity(kind: str, columns: tuple[str, ...]) -> Column:
    if kind != "given":
        return F.lit(True)
    return F.coalesce(*[named(name).cast("string") for name in columns]).isNotNull()


def _values(source: Source) -> list[Column]:
    names, types, every = source.names, EVENTS.types, source.events

    def single(name: str) -> Column:
        def of(each: Computed | None) -> Column:
            return F.lit(None).cast(types[name]) if each is None else value(each, names).try_cast(types[name])

        return chosen(every, lambda event: next((each for each in event.values if each.name == name), None), of).alias(name)

    def whole(name: str, kind: str) -> Column:
        return chosen(every, lambda event: getattr(event, name), lambda part: text_map(part, names, kind)).alias(name)

    return [
        *[single(name) for name in OPTIONAL],
        whole("context", "string"),
        whole("attributes", "string"),
        whole("amounts", "decimal(18,4)"),
    ]


def _readable(values: tuple[Computed, ...], amounts: tuple[Computed, ...], names: Mapping[str, str]) -> list[tuple[str, Column]]:
    """What must hold of the values whose casts may fail: none is null that was not null before."""
    types = EVENTS.types
    casts = [(each, types[each.name]) for each in values if types[each.name] != "string"]
    casts += [(each, "decimal(18,4)") for each in amounts]
    return [
        (f"unreadable_{each.name}", value(each, names).isNull() | value(each, names).try_cast(kind).isNotNull())
        for each, kind in casts
    ]
