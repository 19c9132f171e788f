"""A run: its stages in order, those without news skipped, those that need a failed one too; then the publication."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from dmp_spark.contracts import Contract
from dmp_spark.errors import UserError
from dmp_spark.lakehouse import fault
from dmp_spark.lakehouse.location import Location
from dmp_spark.lakehouse.standing import Standing, standing
from dmp_spark.operations import failures
from dmp_spark.operations.ledger import Ledger, Row
from dmp_spark.operations.lock import held
from dmp_spark.operations.memory import peak_mb
from dmp_spark.operations.moments import not_before
from dmp_spark.operations.outcome import DONE, EXIT_CODES, FAILED, HELD, NOTHING, SKIPPED, Outcome, Result
from dmp_spark.operations.plan import NOTHING_NEW
from dmp_spark.operations.position import Position, causes, hash_of, way
from dmp_spark.operations.progress import Progress
from dmp_spark.operations.steps import Step, blocking
from dmp_spark.operations.tables import RUN
from dmp_spark.stage import RunContext, RunSummary, Since

if TYPE_CHECKING:
    from dmp_spark.lakehouse.lakehouse import Lakehouse


@dataclass(frozen=True)
class Options:
    """A call of the pipeline: `clock` is the only one it has, `wait_seconds` is for the lock, `full` ignores positions.

    `replay`: ingest tries rejected records again, whether anything is new or not. `is_part`: one of several calls that are
    one run together; it publishes nothing, a call for all stages at the end does.
    """

    as_of: datetime
    run_id: str
    clock: Callable[[], datetime]
    zone: str = "UTC"
    full: bool = False
    replay: bool = False
    wait_seconds: float = 0
    is_part: bool = False


@dataclass
class _Run:
    """The state of one run while it goes."""

    steps: Sequence[Step]
    every_step: Sequence[Step]
    location: Location
    options: Options
    lakehouse_of: Callable[[Step], "Lakehouse"]
    progress: Progress
    tables: Standing
    ledger: Ledger
    still_held: Callable[[], None]
    results: list[Result] = field(default_factory=list)
    blocked: dict[str, str] = field(default_factory=dict)

    @property
    def log(self) -> Path:
        """Where the details of failures go."""
        return self.location.root / "logs" / f"{self.options.run_id}.log"

    def go(self) -> Outcome:
        """Run the steps and publish."""
        started, clock = self.options.clock(), time.perf_counter()
        for step in self.steps:
            result = self._step(step)
            self.results.append(result)
            self.progress.end(result.stage, result.detail, result.seconds)
        published = self._publish(started, time.perf_counter() - clock)
        goes_on = self.options.is_part and not any(self._keeps_back(result) for result in self.results)
        return Outcome(tuple(self.results), published, self.log if self.log.exists() else None, goes_on)

    def _step(self, step: Step) -> Result:
        needed = blocking(step, self.blocked, self.every_step)
        if needed is not None:
            self.blocked[step.name] = needed
            self._append_skipped(step, needed)
            return Result(step.name, SKIPPED, f"skipped: needs {needed}")
        position = step.position(self.tables, self.options.as_of, self.options.clock())
        last = self.ledger.last_done(step.name)
        if not causes(position, last, self.options.zone) and not (self.options.full or self.options.replay):
            return Result(step.name, NOTHING, NOTHING_NEW)
        self.progress.begin(step.name)
        since = None if self.options.full else way(position, last, step.following, self.tables).since
        return self._run(step, position, since)

    def _run(self, step: Step, position: Position, since: Since | None) -> Result:
        self.still_held()
        lakehouse = self.lakehouse_of(step)
        if lakehouse is not None:
            lakehouse.before_commit = self.still_held
        started, clock = self.options.clock(), time.perf_counter()
        context = RunContext(
            lakehouse=lakehouse,
            as_of=self.options.as_of,
            run_id=self.options.run_id,
            started_at=started,
            zone=self.options.zone,
            full=self.options.full,
            replay=self.options.replay,
            since=since,
            progress=self.progress.tell,
        )
        summary = self._summary(step, context)
        seconds = time.perf_counter() - clock
        status = FAILED if summary.failed else HELD if summary.held else DONE
        if status == FAILED or (status == HELD and not summary.tables_stand):
            self.blocked[step.name] = step.name
        fault.reach(step.name, "before_row")
        row = self._row(step, position, summary, started, seconds, status)
        self._append(row)
        told = "; ".join(summary.failed or summary.held)
        detail = f"{row.rows_written:,} rows written" if status == DONE else f"{status}: {told}"
        return Result(step.name, status, detail, seconds, row.rows_written, summary.notes)

    def _summary(self, step: Step, context: RunContext) -> RunSummary:
        """What the stage says it did; an exception is a failure told in one sentence, its details in the log.

        UserError where the project does not fit the lakehouse: a mistake of who calls, and no failure of the stage.
        """
        try:
            misfit = step.misfit(context.lakehouse) if step.misfit is not None else None
            if misfit is None:
                return step.run(context)
        except Exception as error:  # whatever a stage raises, those that do not need it still run
            failures.write_log(self.log, step.name, error)
            return RunSummary(failed=(failures.sentence(error),))
        finally:
            if context.lakehouse is not None:
                context.lakehouse.scratch.drop()
        raise UserError(misfit)

    def _row(self, step: Step, position: Position, summary: RunSummary, started: datetime, seconds: float, status: str) -> Row:
        self.tables.changed(step.writes)
        written = step.written(self.tables)
        return Row(
            run_id=self.options.run_id,
            stage=step.name,
            as_of=self.options.as_of,
            started_at=started,
            seconds=round(seconds, 3),
            status=status,
            peak_memory_mb=peak_mb(),
            counts=summary.counts,
            rows_written=sum(changes.written for changes in summary.changes.values()),
            bytes_written=self.tables.bytes_added(position.written, written),
            versions_read=position.read,
            versions_written=written,
            inputs_hash=position.inputs_hash,
            spec_hash=position.spec_hash,
            code_hash=position.code_hash,
            checks=tuple(asdict(check) for check in summary.checks),
            notes=(*summary.failed, *summary.held, *summary.notes),
        )

    def _append(self, row: Row) -> None:
        self.still_held()
        self.ledger.append(row)

    def _append_skipped(self, step: Step, needed: str) -> None:
        self._append(
            Row(
                run_id=self.options.run_id,
                stage=step.name,
                as_of=self.options.as_of,
                started_at=self.options.clock(),
                seconds=0.0,
                status=SKIPPED,
                peak_memory_mb=peak_mb(),
                spec_hash=step.spec_hash,
                code_hash=step.code_hash,
                notes=(f"needs {needed}",),
            )
        )

    def _publish(self, started: datetime, seconds: float) -> bool:
        """Append the run's own row, where anything happened; whether it publishes what stands now."""
        statuses = {result.status for result in self.results}
        versions = self.tables.versions(table for table in self.tables.names() if not table.startswith("ops."))
        publishes = FAILED not in statuses and not any(self._keeps_back(result) for result in self.results)
        if statuses <= {NOTHING}:
            last = self.ledger.publication()
            if not versions or (last is not None and last.versions_written == versions):
                return False
        if self.options.is_part:
            if statuses <= {NOTHING}:
                return False
            publishes = False
        fault.reach(RUN, "before_publication")
        self._append(
            Row(
                run_id=self.options.run_id,
                stage=RUN,
                as_of=self.options.as_of,
                started_at=started,
                seconds=round(seconds, 3),
                status=next((status for status in EXIT_CODES if status in statuses), DONE),
                peak_memory_mb=peak_mb(),
                rows_written=sum(result.rows_written for result in self.results),
                versions_written=versions if publishes else {},
                spec_hash=hash_of([step.spec_hash for step in self.every_step]),
                code_hash=hash_of([step.code_hash for step in self.every_step]),
            )
        )
        return publishes

    def _keeps_back(self, result: Result) -> bool:
        """Whether a gate kept tables back that others need, so that the tables as they stand do not belong together."""
        is_held = result.status == HELD and result.stage in self.blocked
        held_steps = [step for step in self.every_step if step.name == result.stage and is_held]
        return any(other.needs(step) for step in held_steps for other in self.every_step if other is not step)


