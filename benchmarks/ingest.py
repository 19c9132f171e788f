"""Files of a web log → events and visits, beside peers: python benchmarks/ingest.py [--quick] [--sizes N …] [--rounds N].

    sizes   each size beside DuckDB and beside PySpark as people write it, with as much memory and as many cores, in the same
            rounds; sessions' starts left out. Aims: at most half of plain PySpark's time; at 20 million events at most 3 times
            DuckDB's; at most 11 times the time for 10 times the events. Then 1 % more events on what stands: at most a tenth of
            plain PySpark, which does all again; at most 5 % of the full run plus the floor, a run in which one event is new.
    files   a hundred small deliveries: files by partition that stand afterwards.
    limit   ever more events, until DuckDB no longer finishes in the memory that ours has; then ours.

What both have of events and visits is compared by content before a ratio is printed; where it differs no ratio is told. --quick
is one round of 100,000 and of 1,000,000 events, and five small deliveries. The last line is one JSON object; a missed aim is
reported as missed.
"""

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deltalake import DeltaTable

sys.path.insert(0, str(Path(__file__).parents[1]))  # where the file itself is named, and not the module
from benchmarks.main_job import NotFinishedError, Ran, Report, concluded, introduced, ours, peer, process
from benchmarks.peers.content import Content, content, differing
from benchmarks.weblog import Log, write_project
from dmp_spark.lakehouse.session import settings_file

CLAIM = "files to events and visits in half of plain PySpark's time, three times DuckDB's at 20 million; 1 % more costs 5 %"
SIZES, QUICK_SIZES = (1_000_000, 5_000_000, 20_000_000), (100_000, 1_000_000)
LIMITS = (100_000_000, 200_000_000)  # with 50 million it finishes
ROUNDS = 3
MEMORY = "4g"  # of the JVM, as conf/spark/local.conf has it
LARGE = 20_000_000
UNTIL = ("--until", "sessions")
EVENTS = {
    "event_id": "event_id",
    "event_type": "event_type",
    "event_time": "epoch_us(event_time)",
    "known_time": "epoch_us(known_time)",
    "event_date": "event_date",
    "subject_id": "subject_id",
    "device": "device",
    "value": "value",
    "currency": "currency",
}
PAGE = {"ours": "context['page']", "peer": "page"}
VISITS = {
    **{name: name for name in ("session_id", "subject_id", "session_date", "events", "page_views", "conversions", "entry_page")},
    **{name: f"epoch_us({name})" for name in ("started_at", "ended_at", "known_time")},
    **{name: name for name in ("exit_page", "device", "conversion_value", "currency", "duration_seconds", "is_bounce")},
}


@dataclass(frozen=True)
class Bench:
    """Where things lie, of which kind the files are, how often a size is measured."""

    folder: Path
    kind: str
    sizes: tuple[int, ...]
    rounds: int
    is_quick: bool


def contents(root: Path, whose: str) -> dict[str, Content]:
    """Table → its content, of a lakehouse of ours or of a peer's folder."""
    silver = root / "lakehouse" / "silver" if whose == "ours" else root
    places = {name: silver / name if (silver / name).exists() else silver / f"{name}.parquet" for name in ("events", "sessions")}
    return {
        "events": content(places["events"], {**EVENTS, "page": PAGE[whose]}, "event_id"),
        "sessions": content(places["sessions"], VISITS, "session_id"),
    }


def compared(report: Report, mine: dict[str, Content], out: Path, name: str) -> None:
    """Note whether a peer's tables hold the same; the peer's are taken away then."""
    theirs = contents(out, "peer")
    for table, found in mine.items():
        report.check(f"{table} ({found['rows']:,} rows) beside {name}", differing(found, theirs[table]))
    shutil.rmtree(out)


def duckdb(log: Log, out: Path) -> Ran:
    """DuckDB over a log."""
    return peer("weblog_duckdb", log.folder, log.kind, out, "--memory", "4GB")


def plain_spark(log: Log, out: Path) -> Ran | None:
    """Plain PySpark over a log; None where it does not finish, which is told."""
    words = ("--jars-from", str(settings_file()), "--memory", MEMORY)
    try:
        return peer("weblog_plain_spark", log.folder, log.kind, out, *words)
    except NotFinishedError as error:
        print(f"plain PySpark with {MEMORY} of memory {error}", flush=True)
        return None


