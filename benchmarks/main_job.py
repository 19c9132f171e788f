"""The main job beside its peers: python benchmarks/main_job.py [--quick] [--rounds N] [--only peers growth whole].

    peers   up to features, beside DuckDB and beside PySpark as people write it, in the same rounds; sessions' starts left out.
            Aims: at most 6 times DuckDB's time; at most half of plain PySpark's.
    growth  3 and 10 times the households beside 1, without promotions; DuckDB beside it. Aims: at most 11 times the time, and
            twice the memory.
    whole   the whole job, and again without news: aims are 6 minutes and 3 seconds. Then the last day of the year on the loaded
            year: at most a tenth of the full run, plus the floor, which is a run in which one row changes.

Results are compared by content before a ratio is printed: all columns of features and labels, and those of events that a peer
has (COMPARED); after the last day, with a lakehouse that had it from the start. Where they differ no ratio is told. --quick
takes a fifth of the households and one round of `peers`. The last line is one JSON object; a missed aim is reported as missed.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # where the file itself is named, and not the module
from benchmarks import journey
from benchmarks.peers.same import differences
from dmp_spark.lakehouse.location import Location
from dmp_spark.lakehouse.session import settings_file
from dmp_spark.operations.ledger import Ledger

CLAIM = "up to features at most 6 times DuckDB's time and half of plain PySpark's; a new day costs a tenth; growth is linear"
ROUNDS = 3
PLAIN_MEMORIES = ("4g", "12g")  # as much as ours; and what the machine can spare
MAIN = "import sys; from dmp_spark.cli.main import main; sys.exit(main())"
LOCAL = "cast({} at time zone 'America/New_York' as date)"
COMPARED = {
    "features": (f"* exclude (as_of, _content_hash), {LOCAL.format('as_of')} as moment", ("person_id", "moment")),
    "labels": (
        f"* exclude (as_of, _content_hash, ripe_at), {LOCAL.format('as_of')} as moment, {LOCAL.format('ripe_at')} as ripe_at",
        ("person_id", "task", "moment"),
    ),
    "events": (
        "event_id, source, event_type, event_time, known_time, event_date, subject_id, order_id, item_id, value, currency, "
        "quantity, context, attributes, amounts",
        ("event_id",),
    ),
}
FOLDERS = {"features": "gold/features", "labels": "gold/labels", "events": "silver/events"}


@dataclass
class Report:
    """What was found: ratios by name, aims that were missed, and whether all outputs were equal."""

    ratios: dict[str, float] = field(default_factory=dict)
    missed: list[str] = field(default_factory=list)
    equal: bool = True

    def ratio(self, name: str, value: float) -> None:
        """Note a ratio; of outputs that differ there is none."""
        if self.equal:
            self.ratios[name] = round(value, 3)

    def aim(self, name: str, value: float, most: float, told: str, where: "Ran | None" = None) -> None:
        """Note a ratio, and whether it is as small as it should be; where it is not, what took longest."""
        if not self.equal:
            print(f"{told}: not told, because outputs differ", flush=True)
            return
        self.ratio(name, value)
        why = f" ({where.dearest})" if where else ""
        met = value <= most
        if not met:
            self.missed.append(name)
        print(f"{told}: {value:.2f}, aim ≤ {most:g}: {'met' if met else f'MISSED{why}'}", flush=True)

    def check(self, what: str, found: dict[str, int]) -> None:
        """Note whether two outputs are equal."""
        self.equal = self.equal and not found
        print(f"{what}: {'equal' if not found else f'DIFFERENT {found}'}", flush=True)


@dataclass(frozen=True)
class Ran:
    """A process that ended well: seconds of the wall and of its own parts, its peak memory in MB, and what ours wrote."""

    wall: float
    seconds: dict[str, float]
    peak_mb: float
    bytes_written: int = 0

    @property
    def total(self) -> float:
        """The seconds of its parts, without the session's start."""
        return sum(seconds for name, seconds in self.seconds.items() if name != "session")

    @property
    def told(self) -> str:
        """The seconds of each part that took a tenth of one."""
        return ", ".join(f"{name} {seconds:.1f}" for name, seconds in self.seconds.items() if seconds >= 0.1)

    @property
    def dearest(self) -> str:
        """The two parts that took longest."""
        parts = sorted(self.seconds.items(), key=lambda part: -part[1])[:2]
        return "most of it " + ", ".join(f"{name} {seconds:.0f} s" for name, seconds in parts)


