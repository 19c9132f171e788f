"""Results on standard output: as a table for people, as CSV or JSON for programs. Instants are UTC, null is empty."""

import json
import math
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any, Literal, TextIO, get_args

from dmp_spark.errors import Problem, UserError

Format = Literal["table", "csv", "json"]
SHOWN_ROWS = 200


def checked_format(text: str, also: str = "") -> Format:
    """The format of that name; UserError for any other, which names `also` among the known ones."""
    found: Format | None = next((form for form in get_args(Format) if form == text), None)
    if found is None:
        known = [*([also] if also else []), *get_args(Format)]
        raise UserError(Problem("format", f"there is no format {text}", way_out=f"known: {', '.join(known)}"))
    return found


def print_rows(columns: Sequence[str], rows: Iterable[Sequence[Any]], form: Format, out: TextIO, notes: TextIO) -> None:
    """Write rows of plain values; a table shows the first 200 and says so on `notes`."""
    if form == "csv":
        out.write(_csv_line(columns))
        out.writelines(_csv_line(row) for row in rows)
    elif form == "json":
        _print_json(columns, rows, out)
    else:
        _print_table(columns, rows, out, notes)


def value_text(value: Any) -> str:
    """A value as it stands in CSV and tables: 4596039.5800, true, 2018-01-01T05:00:00Z; null is empty."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        instant = value.replace(tzinfo=None).isoformat(timespec="microseconds" if value.microsecond else "seconds")
        return f"{instant}Z"
    if isinstance(value, list | tuple | dict):
        return json.dumps(_for_json(value), ensure_ascii=False)
    return value.isoformat() if isinstance(value, date) else str(value)


def _csv_line(row: Sequence[Any]) -> str:
    return ",".join(_csv_field(value) for value in row) + "\n"


def _csv_field(value: Any) -> str:
    """Empty text is quoted, so that it is not taken for null."""
    text = value_text(value)
    if (text == "" and value is not None) or any(letter in text for letter in ',"\n\r'):
        return '"' + text.replace('"', '""') + '"'
    return text


def _for_json(value: Any) -> Any:
    if isinstance(value, dict):
        return {value_text(key): _for_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_for_json(item) for item in value]
    if isinstance(value, Decimal):  # a number where that loses nothing
        number = int(value) if value == value.to_integral_value() else float(value)
        return number if Decimal(repr(number)) == value else format(value, "f")
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value_text(value) if isinstance(value, datetime | date) else value


def _print_json(columns: Sequence[str], rows: Iterable[Sequence[Any]], out: TextIO) -> None:
    between = "["
    for row in rows:
        out.write(f"{between}\n  {json.dumps(_for_json(dict(zip(columns, row, strict=True))), ensure_ascii=False)}")
        between = ","
    out.write("[]\n" if between == "[" else "\n]\n")


def _print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]], out: TextIO, notes: TextIO) -> None:
    left = iter(rows)
    shown = list(islice(left, SHOWN_ROWS))
    texts = [[value_text(value) for value in row] for row in shown]
    widths = [max([len(name), *(len(row[i]) for row in texts)]) for i, name in enumerate(columns)]
    numbers = [any(_is_number(row[i]) for row in shown) for i in range(len(columns))]

    def aligned(cells: Sequence[str]) -> str:
        placed = zip(cells, widths, numbers, strict=True)
        return "  ".join(cell.rjust(width) if right else cell.ljust(width) for cell, width, right in placed).rstrip() + "\n"

    out.write(aligned(columns))
    out.write(aligned(["-" * width for width in widths]))
    out.writelines(aligned(row) for row in texts)
    if next(left, None) is not None:
        print(f"the first {SHOWN_ROWS} rows; --format csv prints all", file=notes)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)
