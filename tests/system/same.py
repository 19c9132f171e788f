"""The small project on one core and on two, by path and by name, classic and over Connect: the same tables. `make same`.

Usage: python -m tests.system.same [WAY…]. One lakehouse a way, of the same files; every table of silver and gold is dumped
(floats to 9 digits), and the scores are compared as they are, too. Exit 1 where a table differs or a score differs by more than
1e-9. Over Connect it runs against a server of its own, a process that is started for it.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from tests.acceptance.tables import dump, rows_of, table_folders
from tests.connect_server import running
from tests.system.commands import dmp, small_copy

MOST = 1e-9
PREFIX = "t_"
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
    "by name": Way(sets=("project.lakehouse.catalog=spark_catalog", f"project.lakehouse.prefix={PREFIX}"), prefix=PREFIX),
    OVER_CONNECT: Way(),
}


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


def main() -> int:
    """Go every way and compare with the first."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ways", nargs="*", help=f"of {', '.join(WAYS)}; default: all")
    wanted = parser.parse_args().ways or list(WAYS)
    if unknown := set(wanted) - set(WAYS):
        parser.error(f"there is no way {', '.join(sorted(unknown))}")
    os.environ.pop("SPARK_REMOTE", None)  # pyspark would go there whatever it says
    wrong, compared = 0, 0
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        project = small_copy(folder)
        first: tuple[str, dict[str, str]] | None = None
        for place, name in enumerate(wanted):
            lakehouse = folder / f"lakehouse_{place}"
            ran(project, lakehouse, name)
            tables = dump(lakehouse, folder / f"dump_{place}", prefix=WAYS[name].prefix)
            if first is None:
                first = (name, tables)
                kept = lakehouse
                print(f"the first  {name}: {len(tables)} tables", flush=True)
                continue
            differing = sorted(table for table in tables.keys() | first[1].keys() if tables.get(table) != first[1].get(table))
            apart = scores_apart(scores_of(kept, first[0]), scores_of(lakehouse, name))
            compared, wrong = compared + 1, wrong + bool(differing or apart > MOST)
            verdict = f"differ in {', '.join(differing)}" if differing else "are equal"
            print(f"{name} and {first[0]}: {len(tables)} tables {verdict}; largest difference of scores {apart:.3g}", flush=True)
    print(f"{compared - wrong} of {compared} ways the same as the first")
    return 1 if wrong or not compared else 0


if __name__ == "__main__":
    sys.exit(main())
