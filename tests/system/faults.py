"""Kill a run at every named point, run it again, and compare with a run that nobody killed: `make test-faults`.

Usage: python -m tests.system.faults [--one] [--seeds 1,2,3] [--only STAGE.POINT[:N]] [--reached] [--connect] [--by-name]. A line an
injection: seed, stage, point, how the run ended, what came of the next one. A seed draws how lines are delivered
(tests/system/seeds.py): into a first run, to stages that go on from changes, or to such stages in calls of their own. The points
are those that the stage itself reaches in a run that nobody kills; each stage must reach one of each kind (tests/system/points.py),
or had nothing new in that seed, which is said. The table at the end has the injections by stage, kind of point and seed.
`--one` takes one stage for each point and one seed, both by the day's number; `--reached` kills nobody, and only looks whether
all points are reached; `--by-name` keeps the tables in a metastore of Spark's own.
Who is killed is a process of its own, with its own JVM. With `--connect` it is a client of a Connect server that lives on, and
so is what runs before and after it: no point lies within a query, so what stands on the disk is the same, and no JVM starts for
each of them. Without it the JVM dies, too.
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
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
from deltalake import DeltaTable, QueryBuilder

from dmp_spark.lakehouse.fault import LIST
from tests.acceptance.tables import dump, table_folders, versions
from tests.connect_server import running
from tests.system import by_name
from tests.system.commands import KILLED, Done, dmp, small_copy, warm
from tests.system.points import AFTER_EXPORT, BEFORE_PUBLICATION, PUBLISH, STAGES, Point, Seed, table
from tests.system.seeds import Deliveries, Plan, drawn

TABLES = ("bronze", "silver", "gold")
SEEDS = (1, 2, 3)
REACHED = re.compile(r"^fault: (\S+)$", re.MULTILINE)


def exports(lakehouse: Path) -> dict[str, bytes]:
    """The files that were handed out, by path."""
    folder = lakehouse / "exports"
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def published(lakehouse: Path, prefix: str | None = None) -> dict[str, int]:
    """Table → its version in the publication that stands; with a prefix the lakehouse is by name."""
    runs = dict(table_folders(lakehouse, ("ops",), prefix))["ops.runs"]
    query = QueryBuilder().register("runs", DeltaTable(str(runs)))
    rows = pa.table(query.execute("select run_id, versions_written from runs where stage = 'run'")).to_pylist()
    publications = [row for row in sorted(rows, key=lambda row: row["run_id"]) if row["versions_written"]]
    return dict(publications[-1]["versions_written"]) if publications else {}


class Bench:
    """The small project by one plan, its lakehouse before each stage, and what each stage leaves when nobody dies."""

    def __init__(self, folder: Path, plan: Plan, wanted: Sequence[str], is_by_name: bool = False, remote: str = "") -> None:
        self.folder, self.plan, self.remote = folder, plan, remote
        self.prefix = by_name.PREFIX if is_by_name else None
        self.sets = by_name.words_of(by_name.SETS) if is_by_name else ()
        self.project = small_copy(folder)
        self.lakehouse = self.project / "lakehouse"
        self.seed = Seed(plan.seed, calls_in(plan), tuple(wanted), plan.goes_on)
        self.before: dict[str, Path] = {}
        self.expected: dict[str, tuple[dict[str, str], dict[str, bytes]]] = {}
        calls = self.seed.calls[: max(self.seed.calls.index(call) for call in wanted) + 1]
        deliveries = Deliveries(self.project, plan)
        deliveries.deliver(1)
        if plan.goes_on:
            done = self._dmp("run", *([] if PUBLISH in calls else ["--until", calls[-1]]))
            assert done.code == 0, done.everything
        deliveries.deliver(2)
        for call in calls:
            self._clean(call, call in wanted)

    def _clean(self, call: str, is_wanted: bool) -> None:
        """Run a stage that nobody kills; where it is wanted keep what it starts from, the points it reaches, what it leaves."""
        if is_wanted:
            self.before[call] = self.folder / f"before_{call}"
            shutil.copytree(self.lakehouse, self.before[call]) if self.lakehouse.exists() else self.before[call].mkdir()
            how = "what the stages made" if call == PUBLISH else self._how(call)
            print(f"{self.plan}; {call}: {how or 'nothing new'}", flush=True)
            if not how:
                self.seed.nothing_new.append(call)
        done = self._run(call, LIST if is_wanted else "")
        assert done.code == 0, done.everything
        if is_wanted:
            own = ("run",) if call == PUBLISH else (call, "run") if call == STAGES[-1] else (call,)
            self.seed.reached += [(call, point) for point in REACHED.findall(done.said) if point.split(".")[0] in own]
            self.expected[call] = self._holds("expected")

    def _run(self, call: str, fault: str = "") -> Done:
        how = {True: ("--stage", call, "--part"), False: ("--until", call)}[self.plan.in_parts]
        return self._dmp("run", *(() if call == PUBLISH else how), fault=fault)

    def _dmp(self, command: str, *words: str, fault: str = "") -> Done:
        elsewhere = () if self.prefix else ("--set", f"project.lakehouse.path={self.lakehouse}")
        call = (command, "-p", str(self.project), *self.sets, *elsewhere, *words)
        if not self.remote:
            return dmp(*call, fault=fault)
        if fault in ("", LIST):
            return warm(*call, DMP_FAULT=fault, SPARK_REMOTE=self.remote)
        return dmp(*call, fault=fault, SPARK_REMOTE=self.remote)

    def _how(self, call: str) -> str:
        """Whether the stage would go on from changes, as `dmp plan` says; empty where it has nothing new."""
        planned = self._dmp("plan", "--format", "json")
        assert planned.code == 0, planned.everything
        return {row["stage"]: row["how"] for row in json.loads(planned.shown)}[call]

    def _holds(self, name: str) -> tuple[dict[str, str], dict[str, bytes]]:
        return dump(self.lakehouse, self.folder / name, TABLES, self.prefix), exports(self.lakehouse)

    def _published(self) -> dict[str, int]:
        return published(self.lakehouse, self.prefix)

    def inject(self, call: str, point: str) -> tuple[bool, str]:
        """Whether the run died at the point and the next one made everything right, and what to say of it."""
        shutil.rmtree(self.lakehouse)
        if not self.prefix:  # a folder that no session has seen: a JVM that lives on remembers the logs of tables
            self.lakehouse = self.folder / f"lakehouse_{len(self.seed.injected)}"
        shutil.copytree(self.before[call], self.lakehouse)
        standing = self._published() if self.plan.goes_on else {}
        killed = self._run(call, point)
        if killed.code != KILLED:
            return False, f"did not die: exit {killed.code}\n{killed.said[-2000:]}"
        if self.plan.goes_on and self._published() != standing:
            return False, "137, and a run that died has published"
        again = self._run(call)
        if again.code != 0:
            return False, f"137, then the next run failed\n{again.everything[-3000:]}"
        (tables, files), (found, exported) = self.expected[call], self._holds("found")
        differing = sorted(name for name in tables.keys() | found.keys() if tables.get(name) != found.get(name))
        if exported != files:
            differing.append("exports")
        if (call == PUBLISH or not self.plan.in_parts) and self._published() != versions(self.lakehouse, TABLES, self.prefix):
            differing.append("the publication from what stands")
        return (False, f"137, then differs: {', '.join(differing)}") if differing else (True, "137, then equal")


def calls_in(plan: Plan) -> tuple[str, ...]:
    """The calls of a plan: a stage each, and where these are parts another one that publishes."""
    return (*STAGES, PUBLISH) if plan.in_parts else STAGES


def calls_of(one: bool, only: str | None, day: int, plan: Plan) -> tuple[str, ...]:
    """The calls in which somebody dies."""
    everything = calls_in(plan)
    if only:
        stage = only.split(".")[0]
        return (everything[-1] if stage == "run" else stage,)
    return tuple(call for call in everything if not one or call in (STAGES[day % len(STAGES)], "activation", everything[-1]))


def chosen(seed: Seed, one: bool, only: str | None, day: int) -> list[Point]:
    """The injections, of the points that were reached: all, one of them, or of the day's stage each kind of point once."""
    if only:
        return [(call, point) for call, point in seed.reached if point == only]
    if not one:
        return list(seed.reached)
    stage = STAGES[day % len(STAGES)]
    commits = [point for _, point in seed.reached if point.startswith(f"{stage}.after_commit:")]
    once = [f"{stage}.before_write", commits[day % len(commits)] if commits else "", f"{stage}.before_row"]
    return [(call, point) for call, point in seed.reached if point in (*once, AFTER_EXPORT, BEFORE_PUBLICATION)]


