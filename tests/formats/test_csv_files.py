"""CSV files as cells by name. No Spark."""

import gzip
from pathlib import Path

import pyarrow as pa
import pytest

from dmp_spark.formats import csv_files, lines
from dmp_spark.formats.headers import UnreadableFileError
from dmp_spark.formats.spec import Field, Reading, Signs
from tests.formats.readings import reading

THREE = reading({"x": "bigint", "at": "timestamp", "note": "string"}, format="csv")
TWO = reading({"x": "bigint", "note": "string"}, format="csv", keeps_extra=False)


def written(folder: Path, content: str | bytes) -> str:
    path = folder / "x.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def rows(path: str, how: Reading = TWO) -> list[tuple[object, ...]]:
    """Position, cells, line with its fault, and problem of all rows of one file."""
    listed = pa.RecordBatch.from_pylist([{"file_id": "f", "path": path, "landed": 5}])
    found = [row for batch in csv_files.reader(how)(iter([listed])) for row in batch.to_pylist()]
    assert all((row["_file_id"], row["_landed"]) == ("f", 5) for row in found)
    return [(row["_position"], row["_cells"], row["_fault"] and (row["_fault"], row["_line"]), row["_problem"]) for row in found]


@pytest.mark.parametrize(
    ("content", "cells"),
    [
        ("x,note\n1,a\n2,b\n", [["1", "a"], ["2", "b"]]),
        ("x,note\r\n1,a\r\n2,b", [["1", "a"], ["2", "b"]]),  # no line end after the last record
        ("note,other,x\na,?,1\n", [["1", "a"]]),  # another order and a column more
        ("\ufeffx,note\n1,a\n", [["1", "a"]]),  # a byte order mark
        ('"x","note"\n"1","a,b"\n', [["1", "a,b"]]),
        ('x,note\n1,"say ""hi"""\n', [["1", 'say "hi"']]),
        ('x,note\n1,"two\nlines"\n2,b\n', [["1", "two\nlines"], ["2", "b"]]),
        ('x,note\n1,"two\r\nlines"\n', [["1", "two\r\nlines"]]),
        ("x,note\n,\n1,\n", [[None, None], ["1", None]]),  # empty cells
        ('x,note\n1,""\n', [["1", None]]),
        ("x,note\n\n1,a\n\n", [["1", "a"]]),  # an empty line is no record
        ("x,note\n1, a \n", [["1", " a "]]),  # blanks are a part of the cell
        ('x,note\n1,5" nail\n', [["1", '5" nail']]),
        ("x,note\n1,größe 😀\n", [["1", "größe 😀"]]),
        ("x,note\n", []),
    ],
)
def test_cells_are_found_by_the_names_of_the_first_line(tmp_path: Path, content: str, cells: list[list[str | None]]) -> None:
    path = written(tmp_path, content)

    csv_files.probe(path, TWO)
    assert rows(path) == [(position, found, None, None) for position, found in enumerate(cells)]


def test_a_line_of_another_number_of_cells_keeps_its_place_and_is_kept_whole(tmp_path: Path) -> None:
    path = written(tmp_path, 'x,note\n1,a\n2\n3,"c,d",e\n4,f\n')

    assert rows(path) == [
        (0, ["1", "a"], None, None),
        (1, None, ("number_of_cells", "2"), None),
        (2, None, ("number_of_cells", '3,"c,d",e'), None),
        (3, ["4", "f"], None, None),
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b'x,note\n1,a\n2,"never closed\n3,c\n', "after line 2 it is not CSV: unexpected end of data"),
        (b'x,note\n1,"a"b\n', "after line 1 it is not CSV: ',' expected after '\"'"),
        (b"x,note\n" + b"1,a\n" * 9_000 + b"2,gr\xfc\xdfe\n", "it is not UTF-8"),
    ],
)
def test_a_file_that_is_not_csv_to_its_end_says_so_after_its_records(tmp_path: Path, content: bytes, problem: str) -> None:
    path = written(tmp_path, content)

    csv_files.probe(path, TWO)
    [*records, last] = rows(path)
    assert last[:3] == (None, None, None)
    assert problem in str(last[3])
    assert "closed" not in str(last[3])  # no value stands in it
    assert all(record[3] is None for record in records)