class NotFinishedError(Exception):
    """A process ended with an error; says after how many seconds, and with which."""


def process(*words: str) -> tuple[float, str]:
    """Run a process; the seconds and its standard output. NotFinishedError where it fails."""
    begin = time.monotonic()
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), "SPARK_LOCAL_IP": "127.0.0.1"}
    ended = subprocess.run([sys.executable, *words], capture_output=True, text=True, env=environment, check=False)
    if ended.returncode:
        causes = [line for line in ended.stderr.splitlines() if "Error" in line or "Exception" in line]
        told = causes[0] if causes else ended.stderr[-300:]
        raise NotFinishedError(f"ended with {ended.returncode} after {time.monotonic() - begin:.0f} s: {told.strip()[:300]}")
    return time.monotonic() - begin, ended.stdout


def ours(project: Path, *words: str) -> Ran:
    """`dmp run` in a process of its own: seconds by stage as the ledger has them, which leaves the session's start out."""
    root = project / "lakehouse"
    before = {row.run_id for row in _rows(root)}
    wall, _ = process("-c", MAIN, "run", "-p", str(project), *words)
    rows = [row for row in _rows(root) if row.run_id not in before and row.stage != "run"]
    peak, written = max([row.peak_memory_mb for row in rows], default=0), sum(row.bytes_written or 0 for row in rows)
    return Ran(wall, {row.stage: row.seconds for row in rows}, peak, written)


def _rows(root: Path) -> list:
    return list(Ledger(Location(root)).rows()) if (root / "ops" / "runs").is_dir() else []


def peer(name: str, *words: Path | str) -> Ran:
    """A peer in a process of its own; its last line has the seconds of its tables, and its peak memory where it knows it."""
    wall, shown = process("-m", f"benchmarks.peers.{name}", *[str(word) for word in words])
    seconds = json.loads(shown.strip().splitlines()[-1])
    return Ran(wall, seconds, seconds.pop("peak_mb", float("nan")))


def stop_words(folder: Path) -> Path:
    """The stop words that `words` leaves out, a line each: peers take the same."""
    from dmp_spark.lakehouse import session
    from dmp_spark.measures.words import stop_words as listed

    spark = session.start()
    file = folder / "stops.txt"
    file.write_text("\n".join(sorted(listed("en"))), encoding="utf-8")
    spark.stop()
    return file


def compared(report: Report, lakehouse: Path, out: Path, peer_name: str, tables: tuple[str, ...]) -> None:
    """Compare tables of a lakehouse with a peer's."""
    for name in tables:
        columns, keys = COMPARED[name]
        theirs = f"{out / name}.parquet" if (out / f"{name}.parquet").exists() else out / name
        report.check(f"{name} beside {peer_name}", differences(lakehouse / FOLDERS[name], columns, Path(theirs), keys))