def injections(bench: Bench, points: Sequence[Point]) -> int:
    """Kill a run at each point and print a line of what came of it; how many did not end equal."""
    failed = 0
    for call, point in points:
        begin = time.monotonic()
        passed, said = bench.inject(call, point)
        bench.seed.injected.append((call, point))
        failed += not passed
        verdict, seconds = "ok    " if passed else "FAILED", time.monotonic() - begin
        print(f"{verdict} seed {bench.seed.number}  {call:<12} {point:<30} {said} ({seconds:.0f} s)", flush=True)
    return failed


def asked() -> argparse.Namespace:
    """What the call names."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--one", action="store_true", help="one stage for each point and one seed, by the day's number")
    parser.add_argument("--day", type=int, default=datetime.now(UTC).timetuple().tm_yday)
    parser.add_argument("--seeds", help="1,2,3: as many of a first run, of going on, and of going on in parts")
    parser.add_argument("--only", help="one injection a seed: features.after_commit:2")
    parser.add_argument("--reached", action="store_true", help="kill nobody; are all points reached?")
    parser.add_argument("--connect", action="store_true", help="kill clients of a Connect server, which lives on")
    parser.add_argument("--by-name", action="store_true", help="the tables by name, in a metastore of Spark's own")
    return parser.parse_args()


def main() -> int:
    """Run the injections; 0 where all points were reached, at each a run was killed, and all came out equal."""
    wanted = asked()
    if wanted.connect and wanted.by_name:
        sys.exit("--connect has its tables by path: leave --by-name out")
    with (
        tempfile.TemporaryDirectory() as folder,
        running(Path(folder) / "server.log", {}) if wanted.connect else nullcontext() as server,
    ):
        try:
            return judged(wanted, server.url if server else "")
        finally:
            _leave()


def _leave() -> None:
    """End this process's own session of the server while that is there: a client without its server tries for ten minutes."""
    from pyspark.sql.connect.session import SparkSession

    if (session := SparkSession.getActiveSession()) is not None:
        session.stop()


