"""`dmp sql`: one SELECT over what was published, in Spark's dialect."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dmp_spark.cli.call import lakehouse_of
from dmp_spark.cli.printing import Format, print_rows

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from dmp_spark.lakehouse.location import Location
    from dmp_spark.operations.sql import Engine


def sql(folder: Path, overrides: Sequence[str], text: str, engine: "Engine", form: Format) -> int:
    """Print the rows of a query; 0. UserError where it is not one SELECT over known tables."""
    from dmp_spark.operations.sql import answer
    from dmp_spark.operations.values import python_rows

    written = sys.stdin.read() if text == "-" else text
    location = lakehouse_of(folder, overrides)
    found = answer(location, written, engine, lambda: _session(location))
    if found.note:
        print(found.note, file=sys.stderr)
    print_rows(found.rows.schema.names, python_rows(found.rows), form, sys.stdout, sys.stderr)
    return 0


def _session(location: "Location") -> "SparkSession":
    from dmp_spark.lakehouse.opening import opened

    return opened(location)
