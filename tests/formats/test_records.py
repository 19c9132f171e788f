"""Records as files hold them, whatever the files are called."""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from chispa import assert_df_equality
from pyspark.sql import SparkSession

from dmp_spark.formats.parquet_files import probe
from dmp_spark.formats.records import Landed, read
from tests.formats.readings import reading

AT = datetime(2017, 7, 1, 12, tzinfo=UTC)
READING = reading({"x": "bigint", "note": "string"})


def test_each_record_has_its_file_and_place_whatever_the_name_of_the_file(spark: SparkSession, tmp_path: Path) -> None:
    """Names with blanks, signs that URLs or patterns use, other letters, and a folder that looks like a partition."""
    names = ["plain", "a b", "a+b%20c", "[1]*?{x}", "größe", "month=1/inside"]
    files, expected = {}, []
    for number, name in enumerate(names):
        file = tmp_path / f"{name}.parquet"
        file.parent.mkdir(exist_ok=True)
        rows = {"unknown": [0, 0], "note": pa.array([None, None], pa.null()), "x": pa.array([number, None], pa.int32())}
        pq.write_table(pa.table(rows), file)
        files[f"id{number}"] = Landed(str(file), number)
        landed = datetime(1970, 1, 1, 0, 0, 0, number, tzinfo=UTC)
        expected += [(number, None, 0, f"id{number}", landed), (None, None, 1, f"id{number}", landed)]
    header, _ = probe(str(tmp_path / "plain.parquet"), READING)

    told = read(spark, header, files, READING).select("x", "note", "_position", "_file_id", "_landed_at")
    assert_df_equality(told, spark.createDataFrame(expected, told.schema), ignore_row_order=True, ignore_nullable=True)
    for file_id, landed in list(files.items())[3:4]:
        one = read(spark, header, {file_id: landed}, READING).select("x", "note", "_position", "_file_id", "_landed_at")
        assert_df_equality(one, spark.createDataFrame(expected[6:8], told.schema), ignore_row_order=True, ignore_nullable=True)
