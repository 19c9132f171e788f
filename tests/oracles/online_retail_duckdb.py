"""What docs/guide/your-own-data.md prints of Online Retail, by DuckDB from the file itself."""

from pathlib import Path

import duckdb

_LINES = """
create table lines as
select distinct *, CustomerID::bigint as customer, (Quantity * UnitPrice)::decimal(18, 4) as value, InvoiceDate::date as day
from read_parquet($file) where CustomerID is not null
"""
_PEOPLE = """
create table people as
select *, 100 * percent_rank() over (order by spend) as rank from (
    select customer, sum(value) as spend, arg_max(Country, InvoiceDate) as country,
           date '2011-12-10' - max(day) filter (value > 0) as recency_days,
           count(*) filter (value < 0 and day >= date '2011-12-10' - 90) as returns_90d
    from lines group by 1
)
"""
_COUNTS = """
select a.n, d.n, a.n - r.n - d.n, r.n from (select count(*) as n from read_parquet($file)) a, (select count(*) as n from lines) d,
    (select count(*) as n from read_parquet($file) where CustomerID is null) r
"""
_MONTHS = """
select strftime(date_trunc('month', day), '%Y-%m-%dT00:00:00Z'), count(distinct customer), sum(greatest(value, 0)), sum(least(value, 0))
from lines where day >= date '2011-09-01' group by 1 order by 1
"""
_SEGMENTS = """
select 'abroad', count(*) from people where country <> 'United Kingdom' union all
select 'best_gone_quiet', count(*) from people where rank >= 75 and recency_days > 60 union all
select 'sends_back', count(*) from people where returns_90d >= 1 order by 1
"""
_COUNTRIES = """
select country, count(*) as n, round(avg(spend), 2), round(avg(recency_days), 1) from people group by 1 order by n desc, 1 limit 5
"""


def answers(file: Path) -> list[list[tuple[str, ...]]]:
    """The rows of the page's four answers, in its order, each value as text."""
    connection = duckdb.connect()
    connection.execute(_LINES, {"file": str(file)})
    connection.execute(_PEOPLE)
    told = [connection.execute(_COUNTS, {"file": str(file)}).fetchall()]
    told += [connection.execute(sql).fetchall() for sql in (_MONTHS, _SEGMENTS, _COUNTRIES)]
    return [[tuple(str(value) for value in row) for row in rows] for rows in told]
