"""Whether a file fits the declared columns, told from its footer. No Spark."""

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from dmp_spark.formats.headers import UnreadableFileError
from dmp_spark.formats.parquet_files import probe
from tests.formats.readings import reading

NOON = datetime(2017, 7, 1, 12)


def written(folder: Path, array: pa.Array, **options: object) -> str:
    pq.write_table(pa.table({"x": array}), folder / "x.parquet", **options)
    return str(folder / "x.parquet")


@pytest.mark.parametrize(
    ("array", "declared", "kind"),
    [
        (pa.array([1], pa.int64()), "bigint", "bigint"),
        (pa.array([1], pa.int32()), "bigint", "int"),
        (pa.array([1], pa.uint32()), "bigint", "bigint"),
        (pa.array([1], pa.int32()), "decimal(12,2)", "int"),
        (pa.array([1.5], pa.float32()), "double", "float"),
        (pa.array([Decimal("1.50")]), "decimal(18,4)", "decimal(3,2)"),
        (pa.array(["a"]).dictionary_encode(), "string", "string"),
        (pa.array([None], pa.null()), "string", "void"),
        (pa.array([NOON.date()]), "timestamp", "date"),
        (pa.array([NOON], pa.timestamp("us")), "timestamp", "timestamp_ntz"),
        (pa.array([NOON], pa.timestamp("us", "UTC")), "timestamp", "timestamp"),
    ],
)
def test_values_that_have_their_place_in_the_declared_type_are_taken(
    tmp_path: Path, array: pa.Array, declared: str, kind: str
) -> None:
    header, rows = probe(written(tmp_path, array), reading({"x": declared}))

    assert (header.types, rows) == ((("x", kind),), 1)
    assert header.wall_clocks == ({"x"} if kind == "timestamp_ntz" else set())


def test_int96_is_an_instant_as_spark_reads_it(tmp_path: Path) -> None:
    file = written(tmp_path, pa.array([NOON], pa.timestamp("us")), use_deprecated_int96_timestamps=True)

    assert probe(file, reading({"x": "timestamp"}))[0].types == (("x", "timestamp"),)


@pytest.mark.parametrize(
    ("array", "declared", "sentence"),
    [
        (pa.array([1], pa.int64()), "int", "its column x holds bigint, declared is int: declare bigint, which holds both"),
        (pa.array([1.0]), "bigint", "its column x holds double, declared is bigint: deliver it as declared"),
        (
            pa.array(["4711"]),
            "bigint",
            "its column x holds string, declared is bigint: deliver it as declared, or read files like it by a source of their own",
        ),
        (
            pa.array([Decimal("1.00000")]),
            "decimal(18,4)",
            "holds decimal(6,5), declared is decimal(18,4): deliver it as declared",
        ),
        (pa.array([1], pa.int64()), "decimal(18,4)", "its column x holds bigint, declared is decimal(18,4)"),
        (pa.array([b"a"]), "string", "its column x holds binary, declared is string"),
        (pa.array([NOON], pa.timestamp("ns")), "timestamp", "nanoseconds"),
    ],
)
def test_values_that_would_be_lost_are_refused_and_not_told(
    tmp_path: Path, array: pa.Array, declared: str, sentence: str
) -> None:
    with pytest.raises(UnreadableFileError, match="x") as refused:
        probe(written(tmp_path, array), reading({"x": declared}))

    assert sentence in str(refused.value)
    assert "4711" not in str(refused.value)


def test_a_column_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="it has no column y, z"):
        probe(written(tmp_path, pa.array([1])), reading({"x": "bigint", "y": "string", "z": "string"}))


def test_a_column_that_a_file_may_lack_holds_nothing_there(tmp_path: Path) -> None:
    path = written(tmp_path, pa.array([1]))

    assert probe(path, reading({"x": "bigint", "tier": "string"}, optional=("tier",)))[0].types == (
        ("x", "bigint"),
        ("tier", "void"),
    )
    with pytest.raises(UnreadableFileError, match="it has no column tier"):
        probe(path, reading({"x": "bigint", "tier": "string"}, optional=("x",)))


def test_a_renamed_column_is_told_with_the_names_that_are_not_declared(tmp_path: Path) -> None:
    found = {}
    for number, others in enumerate((("price",), ("price", "more"), tuple(f"c{n}" for n in range(11)))):
        path = str(tmp_path / f"{number}.parquet")
        pq.write_table(pa.table({"x": [1], **dict.fromkeys(others, [1])}), path)
        with pytest.raises(UnreadableFileError) as refused:
            probe(path, reading({"x": "bigint", "amount": "bigint"}))
        found[len(others)] = str(refused.value)

    ways = ": deliver it by the declared names, name it in `optional` where files may lack it, or read files like it by a source of their own"
    assert found == {
        1: f"it has no column amount, and has price, which is not declared{ways}",
        2: f"it has no column amount, and has price, more, which are not declared{ways}",
        11: f"it has no column amount, and has {', '.join(f'c{n}' for n in range(10))}, …, which are not declared{ways}",
    }


def test_names_that_differ_in_capitals_alone_are_refused(tmp_path: Path) -> None:
    for names in (["x", "X"], ["x", "x"]):
        pq.write_table(pa.Table.from_arrays([pa.array([1]), pa.array([2])], names=names), tmp_path / "x.parquet")
        with pytest.raises(UnreadableFileError, match=f"columns {' and '.join(names)}, which Spark cannot tell apart"):
            probe(str(tmp_path / "x.parquet"), reading({"x": "bigint"}))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "it is empty, which no file of parquet is"),
        (b"PAR1", "it cannot be read as parquet"),
        (bytes(range(256)) * 20, "it cannot be read as parquet"),
    ],
)
def test_what_is_no_parquet_is_refused(tmp_path: Path, content: bytes, why: str) -> None:
    (tmp_path / "x.parquet").write_bytes(content)

    with pytest.raises(UnreadableFileError, match=why):
        probe(str(tmp_path / "x.parquet"), reading({"x": "bigint"}))