def test_records_come_in_batches_and_none_is_lost_at_their_borders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "RECORDS_A_BATCH", 3)
    path = written(tmp_path, "x,note\n" + "".join(f"{number},a\n" for number in range(7)))

    assert [row[1] for row in rows(path)] == [[str(number), "a"] for number in range(7)]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "it has no first line that names the columns"),
        (
            "note,x\n",
            "it has no column at: deliver it by the declared names, name it in `optional` where files may lack it, or read files like it by a source of their own",
        ),
        ("note,x,when\n", "it has no column at, and has when, which is not declared: deliver"),
        ("ada,ada@example.com,1815\n", "its first line names none of the declared columns"),
        ("x;at;note\n1;2;3\n", "cells are separated by commas"),
        ("x,at,note,x\n", "it has the column x more than once"),
        (b"x,at,n\xf6te\n", "its first line cannot be read as CSV in UTF-8"),
        (b"\x1f\x8b\x08\x00", "its first line cannot be read as CSV in UTF-8"),
    ],
)
def test_a_file_that_does_not_name_each_column_once_is_refused(tmp_path: Path, content: str | bytes, sentence: str) -> None:
    with pytest.raises(UnreadableFileError) as refused:
        csv_files.probe(written(tmp_path, content), THREE)

    assert sentence in str(refused.value)
    assert "ada" not in str(refused.value)


def test_a_column_that_a_file_may_lack_is_null_there_and_no_other_is(tmp_path: Path) -> None:
    path = written(tmp_path, "x\n1\n2\n")

    csv_files.probe(path, TWO.model_copy(update={"optional": ("note",)}))
    assert [row[1] for row in rows(path, TWO.model_copy(update={"optional": ("note",)}))] == [["1", None], ["2", None]]
    with pytest.raises(UnreadableFileError, match="it has no column note"):
        csv_files.probe(path, TWO.model_copy(update={"optional": ("x",)}))


def test_times_are_wall_clocks_and_files_of_any_order_have_one_header(tmp_path: Path) -> None:
    first = csv_files.probe(written(tmp_path, "x,at,note\n"), THREE)
    other = csv_files.probe(written(tmp_path, "further,note,at,x\n"), THREE)

    assert first == other
    assert (first.wall_clocks, first.mixed_clocks) == (set(), {"at"})


def test_what_no_column_names_is_kept_by_name_wherever_it_stands(tmp_path: Path) -> None:
    path = written(tmp_path, "new,x,note,empty\nred,1,a,\n,2,b,\n")

    listed = pa.RecordBatch.from_pylist([{"file_id": "f", "path": path, "landed": 5}])
    found = [
        row
        for batch in csv_files.reader(TWO.model_copy(update={"keeps_extra": True}))(iter([listed]))
        for row in batch.to_pylist()
    ]
    assert [(row["_cells"], row["_extra"]) for row in found] == [(["1", "a"], [("new", "red")]), (["2", "b"], None)]


def test_a_header_with_blanks_another_separator_and_gzip(tmp_path: Path) -> None:
    path = tmp_path / "x.csv.gz"
    path.write_bytes(gzip.compress(b"Order Id;note\n1;a,b\n"))
    how = reading(
        {"x": Field(name="x", type="bigint", at="Order Id"), "note": "string"}, format="csv", signs=Signs(separator=";")
    )

    csv_files.probe(str(path), how)
    assert rows(str(path), how) == [(0, ["1", "a,b"], None, None)]


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("x.csv.gz", b"x,note\n1,a\n", "its name ends in .gz, and it is not compressed by gzip"),
        ("x.csv.zst", b"(\xb5/\xfd", "files of text compressed as .zst cannot be read: deliver it as .gz, or not compressed"),
        ("x.csv.gz", gzip.compress(b"x,note\n1,a\n")[:15], "it ends within what gzip compressed"),
    ],
)
def test_what_is_compressed_otherwise_is_refused(tmp_path: Path, name: str, content: bytes, sentence: str) -> None:
    (tmp_path / name).write_bytes(content)

    with pytest.raises(UnreadableFileError) as refused:
        csv_files.probe(str(tmp_path / name), TWO)
    assert str(refused.value) == sentence


def test_a_file_cut_off_within_gzip_says_so_after_its_records(tmp_path: Path) -> None:
    content = "x,note\n" + "".join(f"{number},{number * 7919 % 1_000_003}\n" for number in range(50_000))
    path = tmp_path / "x.csv.gz"
    path.write_bytes(gzip.compress(content.encode())[:-40_000])

    csv_files.probe(str(path), TWO)
    [*records, last] = rows(str(path))
    assert last == (None, None, None, f"after {len(records):,} records it ends within what gzip compressed")


def test_a_file_that_is_empty_by_the_time_it_is_read_has_changed(tmp_path: Path) -> None:
    path = written(tmp_path, "x,note\n1,a\n")
    csv_files.probe(path, TWO)
    written(tmp_path, "")

    assert rows(path) == [(None, None, None, "it changed while it was read")]