def judged(wanted: argparse.Namespace, remote: str) -> int:
    """Run the injections that are wanted, in processes of their own or as clients of `remote`."""
    named = [int(seed) for seed in wanted.seeds.split(",")] if wanted.seeds else None
    seeds: list[Seed] = []
    wrong: list[str] = []
    failed = 0
    for number in named or ([1 + wanted.day % len(SEEDS)] if wanted.one else list(SEEDS)):
        plan = drawn(number)
        with tempfile.TemporaryDirectory() as folder:
            bench = Bench(Path(folder), plan, calls_of(wanted.one, wanted.only, wanted.day, plan), wanted.by_name, remote)
            points = [] if wanted.reached else chosen(bench.seed, wanted.one, wanted.only, wanted.day)
            failed += injections(bench, points)
        seeds.append(bench.seed)
        wrong += [*bench.seed.mistakes(), *bench.seed.not_injected(points)]
        if wanted.only and not points and not wanted.reached and not bench.seed.nothing_new:
            wrong.append(f"seed {number}: {wanted.only} was not reached")
    print("\n".join([*table(seeds), *wrong]))
    injected = sum(len(seed.injected) for seed in seeds)
    print(f"{sum(len(seed.reached) for seed in seeds)} points reached, {injected - failed} of {injected} injections ended equal")
    return 1 if failed or wrong or not (injected or wanted.reached) else 0


if __name__ == "__main__":
    sys.exit(main())