def peers(report: Report, folder: Path, stops: Path, is_quick: bool, rounds: int) -> None:
    """Ours, DuckDB and plain PySpark up to features, in turns."""
    sources = journey.write_sources(folder / "sources", one_in=5 if is_quick else 1)
    extra = ["--without-promotions"] if is_quick else []
    found: dict[str, list[Ran]] = {"ours": [], "duckdb": [], "plain_spark": []}
    memories, beside_plain = list(PLAIN_MEMORIES), []
    for number in range(rounds):
        project = journey.write_project(folder / f"project_{number}", sources, promotions=not is_quick)
        duck, plain = folder / f"duck_{number}", folder / f"plain_{number}"
        found["ours"].append(ours(project, "--until", "features"))
        found["duckdb"].append(peer("journey_duckdb", sources, duck, stops, *extra))
        told = f"ours {found['ours'][-1].total:.1f} s, DuckDB {found['duckdb'][-1].total:.1f} s"
        print(f"round {number + 1}: {told}", flush=True)
        compared(report, project / "lakehouse", duck, "DuckDB", ("features", "labels", "events"))
        if ran := plain_spark(sources, plain, stops, memories, extra):
            found["plain_spark"].append(ran)
            beside_plain.append(found["ours"][-1].total)
            print(f"round {number + 1}: plain PySpark {ran.total:.1f} s, with {memories[0]} of memory", flush=True)
            compared(report, project / "lakehouse", plain, "plain PySpark", ("features", "labels", "events"))
        for folder_of_round in (project, duck, plain):
            shutil.rmtree(folder_of_round)
    typical = {name: _median(ran) for name, ran in found.items() if ran}
    for name, ran in typical.items():
        print(f"{name}, median seconds: {ran.told}")
    mine = [ran.total for ran in found["ours"]]
    dear = typical["ours"]
    over = [m / ran.total for m, ran in zip(mine, found["duckdb"], strict=True)]
    report.aim("ours_to_duckdb", statistics.median(over), 6, "ours ÷ DuckDB, median of rounds", dear)
    if found["plain_spark"]:
        over = [m / ran.total for m, ran in zip(beside_plain, found["plain_spark"], strict=True)]
        report.aim("ours_to_plain_spark", statistics.median(over), 0.5, "ours ÷ plain PySpark, median of rounds", dear)


def plain_spark(sources: Path, out: Path, stops: Path, memories: list[str], extra: list[str]) -> Ran | None:
    """Plain PySpark with the first of `memories` with which it finishes; those with which it does not are told and taken away."""
    while memories:
        try:
            jars = ("--jars-from", str(settings_file()), "--memory", memories[0])
            return peer("journey_plain_spark", sources, out, stops, *jars, *extra)
        except NotFinishedError as error:
            print(f"plain PySpark with {memories.pop(0)} of memory {error}", flush=True)
            shutil.rmtree(out, ignore_errors=True)
    return None


def _median(rounds: list[Ran]) -> Ran:
    """What was typical of several rounds, part by part."""
    seconds = {part: statistics.median(one.seconds[part] for one in rounds) for part in rounds[0].seconds}
    return Ran(statistics.median(one.wall for one in rounds), seconds, statistics.median(one.peak_mb for one in rounds))


def growth(report: Report, folder: Path, stops: Path, is_quick: bool, rounds: int) -> None:
    """One, three and ten times the households, beside DuckDB."""
    sizes = (1, 3) if is_quick else (1, 3, 10)
    found: dict[int, tuple[Ran, Ran]] = {}
    for size in sizes:
        sources = journey.write_sources(folder / f"sources_{size}", copies=size, one_in=5 if is_quick else 1)
        project = journey.write_project(folder / f"project_{size}", sources, promotions=False)
        mine = ours(project, "--until", "features")
        theirs = peer("journey_duckdb", sources, folder / f"duck_{size}", stops, "--without-promotions")
        found[size] = (mine, theirs)
        print(
            f"{size} ×: ours {mine.total:.1f} s, {mine.peak_mb:,.0f} MB; DuckDB {theirs.total:.1f} s, {theirs.peak_mb:,.0f} MB",
            flush=True,
        )
        compared(report, project / "lakehouse", folder / f"duck_{size}", "DuckDB", ("features", "labels", "events"))
    first, last = found[sizes[0]], found[sizes[-1]]
    most, told = 1.1 * sizes[-1], f"ours, {sizes[-1]} × beside 1 ×"
    report.aim(f"growth_{sizes[-1]}", last[0].total / first[0].total, most, told, last[0])
    report.aim(f"growth_{sizes[-1]}_memory", last[0].peak_mb / first[0].peak_mb, 2, f"{told}, peak memory")
    report.ratio(f"growth_{sizes[-1]}_duckdb", last[1].total / first[1].total)
    for size in sizes:
        report.ratio(f"growth_{size}_ours_to_duckdb", found[size][0].total / found[size][1].total)


