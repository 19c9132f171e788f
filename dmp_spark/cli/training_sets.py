"""`dmp features training-sets` and `dmp features rebuild`: the rows that models learned from, listed and drawn again."""

import sys
from collections.abc import Sequence
from pathlib import Path

from dmp_spark.cli.call import lakehouse_of, now
from dmp_spark.cli.printing import Format, print_rows

LISTED = ("training_set", "task", "known_until", "moments", "rows", "content_hash")
REBUILT = (*LISTED, "kept_hash", "equal")


def training_sets(folder: Path, overrides: Sequence[str], form: Format) -> int:
    """Print the training sets of all models that are kept; 0. No JVM."""
    from dmp_spark.models.training_set import known_sets

    rows = [
        (kept.id, kept.task, kept.known_until, len(kept.moments), kept.rows, kept.rows_hash)
        for kept in known_sets(lakehouse_of(folder, overrides).root)
    ]
    if not rows:
        print("no model is trained yet: dmp run", file=sys.stderr)
    print_rows(LISTED, rows, form, sys.stdout, sys.stderr)
    return 0


def rebuild(folder: Path, overrides: Sequence[str], wanted: str, out: Path | None, form: Format) -> int:
    """Print a training set drawn again beside what was kept; 0 where they are equal, else 1.

    UserError where there is no such set, where the project defines its rows in another way now, or `out` stands already.
    """
    from dmp_spark import registry
    from dmp_spark.cli.run import new_run_id
    from dmp_spark.operations.training_sets import chosen, drawn_again, same_definition

    project, resolution = registry.resolved(folder, overrides)
    kept = chosen(project.lakehouse.root, wanted, out)
    same_definition(kept, resolution)
    started = now()
    print(f"drawing {kept.task} at {len(kept.moments)} moments, known until {kept.known_until}", file=sys.stderr)
    rows, rows_hash = drawn_again(kept, project.lakehouse, resolution, new_run_id(started), started, out)
    is_equal = rows_hash == kept.rows_hash
    shown = (kept.id, kept.task, kept.known_until, len(kept.moments), rows, rows_hash, kept.rows_hash, is_equal)
    print_rows(REBUILT, [shown], form, sys.stdout, sys.stderr)
    if not is_equal:
        why = "data came that says it was known by then, or reference data was replaced"
        print(f"the rows are not those of {kept.known_until}: {why}", file=sys.stderr)
    return 0 if is_equal else 1
