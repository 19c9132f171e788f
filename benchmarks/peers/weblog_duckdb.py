"""A web log's events and visits by DuckDB: python -m benchmarks.peers.weblog_duckdb LOG KIND OUT --memory 4GB.

The tables that `dmp run --until sessions` makes of the same files, with the same ids, written to Parquet: of each id the event that
was known first, visits with a gap of 30 minutes. No rejected rows, no manifest, no second run that takes only what is new. The
last line of the output is the seconds by table as JSON, and `peak_mb`. Imports nothing of dmp_spark.
"""

import argparse
import json
import time
from pathlib import Path

import duckdb


def _id(*parts: str) -> str:
    """The SQL of a key: the first 32 digits of sha256 over the JSON array of the parts, each SQL."""
    inside = """ || '","' || """.join(parts)
    return f"""substr(sha256('["' || {inside} || '"]'), 1, 32)"""


READ = {
    "parquet": "read_parquet('{log}/*.parquet')",
    "json": "read_json('{log}/*.json', format = 'newline_delimited', columns = {{id: 'varchar', visitor: 'varchar', kind: 'varchar', "
    "happened: 'timestamp', arrived: 'timestamp', page: 'varchar', amount: 'decimal(10,2)', device: 'varchar'}})",
}
EVENTS = f"""
create table events as
select {_id("'web'", "id", "if(kind = 'purchase', '1', '0')")} as event_id, kind as event_type, happened as event_time,
       arrived as known_time, happened::date as event_date, {_id("'cookie'", "visitor")} as subject_id, page, device,
       amount::decimal(18, 4) as value, if(amount is null, null, 'EUR') as currency
from $read
where id is not null and visitor is not null and happened >= timestamp '1970-01-02'
qualify row_number() over (partition by id order by arrived) = 1
"""
VISITS = f"""
create table sessions as
with told as (
    select *, event_time - lag(event_time) over subjects >= interval 30 minutes as is_gap
    from events window subjects as (partition by subject_id order by event_time, event_id)
), numbered as (
    select *, count(*) filter (is_gap) over (partition by subject_id order by event_time, event_id) as number from told
), grouped as (
    select subject_id, number, min(event_time) as started_at, max(event_time) as ended_at, min(event_date) as session_date,
           max(known_time) as known_time, count(*) as events, count(*) filter (event_type = 'page_view') as page_views,
           count(*) filter (event_type = 'purchase') as conversions,
           sum(value) filter (event_type = 'purchase')::decimal(18, 4) as conversion_value,
           first(event_id order by known_time, event_time, event_id) as founder,
           first(page order by event_time, event_id) filter (event_type = 'page_view') as entry_page,
           last(page order by event_time, event_id) filter (event_type = 'page_view') as exit_page,
           first(device order by event_time, event_id) as device
    from numbered group by all
)
select {_id("'session'", "founder")} as session_id, * exclude (founder, number),
       if(conversion_value is null, null, 'EUR') as currency,
       (epoch_us(ended_at) - epoch_us(started_at)) // 1000000 as duration_seconds,
       conversions = 0 and page_views <= 1 and duration_seconds < 10 as is_bounce
from grouped
"""


def main() -> None:
    """Make the tables, write them, print the seconds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("log", type=Path)
    parser.add_argument("kind", choices=READ)
    parser.add_argument("out", type=Path)
    parser.add_argument("--memory", default="4GB")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect(str(asked.out / "work.duckdb"))  # so that what does not fit may go to disk
    connection.execute(f"set timezone = 'UTC'; set threads = 2; set memory_limit = '{asked.memory}'")
    connection.execute("set preserve_insertion_order = false")
    seconds: dict[str, float] = {}
    for name, statement in (("events", EVENTS), ("sessions", VISITS)):
        begin = time.monotonic()
        connection.execute(statement.replace("$read", READ[asked.kind].format(log=asked.log)))
        connection.execute(f"copy {name} to '{asked.out / name}.parquet' (format parquet)")
        seconds[name] = round(time.monotonic() - begin, 2)
    status = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    seconds["peak_mb"] = next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))
    print(json.dumps(seconds))


if __name__ == "__main__":
    main()
