"""`dmp report`: what was published, told in one HTML file. By path it starts no JVM."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path


def report(folder: Path, overrides: Sequence[str], out: Path | None) -> int:
    """Write the report into the lakehouse, or to `out`, and print where; 0. UserError where there is nothing to tell."""
    from dmp_spark import registry
    from dmp_spark.operations.report import report as made
    from dmp_spark.operations.report import write

    clock = time.perf_counter()
    project, resolution = registry.resolved(folder, overrides)
    text = made(project, resolution)
    file = out or project.lakehouse.report
    if file.is_dir():
        file = file / "index.html"
    size = write(text, file)
    print(file)
    print(f"{size / 1000:,.0f} kB, {time.perf_counter() - clock:.1f} s", file=sys.stderr)
    return 0
