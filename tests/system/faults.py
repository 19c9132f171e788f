"""Kill a run at every named point, run it again, and compare with a run that nobody killed: `make test-faults`.

Usage: python -m tests.system.faults [--one] [--seeds 1,2,3] [--only STAGE.POINT[:N]]. A line an injection: seed, stage, point,
how the run ended, what came of the next one. A seed draws how lines are delivered (tests/system/seeds.py): into a first run, to
stages that go on from changes, or to such stages in calls of their own. The points are those that the stage itself reaches in a
run that nobody kills. `--one` takes one stage for each point and one seed, both by the day's number.
A stage starts from a copy of the lakehouse as it stood before that stage, and both runs end with it: what the stages after it
make of equal tables is equal (tests/properties).
"""

import argparse
import json
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
from deltalake import DeltaTable, QueryBuilder

from tests.acceptance.tables import dump, versions
from tests.system.commands import KILLED, Done, dmp, small_copy
from tests.system.seeds import Deliveries, Plan, drawn

STAGES = ("ingest", "identity", "features", "profiles", "models", "segments", "activation", "measurement")
PUBLISH = "publish"  # where the stages are parts of a run: the call that publishes what they made
TABLES = ("bronze", "silver", "gold")
SEEDS = (1, 2, 3)
REACHED = re.compile(r"^fault: (\S+)$", re.MULTILINE)


def exports(lakehouse: Path) -> dict[str, bytes]:
    """The files that were handed out, by path."""
    folder = lakehouse / "exports"
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def published(lakehouse: Path) -> dict[str, int]:
    """Table → its version in the publication that stands."""
    query = QueryBuilder().register("runs", DeltaTable(str(lakehouse / "ops" / "runs")))
    rows = pa.table(query.execute("select run_id, versions_written from runs where stage = 'run'")).to_pylist()
    publications = [row for row in sorted(rows, key=lambda row: row["run_id"]) if row["versions_written"]]
    return dict(publications[-1]["versions_written"]) if publications else {}


class Bench:
    """The small project by one plan, its lakehouse before each stage, and what each stage leaves when nobody dies."""

    def __init__(self, folder: Path, plan: Plan, wanted: Sequence[str]) -> None:
        self.folder, self.plan = folder, plan
        self.project = small_copy(folder)
        self.lakehouse = self.project / "lakehouse"
        self.calls = (*STAGES, PUBLISH) if plan.in_parts else STAGES
        self.before: dict[str, Path] = {}
        self.expected: dict[str, tuple[dict[str, str], dict[str, bytes]]] = {}
        self.points: list[tuple[str, str]] = []
        calls = self.calls[: max(self.calls.index(call) for call in wanted) + 1]
        deliveries = Deliveries(self.project, plan)
        deliveries.deliver(1)
        if plan.goes_on:
            done = dmp("run", "-p", str(self.project), *([] if PUBLISH in calls else ["--until", calls[-1]]))
            assert done.code == 0, done.everything
        deliveries.deliver(2)
        for call in calls:
            self._clean(call, call in wanted)

    def _clean(self, call: str, is_wanted: bool) -> None:
        """Run a stage that nobody kills; where it is wanted keep what it starts from, the points it reaches, what it leaves."""
        if is_wanted:
            self.before[call] = self.folder / f"before_{call}"
            shutil.copytree(self.lakehouse, self.before[call]) if self.lakehouse.exists() else self.before[call].mkdir()
            print(f"{self.plan}; {call}: {self._how(call)}", flush=True)
        done = self._run(call, "list" if is_wanted else "")
        assert done.code == 0, done.everything
        if is_wanted:
            own = ("run",) if call == PUBLISH else (call, "run") if call == STAGES[-1] else (call,)
            self.points += [(call, point) for point in REACHED.findall(done.said) if point.split(".")[0] in own]
            self.expected[call] = self._holds("expected")

    def _run(self, call: str, fault: str = "") -> Done:
        how = {True: ("--stage", call, "--part"), False: ("--until", call)}[self.plan.in_parts]
        return dmp("run", "-p", str(self.project), *(() if call == PUBLISH else how), fault=fault)

    def _how(self, call: str) -> str:
        """Whether the stage would go on from changes, as `dmp plan` says."""
        planned = dmp("plan", "-p", str(self.project), "--format", "json")
        assert planned.code == 0, planned.everything
        return {row["stage"]: row["how"] for row in json.loads(planned.shown)}.get(call) or "nothing new"

    def _holds(self, name: str) -> tuple[dict[str, str], dict[str, bytes]]:
        return dump(self.lakehouse, self.folder / name, TABLES), exports(self.lakehouse)

    def inject(self, call: str, point: str) -> tuple[bool, str]:
        """Whether the run died at the point and the next one made everything right, and what to say of it."""
        shutil.rmtree(self.lakehouse)
        shutil.copytree(self.before[call], self.lakehouse)
        standing = published(self.lakehouse) if self.plan.goes_on else {}
        killed = self._run(call, point)
        if killed.code != KILLED:
            return False, f"did not die: exit {killed.code}\n{killed.said[-2000:]}"
        if self.plan.goes_on and published(self.lakehouse) != standing:
            return False, "137, and a run that died has published"
        again = self._run(call)
        if again.code != 0:
            return False, f"137, then the next run failed\n{again.everything[-3000:]}"
        (tables, files), (found, exported) = self.expected[call], self._holds("found")
        differing = sorted(name for name in tables.keys() | found.keys() if tables.get(name) != found.get(name))
        if exported != files:
            differing.append("exports")
        if (call == PUBLISH or not self.plan.in_parts) and published(self.lakehouse) != versions(self.lakehouse, TABLES):
            differing.append("the publication from what stands")
        return (False, f"137, then differs: {', '.join(differing)}") if differing else (True, "137, then equal")