def told(name: str, ran: Ran, events: int = 0) -> str:
    """What one took, as a line says it."""
    rate = f", {events / ran.total:,.0f} events/s" if events else ""
    return f"{name}: {ran.total:.1f} s ({ran.told}){rate}, peak {ran.peak_mb:,.0f} MB"


def sizes(report: Report, bench: Bench) -> None:
    """Each size in rounds beside the peers, then 1 % more, then one event more; growth from one size to another of ten times."""
    typical: dict[int, tuple[float, float]] = {}
    for size in bench.sizes:
        found: dict[str, list[Ran]] = {"ours": [], "duckdb": [], "plain": []}
        for number in range(bench.rounds):
            folder = bench.folder / f"{size}_{number}"
            project = write_project(folder / "project", bench.kind)
            log = Log(project / "data" / "web", size, bench.kind)
            log.write(size, "first")
            found["ours"].append(ours(project, *UNTIL))
            mine = contents(project, "ours")
            _beside(report, log, mine, found, folder)
            for name, ran in found.items():
                print(told(f"{size:,} events, round {number + 1}, {name}", ran[-1], size) if ran else f"{name}: none", flush=True)
            if number == bench.rounds - 1:
                increment(report, project, log, found["ours"][-1], size)
            shutil.rmtree(folder)
        typical[size] = _ratios(report, size, found)
    for small, large in [(a, b) for a in typical for b in typical if b == 10 * a]:
        name = f"growth_{small}_to_{large}"
        (seconds, peak), (more, higher) = typical[small], typical[large]
        report.aim(name, more / seconds, 11, f"ours, {large:,} events beside {small:,}")
        report.ratio(f"{name}_memory", higher / peak)


def _beside(report: Report, log: Log, mine: dict[str, Content], found: dict[str, list[Ran]], folder: Path) -> None:
    """Both peers over the log; what finished is kept, and compared."""
    try:
        found["duckdb"].append(duckdb(log, folder / "duck"))
        compared(report, mine, folder / "duck", "DuckDB")
    except NotFinishedError as error:
        print(f"DuckDB with {MEMORY} of memory {error}", flush=True)
        shutil.rmtree(folder / "duck", ignore_errors=True)  # what it began; the next one begins there, too
    if ran := plain_spark(log, folder / "plain"):
        found["plain"].append(ran)
        compared(report, mine, folder / "plain", "plain PySpark")


def _ratios(report: Report, size: int, found: dict[str, list[Ran]]) -> tuple[float, float]:
    """Tell the ratios of a size; the median of our seconds, and of our peaks."""
    seconds = {name: statistics.median(ran.total for ran in rounds) for name, rounds in found.items() if rounds}
    mine = seconds["ours"]
    report.ratio(f"events_a_second_{size}", size / mine)
    told_of, last = f"{size:,} events: ours ÷", found["ours"][-1]
    if "plain" in seconds:
        report.aim(f"ours_to_plain_{size}", mine / seconds["plain"], 0.5, f"{told_of} plain PySpark", last)
    if "duckdb" in seconds:
        if size >= LARGE:
            report.aim(f"ours_to_duckdb_{size}", mine / seconds["duckdb"], 3, f"{told_of} DuckDB", last)
        else:
            report.ratio(f"ours_to_duckdb_{size}", mine / seconds["duckdb"])
            print(f"{told_of} DuckDB: {mine / seconds['duckdb']:.2f}", flush=True)
    return mine, statistics.median(ran.peak_mb for ran in found["ours"])


