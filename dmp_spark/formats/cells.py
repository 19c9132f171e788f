"""Records whose values are texts, as the declared types: what is no value of its type is told by name and never just null."""

import re

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.formats.readable import KEPT, LONGEST, is_short, is_text
from dmp_spark.formats.spec import EPOCHS, Field, Reading, behind_weekday
from dmp_spark.functions.reasons import FLOATS, broken, is_number

INTEGER = r"^[+-]?\d+\z"
FLOATING = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\z"
OFFSET = r"(Z|[+-]\d{2}:?\d{2})\z"
NO_SECONDS = r"([T ]\d{2}:\d{2})(Z|[+-]\d{2}:?\d{2})\z"
LOOKS = {
    "boolean": r"^(?i:true|false)\z",
    "tinyint": INTEGER,
    "smallint": INTEGER,
    "int": INTEGER,
    "bigint": INTEGER,
    "float": FLOATING,
    "double": FLOATING,
    "date": r"^(?!0000)\d{4}-\d{2}-\d{2}\z",
    "timestamp": r"^(?!0000)\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})?)?\z",
}
EPOCH_LOOKS = r"^-?\d{1,18}(\.\d{1,9})?\z"
MICROS = {"epoch_seconds": 1_000_000, "epoch_millis": 1_000, "epoch_micros": 1}


def counted(cells: DataFrame) -> DataFrame:
    """A row a file that has any record: `_file_id`, `records`, `problem` (null where there is none), ordered by `_file_id`.

    A line whose elements are records each is one record.
    """
    number = F.count_if(F.col("_position").isNotNull() & (F.col("_element") == 0)).alias("records")
    return cells.groupBy("_file_id").agg(number, F.max("_problem").alias("problem")).orderBy("_file_id")


def typed(cells: DataFrame, reading: Reading) -> DataFrame:
    """The records: the declared columns, `_file_id`, `_position`, `_element`, `_landed_at`, `_extra`, `_misread` and `_raw`.

    `_misread` are reasons, empty where there are none: `unreadable_<column>` where a text is no value of the declared
    type (the column is null then), `too_long_<column>`, or the fault of a record without cells. `_raw` is
    map<string,string>: the texts as they stand, or the whole `line`. `_offsets` says of each time that is an instant or a
    wall clock, value by value, which of them it is. Values of folders stand in `_folder_<column>`.
    """
    texts = {
        field.name: F.col(f"`_folder_{field.name}`") if field.folder else F.get("_cells", F.lit(number))
        for number, field in enumerate(reading.fields)
    }
    values = {field.name: _value(texts[field.name], field) for field in reading.fields}
    holds = [(f"unreadable_{name}", text.isNull() | values[name].isNotNull()) for name, text in texts.items()]
    strings = {field.name: texts[field.name] for field in reading.fields if field.type == "string"}
    is_long = {name: text.isNotNull() & ~is_short(text) for name, text in strings.items()}
    holds += [(f"too_long_{name}", ~long) for name, long in is_long.items()]
    is_whole = F.col("_fault").isNull()
    kept = {
        name: F.when(is_long[name], F.left(text, F.lit(KEPT))).otherwise(text) if name in is_long else text
        for name, text in texts.items()
    }
    by_name = F.create_map(*[part for name, text in kept.items() for part in (F.lit(name), text)])
    mixed = [field.name for field in reading.fields if field.type == "timestamp" and not field.format]
    offsets = F.struct(*[texts[name].rlike(OFFSET).alias(name) for name in mixed]) if mixed else F.lit(None)
    return cells.select(
        *[F.when(~is_long[name], value).alias(name) if name in is_long else value.alias(name) for name, value in values.items()],
        "_file_id",
        "_position",
        "_element",
        F.timestamp_micros("_landed").alias("_landed_at"),
        "_extra",
        offsets.alias("_offsets"),
        F.when(is_whole, broken(holds)).otherwise(F.array("_fault")).alias("_misread"),
        F.when(is_whole, by_name).otherwise(F.create_map(F.lit("line"), F.left("_line", F.lit(LONGEST)))).alias("_raw"),
    )


def _value(text: Column, field: Field) -> Column:
    """The text as a value; null where it does not look like one of that type, or has digits that it cannot hold."""
    kind = field.type
    if kind == "string":
        return F.when(is_text(text), text)
    if kind in ("date", "timestamp"):
        return _time(text, field)
    if kind.startswith("decimal"):
        scale = int(kind.rstrip(")").split(",")[1])
        looks = rf"^[+-]?(\d+(\.\d{{0,{scale}}}0*)?|\.\d{{1,{scale}}}0*)\z" if scale else r"^[+-]?\d+(\.0*)?\z"
    else:
        looks = LOOKS[kind]
    value = F.when(text.rlike(looks), text.try_cast(kind))
    return F.when(is_number(value), value) if kind in FLOATS else value


def _behind_weekday(text: Column, behind: str) -> Column:
    """What follows the name of a weekday, which Spark's datetime patterns write and do not read; null where none stands there."""
    name = rf"^\p{{L}}+{re.escape(behind)}"
    return F.when(text.rlike(name), F.regexp_replace(text, name, ""))


def _time(text: Column, field: Field) -> Column:
    """A time as its format says; of a wall clock the instant at which UTC's clocks show it."""
    if field.format in EPOCHS:
        micros = (text.try_cast("decimal(38,9)") * F.lit(MICROS[field.format])).try_cast("bigint")
        value = F.when(text.rlike(EPOCH_LOOKS), F.timestamp_micros(micros))
    elif field.format:
        behind, form = behind_weekday(field.format)
        value = F.try_to_timestamp(text if behind is None else _behind_weekday(text, behind), F.lit(form))
    else:
        # Spark reads no offset behind minutes
        whole = F.when(text.rlike(NO_SECONDS), F.regexp_replace(text, NO_SECONDS, "$1:00$2")).otherwise(text)
        return F.when(text.rlike(LOOKS[field.type]), whole.try_cast(field.type))
    return value.cast("date") if field.type == "date" else value
