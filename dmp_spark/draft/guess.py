"""What the columns of a file may mean: guesses from names and values, for somebody to read and correct. No pyspark here."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from dmp_spark.draft.infer import TIME_NAME, type_of
from dmp_spark.draft.looked import Column, Looked
from dmp_spark.expressions.parse import ExpressionError, parse
from dmp_spark.formats.patterns import PATTERNS

SOMEBODY: Mapping[str, str] = {  # namespace → what its columns are called; the first that fits stands first
    "customer": r"customer|client_?id|cust|household|member|account|buyer|shopper",
    "user": r"user_?id|userid|uid|login|user$|person|subscriber",
    "email": r"e_?mail",
    "phone": r"phone|mobile|msisdn",
    "cookie": r"cookie|visitor|anonymous_?id|device_?id|domain_userid|fingerprint",
    "session": r"session",
    "ip": r"(^|_)ip(_|$)|ip_?address|^client$|host$",
}
KEYS = ("string", "int", "bigint")
# what an event has of its own → what its columns are called, and their types
VALUES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "item_id": (r"product_?id|item_?id|sku|stock_?code|article|^target$|asin", KEYS),
    "order_id": (r"order_?(id|no|number)|invoice|basket|receipt|transaction_?id", KEYS),
    "quantity": (r"^(quantity|qty|pieces)$", ("int", "bigint")),
    "device": (r"^(cs_)?(user_?)?agent$", ("string",)),
}
TYPE_NAMES = re.compile(r"^(event(_?(type|name))?|action|activity|verb)$", re.IGNORECASE)
MOST_TYPES, MOST_ATTRIBUTES = 20, 40
OCCURRED = re.compile(r"event|occur|created|order|invoice|purchase|collector|visit", re.IGNORECASE)
ID_NAMES = re.compile(r"(^|_|(?<=[a-z]))(id|key|no|number|code|uuid)$|^(id|key)", re.IGNORECASE)
MOST_KEYS = 3
CLIENT = re.compile(r"^c_|client|remote", re.IGNORECASE)  # of several addresses that of who came
NULLS = {"NULL", "null", "\\N", "NA", "N/A", "NaN", "nan", "None", "-", "?"}


@dataclass(frozen=True)
class Drafted:
    """A column as the draft declares it: its name, its type, where a record has it, and the format of its times."""

    name: str
    type: str
    place: str
    format: str
    column: Column


@dataclass(frozen=True)
class Guess:
    """What a source may be: `time` where its records are events, `key` where they are reference data.

    `id` names a column, and is empty where none is one; `identifiers` are columns by namespace; `kinds` the events by name,
    each with its condition, empty where all records are one kind; `values` are columns by what an event has of its own;
    `attributes` all other columns of events.
    """

    name: str
    looked: Looked
    columns: tuple[Drafted, ...]
    time: Drafted | None = None
    id: tuple[str, ...] = ()
    identifiers: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)
    key: tuple[str, ...] = ()


def guess(looked: Looked, taken: Iterable[str] = ()) -> Guess:
    """What a file may be; `taken` are the names of other sources."""
    name = _free(plain(looked.path.name.split(".")[0]) or "records", set(taken))
    looked = _without_nulls(looked)
    columns = _columns(looked)
    time = _time(columns)
    somebody = _somebody(columns)
    if time is None or not somebody:
        return Guess(name, looked, columns, key=_key(columns))
    kind, kinds = _kinds(columns)
    values = _values(columns, {time.name, *somebody.values()})
    used = {time.name, *somebody.values(), *values.values(), kind}
    attributes = _attributes([each.name for each in columns if each.name not in used])
    return Guess(name, looked, columns, time, _id(columns), somebody, kinds or {_event(columns): ""}, values, attributes)


def _without_nulls(looked: Looked) -> Looked:
    """The same with `nulls` where, without such words, a column of text is one of numbers or times."""
    if looked.format != "csv" or "nulls" in looked.read:
        return looked
    words = {word for column in looked.columns for word in _nulls(column)}
    if not words:
        return looked
    columns = [replace(each, values=tuple(None if value in words else value for value in each.values)) for each in looked.columns]
    told = f"[{', '.join(json.dumps(word) for word in sorted(words))}]"
    return replace(looked, columns=tuple(columns), read={**looked.read, "nulls": told})


def _nulls(column: Column) -> set[str]:
    """The words among a column's values that hide its type."""
    words = NULLS & set(column.held)
    rest = tuple(value for value in column.held if value not in words)
    return words if words and rest and type_of(replace(column, values=rest))[0] != "string" else set()


def _attributes(columns: list[str]) -> dict[str, str]:
    """The columns by names of attributes, of which no two are alike."""
    found: dict[str, str] = {}
    for column in columns[:MOST_ATTRIBUTES]:
        found[_free(plain(column) or "attribute", set(found))] = column
    return found


