"""Which type the texts of a column are, as ingest would read them. No pyspark here."""

import re
from datetime import UTC, datetime

from dmp_spark.draft.looked import Column

LEAST, MOST = datetime(1990, 1, 1, tzinfo=UTC).timestamp(), datetime(2100, 1, 1, tzinfo=UTC).timestamp()
BOUND = 2**63
INTEGER = re.compile(r"[+-]?\d+")
LEADING_ZERO = re.compile(r"[+-]?0\d+")
DECIMAL = re.compile(r"[+-]?\d*\.?\d+(?:[eE][+-]?\d+)?")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
TIME = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(?P<offset>Z|[+-]\d{2}:?\d{2})?")
EPOCHS = {"epoch_seconds": 1, "epoch_millis": 1_000, "epoch_micros": 1_000_000}
FORMATS = {  # the first that fits all texts; of one letter a part may have one digit
    "yyyy-MM-dd HH:mm:ss VV": "%Y-%m-%d %H:%M:%S %Z",
    "dd/MMM/yyyy:HH:mm:ss Z": "%d/%b/%Y:%H:%M:%S %z",
    "EEE MMM dd HH:mm:ss Z yyyy": "%a %b %d %H:%M:%S %z %Y",
    "EEE, dd MMM yyyy HH:mm:ss VV": "%a, %d %b %Y %H:%M:%S %Z",
    "yyyy/MM/dd HH:mm:ss": "%Y/%m/%d %H:%M:%S",
    "dd/MM/yyyy HH:mm": "%d/%m/%Y %H:%M",
    "MM/dd/yyyy HH:mm": "%m/%d/%Y %H:%M",
    "dd.MM.yyyy HH:mm": "%d.%m.%Y %H:%M",
    "dd.MM.yyyy HH:mm:ss": "%d.%m.%Y %H:%M:%S",
    "yyyyMMdd": "%Y%m%d",
    "dd/MM/yyyy": "%d/%m/%Y",
    "MM/dd/yyyy": "%m/%d/%Y",
    "dd.MM.yyyy": "%d.%m.%Y",
    "M/d/yyyy H:mm": "%m/%d/%Y %H:%M",
    "d/M/yyyy H:mm": "%d/%m/%Y %H:%M",
    "d.M.yyyy H:mm": "%d.%m.%Y %H:%M",
    "M/d/yyyy H:mm:ss": "%m/%d/%Y %H:%M:%S",
    "d/M/yyyy H:mm:ss": "%d/%m/%Y %H:%M:%S",
    "M/d/yyyy h:mm a": "%m/%d/%Y %I:%M %p",
    "M/d/yyyy h:mm:ss a": "%m/%d/%Y %I:%M:%S %p",
    "M/d/yyyy": "%m/%d/%Y",
    "d/M/yyyy": "%d/%m/%Y",
    "d.M.yyyy": "%d.%m.%Y",
}
PARTS = {"yyyy": r"\d{4}", "MMM": "[A-Za-z]{3}", "EEE": "[A-Za-z]{3}", "VV": ".+", "Z": r"[+-]\d{4}", "a": "[AaPp][Mm]"}
PARTS |= {**dict.fromkeys(("MM", "dd", "HH", "mm", "ss"), r"\d\d"), **dict.fromkeys("MdHh", r"\d\d?")}
SHAPES = {
    form: re.compile(re.sub(r"([A-Za-z])\1*|.", lambda part: PARTS.get(part[0], re.escape(part[0])), form)) for form in FORMATS
}
TIME_NAME = re.compile(r"(^|_|(?<=[a-z]))(at|ts|time|timestamp|date|day|when|created|updated|tstamp)(_|$|\d)", re.IGNORECASE)
SCALARS = ("string", "boolean", "tinyint", "smallint", "int", "bigint", "float", "double", "date", "timestamp")


def type_of(column: Column) -> tuple[str, str]:
    """The type in which ingest can read every value looked at, and the format of a time that is not ISO; string fits all."""
    if column.type:
        return _of_file(column.type)
    texts = [str(value) for value in column.held]
    if not texts:
        return "string", ""
    if all(text.lower() in ("true", "false") for text in texts):
        return "boolean", ""
    if found := _time(column.place, texts):
        return found
    if any(LEADING_ZERO.fullmatch(text) for text in texts):  # a code, of which a number would keep less
        return "string", ""
    if all(INTEGER.fullmatch(text) for text in texts):
        return ("bigint" if all(-BOUND <= int(text) < BOUND for text in texts) else "string"), ""
    return ("double" if all(DECIMAL.fullmatch(text) for text in texts) else "string"), ""


def _of_file(kind: str) -> tuple[str, str]:
    if kind == "timestamp_ntz":
        return "timestamp", ""
    if kind in SCALARS or kind.startswith("decimal("):
        return kind, ""
    return ("string", "") if kind == "void" else ("", "")  # nested, binary: no column, and kept where it can be


def _time(name: str, texts: list[str]) -> tuple[str, str] | None:
    if all(DAY.fullmatch(text) and _is(text, "%Y-%m-%d") for text in texts):
        return "date", ""
    if all(TIME.fullmatch(text) for text in texts):
        return "timestamp", ""
    for form, python in FORMATS.items():
        shape = SHAPES[form]
        if all(shape.fullmatch(text) and _is(text, python) for text in texts):
            if form == "yyyyMMdd" and not TIME_NAME.search(name):
                continue  # a number
            return ("timestamp" if ":" in form else "date"), form
    if TIME_NAME.search(name) and all(INTEGER.fullmatch(text) for text in texts):
        for form, scale in EPOCHS.items():
            if all(LEAST <= int(text) / scale <= MOST for text in texts):
                return "timestamp", form
    return None


def _is(text: str, form: str) -> bool:
    try:
        datetime.strptime(text, form)
    except ValueError:
        return False
    return True
