"""Lines of text that a pattern takes apart. No Spark."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from dmp_spark.formats import text_files
from dmp_spark.formats.headers import UnreadableFileError
from dmp_spark.formats.patterns import PATTERNS
from dmp_spark.formats.spec import Field, Reading, Signs
from tests.formats.readings import reading
from tests.shared_data import shared

COMBINED = PATTERNS["apache_combined"]
APACHE = reading(
    {name: Field(name=name, type=kind, format=COMBINED.formats.get(name, "")) for name, kind in COMBINED.columns.items()},
    format="text",
    pattern=COMBINED.expression,
    signs=Signs(nulls=(COMBINED.nulls,)),
)


def rows_of(path: Path, how: Reading) -> list[dict[str, Any]]:
    listed = pa.RecordBatch.from_pylist([{"file_id": "f", "path": str(path), "landed": 5}])
    return [row for batch in text_files.reader(how)(iter([listed])) for row in batch.to_pylist()]


def test_a_line_of_a_web_server_has_its_parts_and_a_dash_is_nothing(tmp_path: Path) -> None:
    begin = "83.149.9.216 - - [17/May/2015:10:05:03 +0000]"
    written = [
        f'{begin} "GET /a?b=c HTTP/1.1" 200 203023 "http://x.test/" "Mozilla/5.0 (\\"X\\")"',
        f'{begin} "-" 408 - "-" "-"',
        '::1 - ann [17/May/2015:10:05:03 +0000] "\\x16\\x03" 400 0 "-" ""',
        f'{begin} "GET / HTTP/1.1" 200 5 "-" "cut off',
        f'{begin} "GET /" 200 5 "-" "old"',
        "not a line of a log",
    ]
    path = tmp_path / "access.log"
    path.write_text("\n".join(written), encoding="utf-8")

    text_files.probe(str(path), APACHE)
    rows = rows_of(path, APACHE)
    at, client = "17/May/2015:10:05:03 +0000", "83.149.9.216"
    assert [row["_cells"] for row in rows] == [
        [client, None, None, at, "GET", "/a?b=c", "HTTP/1.1", "200", "203023", "http://x.test/", 'Mozilla/5.0 (\\"X\\")'],
        [client, None, None, at, None, None, None, "408", None, None, None],
        ["::1", None, "ann", at, None, None, None, "400", "0", None, None],
        [client, None, None, at, "GET", "/", "HTTP/1.1", "200", "5", None, "cut off"],
        [client, None, None, at, "GET", "/", None, "200", "5", None, "old"],
        None,
    ]
    assert (rows[5]["_line"], rows[5]["_fault"]) == (written[5], "no_match")


def test_groups_that_no_column_names_are_kept(tmp_path: Path) -> None:
    how = reading(
        {"who": Field(name="who", type="string", at="user")}, format="text", pattern=r"(?P<user>\w+) (?P<n>\d*)(?P<x> !)?"
    )
    (tmp_path / "x").write_text("ann 1\nbob \n", encoding="utf-8")

    assert [(row["_cells"], row["_extra"]) for row in rows_of(tmp_path / "x", how)] == [(["ann"], [("n", "1")]), (["bob"], None)]


@pytest.mark.parametrize(
    ("content", "sentence"), [("a,b\n1,2\n", "none of its first 2 lines does"), ("x\n", "its only line does not")]
)
def test_a_file_of_another_kind_is_refused(tmp_path: Path, content: str, sentence: str) -> None:
    (tmp_path / "x").write_text(content, encoding="utf-8")
    with pytest.raises(UnreadableFileError, match=sentence):
        text_files.probe(str(tmp_path / "x"), APACHE)


def test_every_line_of_a_real_log_has_its_parts() -> None:
    rows = rows_of(shared("clickstream", "apache_logs.txt"), APACHE)
    assert len(rows) == 10_000
    assert all(row["_cells"] and row["_cells"][0] and row["_cells"][4] for row in rows)
