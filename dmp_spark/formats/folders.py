"""Values that stand in the path of a file: of `day=2024-01-31` the column `day`. No pyspark here."""

import re
from datetime import date
from urllib.parse import unquote

from dmp_spark.formats.headers import UnreadableFileError
from dmp_spark.formats.spec import Reading

NOTHING = "__HIVE_DEFAULT_PARTITION__"


def of_path(path: str, reading: Reading) -> tuple[tuple[str, str], ...]:
    """The values of the columns that are folders of this path, as text; of an optional one that is not there, none.

    UnreadableFileError where a folder is missing, or holds no value of the declared type.
    """
    parts = dict(part.split("=", 1) for part in path.split("/")[:-1] if "=" in part)
    found = []
    for field in reading.fields:
        if not field.folder:
            continue
        if field.folder not in parts:
            if field.name in reading.optional:
                continue
            raise UnreadableFileError(
                f"no folder {field.folder}=… stands in its path: name {field.name} in `optional` where that may be"
            )
        value = unquote(parts[field.folder])
        if value == NOTHING:
            continue
        if not _is_value(value, field.type):
            raise UnreadableFileError(f"its folder {field.folder}=… holds no {field.type}")
        found.append((field.name, value))
    return tuple(found)


def _is_value(text: str, kind: str) -> bool:
    if kind == "string":
        return True
    if kind == "date":
        try:
            return bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) and date.fromisoformat(text))
        except ValueError:
            return False
    return bool(re.fullmatch(r"-?\d{1,18}", text)) and (kind == "bigint" or abs(int(text)) < 2**31)
