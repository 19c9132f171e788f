"""What stands for what in files of text: encodings, comments, nulls, the signs of CSV, columns of several texts. No Spark."""

import codecs
import csv
import io
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from dmp_spark.formats import csv_files, lines, text_files
from dmp_spark.formats.headers import UnreadableFileError
from dmp_spark.formats.spec import Field, Reading, Signs
from tests.formats.readings import reading
from tests.refusals import refusal

TWO = {"x": "string", "note": "string"}
WORDS = {  # each encoding with words that it can write
    "utf-16": "größe 😀 日本",
    "utf-16-le": "größe 😀",
    "latin-1": "größe é",
    "windows-1252": "“größe” €",
    "iso-8859-15": "größe €",
    "windows-1251": "размер",
    "shift_jis": "日本語",
    "big5": "中文",
    "gb18030": "中文 😀",
    "euc-kr": "한국어",
    "cp037": "size",  # of mainframes
}


def written(folder: Path, content: bytes) -> str:
    path = folder / "x.log"
    path.write_bytes(content)
    return str(path)


def rows(path: str, how: Reading) -> list[dict[str, Any]]:
    """All rows of one file."""
    reader = csv_files.reader(how) if how.format == "csv" else text_files.reader(how)
    listed = pa.RecordBatch.from_pylist([{"file_id": "f", "path": path, "landed": 5}])
    return [row for batch in reader(iter([listed])) for row in batch.to_pylist()]


def cells(path: str, how: Reading) -> list[list[str | None] | str]:
    """The cells of each record, or its fault, once the file was probed; positions go up from 0."""
    probe = csv_files.probe if how.format == "csv" else text_files.probe
    probe(path, how)
    found = rows(path, how)
    assert [row["_position"] for row in found] == list(range(len(found)))
    return [row["_cells"] or row["_fault"] for row in found]


@pytest.mark.parametrize("encoding", WORDS)
@pytest.mark.parametrize("number", [1, 20_000], ids=["short", "over many pieces"])
def test_a_file_of_another_encoding_has_the_same_records(tmp_path: Path, encoding: str, number: int) -> None:
    told = [f"{place} {WORDS[encoding]}" for place in range(number)]
    signs = Signs(encoding=encoding)

    path = written(tmp_path, ("x,note\r\n" + "".join(f'1,"{each}"\r\n' for each in told)).encode(encoding))
    assert cells(path, reading(TWO, format="csv", signs=signs)) == [["1", each] for each in told]

    path = written(tmp_path, "".join(f"1 [{each}]\n" for each in told).encode(encoding))
    pattern = r"(?P<x>\d) \[(?P<note>.*)\]"
    assert cells(path, reading(TWO, format="text", pattern=pattern, signs=signs)) == [["1", each] for each in told]

    path = written(tmp_path, "\n".join(told).encode(encoding))
    listed = pa.RecordBatch.from_pylist([{"file_id": "f", "path": path, "landed": 5}])
    found = [row for batch in lines.plain(encoding)(iter([listed])) for row in batch.to_pylist()]
    assert [(row["_position"], row["_line"], row["_fault"]) for row in found] == [(n, each, None) for n, each in enumerate(told)]


def test_bytes_that_are_no_sign_of_the_encoding_are_told_and_no_other_sign(tmp_path: Path) -> None:
    path = written(tmp_path, b"1 [a]\n2 [\x81\x8d]\n3 [\xe9]\n")  # two bytes that windows-1252 leaves out
    how = reading(TWO, format="text", pattern=r"(?P<x>\d) \[(?P<note>.*)\]", signs=Signs(encoding="windows-1252"))
    assert cells(path, how) == [["1", "a"], "not_utf8", ["3", "é"]]

    path = written(tmp_path, b"x,note\n1,a\n2,\x81\n")
    [*good, last] = rows(path, reading(TWO, format="csv", signs=Signs(encoding="windows-1252")))
    assert good == []  # what is decoded at once is told at once
    assert last["_problem"] == "after line 1 it is not windows-1252"

    path = written(tmp_path, b"x,note\n1,gr\xfc\xdfe\n")
    [*_, last] = rows(path, reading(TWO, format="csv"))
    assert last["_problem"] == "after line 1 it is not UTF-8: say which `encoding` it has, like windows-1252"

    path = written(tmp_path, codecs.BOM_UTF16_LE + "x,note\n1,größe\n".encode("utf-16-le")[:-1])  # cut off within a sign
    [*_, last] = rows(path, reading(TWO, format="csv", signs=Signs(encoding="utf-16")))
    assert last["_problem"] == "after line 1 it is not utf-16"


