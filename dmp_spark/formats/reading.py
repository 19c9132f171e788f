"""Files of any format as records: what each says of itself first, then its records, brought to the declared types."""

from collections.abc import Mapping

from pyspark.sql import DataFrame, SparkSession

from dmp_spark.formats import arrow_files, cells, csv_files, json_lines, parquet_files, records, text_files
from dmp_spark.formats.headers import Header
from dmp_spark.formats.lines import SCHEMA, plain
from dmp_spark.formats.records import Landed
from dmp_spark.formats.spec import AS_TEXT, Reading


def probe(path: str, reading: Reading) -> tuple[Header, int | None]:
    """What a file says of itself, and its number of records, None where only reading it tells; UnreadableFileError."""
    match reading.format:
        case "csv":
            return csv_files.probe(path, reading), None
        case "json":
            return json_lines.probe(path, reading), None
        case "text":
            return text_files.probe(path, reading), None
        case "parquet":
            return parquet_files.probe(path, reading)
        case "orc" | "avro":
            return arrow_files.probe(path, reading)


def is_text(reading: Reading) -> bool:
    """Whether records have to be read to be counted: their values are texts, kept as `texts` gives them until then."""
    return reading.format in AS_TEXT


def texts(spark: SparkSession, files: Mapping[str, Landed], reading: Reading) -> DataFrame:
    """The rows of `lines.SCHEMA` of files of text: a row a record, and one with its problem of a file that cannot be read."""
    listed = records.listed(spark, files)
    if reading.format == "json":
        return json_lines.cells(listed.mapInArrow(plain(reading.signs.encoding), SCHEMA), reading)
    reader = csv_files.reader(reading) if reading.format == "csv" else text_files.reader(reading)
    return listed.mapInArrow(reader, SCHEMA)


def read(
    spark: SparkSession, header: Header, files: Mapping[str, Landed], reading: Reading, kept: DataFrame | None = None
) -> DataFrame:
    """The records of files of one header, as `cells.typed` or `records.read` say; `kept` are their `texts`."""
    if kept is None:
        return records.read(spark, header, files, reading)
    return cells.typed(records.with_folders(kept, files, reading), reading)
