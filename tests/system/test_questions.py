"""What `make questions` says of answers: equal ones, one that differs, and equal ones without rows. No Spark."""

from pathlib import Path

from tests.system.questions import QUERIES, differences, shown

ENGINES = ("by_name", "by_path_in_spark", "by_path_without_spark")


def answered(out: Path, text: str = "n\n1\n") -> Path:
    """Three folders with the same answer to each question."""
    for engine in ENGINES:
        (out / engine).mkdir(parents=True)
        for query in QUERIES:
            (out / engine / f"{query.stem}.csv").write_text(text, encoding="utf-8")
    return out


def test_equal_answers_with_rows_are_the_same(tmp_path: Path) -> None:
    lines, is_same = shown(answered(tmp_path))
    assert is_same
    assert len(lines) == len(QUERIES) + 1
    assert lines[-1] == f"diff -r: empty; {3 * len(QUERIES)} of {3 * len(QUERIES)} files equal"


def test_an_answer_that_differs_and_one_that_is_missing_are_told(tmp_path: Path) -> None:
    out, name = answered(tmp_path), f"{QUERIES[0].stem}.csv"
    (out / "by_path_in_spark" / name).write_text("n\n2\n", encoding="utf-8")
    lines, is_same = shown(out)
    assert not is_same
    assert lines[-1] == f"diff -r: differ; {3 * len(QUERIES) - 3} of {3 * len(QUERIES)} files equal"
    assert f"diff -r {out}/by_name/{name} {out}/by_path_in_spark/{name}" in lines
    (out / "by_path_without_spark" / name).unlink()
    assert f"Only in {out}/by_name: {name}" in differences(out)


def test_equal_answers_without_rows_show_nothing(tmp_path: Path) -> None:
    lines, is_same = shown(answered(tmp_path, "n\n"))
    assert not is_same
    assert f"no row: by_name/{QUERIES[0].stem}.csv" in lines