def run(
    steps: Sequence[Step],
    every_step: Sequence[Step],
    location: Location,
    options: Options,
    lakehouse_of: Callable[[Step], "Lakehouse"],
    progress: Progress,
) -> Outcome:
    """Run `steps`, a choice of the project's `every_step`, on the lakehouse at `location`, alone.

    `lakehouse_of` gives a stage its view of the lakehouse and is first called when a stage really runs. UserError
    where another run holds the lakehouse, where it stands at a later `as_of`, or where a step says that it does not fit
    the project; LockLostError where one took it over.
    """
    not_before(options.as_of, Ledger(location).stands_at(), options.zone, location.elsewhere)
    with held(location, options.run_id, options.clock, options.wait_seconds) as still_held, progress:
        ledger = Ledger(location)  # read again: another run may have ended while this one waited
        not_before(options.as_of, ledger.stands_at(), options.zone, location.elsewhere)
        return _Run(steps, every_step, location, options, lakehouse_of, progress, standing(location), ledger, still_held).go()


def lakehouse_opener(
    location: Location, contracts: Mapping[str, Contract], run_id: str, progress: Progress
) -> Callable[[Step], "Lakehouse"]:
    """A function that gives a step its view of the lakehouse, and starts Spark when it is first called."""

    def lakehouse_of(step: Step) -> "Lakehouse":
        from dmp_spark.lakehouse.lakehouse import Lakehouse
        from dmp_spark.lakehouse.opening import opened

        progress.begin(step.name)
        return Lakehouse(opened(location), location, contracts, run_id, step.name, step.reads, step.writes)

    return lakehouse_of
