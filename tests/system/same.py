"""The small project on one core and on two, by path and by name, classic and over Connect: the same tables. `make same`.

Usage: python -m tests.system.same [WAY…]. One lakehouse a way, of the same files; every table of silver and gold is dumped
(floats to 9 digits), and the scores are compared as they are, too. The first way is on two cores, by path and classic at once, so
four runs show six things: a line each at the end. Exit 1 where a table differs, a score differs by more than 1e-9, or one of the
ways was not run. Over Connect it runs against a server of its own, a process that is started for it.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from tests.acceptance.tables import dump, rows_of, table_folders
from tests.connect_server import running
from tests.system import by_name
from tests.system.commands import dmp, small_copy

MOST = 1e-9
OVER_CONNECT = "over Connect"


@dataclass(frozen=True)
class Way:
    """A way of running: settings of Spark, what is set in the project, the prefix of its schemas."""

    settings: Mapping[str, str] | None = None
    sets: tuple[str, ...] = ()
    prefix: str | None = None


WAYS = {
    "two cores": Way({"spark.master": "local[2]"}),
    "one core": Way({"spark.master": "local[1]"}),
    "by name": Way(sets=by_name.SETS, prefix=by_name.PREFIX),
    OVER_CONNECT: Way(),
}
SHOWN_BY = {
    "local[1]": "one core",
    "local[2]": "two cores",
    "by path": "two cores",
    "by name": "by name",
    "classic": "two cores",
    "Connect": OVER_CONNECT,
}
"""What has to give the same, and the way that shows it."""


@dataclass(frozen=True)
class Compared:
    """What a way left, beside the first way: where, how many tables, those that differ, and by how much scores differ at most."""

    lakehouse: str
    tables: int
    differing: Sequence[str] = ()
    apart: float = 0.0

    @property
    def is_same(self) -> bool:
        """Whether nothing differs by more than it may."""
        return not self.differing and self.apart <= MOST


def lines_of(ways: Mapping[str, Compared]) -> tuple[list[str], bool]:
    """A line for each thing that has to give the same, by the ways that were run; whether all of them do."""
    lines = []
    for label, way in SHOWN_BY.items():
        if (found := ways.get(way)) is None:
            lines.append(f"{label:<9} not run ({way})")
            continue
        verdict = f"differ in {', '.join(found.differing)}" if found.differing else "equal to the first"
        scores = f"largest difference of scores {found.apart:.3g}"
        lines.append(f"{label:<9} {found.lakehouse} ({way}): {found.tables} tables {verdict}; {scores}")
    return lines, all(way in ways and ways[way].is_same for way in SHOWN_BY.values())


@contextmanager
def server_of(name: str, log: Path) -> Iterator[dict[str, str]]:
    """What a way's environment says of its server, which runs meanwhile; nothing where it needs none."""
    if name != OVER_CONNECT:
        yield {}
        return
    with running(log, {}) as server:
        print(f"server     process {server.process_id}", flush=True)
        yield {"SPARK_REMOTE": server.url}


def ran(project: Path, lakehouse: Path, name: str) -> None:
    """Run the project this way."""
    way = WAYS[name]
    sets = [word for setting in (f"project.lakehouse.path={lakehouse}", *way.sets) for word in ("--set", setting)]
    with server_of(name, lakehouse.with_suffix(".log")) as server:
        done = dmp("run", "-p", str(project), *sets, settings=way.settings, seconds=1800, **server)
    if done.code != 0:
        raise SystemExit(f"{name}: {done.everything}")


def scores_apart(one: Path, other: Path) -> float:
    """The largest difference of a score between two tables of scores; infinity where one lacks a row of the other."""
    connection = duckdb.connect()
    connection.register("one", rows_of(one))
    connection.register("other", rows_of(other))
    query = """
        select coalesce(max(case when one.score is null or other.score is null then 'inf'::double
                                 else abs(one.score - other.score) end), 'inf'::double)
        from one full outer join other using (person_id, model, version, as_of)
    """
    (apart,) = connection.execute(query).fetchone() or (float("inf"),)
    return float(apart)


def scores_of(lakehouse: Path, name: str) -> Path:
    """The folder of gold.scores."""
    return dict(table_folders(lakehouse, ("gold",), WAYS[name].prefix))["gold.scores"]


def compared(folder: Path, project: Path, wanted: Sequence[str]) -> dict[str, Compared]:
    """Run the project each way and compare what it left with the first."""
    found: dict[str, Compared] = {}
    first: dict[str, str] = {}
    for place, name in enumerate(wanted):
        lakehouse = folder / f"lakehouse_{place}"
        ran(project, lakehouse, name)
        tables = dump(lakehouse, folder / f"dump_{place}", prefix=WAYS[name].prefix)
        print(f"ran        {name}: {len(tables)} tables in {lakehouse.name}", flush=True)
        if not first:
            first = tables
            kept = scores_of(lakehouse, name)
        differing = sorted(table for table in tables.keys() | first.keys() if tables.get(table) != first.get(table))
        found[name] = Compared(lakehouse.name, len(tables), differing, scores_apart(kept, scores_of(lakehouse, name)))
    return found


def main() -> int:
    """Go every way and compare with the first."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ways", nargs="*", help=f"of {', '.join(WAYS)}; default: all")
    wanted = parser.parse_args().ways or list(WAYS)
    if unknown := set(wanted) - set(WAYS):
        parser.error(f"there is no way {', '.join(sorted(unknown))}")
    os.environ.pop("SPARK_REMOTE", None)  # pyspark would go there whatever it says
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        lines, is_same = lines_of(compared(folder, small_copy(folder), wanted))
    print("\n".join(lines))
    print("all the same" if is_same else "not shown to be the same")
    return 0 if is_same else 1


if __name__ == "__main__":
    sys.exit(main())
