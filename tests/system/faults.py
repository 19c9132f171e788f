"""Kill a run at every named point, run it again, and compare with a run that nobody killed: `make test-faults`.

Usage: python -m tests.system.faults [--one] [--only STAGE.POINT[:N]]. A line an injection. `--one` takes one stage for each
point, chosen by the day's number. A stage starts from a copy of the lakehouse as it stood before that stage.
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

STAGES = ("ingest", "identity", "features", "profiles", "models", "segments", "activation")
COMMITS = {"ingest": 7, "identity": 1, "features": 2, "profiles": 1, "models": 1, "segments": 2, "activation": 2}
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


def exports(lakehouse: Path) -> dict[str, bytes]:
    """The files that were handed out, by path."""
    folder = lakehouse / "exports"
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


class Bench:
    """The small project, its lakehouse before each stage, and what it holds at the end when nobody dies."""

    def __init__(self, folder: Path, until: set[str]) -> None:
        self.folder = folder
        self.project = small_copy(folder)
        self.lakehouse = self.project / "lakehouse"
        self.before: dict[str, Path] = {}
        for number, stage in enumerate(STAGES):
            if stage in until:
                self._keep(stage)
            self._run("--until", stage) if any(later in until for later in STAGES[number + 1 :]) else None
        self._run()
        self.expected = dump(self.lakehouse, folder / "expected", TABLES)
        self.exported = exports(self.lakehouse)

    def _run(self, *words: str) -> None:
        done = dmp("run", "-p", str(self.project), *words)
        assert done.code == 0, done.everything

    def _keep(self, stage: str) -> None:
        self.before[stage] = self.folder / f"before_{stage}"
        if self.lakehouse.exists():
            shutil.copytree(self.lakehouse, self.before[stage])
        else:
            self.before[stage].mkdir()

    def inject(self, point: str) -> tuple[bool, str]:
        """Whether the run died at the point and the next one made everything right, and what to say of it."""
        stage = point.split(".")[0]
        shutil.rmtree(self.lakehouse)
        shutil.copytree(self.before["activation" if stage == "run" else stage], self.lakehouse)
        killed = dmp("run", "-p", str(self.project), fault=point)
        if killed.code != KILLED:
            return False, f"did not die: exit {killed.code}\n{killed.said[-2000:]}"
        again = dmp("run", "-p", str(self.project))
        if again.code != 0:
            return False, f"died with 137, then the next run failed\n{again.everything[-3000:]}"
        found = dump(self.lakehouse, self.folder / "found", TABLES)
        differing = sorted(name for name in self.expected.keys() | found.keys() if self.expected.get(name) != found.get(name))
        if exports(self.lakehouse) != self.exported:
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
    needed = {"activation" if point.startswith("run.") else point.split(".")[0] for point in points}
    failed = 0
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), needed)
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
