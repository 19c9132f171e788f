"""The Arrow schema of a contract: `ops` tables are written by `deltalake`, without Spark."""

import re

import pyarrow as pa

from dmp_spark.contracts import Contract

_SIMPLE = {
    "string": pa.string(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "boolean": pa.bool_(),
    "timestamp": pa.timestamp("us", "UTC"),
    "date": pa.date32(),
}


def arrow_schema(contract: Contract) -> pa.Schema:
    """The Arrow schema of a contract, columns in its order."""
    return pa.schema([pa.field(c.name, arrow_type(c.type), nullable=c.nullable) for c in contract.columns])


def arrow_type(text: str) -> pa.DataType:
    """The Arrow type of a Spark SQL type text; ValueError for a type that operations do not use."""
    if text in _SIMPLE:
        return _SIMPLE[text]
    kind, inside = re.fullmatch(r"(\w+)<(.*)>", text).groups() if text.endswith(">") else ("", "")  # type: ignore[union-attr]
    parts = _split(inside)
    if kind == "array":
        return pa.list_(arrow_type(inside))
    if kind == "map":
        return pa.map_(arrow_type(parts[0]), arrow_type(parts[1]))
    if kind == "struct":
        return pa.struct([(name, arrow_type(of)) for name, _, of in (part.partition(":") for part in parts)])
    raise ValueError(f"no Arrow type for {text}")


def _split(text: str) -> list[str]:
    """Split at the commas outside of angle brackets."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter == "<") - (letter == ">")
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return parts