def test_a_first_line_of_another_encoding_is_told_with_it(tmp_path: Path) -> None:
    path = written(tmp_path, b"x,n\x81te\n")
    with pytest.raises(UnreadableFileError, match=r"^its first line cannot be read as CSV in windows-1252$"):
        csv_files.probe(path, reading(TWO, format="csv", signs=Signs(encoding="windows-1252")))


def test_lines_that_begin_with_the_comment_are_no_records(tmp_path: Path) -> None:
    signs = Signs(comment="#")
    content = b'#Software: x\n#\nx,note\n# 1,a\n2,"b\n# within"\n\n#end\n3,#c\n #4,d\n'
    how = reading(TWO, format="csv", signs=signs)
    assert cells(written(tmp_path, content), how) == [["2", "b\n# within"], ["3", "#c"], [" #4", "d"]]

    how = reading(TWO, format="text", pattern=r"(?P<x>\d) (?P<note>.*)", signs=signs)
    path = written(tmp_path, b"#Fields: x note\n1 a\n#Date: 2020\n2 #b\n x\n")
    assert cells(path, how) == [["1", "a"], ["2", "#b"], "no_match"]

    [*_, last] = rows(written(tmp_path, b'#\n#\nx,note\n1,a\n2,"b\n'), reading(TWO, format="csv", signs=signs))
    assert last["_problem"] == "after line 4 it is not CSV: unexpected end of data"  # comments are lines, too


def test_texts_that_mean_nothing_are_null_also_beside_what_no_column_names(tmp_path: Path) -> None:
    signs = Signs(nulls=("-", "NULL"))
    path = written(tmp_path, b"x,note,more\n-,NULL,-\n1,null,--\n,a,NULL\n")
    found = rows(path, reading(TWO, format="csv", signs=signs))
    assert [(row["_cells"], row["_extra"]) for row in found] == [
        ([None, None], None),
        (["1", "null"], [("more", "--")]),
        ([None, "a"], None),
    ]

    path = written(tmp_path, b"- NULL\n1 -\n")
    how = reading(TWO, format="text", pattern=r"(?P<x>\S+) (?P<note>\S+)", signs=signs)
    assert cells(path, how) == [[None, None], ["1", None]]


@pytest.mark.parametrize(
    ("signs", "line", "note"),
    [
        (Signs(quote=""), b'1,"a', '"a'),
        (Signs(quote="", separator="\t"), b'1\t5" "b", c', '5" "b", c'),
        (Signs(quote="'"), b"1,'a,''b'' \"c'", "a,'b' \"c"),
        (Signs(escape="\\"), rb'1,"a \"b\", c \\"', 'a "b", c \\'),
        (Signs(escape="\\"), b'1,"a ""b"""', 'a "b"'),
        (Signs(escape="\\", quote=""), rb"1,a\,b", "a,b"),
        (Signs(separator=" "), b'1 "a b"', "a b"),
        (Signs(separator="\x01", quote=""), b'1\x01a,"b', 'a,"b'),
        (Signs(separator="~"), b"1~a", "a"),
    ],
)
def test_cells_are_parted_and_quoted_by_the_signs_of_the_files(tmp_path: Path, signs: Signs, line: bytes, note: str) -> None:
    head = f"x{signs.separator}note\n".encode()
    how = reading(TWO, format="csv", signs=signs)
    more = b"1" + (signs.separator + "a").encode() * 2
    found = cells(written(tmp_path, head + line + b"\n" + more + b"\n"), how)
    assert found == [["1", note], "number_of_cells"]

    kept = rows(str(tmp_path / "x.log"), how)[1]["_line"]
    assert list(csv_files.Records(io.StringIO(kept), signs)) == [["1", "a", "a"]]


