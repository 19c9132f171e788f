"""What a Parquet file says of itself in its footer. No pyspark here."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from dmp_spark.formats.headers import Header, UnreadableFileError, fitting, is_readable, missing, spark_type
from dmp_spark.formats.spec import Reading


def probe(path: str, reading: Reading) -> tuple[Header, int]:
    """The file's header and its number of records, from the footer alone; UnreadableFileError where it does not fit.

    An optional column that it lacks holds nothing there.
    """
    if Path(path).is_file() and not Path(path).stat().st_size:
        raise UnreadableFileError("it is empty, which no file of parquet is")
    try:
        with pq.ParquetFile(path) as file:
            physical = {column.path: column.physical_type for column in (file.schema.column(i) for i in range(len(file.schema)))}
            schema, rows = file.schema_arrow, file.metadata.num_rows
    except (pa.ArrowException, OSError, ValueError):
        raise UnreadableFileError("it cannot be read as parquet") from None
    for field in reading.in_records:
        alike = [each for each in schema.names if each.lower() == field.place.split(".")[0].lower()]
        if len(alike) > 1:
            raise UnreadableFileError(f"it has the columns {' and '.join(alike)}, which Spark cannot tell apart")
    types, found = described(schema, reading, lambda place, arrow: _spark_type(place, arrow, physical.get(place, "")))
    places = tuple((field.name, _steps(schema, field.place)) for field in reading.in_records if field.place != field.name)
    return Header(types, places, _extra(schema, found) if reading.keeps_extra else ()), rows


def described(
    schema: pa.Schema, reading: Reading, kind_of: Callable[[str, pa.DataType], str]
) -> tuple[tuple[tuple[str, str], ...], dict[str, pa.DataType | None]]:
    """The declared columns by the type that `kind_of` gives of a place, as Header.types, and what was found at each place.

    UnreadableFileError where a column is missing, or does not fit.
    """
    found = {field.place: type_at(schema, field.place) for field in reading.in_records}
    names = [*schema.names, *[place for place, kind in found.items() if kind is not None and place not in schema.names]]
    if difference := missing(names, reading.fields, reading.optional):
        raise UnreadableFileError(difference)
    types = []
    for field in reading.fields:
        arrow = found.get(field.place)
        if field.folder or arrow is None:
            types.append((field.name, "string" if field.folder else "void"))
        else:
            types.append((field.name, fitting(field.place, kind_of(field.place, arrow), field.type)))
    return tuple(types), found


def type_at(schema: pa.Schema, place: str) -> pa.DataType | None:
    """The type of a column, or of a field within nested ones (`geo.country`); None where there is none."""
    if place in schema.names:
        return schema.field(place).type
    first, *rest = place.split(".")
    arrow = schema.field(first).type if first in schema.names else None
    for name in rest:
        inside = arrow is not None and pa.types.is_struct(arrow) and arrow.get_field_index(name) >= 0
        arrow = arrow.field(name).type if inside and arrow is not None else None
    return arrow if rest else None


def _steps(schema: pa.Schema, place: str) -> tuple[str, ...]:
    return (place,) if place in schema.names else tuple(place.split("."))


def _extra(schema: pa.Schema, declared: dict[str, pa.DataType | None]) -> tuple[tuple[str, str], ...]:
    """The columns that are not declared and that Spark can read; a nested one too of which a part is declared."""
    lower = [name.lower() for name in schema.names]
    others = [name for name in schema.names if name not in declared and lower.count(name.lower()) == 1]
    return tuple((name, spark_type(schema.field(name).type)) for name in others if is_readable(schema.field(name).type))


def _spark_type(name: str, arrow: pa.DataType, physical: str) -> str:
    if pa.types.is_timestamp(arrow):
        if physical == "INT96":
            return "timestamp"
        if arrow.unit == "ns":
            raise UnreadableFileError(f"its column {name} holds nanoseconds, which Spark cannot read: write microseconds")
    return spark_type(arrow)