def calls_of(one: bool, only: str | None, day: int, plan: Plan) -> tuple[str, ...]:
    """The stages in whose runs somebody dies."""
    last = PUBLISH if plan.in_parts else STAGES[-1]
    if only:
        stage = only.split(".")[0]
        return (last if stage == "run" else stage,)
    everything = (*STAGES, PUBLISH) if plan.in_parts else STAGES
    return tuple(call for call in everything if not one or call in (STAGES[day % len(STAGES)], "activation", last))


def chosen(bench: Bench, one: bool, only: str | None, day: int) -> list[tuple[str, str]]:
    """The injections, of the points that were reached: all, one of them, or of the day's stage each kind of point once."""
    if only:
        return [(call, point) for call, point in bench.points if point == only]
    if not one:
        return bench.points
    stage = STAGES[day % len(STAGES)]
    commits = [point for _, point in bench.points if point.startswith(f"{stage}.after_commit:")]
    once = [f"{stage}.before_write", commits[day % len(commits)] if commits else "", f"{stage}.before_row"]
    kinds = (*once, "activation.after_export", "run.before_publication")
    return [(call, point) for call, point in bench.points if point in kinds]


def main() -> int:
    """Run the injections; 0 where all came out equal and there were some."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--one", action="store_true", help="one stage for each point and one seed, by the day's number")
    parser.add_argument("--day", type=int, default=datetime.now(UTC).timetuple().tm_yday)
    parser.add_argument("--seeds", help="1,2,3: as many of a first run, of going on, and of going on in parts")
    parser.add_argument("--only", help="one injection a seed: features.after_commit:2")
    wanted = parser.parse_args()
    named = [int(seed) for seed in wanted.seeds.split(",")] if wanted.seeds else None
    seeds = named or ([1 + wanted.day % len(SEEDS)] if wanted.one else list(SEEDS))
    injected = failed = 0
    for seed in seeds:
        plan = drawn(seed)
        with tempfile.TemporaryDirectory() as folder:
            bench = Bench(Path(folder), plan, calls_of(wanted.one, wanted.only, wanted.day, plan))
            for call, point in chosen(bench, wanted.one, wanted.only, wanted.day):
                begin = time.monotonic()
                passed, said = bench.inject(call, point)
                injected, failed = injected + 1, failed + (not passed)
                verdict, seconds = "ok    " if passed else "FAILED", time.monotonic() - begin
                print(f"{verdict} seed {seed}  {call:<12} {point:<30} {said} ({seconds:.0f} s)", flush=True)
    print(f"{injected - failed} of {injected} injections ended equal")
    return 1 if failed or not injected else 0


if __name__ == "__main__":
    sys.exit(main())
