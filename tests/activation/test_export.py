"""Export folders: whole or not at all, the same bytes for the same rows."""

import csv
import hashlib
import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from dmp_spark.activation.export import cell, folder_name, unrecorded, write

AS_OF = datetime(2018, 1, 1, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (float("nan"), ""),
        (True, "true"),
        (-5, "-5"),
        (-0.1, "-0.1"),
        (78.05, "78.05"),
        (Decimal("1E+2"), "100"),
        (Decimal("-12.5000"), "-12.5000"),
        (date(2018, 1, 1), "2018-01-01"),
        ("plain", "plain"),
        ("=1+1", "'=1+1"),
        ("+cmd|'/c calc'!A1", "'+cmd|'/c calc'!A1"),
        ("-2+3", "'-2+3"),
        ("@sum(A1)", "'@sum(A1)"),
        ("\t=1", "'\t=1"),
        ("+4915112345", "+4915112345"),
        ("a=b", "a=b"),
    ],
)
def test_a_cell_is_its_value_as_text_and_never_a_formula(value, text):
    assert cell(value) == text


def test_a_file_reads_back_as_it_was_and_the_manifest_says_what_it_holds(tmp_path):
    rows = [["a,b", 1], ['say "hi"', None], ["two\nlines", 2], ["Žižkov", 3]]
    folder = tmp_path / "mail" / "2018-01-01T050000Z"
    assert write(folder, "x.csv", ["who", "n"], rows, {"activation": "x"}) == 4
    data = (folder / "x.csv").read_bytes()
    assert data.startswith(b'who,n\n"a,b",1\n"say ""hi""",\n')
    assert b"\r" not in data
    with (folder / "x.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file)) == [["who", "n"], ["a,b", "1"], ['say "hi"', ""], ["two\nlines", "2"], ["Žižkov", "3"]]
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest == {
        "activation": "x",
        "columns": ["who", "n"],
        "rows": 4,
        "files": [{"name": "x.csv", "rows": 4, "bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}],
    }
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_a_failure_in_the_middle_leaves_no_folder_and_the_next_try_is_whole(tmp_path):
    def broken():
        yield ["a"]
        raise RuntimeError("the cluster is gone")

    folder = tmp_path / "2018-01-01T050000Z"
    with pytest.raises(RuntimeError):
        write(folder, "x.csv", ["who"], broken(), {})
    assert not folder.exists()
    assert unrecorded(tmp_path, [], "other") == []
    write(folder, "x.csv", ["who"], [["a"]], {})
    assert [path.name for path in tmp_path.iterdir()] == [folder.name]


def test_a_folder_with_the_same_bytes_is_not_touched_and_one_with_others_is_replaced(tmp_path):
    folder = tmp_path / "2018-01-01T050000Z"
    write(folder, "x.csv", ["who"], [["a"]], {})
    inode, modified = folder.stat().st_ino, (folder / "x.csv").stat().st_mtime_ns
    write(folder, "x.csv", ["who"], [["a"]], {})
    assert (folder.stat().st_ino, (folder / "x.csv").stat().st_mtime_ns) == (inode, modified)
    write(folder, "x.csv", ["who"], [["b"]], {})
    assert (folder / "x.csv").read_text() == "who\nb\n"


def test_a_folder_is_named_for_the_moment_and_numbered_where_that_name_is_on_record():
    assert folder_name(AS_OF, []) == "2018-01-01T050000Z"
    assert folder_name(AS_OF, ["2018-01-01T050000Z", "2018-01-01T050000Z_2"]) == "2018-01-01T050000Z_3"


def test_exports_that_no_decision_names_are_found_and_other_folders_are_not(tmp_path):
    for name in ("2018-01-01T050000Z", "2018-01-02T050000Z_2", "2018-01-03T050000Z", ".2018-01-04T050000Z.partial", "notes"):
        (tmp_path / name).mkdir()
    assert unrecorded(tmp_path, ["2018-01-01T050000Z"], "2018-01-03T050000Z") == ["2018-01-02T050000Z_2"]
    assert unrecorded(tmp_path / "missing", [], "x") == []