def increment(report: Report, project: Path, log: Log, full: Ran, size: int) -> None:
    """1 % more events on what stands, beside peers that do all again; then one event."""
    delivered = log.write(max(size // 100, 1), "more")
    ran = ours(project, *UNTIL)
    written = ran.bytes_written
    print(told(f"{size // 100:,} events more", ran), flush=True)
    found: dict[str, list[Ran]] = {"duckdb": [], "plain": []}
    _beside(report, log, contents(project, "ours"), found, project.parent)
    log.write_one("one")
    floor = ours(project, *UNTIL)
    print(told("one event more", floor), flush=True)
    print(f"the files of 1 % have {delivered:,} bytes; {written:,} were written", flush=True)
    report.ratio(f"bytes_written_per_byte_{size}", written / delivered)
    if found["plain"]:
        again = found["plain"][-1].total
        report.aim(f"increment_to_plain_{size}", ran.total / again, 0.1, f"{size:,} events: 1 % more ÷ plain PySpark again", ran)
    most = 0.05 * full.wall + floor.wall
    what = f"1 % more, {ran.wall:.0f} s ÷ (5 % of {full.wall:.0f} s + the floor, {floor.wall:.0f} s)"
    report.aim(f"increment_to_twentieth_and_floor_{size}", ran.wall / most, 1, what, ran)


def files(report: Report, bench: Bench) -> None:
    """Small deliveries one after another: how many files stand in each partition, and what the last runs take."""
    number = 5 if bench.is_quick else 100
    project = write_project(bench.folder / "project", bench.kind)
    log = Log(project / "data" / "web", 100_000, bench.kind)
    log.write(100_000, "first")
    waiting = bench.folder / "waiting"
    waiting.mkdir()
    for place in range(number):
        log.write(1_000, f"more-{place:03d}")
        for file in log.folder.glob(f"more-{place:03d}-*"):
            file.rename(waiting / file.name)
    ours(project, *UNTIL)
    _, shown = process("-m", "benchmarks.increments", str(project), str(waiting))
    seconds = json.loads(shown.strip().splitlines()[-1])
    first, last = statistics.median(seconds[1:6]), statistics.median(seconds[-5:])
    print(f"{number} deliveries of 1,000 events: {first:.1f} s each at first, {last:.1f} s at the end", flush=True)
    report.ratio(f"last_to_first_of_{number}", last / first)
    for table, month in (("events", "event_month"), ("sessions", "session_month")):
        adds = DeltaTable(str(project / "lakehouse" / "silver" / table)).get_add_actions(flatten=True)
        counts = Counter(row[f"partition.{month}"] for row in adds.to_struct_array().to_pylist())
        by_month = ", ".join(f"{key} {count}" for key, count in sorted(counts.items(), key=str))
        print(f"silver.{table}, files by month: {by_month}", flush=True)
        report.ratio(f"files_per_partition_{table}", max(counts.values()))
    duckdb(log, bench.folder / "duck")
    compared(report, contents(project, "ours"), bench.folder / "duck", "DuckDB")


def limit(report: Report, bench: Bench) -> None:
    """The first size with which DuckDB does not finish, and whether ours does."""
    for size in LIMITS:
        project = write_project(bench.folder / f"project_{size}", bench.kind)
        log = Log(project / "data" / "web", size, bench.kind)
        log.write(size, "first")
        try:
            print(told(f"{size:,} events, DuckDB", duckdb(log, bench.folder / "duck"), size), flush=True)
        except NotFinishedError as error:
            print(f"{size:,} events: DuckDB with {MEMORY} of memory {error}", flush=True)
            print(told(f"{size:,} events, ours", ours(project, *UNTIL), size), flush=True)
            report.ratio("duckdb_does_not_finish", size)
            return
        finally:
            shutil.rmtree(bench.folder / "duck", ignore_errors=True)
        shutil.rmtree(project)
    print(f"DuckDB finished with all of {', '.join(f'{size:,}' for size in LIMITS)} events", flush=True)


PARTS: dict[str, Callable[[Report, Bench], None]] = {"sizes": sizes, "files": files, "limit": limit}


def main() -> int:
    """Measure, print, and say which aims were met; 0 where all outputs were equal."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one round of two small sizes, and five small deliveries")
    parser.add_argument("--sizes", nargs="+", type=int, help="events; by default 1, 5 and 20 million")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"rounds of each size, {ROUNDS} by default")
    parser.add_argument("--only", nargs="+", choices=PARTS, help="some of the parts")
    parser.add_argument("--format", choices=("parquet", "json"), default="parquet", help="of the log's files")
    asked = parser.parse_args()
    introduced(f"; {MEMORY} of memory for each engine; files of {asked.format}")
    report = Report()
    chosen = tuple(asked.sizes or (QUICK_SIZES if asked.quick else SIZES))
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as place:
        for name in asked.only or (["sizes", "files"] if asked.quick else list(PARTS)):
            print(f"== {name}", flush=True)
            folder = Path(place) / name
            folder.mkdir()
            bench = Bench(folder, asked.format, chosen, 1 if asked.quick else asked.rounds, asked.quick)
            try:
                PARTS[name](report, bench)
            except NotFinishedError as error:
                raise SystemExit(f"a process of {name} {error}") from None
            shutil.rmtree(folder)
    return concluded(report, CLAIM)


if __name__ == "__main__":
    sys.exit(main())
