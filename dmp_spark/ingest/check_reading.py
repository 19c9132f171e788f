"""How the files of a source are read, proven: formats, columns and where a record has them. No pyspark here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from dmp_spark.formats.patterns import PATTERNS
from dmp_spark.formats.spec import AS_TEXT, EPOCHS, FOLDER_TYPES, ColumnFile, Field, Signs, behind_weekday, steps
from dmp_spark.ingest.check_signs import signs
from dmp_spark.ingest.spec import SourceFile
from dmp_spark.project.load import Found

PLAIN_TYPES = (
    "string",
    "boolean",
    "tinyint",
    "smallint",
    "int",
    "bigint",
    "float",
    "double",
    "date",
    "timestamp",
    "decimal(p,s)",
)
TYPE_PATTERN = re.compile(
    r"string|boolean|tinyint|smallint|int|bigint|float|double|date|timestamp|decimal\((\d{1,2}),(\d{1,2})\)"
)
OF_FORMAT = {
    "encoding": AS_TEXT,
    "comment": ("csv", "text"),
    "nulls": ("csv", "text"),
    **dict.fromkeys(("separator", "quote", "escape", "names"), ("csv",)),
    "pattern": ("text",),
    "explode": ("json",),
}
JAVA_GROUP = re.compile(r"\(\?<(?=[A-Za-z_])")
TIME_PART = re.compile(r"'[^']*'|yyyy|yy|M{1,4}|dd?|HH?|hh?|mm?|ss?|S{1,9}|a|X{1,3}|x{1,3}|Z|VV|[^A-Za-z']")
TIME_WAYS = "Spark's datetime pattern, like dd/MMM/yyyy:HH:mm:ss Z; or epoch_seconds, epoch_millis, epoch_micros"
TOGETHER = ("string", "date", "timestamp", "unknown")
MOST_LETTERS = 80


@dataclass(frozen=True)
class Read:
    """What a Source says of its files, by the same names."""

    columns: dict[str, str]
    fields: tuple[Field, ...] = ()
    pattern: str = ""
    explode: str = ""
    signs: Signs = Signs()
    cells: tuple[str, ...] = ()
    settle: int = 0


def read(written: SourceFile, address: str, found: Found) -> Read:
    """How the source is read; each mistake is added to `found`, and what is wrong is left out or of type unknown."""
    for key, formats in OF_FORMAT.items():
        if getattr(written.read, key) is not None and written.read.format not in formats:
            what = f"`{key}` is of {' or '.join(formats)}, and these files are {written.read.format}"
            found.add("other-format", what, f"{address}.read.{key}", f"format: {formats[0]}, or leave it out")
    expression, nothing, own = _pattern(written, address, found)
    explode = _explode(written, address, found)
    columns: dict[str, str] = {}
    fields: list[Field] = []
    declared: Mapping[str, str | ColumnFile] = written.columns or own
    if not declared:
        found.add(
            "missing", "`columns` is missing: which columns are read, and of which type", address, "columns: {id: bigint, …}"
        )
    for name, column in declared.items():
        place = f"{address}.columns.{name}"
        columns[name] = _type(column if isinstance(column, str) else column.type, place, found)
        if (struct := name.lower()) in written.lookups:  # Spark tells no capital letter from a small one
            what = f"{name} is a column and a lookup"
            found.add("two-meanings", what, f"{address}.lookups.{struct}", "name the lookup otherwise")
        if isinstance(column, ColumnFile) and (field := _field(name, columns[name], column, written, place, found)):
            fields.append(field)
    if expression and written.columns:
        _are_groups(columns, {field.name: field for field in fields}, expression, written, address, found)
    if written.read.format == "json":
        paths = [(name, path) for name in columns for path in _paths(name, fields)]
        _one_kind_a_place(paths, explode, address, found)
    return Read(
        columns=columns,
        fields=tuple(fields),
        pattern=expression,
        explode=explode,
        signs=signs(written.read, nothing, f"{address}.read", found),
        cells=_names(columns, fields, written, address, found),
        settle=_seconds(written.read.settle, address, found),
    )


def _paths(name: str, fields: list[Field]) -> list[tuple[str | int, ...]]:
    """The steps to what makes a column of nested records; its own name where nothing else is said, or what is said is wrong."""
    places = next((field.places for field in fields if field.name == name and field.at), ())
    return [steps(place) for place in places] or [(name,)]


def _names(columns: Mapping[str, str], fields: list[Field], written: SourceFile, address: str, found: Found) -> tuple[str, ...]:
    """The names of the cells of CSV whose first line has none; a problem for one that stands twice, or a column that is none."""
    names = written.read.names or []
    if not names or written.read.format != "csv":
        return ()
    for twice in sorted({name for name in names if names.count(name) > 1}):
        found.add("twice", f"`names` names {twice} more than once", f"{address}.read.names")
    own = {field.name: field for field in fields}
    for name in columns:
        field = own.get(name) or Field(name=name, type=columns[name])
        for place in () if field.folder else field.places:
            if place not in names:
                found.add("unknown-column", f"`names` has no {place}", f"{address}.columns.{name}", Found.suggest(place, names))
    return tuple(names)


def _seconds(settle: object, address: str, found: Found) -> int:
    if settle is None:
        return 0
    try:
        return int(settle.seconds)  # type: ignore[attr-defined]
    except ValueError as error:
        found.add("no-length", str(error), f"{address}.read.settle", "settle: 1 minute")
        return 0


def _type(written: str, address: str, found: Found) -> str:
    plain = written.replace(" ", "").lower()
    match = TYPE_PATTERN.fullmatch(plain)
    if match is not None and (match[1] is None or (1 <= int(match[1]) <= 38 and int(match[2]) <= int(match[1]))):
        return plain
    found.add("unknown-type", f"no such type: {written}", address, Found.suggest(plain, PLAIN_TYPES))
    return "unknown"


def _field(name: str, kind: str, written: ColumnFile, source: SourceFile, address: str, found: Found) -> Field | None:
    if written.from_ and written.folder:
        found.add("one-of", "a column is either in the record or in the path", address, "`from` or `folder`")
        return None
    if written.folder and kind not in (*FOLDER_TYPES, "unknown"):
        found.add("wrong-type", f"a folder's value is no {kind}", f"{address}.type", f"one of {', '.join(FOLDER_TYPES)}")
        return None
    at, *more = written.from_ if isinstance(written.from_, list) else [written.from_ or ""]
    if more and source.read.format not in AS_TEXT:
        what = f"texts make a column together, and {source.read.format} holds values"
        found.add("other-format", what, f"{address}.from", "name one of them")
        return None
    if more and kind not in TOGETHER:
        found.add(
            "wrong-type", f"texts with a blank between are no {kind}", f"{address}.from", "name one of them, or type: timestamp"
        )
        return None
    if more and (written.format in EPOCHS or (kind == "date" and not written.format)):
        found.add(
            "time-format", "two texts are no number, and no date of ISO", f"{address}.from", "say how both are written: `format`"
        )
        return None
    if source.read.format == "json":
        try:
            _ = [steps(path) for path in (at, *more) if path]
        except ValueError as error:
            found.add("path", str(error), f"{address}.from")
            return None
    if written.format and not _is_time_format(written.format, kind, source, address, found):
        return None
    return Field(name=name, type=kind, at=at, more=tuple(more), format=written.format or "", folder=written.folder or "")


def _is_time_format(pattern: str, kind: str, source: SourceFile, address: str, found: Found) -> bool:
    if kind not in ("date", "timestamp", "unknown"):
        found.add(
            "wrong-type", f"`format` is of times, and this is {kind}", f"{address}.format", "leave it out, or type: timestamp"
        )
        return False
    if source.read.format not in AS_TEXT:
        what = f"`format` is of times written as text, and {source.read.format} holds times as such"
        found.add(
            "other-format", what, f"{address}.format", "leave it out; or type: string, and an expression makes a time of it"
        )
        return False
    if pattern in EPOCHS:
        return True
    rest = TIME_PART.sub("", behind_weekday(pattern)[1])
    if rest or len(pattern) > MOST_LETTERS or not re.search("y", pattern):
        what = f"`{rest}` is no part of a datetime pattern" if rest else "a datetime pattern has a year and at most 80 letters"
        found.add("time-format", what, f"{address}.format", TIME_WAYS)
        return False
    return True


def _pattern(written: SourceFile, address: str, found: Found) -> tuple[str, str, dict[str, str | ColumnFile]]:
    """The regular expression, the text that means nothing in it, and the columns that a named pattern brings along."""
    if written.read.format != "text":
        return "", "", {}
    name, place = written.read.pattern, f"{address}.read.pattern"
    if name is None:
        way_out = f"pattern: one of {', '.join(PATTERNS)}, or a regular expression with named groups: (?<client>\\S+) …"
        found.add("missing", "`pattern` is missing: lines of text are taken apart by one", f"{address}.read", way_out)
        return "", "", {}
    if known := PATTERNS.get(name):
        columns = {
            column: ColumnFile(type=kind, format=known.formats[column]) if column in known.formats else kind
            for column, kind in known.columns.items()
        }
        return known.expression, known.nulls, columns
    try:
        expression = JAVA_GROUP.sub("(?P<", name)
        groups = re.compile(expression).groupindex
    except re.error as error:
        way_out = f"{Found.suggest(name, list(PATTERNS))}" if name.isidentifier() else ""
        found.add("pattern", f"the pattern is no regular expression of Python: {error}", place, way_out)
        return "", "", {}
    if not groups:
        suggestion = Found.suggest(name, list(PATTERNS)) if name.isidentifier() else "(?<client>\\S+) makes a column client"
        found.add("pattern", "the pattern names no group, so it gives no column", place, suggestion)
        return "", "", {}
    return expression, "", dict.fromkeys(groups, "string")


def _are_groups(
    columns: Mapping[str, str], fields: Mapping[str, Field], expression: str, written: SourceFile, address: str, found: Found
) -> None:
    groups = list(re.compile(expression).groupindex)
    for name in columns:
        field = fields.get(name)
        for place in (() if field.folder else field.places) if field else (name,):
            if place not in groups:
                what = f"the pattern has no group {place}"
                found.add("unknown-column", what, f"{address}.columns.{name}", Found.suggest(place, groups))


def _explode(written: SourceFile, address: str, found: Found) -> str:
    path = written.read.explode
    if path is None or written.read.format != "json":
        return ""
    try:
        steps(path)
    except ValueError as error:
        found.add("path", str(error), f"{address}.read.explode")
        return ""
    return path


def _one_kind_a_place(paths: list[tuple[str, tuple[str | int, ...]]], explode: str, address: str, found: Found) -> None:
    """No place in a record is both an object and an array, or an array of which one element is asked and all are exploded."""
    kinds: dict[tuple[str | int, ...], tuple[type, str]] = {}
    exploded = steps(explode) if explode else ()
    for name, path in paths:
        for depth in range(1, len(path)):
            outer, kind = path[:depth], type(path[depth])
            is_element = exploded and outer == exploded
            first = kinds.setdefault(outer, (kind, name))
            if first[0] is not kind or (is_element and kind is int):
                told = ".".join(str(step) for step in outer)
                other = "each of its elements is a record" if is_element else f"{first[1]} reads it as another kind"
                what = f"{told} cannot be read so: {other}"
                found.add("path", what, f"{address}.columns.{name}", "a.b is a field of an object, a[0] an element of an array")