def plain(text: str) -> str:
    """A name as a project writes names: small letters, digits and underscores, beginning with a letter; may be empty."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text)
    return re.sub(r"_+", "_", re.sub(r"[^a-z0-9]+", "_", spaced.lower())).strip("_").lstrip("0123456789_")


def _free(name: str, taken: set[str]) -> str:
    number, found = 2, name
    while found in taken:
        found, number = f"{name}_{number}", number + 1
    return found


def _columns(looked: Looked) -> tuple[Drafted, ...]:
    pattern = PATTERNS.get(looked.read.get("pattern", ""))
    found: list[Drafted] = []
    names = {column.place for column in looked.columns if _can_be_named(column.place)}  # they keep their own
    for column in looked.columns:
        kind, form = type_of(column)
        if not kind:
            continue
        own = "at" if column.more else _nameable(plain(column.place) or "column")
        name = column.place if column.place in names and not column.more else _free(own, names)
        names.add(name)
        found.append(Drafted(name, kind, column.place, pattern.formats.get(column.place, "") if pattern else form, column))
    return tuple(found)


def _nameable(name: str) -> str:
    return name if _can_be_named(name) else f"{name}_column"


def _can_be_named(name: str) -> bool:
    """Whether an expression can name a column so, and YAML write it plainly."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", name):
        return False
    try:
        return parse(name, {name: "bigint"}).type == "bigint"
    except ExpressionError:
        return False


def _time(columns: Iterable[Drafted]) -> Drafted | None:
    """The column that most looks like when it happened, of those that nearly every record has: a time before a day."""
    times = [each for each in columns if each.type in ("timestamp", "date") and each.column.held]
    full = [each for each in times if len(each.column.held) >= 0.99 * len(each.column.values)]

    def rank(each: Drafted) -> tuple[bool, bool, bool]:
        return (each.type == "timestamp", bool(OCCURRED.search(each.name)), bool(TIME_NAME.search(each.name)))

    return max(full, key=rank, default=None)


def _somebody(columns: tuple[Drafted, ...]) -> dict[str, str]:
    """Columns that may say who it was, by namespace, in the order of SOMEBODY."""
    found: dict[str, str] = {}
    for namespace, pattern in SOMEBODY.items():
        fitting = [each for each in columns if re.search(pattern, each.name, re.IGNORECASE) and each.column.held]
        fitting = [
            each
            for each in fitting
            if each.type not in ("boolean", "date", "timestamp", "float") and len(set(each.column.held)) > 1
        ]
        if fitting:
            best = max(fitting, key=lambda each: (len(each.column.held), bool(CLIENT.search(each.name))))
            if best.name not in found.values():
                found[namespace] = best.name
    return found


def _id(columns: tuple[Drafted, ...]) -> tuple[str, ...]:
    """A column that is there in each record and in no two alike, called like an id; empty: none is."""
    for each in columns:
        if ID_NAMES.search(each.name) and _is_unique([each]):
            return (each.name,)
    return ()


def _is_unique(columns: list[Drafted]) -> bool:
    rows = list(zip(*[each.column.values for each in columns], strict=True))
    return bool(rows) and not any(None in row or "" in row for row in rows) and len(set(map(str, rows))) == len(rows)


def _key(columns: tuple[Drafted, ...]) -> tuple[str, ...]:
    """Columns that are there in each record and in no two alike: one, sooner one called like an id, else the fewest from the
    left; all of them where none are.
    """
    named = [each for each in columns if ID_NAMES.search(each.name)]
    for each in [*named, *columns]:
        if each.type not in ("float", "double") and _is_unique([each]):
            return (each.name,)
    for number in range(2, MOST_KEYS + 1):
        if len(columns) >= number and _is_unique(list(columns[:number])):
            return tuple(each.name for each in columns[:number])
    return tuple(each.name for each in columns)


def _kinds(columns: Iterable[Drafted]) -> tuple[str, dict[str, str]]:
    """The column that names kinds of events, and the condition of each kind; nothing where none does, or not of each record."""
    for each in columns:
        found = sorted({str(value) for value in each.column.held})
        names = {plain(value): f"{each.name} = '{value}'" for value in found if "'" not in value}
        is_always_there = len(each.column.held) == len(each.column.values)
        if TYPE_NAMES.fullmatch(each.name) and is_always_there and 1 < len(names) == len(found) <= MOST_TYPES and "" not in names:
            return each.name, names
    return "", {}


def _values(columns: Iterable[Drafted], used: set[str]) -> dict[str, str]:
    """Columns that may be what an event has of its own: its item, its order, how many, on what."""
    found: dict[str, str] = {}
    for value, (pattern, types) in VALUES.items():
        fitting = [each.name for each in columns if re.search(pattern, each.name, re.IGNORECASE) and each.type in types]
        fitting = [name for name in fitting if name not in used and name not in found.values()]
        if fitting:
            found[value] = fitting[0]
    return found


def _event(columns: Iterable[Drafted]) -> str:
    names = " ".join(each.name.lower() for each in columns)
    if re.search(r"price|quantity|amount|invoice|order", names):
        return "purchase"
    return "page_view" if re.search(r"url|uri|page|target|refer", names) else "visit"
