"""Folders as they are delivered, one a day, named by the day; and what is in them as a number, whatever their order and cut."""

from hashlib import sha256
from pathlib import Path

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from dmp_spark.functions.keys import content_hash

DAY = "delivered"


def write_lines(rows: DataFrame, folder: Path, compression: str) -> None:
    """Write `line` as text, a folder a day (`delivered`): folder/2026-01-05/part-….json.gz."""
    rows.select("line", DAY).write.partitionBy(DAY).option("compression", compression).text(str(folder))
    _name_by_day(folder, ".txt", ".json")


def write_csv(rows: DataFrame, folder: Path, separator: str) -> None:
    """Write the columns but `delivered` as CSV with a first line of names, a folder a day."""
    options: dict[str, str] = {"header": "true", "sep": separator, "escape": '"', "emptyValue": "", "compression": "none"}
    rows.write.partitionBy(DAY).options(**options).csv(str(folder))
    _name_by_day(folder)


def write_parquet(rows: DataFrame, folder: Path) -> None:
    """Write the columns but `delivered` as Parquet, a folder a day."""
    rows.write.partitionBy(DAY).parquet(str(folder))
    _name_by_day(folder)


def days(folder: Path) -> list[Path]:
    """The folders of days that an output has, in their order."""
    return sorted(each for each in folder.iterdir() if each.is_dir())


def first_line(folder: Path) -> str:
    """The first line of one of the files of an output of plain text; empty where there is no file."""
    for file in sorted(folder.glob("*/part-*")):
        with file.open(encoding="utf-8") as text:
            return text.readline().rstrip("\n")
    return ""


def content_of_lines(spark: SparkSession, folder: Path, has_header: bool = False) -> tuple[int, int]:
    """How many lines an output has, and a number that tells their content, of each with its day; first lines do not count."""
    if not days(folder):
        return 0, 0
    day = F.regexp_extract("_metadata.file_path", r"/(\d{4}-\d{2}-\d{2})/[^/]+$", 1)
    rows = spark.read.text([str(each) for each in days(folder)]).select("value", day.alias(DAY))
    if has_header:  # each file has one, and how many files there are depends on the cut
        header = first_line(folder)
        rows = rows.where(F.col("value") != header)
    return _added(rows, F.xxhash64(DAY, "value"))


def content_of_rows(rows: DataFrame) -> tuple[int, int]:
    """How many rows a frame has, and a number that tells their content, whatever their order."""
    return _added(rows, content_hash(dict(rows.dtypes)))


def together(contents: dict[str, tuple[int, int]]) -> str:
    """The contents of all outputs as 16 hex digits."""
    text = "\n".join(f"{name} {rows} {content}" for name, (rows, content) in sorted(contents.items()))
    return sha256(text.encode()).hexdigest()[:16]


def _added(rows: DataFrame, hashed: Column) -> tuple[int, int]:
    # a sum knows no order, and tells a row that stands twice from one that stands once
    found = rows.agg(F.count(F.lit(1)), F.sum(hashed.cast("decimal(38,0)"))).head()
    return (int(found[0]), int(found[1] or 0)) if found else (0, 0)


def _name_by_day(folder: Path, suffix: str = "", wanted: str = "") -> None:
    """Spark names folders delivered=2026-01-05, and leaves sums and marks: a lake that others fill has none of that."""
    for mark in folder.glob("*_SUCCESS*"):
        mark.unlink()
    for each in folder.glob(f"{DAY}=*"):
        for file in each.iterdir():
            if file.name.endswith(".crc"):
                file.unlink()
            elif suffix:
                file.rename(file.with_name(file.name.replace(suffix, wanted, 1)))
        each.rename(each.with_name(each.name.removeprefix(f"{DAY}=")))