def test_what_sparks_own_writer_escapes_is_read(tmp_path: Path) -> None:
    """Spark's own writer puts a backslash before a quote, within quotes."""
    text = io.StringIO()
    csv.writer(text, escapechar="\\", doublequote=False).writerows([["x", "note"], ["1", 'say "hi", ann'], ["2", "b"]])
    path = written(tmp_path, text.getvalue().encode())
    assert cells(path, reading(TWO, format="csv", signs=Signs(escape="\\"))) == [["1", 'say "hi", ann'], ["2", "b"]]


def test_several_texts_make_a_column_together_where_all_are_there(tmp_path: Path) -> None:
    at = Field(name="at", type="timestamp", at="day", more=("clock",))
    how = reading({"at": at, "x": "string"}, format="csv")
    path = written(tmp_path, b"clock,x,day,more\n01:02:03,a,2020-01-31,m\n,b,2020-01-31,\n05:06:07,c,,\n")
    found = rows(path, how)
    assert [(row["_cells"], row["_extra"]) for row in found] == [
        (["2020-01-31 01:02:03", "a"], [("more", "m")]),
        ([None, "b"], [("day", "2020-01-31")]),  # what is there is kept
        ([None, "c"], [("clock", "05:06:07")]),
    ]
    alone = rows(path, how.model_copy(update={"keeps_extra": False}))
    assert [row["_extra"] for row in alone] == [None] * 3

    text = reading({"at": at}, format="text", pattern=r"(?P<clock>\S+) (?P<x>\S+)(?: (?P<day>\S+))?")
    path = written(tmp_path, b"01:02:03 a 2020-01-31\n01:02:03 b\n")
    found = rows(path, text)
    assert [(row["_cells"], row["_extra"]) for row in found] == [
        (["2020-01-31 01:02:03"], [("x", "a")]),
        ([None], [("x", "b"), ("clock", "01:02:03")]),
    ]


def test_each_text_of_a_column_has_to_be_there_but_of_an_optional_one(tmp_path: Path) -> None:
    at = Field(name="at", type="timestamp", at="day", more=("clock",))
    path = written(tmp_path, b"x,day\na,2020-01-31\n")
    with pytest.raises(UnreadableFileError, match=r"^it has no column clock: "):
        csv_files.probe(path, reading({"at": at, "x": "string"}, format="csv"))

    optional = reading({"at": at, "x": "string"}, format="csv", optional=("at",))
    assert [(row["_cells"], row["_extra"]) for row in rows(path, optional)] == [([None, "a"], [("day", "2020-01-31")])]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_a_file_without_the_mark_that_its_encoding_has_is_refused(tmp_path: Path, encoding: str) -> None:
    sentence = f"it has no byte order mark, as files in {encoding} do: {encoding}-le and {encoding}-be need none"
    path, signs = written(tmp_path, b"x,note\n1,ab\n"), Signs(encoding=encoding)
    of_csv = reading(TWO, format="csv", signs=signs)
    of_text = reading(TWO, format="text", pattern="(?P<x>.*),(?P<note>.*)", signs=signs)
    assert refusal(UnreadableFileError, lambda: csv_files.probe(path, of_csv)) == sentence
    assert refusal(UnreadableFileError, lambda: text_files.probe(path, of_text)) == sentence
    for how in (of_csv, of_text):
        assert [row["_problem"] for row in rows(path, how)] == [sentence]
    listed = pa.RecordBatch.from_pylist([{"file_id": "f", "path": path, "landed": 5}])
    assert [row["_problem"] for batch in lines.plain(encoding)(iter([listed])) for row in batch.to_pylist()] == [sentence]


def test_what_parts_lines_for_others_parts_none_here(tmp_path: Path) -> None:
    path = written(tmp_path, "1\x1ea\u2028\n2\x1eb\x85\r\n".encode())
    how = reading(TWO, format="text", pattern="(?P<x>.)\x1e(?P<note>.*)")
    assert cells(path, how) == [["1", "a\u2028"], ["2", "b\x85"]]


def test_the_columns_are_named_by_the_first_line_that_is_one(tmp_path: Path) -> None:
    path = written(tmp_path, b"# exported\n\nx,note\n\n1,a\n")
    assert cells(path, reading(TWO, format="csv", signs=Signs(comment="#"))) == [["1", "a"]]
