"""How files are read, in few words: what tests of formats start from."""

from collections.abc import Mapping
from typing import Any

from dmp_spark.formats.spec import Field, Reading


def reading(columns: Mapping[str, str | Field], **changes: Any) -> Reading:
    """Columns by type, or as fields; parquet where nothing else is said."""
    fields = tuple(kind if isinstance(kind, Field) else Field(name=name, type=kind) for name, kind in columns.items())
    return Reading(fields=fields, **changes)
