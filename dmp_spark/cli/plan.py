"""`dmp plan`: what a run would read, write and skip, and why. Writes nothing, by path starts no JVM."""

import sys

from dmp_spark.cli.call import Call, judged_at, now, resolved
from dmp_spark.cli.printing import Format, print_rows


def plan(call: Call, form: Format) -> int:
    """Print the plan of a run; 0."""
    from dmp_spark.operations import plan as planning
    from dmp_spark.operations.ledger import Ledger
    from dmp_spark.operations.moments import instant_text, not_before
    from dmp_spark.operations.steps import chosen, steps_of

    project, resolution = resolved(call)
    zone, location = project.settings.time_zone, project.lakehouse
    as_of = judged_at(call, project, now())
    steps = chosen(steps_of(resolution), call.stages, call.first, call.last)
    not_before(as_of, Ledger(location).stands_at(), zone, location.elsewhere)
    print(f"dmp plan {project.settings.project} as of {instant_text(as_of, zone)}, lakehouse {location}", file=sys.stderr)
    planned = planning.plan(steps, location, as_of, now(), zone, call.full)
    if form == "table":
        told = [(p.stage, _word(p.runs), p.reason, p.how) for p in planned]
        print_rows(("stage", "would", "why", "how much"), told, form, sys.stdout, sys.stderr)
        return 0
    rows = [(p.stage, _word(p.runs), list(p.why), p.how, list(p.reached), list(p.reads), list(p.writes)) for p in planned]
    print_rows(("stage", "would", "why", "how", "reached", "reads", "writes"), rows, form, sys.stdout, sys.stderr)
    return 0


def _word(runs: bool) -> str:
    return "run" if runs else "skip"
