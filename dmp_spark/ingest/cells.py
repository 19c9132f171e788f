"""Records of CSV files: their cells as text, one task a file, then as the declared types."""

from collections.abc import Collection, Mapping

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from dmp_spark.ingest.csv_files import SCHEMA, reader
from dmp_spark.ingest.readable import is_text
from dmp_spark.ingest.records import Landed
from dmp_spark.ingest.rules import FLOATS, broken, is_number

MOST_TASKS = 1_000
NUMBER_OF_CELLS = "number_of_cells"
INTEGER = r"^[+-]?\d+\z"
FLOATING = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\z"
LOOKS = {
    "boolean": r"^(?i:true|false)\z",
    "tinyint": INTEGER,
    "smallint": INTEGER,
    "int": INTEGER,
    "bigint": INTEGER,
    "float": FLOATING,
    "double": FLOATING,
    "date": r"^(?!0000)\d{4}-\d{2}-\d{2}\z",
    # without an offset: a wall clock, which the zone beside it makes an instant
    "timestamp": r"^(?!0000)\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?)?\z",
}


def read(
    spark: SparkSession, files: Mapping[str, Landed], columns: Mapping[str, str], optional: Collection[str] = ()
) -> DataFrame:
    """One row a record: `_file_id`, `_landed` (micros), `_position` (from 0, by file) and `_cells`, text by declared column.

    `_line` and `_problem` are what `csv_files.reader` says of a line and of a file.
    """
    listed = [(file_id, landed.path, landed.landed_micros) for file_id, landed in files.items()]
    frame = spark.createDataFrame(listed, "file_id string, path string, landed bigint").repartition(min(len(files), MOST_TASKS))
    return frame.mapInArrow(reader(tuple(columns), optional), SCHEMA)


def counted(cells: DataFrame) -> DataFrame:
    """A row a file that has any record: `_file_id`, `records`, `problem` (null where there is none), ordered by `_file_id`."""
    problem = F.max("_problem").alias("problem")
    return cells.groupBy("_file_id").agg(F.count("_position").alias("records"), problem).orderBy("_file_id")


def typed(cells: DataFrame, columns: Mapping[str, str]) -> DataFrame:
    """The records: `columns` (name → type), `_file_id`, `_position`, `_landed_at`, `_misread` and `_raw`.

    `_misread` are reasons, empty where there are none: `unreadable_<column>` where a cell is no value of the declared
    type (the column is null then), `number_of_cells` where the line has more or fewer than the first. `_raw` is
    map<string,string>: the cells as they stand, or the whole `line`.
    """
    texts = {name: F.get("_cells", number) for number, name in enumerate(columns)}
    values = {name: _value(texts[name], kind) for name, kind in columns.items()}
    is_read = [(f"unreadable_{name}", texts[name].isNull() | values[name].isNotNull()) for name in columns]
    is_whole = F.col("_line").isNull()
    by_name = F.create_map(*[part for name, text in texts.items() for part in (F.lit(name), text)])
    return cells.select(
        *[value.alias(name) for name, value in values.items()],
        "_file_id",
        "_position",
        F.timestamp_micros("_landed").alias("_landed_at"),
        F.when(is_whole, broken(is_read)).otherwise(F.array(F.lit(NUMBER_OF_CELLS))).alias("_misread"),
        F.when(is_whole, by_name).otherwise(F.create_map(F.lit("line"), F.col("_line"))).alias("_raw"),
    )


def _value(text: Column, kind: str) -> Column:
    """The text as a value; null where it does not look like one of that type, or has digits that it cannot hold."""
    if kind == "string":
        return F.when(is_text(text), text)
    if kind.startswith("decimal"):
        scale = int(kind.rstrip(")").split(",")[1])
        looks = rf"^[+-]?(\d+(\.\d{{0,{scale}}}0*)?|\.\d{{1,{scale}}}0*)\z" if scale else r"^[+-]?\d+(\.0*)?\z"
    else:
        looks = LOOKS[kind]
    value = F.when(text.rlike(looks), text.try_cast(kind))
    return F.when(is_number(value), value) if kind in FLOATS else value