def whole(report: Report, folder: Path, stops: Path, is_quick: bool, rounds: int) -> None:
    """The whole main job, and again without news; the last day of the year on the loaded year; one more row."""
    one_in = 5 if is_quick else 1
    fresh = journey.write_whole(folder / "fresh", one_in=one_in, is_split=False)
    first, again = ours(fresh), ours(fresh)
    project = journey.write_whole(folder / "project", one_in=one_in)
    year = ours(project, "--as-of", journey.LAST_DAY)
    size = journey.deliver_last_day(project)
    day = ours(project)
    for name, place in FOLDERS.items():
        columns, keys = COMPARED[name]
        # of the last day's own moment the other lakehouse was never asked
        where = "true" if name == "events" else f"{LOCAL.format('as_of')} <> date '{journey.LAST_DAY}'"
        found = differences(fresh / "lakehouse" / place, columns, project / "lakehouse" / place, keys, columns, where)
        report.check(f"{name} after the last day, beside those of a lakehouse that had it from the start", found)
    journey.deliver_one_row(project)
    floor = ours(project)
    for name, ran in (("whole", first), ("year", year), ("day", day), ("one row", floor)):
        print(f"{name}: {ran.wall:.1f} s with the session, {ran.total:.1f} s in stages: {ran.told}", flush=True)
    written = day.bytes_written
    print(f"the day's file has {size:,} bytes; {written:,} were written, {written / size:.0f} a byte")
    report.aim("whole_to_six_minutes", first.wall / 360, 1, f"the whole job, {first.wall:.0f} s ÷ 360", first)
    report.aim("again_to_three_seconds", again.wall / 3, 1, f"a run without news, {again.wall:.1f} s ÷ 3")
    report.ratio("day_bytes_written_per_byte", written / size)
    report.ratio("day_to_year", day.wall / year.wall)
    most = 0.1 * year.wall + floor.wall
    told = f"a day, {day.wall:.0f} s ÷ (a tenth of {year.wall:.0f} s + the floor, {floor.wall:.0f} s)"
    report.aim("day_to_tenth_and_floor", day.wall / most, 1, told, day)


PARTS: dict[str, Callable[[Report, Path, Path, bool, int], None]] = {
    "peers": peers,
    "growth": growth,
    "whole": whole,
}


def introduced(more: str = "") -> None:
    """Say which versions are measured, and on what; `more` stands behind."""
    names = ("pyspark", "delta-spark", "duckdb", "deltalake", "pyarrow")
    print(f"Python {platform.python_version()}, " + ", ".join(f"{name} {version(name)}" for name in names))
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}{more}")


def concluded(report: Report, claim: str) -> int:
    """Say what was missed, and as the last line the claim with its ratios; 0 where all outputs were equal."""
    if report.missed:
        print(f"missed: {', '.join(report.missed)}")
    print(json.dumps({"claim": claim, "ratios": report.ratios, "checked": report.equal and not report.missed}))
    return 0 if report.equal else 1


def main() -> int:
    """Measure, print, and say which aims were met; 0 where all outputs were equal."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="one round of peers with a fifth of the households")
    parser.add_argument("--only", nargs="+", choices=PARTS, help="some of the parts")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"rounds of peers, {ROUNDS} by default")
    asked = parser.parse_args()
    introduced()
    report = Report()
    with tempfile.TemporaryDirectory(dir=os.environ.get("TMPDIR")) as place:
        stops = stop_words(Path(place))
        for name in asked.only or (["peers"] if asked.quick else list(PARTS)):
            print(f"== {name}", flush=True)
            folder = Path(place) / name
            folder.mkdir()
            try:
                PARTS[name](report, folder, stops, asked.quick, 1 if asked.quick else asked.rounds)
            except NotFinishedError as error:
                raise SystemExit(f"a process of {name} {error}") from None
    return concluded(report, CLAIM)


if __name__ == "__main__":
    sys.exit(main())
