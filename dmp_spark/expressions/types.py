"""The types of expressions, as Spark SQL texts: `bigint`, `decimal(18,4)`, `map<string,string>`. No pyspark here."""

import re
from collections.abc import Iterable

INTEGERS = ("tinyint", "smallint", "int", "bigint")
WIDE = "decimal(38,6)"  # what sums and products of decimals become
_OTHER_NAMES = {
    "byte": "tinyint",
    "short": "smallint",
    "integer": "int",
    "long": "bigint",
    "float": "double",
    "real": "double",
    "bool": "boolean",
    "text": "string",
    "decimal": "decimal(10,0)",
}


def normalise(kind: str) -> str:
    """The one spelling of a type: lower case, no blanks, `int` for `integer`, `double` for `float`."""
    text = re.sub(r"\s+", "", kind).lower()
    return _OTHER_NAMES.get(text, text)


def family(kind: str) -> str:
    """What a type is to the functions: integer, decimal, array or map whatever its size, else itself; `other` where none fits."""
    if kind in INTEGERS:
        return "integer"
    if kind in ("double", "string", "boolean", "date", "timestamp", "null", "unknown"):
        return kind
    for start in ("decimal", "array", "map"):
        if re.match(rf"{start}[(<]", kind):
            return start
    return "other"


def is_number(kind: str) -> bool:
    """Whether a type is a number."""
    return family(kind) in ("integer", "decimal", "double")


def precision_and_scale(kind: str) -> tuple[int, int]:
    """Digits in all and digits behind the point of a decimal; whole numbers count as 19 and 0."""
    found = re.fullmatch(r"decimal\((\d+),(\d+)\)", kind)
    return (int(found[1]), int(found[2])) if found else (19, 0)


def element_of(kind: str) -> str:
    """The type of an array's elements."""
    return kind[len("array<") : -1]


def entry_of(kind: str) -> tuple[str, str]:
    """The types of a map's keys and values; keys are plain types."""
    key, value = kind[len("map<") : -1].split(",", 1)
    return key, value


def common(kinds: Iterable[str]) -> str | None:
    """The type that values of all these types can be brought to without loss of meaning; None where there is none.

    Numbers meet in the widest of bigint, decimal, double; null meets everything; nothing else mixes.
    """
    distinct = list(dict.fromkeys(kind for kind in kinds if kind != "null"))
    if not distinct:
        return "null"
    if "unknown" in distinct:
        return "unknown"
    if len(distinct) == 1:
        return distinct[0]
    if not all(is_number(kind) for kind in distinct):
        return None
    if "double" in distinct:
        return "double"
    if all(kind in INTEGERS for kind in distinct):
        return "bigint"
    sizes = [precision_and_scale(kind) for kind in distinct]
    scale = max(scale for _, scale in sizes)
    whole = max(precision - scale_ for precision, scale_ in sizes)
    return f"decimal({whole + scale},{scale})" if whole + scale <= 38 else WIDE


def keeps(kind: str, other: str) -> bool:
    """Whether a value of one type stays what it is when it is cast to the other, or becomes null: what a key may do.

    A fraction cut to a whole number, or a time to its day, would find the row of another key.
    """
    start, end = family(kind), family(other)
    if "unknown" in (start, end) or start in (end, "null", "string"):
        return True
    if end == "string":
        return start not in ("array", "map", "other")
    return (start, end) in (("integer", "decimal"), ("integer", "double"), ("decimal", "double"), ("date", "timestamp"))
