"""Events of judged records: identity, time, subject, values, one row an event."""

from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.enrichment.truncation import truncated_ip
from dmp_spark.formats import reading
from dmp_spark.functions.keys import MakeId, pseudonym, stable_id
from dmp_spark.functions.reasons import broken
from dmp_spark.ingest import outliers, times
from dmp_spark.ingest.compute import expression, id_text, named, text_map, value
from dmp_spark.ingest.resolved import Event, Source
from dmp_spark.ingest.rules import payload
from dmp_spark.ingest.subjects import carried
from dmp_spark.ingest.tables import EVENTS

OPTIONAL = ("order_id", "item_id", "value", "currency", "quantity", "channel", "device", "is_bot", "text")
LATE = "late"
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
    records = _asked(records, source)
    kinds = [_rows(records, event, number, source, clocks, make_id, late) for number, event in enumerate(source.events)]
    rows = kinds[0]
    for further in kinds[1:]:
        rows = rows.unionByName(further)
    return rows


def _asked(records: DataFrame, source: Source) -> DataFrame:
    """The records with `_is_<number>` for each event, whether they are one; one that is none has a reason."""
    names = source.names
    asked = {
        f"_is_{number}": F.coalesce(expression(event.where, names, predicate=True), F.lit(False)) if event.where else F.lit(True)
        for number, event in enumerate(source.events)
    }
    if not any(event.where for event in source.events):
        return records.withColumns(asked)
    is_any = reduce(Column.__or__, [F.col(name) for name in asked])
    own = F.when((F.size("_reasons") == 0) & ~is_any, F.array(F.lit("no_event"))).otherwise(F.col("_reasons"))
    return records.withColumns(asked).withColumn("_reasons", own)


def _rows(
    records: DataFrame, event: Event, number: int, source: Source, clocks: times.Clocks, make_id: MakeId, late: int | None
) -> DataFrame:
    names = source.names
    is_broken = F.size("_reasons") > 0
    if number or event.where:  # what the record itself broke is told once, with its first event
        records = records.where((is_broken & F.lit(number == 0)) | (~is_broken & F.col(f"_is_{number}")))
    known = times.known_time(event.known, clocks, F.col("_landed_at"), event.time)
    if source.outliers:
        records = outliers.applied(records, source, known)
    carries = [name for name in records.columns if name == outliers.MEASURED]
    first = records.select(
        *WHERE_FROM,
        *carries,
        "_raw",
        "_extra",
        "_element",
        F.col("_flags").alias("flags"),
        F.col("_reasons").alias("_record_reasons"),
        times.event_time(event.time, clocks).alias("event_time"),
        times.event_date(event.time, clocks).alias("event_date"),
        known.alias("known_time"),
        times.could_be_known(event.time, clocks).alias("_could_be_known"),
        carried(event.identifiers, names, make_id).alias("_identifiers"),
        _identity(event, number, source, make_id).alias("event_id"),
        _has_identity(event).alias("_has_id"),
        *_values(event, names),
        broken(_readable(event, names)).alias("_unreadable"),
    )
    told = first.withColumn("_reasons", _reasons(event, clocks))
    is_one_of_several = F.lit(len(source.events) > 1) & (F.size("_record_reasons") > 0)
    derived = {
        "source": F.lit(source.name),
        "event_type": F.when(~is_one_of_several, F.lit(event.event_type)),
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
        (F.col("_element") * F.lit(len(source.events)) + F.lit(number)).cast("bigint").alias("_ordinal"),
        "_reasons",
        payload(F.col("_reasons")).alias("_payload"),
        "_identifiers",
        *carries,
    )


def _reasons(event: Event, clocks: times.Clocks) -> Column:
    """What is wrong with the record, else with this event of it."""
    landed_at = F.col("_landed_at")
    own = [
        ("no_time", F.col("event_time").isNotNull()),
        ("no_known_time", F.col("event_time").isNull() | F.col("known_time").isNotNull()),
        ("no_identifier", F.size("_identifiers") > 0),
        ("no_id", F.col("_has_id")),
        *times.within("time", F.col("event_time"), landed_at, clocks, event.time.precision),
        *(times.within("known_time", F.col("known_time"), landed_at, clocks) if event.known.kind == "column" else []),
    ]
    return F.when(F.size("_record_reasons") > 0, F.col("_record_reasons")).otherwise(F.concat(broken(own), "_unreadable"))


def _flags(late: int | None) -> Column:
    if late is None:
        return F.col("flags")
    is_late = F.unix_micros("known_time") - F.unix_micros("_could_be_known") > F.lit(late * 1_000_000)
    return F.when(is_late, F.array_append("flags", F.lit(LATE))).otherwise(F.col("flags"))


def _identity(event: Event, number: int, source: Source, make_id: MakeId) -> Column:
    """stable_id of the source, the declared identity and the event's place among those of its record."""
    if event.id_kind == "position":
        parts = [F.col("_file_id"), F.col("_position")]
    elif event.id_kind == "fingerprint":
        is_text = reading.is_text(source.reading)
        kinds = dict.fromkeys(source.columns, "string") if is_text else source.columns  # as it came
        came = {name: F.col("_raw")[name] for name in kinds}
        # who has the event knows all of its content but what was cut or hidden: a hash of that could be guessed
        came |= {name: truncated_ip(came[name]) for name in source.truncate_ip}
        came |= {each.name: pseudonym(came[each.name], make_id) for each in source.pseudonymize}
        parts = [id_text(came[name], kind) for name, kind in kinds.items()]
    else:
        parts = [id_text(named(name), source.names[name]) for name in event.id_columns]
    if source.explode and event.id_kind != "given":  # equal elements of one record are two
        parts.append(F.col("_element").cast("string"))
    return stable_id(source.name, *parts, str(number))


def _has_identity(event: Event) -> Column:
    if event.id_kind != "given":
        return F.lit(True)
    return F.coalesce(*[named(name).cast("string") for name in event.id_columns]).isNotNull()


def _values(event: Event, names: dict[str, str]) -> list[Column]:
    given = {each.name: value(each, names) for each in event.values}
    types = EVENTS.types
    single = [given[name].try_cast(types[name]) if name in given else F.lit(None).cast(types[name]) for name in OPTIONAL]
    return [
        *[column.alias(name) for column, name in zip(single, OPTIONAL, strict=True)],
        text_map(event.context, names, "string").alias("context"),
        text_map(event.attributes, names, "string").alias("attributes"),
        text_map(event.amounts, names, "decimal(18,4)").alias("amounts"),
    ]


def _readable(event: Event, names: dict[str, str]) -> list[tuple[str, Column]]:
    """What must hold of the values whose casts may fail: none is null that was not null before."""
    types = EVENTS.types
    casts = [(each, types[each.name]) for each in event.values if types[each.name] != "string"]
    casts += [(each, "decimal(18,4)") for each in event.amounts]
    return [
        (f"unreadable_{each.name}", value(each, names).isNull() | value(each, names).try_cast(kind).isNotNull())
        for each, kind in casts
    ]
