"""How results are printed."""

from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO

import pytest

from dmp_spark.cli.printing import SHOWN_ROWS, checked_format, print_rows, value_text
from dmp_spark.errors import UserError


def printed(columns, rows, form):
    out, notes = StringIO(), StringIO()
    print_rows(columns, rows, form, out, notes)
    return out.getvalue(), notes.getvalue()


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (Decimal("4596039.5800"), "4596039.5800"),
        (Decimal("1E+3"), "1000"),
        (0.5, "0.5"),
        (date(2017, 1, 2), "2017-01-02"),
        (datetime(2018, 1, 1, 5, tzinfo=UTC), "2018-01-01T05:00:00Z"),
        (datetime(2018, 1, 1, 5, 0, 0, 120), "2018-01-01T05:00:00.000120Z"),
        (["x", None], '["x", null]'),
        ({"a": Decimal("1.50"), "b": date(2017, 1, 2)}, '{"a": 1.5, "b": "2017-01-02"}'),
        ("text", "text"),
    ],
)
def test_a_value_has_one_text(value, text):
    assert value_text(value) == text


def test_csv_tells_null_from_empty_text_and_quotes_what_it_must():
    out, notes = printed(("name", "note"), [("a", None), ("b", ""), ("c, d", 'say "e"'), ("f\ng", "h")], "csv")
    assert out == 'name,note\na,\nb,""\n"c, d","say ""e"""\n"f\ng",h\n'
    assert notes == ""


def test_csv_of_no_rows_is_the_header():
    assert printed(("name",), [], "csv")[0] == "name\n"


def test_json_is_a_list_of_objects():
    rows = [(1, Decimal("12345678901234567890.1234"), {"a": [1]}), (None, float("nan"), [])]
    assert printed(("a", "b", "c"), rows, "json")[0] == (
        '[\n  {"a": 1, "b": "12345678901234567890.1234", "c": {"a": [1]}},\n  {"a": null, "b": "nan", "c": []}\n]\n'
    )
    assert printed(("a",), [], "json")[0] == "[]\n"


def test_a_table_is_aligned_with_numbers_to_the_right():
    assert printed(("name", "people"), [("a", 5), ("longer", 1234)], "table")[0].splitlines() == [
        "name    people",
        "------  ------",
        "a            5",
        "longer    1234",
    ]


def test_a_long_table_is_cut_and_says_so():
    out, notes = printed(("x",), [(number,) for number in range(SHOWN_ROWS + 1)], "table")
    assert len(out.splitlines()) == SHOWN_ROWS + 2
    assert "--format csv prints all" in notes
    assert printed(("x",), [(number,) for number in range(SHOWN_ROWS)], "table")[1] == ""


def test_an_unknown_format_is_refused():
    with pytest.raises(UserError):
        checked_format("xml")
