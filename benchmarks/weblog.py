"""A web log of any size for benchmarks, the same by seed, and the project over it; written by DuckDB, whose `hash` draws.

Eight events make a visit, forty a visitor; visits follow one another through 90 days. Of the events 2 % come twice (half of these
an hour later), 2 % belong to a visit that is long over, 1 % cannot be taken: half without a visitor, half in the year 1900.
"""

from pathlib import Path

import duckdb

SEED = 7
EVENTS_A_FILE = 1_000_000
FEWEST_FILES = 4
PROJECT = "grammar: 1\nproject: weblog\nas_of: 2025-01-01\ntime_zone: UTC\ncurrency: EUR\n"
_EVENT = "id: [id], time: {column: happened, zone: UTC}, known: {column: arrived, zone: UTC}, identifiers: {cookie: visitor}"
INGEST = f"""
sources:
  web:
    read: {{format: FORMAT, path: data/web}}
    arrives: appended
    columns:
      id: string
      visitor: string
      kind: string
      happened: timestamp
      arrived: timestamp
      page: string
      amount: decimal(10,2)
      device: string
    events:
      page_view: {{where: kind = 'page_view', {_EVENT}, device: device, context: {{page: page}}}}
      purchase:
        {{where: kind = 'purchase', {_EVENT}, device: device, context: {{page: page}}, value: amount, currency: {{value: EUR}}}}
"""
SESSIONS = "page_views: {of: page_view, page: context.page}\nconversions: {of: purchase}\n"
_RECORDS = """
with drawn as (
    select n, if(hash(n * 13 + {seed}) % 50 = 0, hash(n * 23 + {seed}) % (n // 8 + 1), n // 8)::bigint as visit, n // 8 as place
    from range({first}, {last}) as t(n)
), timed as (
    select n, visit, timestamp '2024-01-01' as begun,
           begun + to_microseconds(visit * {step} + (hash(n * 7 + {seed}) % 1500000000)::bigint) as happened,
           begun + to_microseconds(place * {step} + 1500000000 + (hash(n * 29 + {seed}) % 9000000)::bigint) as arrived
    from drawn
)
select 'e' || n as id, if(hash(n * 19 + {seed}) % 200 = 0, null, 'v' || hash(visit * 3 + {seed}) % {visitors}) as visitor,
       if(hash(n * 17 + {seed}) % 40 = 0, 'purchase', 'page_view') as kind,
       if(hash(n * 19 + {seed}) % 200 = 1, timestamp '1900-01-01', happened) as happened, arrived,
       '/page/' || hash(n * 31 + {seed}) % 1000 as page,
       if(kind = 'purchase', (hash(n * 37 + {seed}) % 30000 / 100)::decimal(10, 2), null) as amount,
       ['phone', 'desktop', 'tablet'][(hash(visit * 41 + {seed}) % 3)::int + 1] as device
from timed
"""
_AGAIN = """
select * replace (arrived + to_hours((hash(id) % 2)::int) as arrived) from ({records}) where hash(id || '{seed}') % 50 = 0
"""


class Log:
    """A log of so many events at first, which grows by as many as are asked for; in files of one format."""

    def __init__(self, folder: Path, events: int, kind: str = "parquet", seed: int = SEED) -> None:
        self.folder, self.events, self.kind, self.seed = folder, events, kind, seed
        self.visitors, self.step = max(events // 40, 1), 90 * 86_400_000_000 // max(events // 8, 1)
        self.written = 0
        folder.mkdir(parents=True, exist_ok=True)

    def write(self, number: int, name: str) -> int:
        """The next so many events, in one or more files called `name`; how many bytes these have."""
        files = max(FEWEST_FILES, number // EVENTS_A_FILE) if number >= FEWEST_FILES * 1_000 else 1
        borders = [self.written + number * place // files for place in range(files + 1)]
        before = (max(self.written - number // files - 1, 0), self.written) if self.written else (borders[-2], borders[-1])
        size = 0
        for place in range(files):
            again = before if place == 0 else (borders[place - 1], borders[place])
            size += self._file(f"{name}-{place:03d}", (borders[place], borders[place + 1]), again)
        self.written += number
        return size

    def write_one(self, name: str) -> int:
        """One event that can be taken, of a visit of its own; the bytes of its file."""
        rows = f"select * from ({self._records(self.written, self.written + 1_000)}) where visitor is not null limit 1"
        self.written += 1_000
        return self._copy(
            name, f"select * replace (timestamp '2024-06-01' as happened, timestamp '2024-06-01' as arrived) from ({rows})"
        )

    def _file(self, name: str, events: tuple[int, int], again: tuple[int, int]) -> int:
        repeated = _AGAIN.format(records=self._records(*again), seed=self.seed)
        return self._copy(name, f"select * from ({self._records(*events)}) union all ({repeated})")

    def _records(self, first: int, last: int) -> str:
        return _RECORDS.format(first=first, last=last, seed=self.seed, visitors=self.visitors, step=self.step)

    def _copy(self, name: str, query: str) -> int:
        file = self.folder / f"{name}.{self.kind}"
        connection = duckdb.connect()
        connection.execute("set threads = 2")
        how = "format json, timestampformat '%Y-%m-%dT%H:%M:%S.%f'" if self.kind == "json" else "format parquet"
        connection.execute(f"copy ({query}) to '{file}' ({how})")
        return file.stat().st_size


def write_project(folder: Path, kind: str = "parquet") -> Path:
    """The project, whose log lies in `folder/data/web`; `folder` is returned."""
    folder.mkdir(parents=True)
    for name, text in (("project", PROJECT), ("ingest", INGEST.replace("FORMAT", kind)), ("sessions", SESSIONS)):
        (folder / f"{name}.yml").write_text(text, encoding="utf-8")
    return folder
