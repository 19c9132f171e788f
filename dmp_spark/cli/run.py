"""`dmp run`, and the same for jobs: one execution of the pipeline at a moment."""

import sys
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from dmp_spark.cli.call import Call, judged_at, now, resolved, wait_seconds
from dmp_spark.cli.summary import print_summary

if TYPE_CHECKING:
    from dmp_spark.project.load import Project
    from dmp_spark.project.types import Resolved
    from dmp_spark.registry import Resolution


def run(call: Call, announce: Callable[[str], None] = lambda as_of: None) -> int:
    """Run the pipeline and print what it did; the exit code. `announce` is told the moment before anything happens."""
    from dmp_spark import pipeline
    from dmp_spark.operations.moments import instant_text
    from dmp_spark.operations.progress import progress_on
    from dmp_spark.operations.steps import chosen, steps_of

    clock, started = time.perf_counter(), now()
    project, resolution = resolved(call)
    zone = project.settings.time_zone
    options = pipeline.Options(
        as_of=judged_at(call, project, started),
        run_id=new_run_id(started),
        clock=now,
        zone=zone,
        full=call.full,
        replay=call.replay,
        wait_seconds=wait_seconds(call.wait),
        is_part=call.part,
    )
    steps = steps_of(resolution)
    wanted = chosen(steps, call.stages, call.first, call.last)
    _prove_secrets(project, [resolution.specs[step.name] for step in wanted])
    moment = instant_text(options.as_of, zone)
    announce(moment)
    progress = progress_on(sys.stderr)
    progress.say(f"dmp run {project.settings.project} as of {moment}, lakehouse {project.lakehouse}")
    opener = pipeline.lakehouse_opener(project.lakehouse, resolution.contracts, options.run_id, progress)
    outcome = pipeline.run(wanted, steps, project.lakehouse, options, opener, progress)
    if outcome.wrote and not call.part:
        report_after(project, resolution, progress.say)
    print_summary(outcome, call, project, moment, time.perf_counter() - clock, sys.stdout)
    return outcome.exit_code


def _prove_secrets(project: "Project", specs: "Sequence[Resolved]") -> None:
    """UserError, before anything is touched, where a secret that one of these stages may need is not to be had."""
    from dmp_spark.project.secrets import read_secret

    for spec in specs:
        for address, reference in spec.secrets.items():
            read_secret(reference, project.place(address))


def report_after(project: "Project", resolution: "Resolution", say: Callable[[str], None]) -> None:
    """Write the report of what stands now; the run is over, so what goes wrong here is told and changes nothing else."""
    from dmp_spark.operations.failures import sentence
    from dmp_spark.operations.report import report, write

    try:
        write(report(project, resolution), project.lakehouse.report)
    except Exception as error:  # the tables stand, whatever the page lacks
        say(f"the report was not written: {sentence(error)}; dmp report tries again")


def new_run_id(started: datetime) -> str:
    """Readable, ordered by time, and never given twice."""
    return f"{started:%Y%m%dT%H%M%S}-{uuid4().hex[:8]}"
