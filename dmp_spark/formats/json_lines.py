"""Records of JSON lines: each line taken apart once, nested objects and arrays too, into cells of text."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from dmp_spark.formats.headers import Header, of_texts
from dmp_spark.formats.lines import Fault, refuse_other_json
from dmp_spark.formats.spec import Reading, steps

OBJECT, ARRAY = "map<string,string>", "array<string>"
Steps = tuple[str | int, ...]
PLACE = ("_file_id", "_landed", "_position")


def probe(path: str, reading: Reading) -> Header:
    """The header; UnreadableFileError where the file is one JSON value over many lines instead of a record a line."""
    refuse_other_json(path, reading.signs.encoding)
    return of_texts(reading)


@dataclass(frozen=True)
class Inside:
    """An object or array within a record: its path, the column that holds it taken apart, and what is asked of it."""

    path: Steps
    column: str
    children: tuple[str | int, ...]

    @property
    def is_object(self) -> bool:
        """Whether its children have names."""
        return isinstance(self.children[0], str)


def cells(lines: DataFrame, reading: Reading) -> DataFrame:
    """The rows of `lines.SCHEMA` with cells, one row a record; `lines` hold each line whole in `_line`.

    A value that is no text is written as JSON writes it, an object and an array too, a number with a fraction as a double (so
    `19.90` is 19.9, and more than 15 digits do not hold); null and nothing are null. With
    `explode` each element of that array is a row, numbered from 0 in `_element`, and has all that its line has beside. Faults:
    a line that is no single object, a name twice in one object whose names are not all declared, an object or array that is
    something else (`unreadable_<path>`), and an array without any element (`nothing_in_<path>`).
    """
    exploded = steps(reading.explode) if reading.explode else ()
    paths = {field.name: [steps(place) for place in field.places] for field in reading.in_records}
    asked = [path for found in paths.values() for path in found]
    whole = F.from_json(F.concat(F.lit("["), "_line", F.lit("]")), f"array<{OBJECT}>")  # else what follows an object is lost
    opened = lines.withColumn("_in", F.when(F.col("_fault").isNull() & (F.size(whole) == 1), F.get(whole, F.lit(0))))
    faults: list[tuple[str, Column]] = [
        (Fault.NOT_JSON, F.col("_fault").isNull() & F.col("_position").isNotNull() & F.col("_in").isNull())
    ]
    wanted = [path for path in asked if not _is_in(path, exploded)] + ([exploded] if exploded else [])
    opened, insides, told = _opened(opened, Inside((), "_in", ()), wanted)
    faults += told
    if exploded:
        elements = [path for path in asked if _is_in(path, exploded)]
        opened, further, told = _elements(opened, insides, exploded, elements)
        insides, faults = insides + further, faults + told
    objects = [inside for inside in insides if inside.children and inside.is_object]
    faults += [(Fault.REPEATED_FIELD, _is_repeated(inside)) for inside in objects]
    texts = {name: _together([_text(insides, path) for path in found]) for name, found in paths.items()}
    fault = F.coalesce("_fault", *[F.when(is_so, F.lit(reason)) for reason, is_so in faults])
    parts = [{_told(path): _text(insides, path) for path in found} for found in paths.values() if len(found) > 1]
    told_of = opened.withColumn("_why", fault)
    is_whole = F.col("_why").isNull() & F.col("_position").isNotNull()
    values = F.array(*[texts.get(field.name, F.lit(None).cast("string")) for field in reading.fields])
    return told_of.select(
        *PLACE,
        F.coalesce("_index", F.lit(0)).cast("bigint").alias("_element") if exploded else F.col("_element"),
        F.when(is_whole, values).alias("_cells"),
        (F.when(is_whole, _beside(_extra(objects), parts)) if reading.keeps_extra else F.lit(None)).cast(OBJECT).alias("_extra"),
        F.when(F.col("_why").isNotNull(), F.col("_line")).alias("_line"),
        F.col("_why").alias("_fault"),
        "_problem",
    )


def _is_in(path: Steps, outer: Steps) -> bool:
    return bool(outer) and path[: len(outer)] == outer


def _opened(frame: DataFrame, root: Inside, paths: Iterable[Steps]) -> tuple[DataFrame, list[Inside], list[tuple[str, Column]]]:
    """The frame with a column for each object or array on the paths, these, and faults of what is neither.

    Each level stands in a projection of its own, so that none is taken apart twice.
    """
    paths, base = list(paths), len(root.path)
    wanted = sorted({path[:depth] for path in paths for depth in range(base, len(path))}, key=lambda each: (len(each), str(each)))
    # by number: `a.b` and `a_b` are two
    names = {path: root.column if path == root.path else f"{root.column}_{number}" for number, path in enumerate(wanted)}
    insides: list[Inside] = []
    faults: list[tuple[str, Column]] = []
    for depth in sorted({len(path) for path in wanted}):
        level = [path for path in wanted if len(path) == depth]
        found = [Inside(path, names[path], _children(path, paths)) for path in level]
        within = [inside for inside in found if inside.path != root.path]
        texts = {inside.column: _text(insides, inside.path) for inside in within}
        taken = {i.column: F.from_json(texts[i.column], OBJECT if i.is_object else ARRAY) for i in within}
        frame = frame.withColumns(taken) if taken else frame  # a level at a time: what is within needs what is around
        faults += [(f"unreadable_{_told(i.path)}", _is_there(texts[i.column]) & F.col(i.column).isNull()) for i in within]
        insides += found
    return frame, insides, faults


def _elements(
    frame: DataFrame, insides: list[Inside], exploded: Steps, paths: list[Steps]
) -> tuple[DataFrame, list[Inside], list[tuple[str, Column]]]:
    """A row an element of the array at `exploded`; objects within elements, and faults."""
    text, told = _text(insides, exploded), _told(exploded)
    frame = frame.withColumn("_elements", F.from_json(text, ARRAY))
    is_none = F.col("_fault").isNull() & F.col("_in").isNotNull() & (F.coalesce(F.size("_elements"), F.lit(0)) <= 0)
    is_wrong = F.coalesce(_is_there(text), F.lit(False)) & F.col("_elements").isNull()
    frame = frame.withColumns({"_is_none": is_none & ~is_wrong, "_is_wrong": is_wrong})
    frame = frame.select("*", F.posexplode_outer("_elements").alias("_index", "_at"))
    faults = [(f"unreadable_{told}", F.col("_is_wrong")), (f"nothing_in_{told}", F.col("_is_none"))]
    if all(path == exploded for path in paths):  # elements are texts and numbers
        return frame, [Inside(exploded, "_at", ())], faults
    frame = frame.withColumn("_of", F.from_json("_at", OBJECT))
    faults.append((f"unreadable_{told}", F.col("_at").isNotNull() & F.col("_of").isNull()))
    frame, further, within = _opened(frame, Inside(exploded, "_of", ()), [path for path in paths if path != exploded])
    return frame, [Inside(exploded, "_at", ()), *further], faults + within


def _text(insides: list[Inside], path: Steps) -> Column:
    """The text at a path: of the nearest object or array that was taken apart."""
    own = next((inside for inside in insides if inside.path == path and not inside.children), None)
    if own is not None:
        return F.col(own.column)
    parent = next(inside for inside in insides if inside.path == path[:-1] and inside.children)
    last = path[-1]
    return F.try_element_at(F.col(parent.column), F.lit(last)) if isinstance(last, str) else F.get(parent.column, F.lit(last))


def _together(texts: list[Column]) -> Column:
    """Texts with a blank between; null where one of them is null."""
    return texts[0] if len(texts) == 1 else F.concat(texts[0], *[part for text in texts[1:] for part in (F.lit(" "), text)])


def _children(path: Steps, paths: list[Steps]) -> tuple[str | int, ...]:
    return tuple(dict.fromkeys(each[len(path)] for each in paths if each[: len(path)] == path and len(each) > len(path)))


def _is_there(text: Column) -> Column:
    return text.isNotNull() & (text != F.lit("null"))


def _told(path: Steps) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def _declared(inside: Inside) -> Column:
    """How many of its names an object has that are declared."""
    has = [F.map_contains_key(inside.column, F.lit(name)).cast("int") for name in inside.children]
    return reduce(Column.__add__, has)


def _is_repeated(inside: Inside) -> Column:
    """Whether an object has a name twice; asked only where it has more names than are declared."""
    names = F.map_keys(inside.column)
    return (F.size(names) > _declared(inside)) & (F.size(F.array_distinct(names)) < F.size(names))


def _extra(objects: list[Inside]) -> Column:
    """What no field names, by its path; null where there is nothing."""
    if len(objects) == 1:
        return _unknown(objects[0])
    none = F.array().cast("array<struct<key:string,value:string>>")
    entries = [F.coalesce(F.map_entries(_unknown(inside)), none) for inside in objects]
    labels = [f"{_told(inside.path)}." if inside.path else "" for inside in objects]
    named = [_labelled(each, label) for each, label in zip(entries, labels, strict=True)]
    is_none = reduce(Column.__and__, [_unknown(inside).isNull() for inside in objects])
    return F.when(~is_none, F.map_from_entries(F.concat(*named)))


def _beside(extra: Column, parts: list[dict[str, Column]]) -> Column:
    """What no field names, and of each field of several texts those that are there, where one is not."""
    for texts in parts:
        held = F.map_filter(
            F.create_map(*[part for path, text in texts.items() for part in (F.lit(path), text)]),
            lambda _, text: text.isNotNull(),
        )
        is_left = F.size(held).between(1, len(texts) - 1)
        none = F.create_map().cast(OBJECT)
        extra = F.when(is_left, F.map_concat(F.coalesce(extra, none), held)).otherwise(extra)
    return extra


def _labelled(entries: Column, label: str) -> Column:
    return F.transform(entries, lambda entry: F.struct(F.concat(F.lit(label), entry["key"]).alias("key"), entry["value"]))


def _unknown(inside: Inside) -> Column:
    """The names of an object that are not declared, with their values; null where there are none."""
    column = F.col(inside.column)
    known = [F.lit(name) for name in inside.children]
    others = F.map_filter(column, lambda name, value: ~name.isin(*known) & value.isNotNull())
    more = F.when(F.size(column) > _declared(inside), others)
    return F.when(F.size(more) > 0, more)
