"""Kill a run at every named point, run it again, and compare with a run that nobody killed: `make test-faults`.

Usage: python -m tests.system.faults [--one] [--only STAGE.POINT[:N]]. A line an injection. `--one` takes one stage for each
point, chosen by the day's number. A stage starts from a copy of the lakehouse as it stood before that stage, and both runs
end with it: what the stages after it make of equal tables is equal (tests/properties).
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from tests.acceptance.tables import dump
from tests.system.commands import KILLED, dmp, small_copy

STAGES = ("ingest", "identity", "features", "profiles", "models", "segments", "activation", "measurement")
COMMITS = {
    "ingest": 9,
    "identity": 1,
    "features": 2,
    "profiles": 1,
    "models": 1,
    "segments": 2,
    "activation": 2,
    "measurement": 1,
}
TABLES = ("bronze", "silver", "gold")


def injections(one: bool, day: int) -> Iterator[str]:
    """The points at which to die: `features.after_commit:2`."""
    stages = (STAGES[day % len(STAGES)],) if one else STAGES
    for stage in stages:
        yield f"{stage}.before_write"
        numbers = (1 + day % COMMITS[stage],) if one else range(1, COMMITS[stage] + 1)
        for number in numbers:
            yield f"{stage}.after_commit:{number}"
        yield f"{stage}.before_row"
    yield "activation.after_export"
    yield "run.before_publication"


def stage_of(point: str) -> str:
    """The stage at whose end the run is judged."""
    stage = point.split(".")[0]
    return STAGES[-1] if stage == "run" else stage


def exports(lakehouse: Path) -> dict[str, bytes]:
    """The files that were handed out, by path."""
    folder = lakehouse / "exports"
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


class Bench:
    """The small project, its lakehouse before each stage, and what each stage leaves when nobody dies."""

    def __init__(self, folder: Path, stages: set[str]) -> None:
        self.folder = folder
        self.project = small_copy(folder)
        self.lakehouse = self.project / "lakehouse"
        self.before: dict[str, Path] = {}
        self.expected: dict[str, tuple[dict[str, str], dict[str, bytes]]] = {}
        for stage, following in zip(STAGES, (*STAGES[1:], None), strict=True):
            if stage in stages:
                self._keep(stage)
            if stage in stages or following in stages:
                self._run(stage)
            if stage in stages:
                self.expected[stage] = self._holds("expected")

    def _run(self, until: str) -> None:
        done = dmp("run", "-p", str(self.project), "--until", until)
        assert done.code == 0, done.everything

    def _keep(self, stage: str) -> None:
        self.before[stage] = self.folder / f"before_{stage}"
        if self.lakehouse.exists():
            shutil.copytree(self.lakehouse, self.before[stage])
        else:
            self.before[stage].mkdir()

    def _holds(self, name: str) -> tuple[dict[str, str], dict[str, bytes]]:
        return dump(self.lakehouse, self.folder / name, TABLES), exports(self.lakehouse)

    def inject(self, point: str) -> tuple[bool, str]:
        """Whether the run died at the point and the next one made everything right, and what to say of it."""
        stage = stage_of(point)
        shutil.rmtree(self.lakehouse)
        shutil.copytree(self.before[stage], self.lakehouse)
        killed = dmp("run", "-p", str(self.project), "--until", stage, fault=point)
        if killed.code != KILLED:
            return False, f"did not die: exit {killed.code}\n{killed.said[-2000:]}"
        again = dmp("run", "-p", str(self.project), "--until", stage)
        if again.code != 0:
            return False, f"died with 137, then the next run failed\n{again.everything[-3000:]}"
        (tables, files), (found, exported) = self.expected[stage], self._holds("found")
        differing = sorted(name for name in tables.keys() | found.keys() if tables.get(name) != found.get(name))
        if exported != files:
            differing.append("exports")
        return (
            (False, f"died with 137, then differs: {', '.join(differing)}") if differing else (True, "died with 137, then equal")
        )


def main() -> int:
    """Run the injections; 0 where all came out equal."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--one", action="store_true", help="one stage for each point, by the day's number")
    parser.add_argument("--day", type=int, default=datetime.now(UTC).timetuple().tm_yday)
    parser.add_argument("--only", help="one injection: features.after_commit:2")
    wanted = parser.parse_args()
    points = [wanted.only] if wanted.only else list(injections(wanted.one, wanted.day))
    if wanted.one:
        print(f"day {wanted.day}: stage {STAGES[wanted.day % len(STAGES)]}", flush=True)
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), {stage_of(point) for point in points})
        for point in points:
            begin = time.monotonic()
            passed, said = bench.inject(point)
            failed += not passed
            stage, name = point.split(".")
            print(
                f"{'ok    ' if passed else 'FAILED'} {stage:<10} {name:<18} {said} ({time.monotonic() - begin:.0f} s)", flush=True
            )
    print(f"{len(points) - failed} of {len(points)} injections ended equal")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
