"""Every query below gives the same rows in DuckDB and in Spark: the net under the translation."""

from decimal import Decimal

import pytest

from dmp_spark.lakehouse.location import Location
from dmp_spark.operations.sql import answer
from dmp_spark.operations.values import python_rows
from tests.operations.small_lakehouse import published

QUERIES = """
select * from silver.events order by event_id
select * from gold.events order by event_id
select segment, people from gold.segment_sizes order by segment
select event_type, count(*), count(value), count(distinct subject_id), sum(value), min(event_date) from silver.events group by 1 order by 1
select event_id from silver.events order by value
select event_id from silver.events order by value desc
select event_id, row_number() over (order by value, event_id), rank() over (order by event_type desc), percent_rank() over (order by share) from silver.events order by event_id
select event_id, lag(event_id) over (order by quantity), ntile(2) over (order by event_id), sum(quantity) over (order by event_id) from silver.events order by event_id
select 1 / 2, 7 div 2, -7 div 2, -7 % 3, 1 - 0.5
select quantity / 2, share * 2, quantity % 3, quantity + share from silver.events order by event_id
select floor(share), ceil(share), round(share), round(share, 1), abs(share), sign(share), floor(value), round(value, 1) from silver.events order by event_id
select sqrt(abs(share)), exp(share), ln(abs(share)), pow(share, 2) from silver.events order by event_id
select avg(share), stddev(share), variance(share), stddev_pop(share), median(share), percentile(share, 0.25), corr(share, quantity) from silver.events
select max_by(event_id, quantity), min_by(event_id, quantity), count_if(is_bot), bool_or(is_bot), bool_and(is_bot) from silver.events
select date_trunc('month', event_date), date_trunc('week', event_time), year(event_date), month(event_date), day(event_date), quarter(event_date), hour(event_time), dayofweek(event_date), dayofyear(event_date) from silver.events order by event_id
select date_add(event_date, 3), date_sub(event_date, 3), datediff(event_date, date '2017-01-01'), last_day(event_date), to_date('2017-02-03') from silver.events order by event_id
select event_id from silver.events where event_time >= timestamp '2017-02-03T00:00:00-05:00' or event_date = '2017-01-01' order by 1
select from_utc_timestamp(event_time, 'America/New_York'), hour(from_utc_timestamp(event_time, 'America/New_York')) from silver.events order by event_id
select event_id, f from silver.events lateral view explode(flags) t as f order by 1, 2
select size(flags), size(attributes), array_contains(flags, 'x'), cardinality(attributes), map_keys(attributes), attributes.store_id from silver.events order by event_id
select upper(text), length(text), concat(text, event_type), concat_ws('-', text, event_type), substring(event_id, 2, 1), replace(text, 'a', 'z'), trim(text), left(event_id, 1) from silver.events order by event_id
select coalesce(text, 'none'), nvl(event_type, 'x'), if(is_bot, 1, 0), case when quantity > 1 then 'many' end, nullif(event_id, 'e1'), greatest(quantity, 3), least(share, 1) from silver.events order by event_id
select event_id from silver.events where text like '%a%' or event_type in ('visit') or quantity between 5 and 9 order by 1
select event_id from silver.events where not (value > 2) or event_type <=> null order by 1
select a.event_id, b.event_id from silver.events a left join silver.events b on a.subject_id = b.subject_id and a.event_id < b.event_id order by 1, 2
select distinct subject_id from silver.events union select person_id from silver.identity_map order by 1
with p as (select person_id, sum(value) as spend from gold.events group by 1) select count(*), sum(spend) from p where person_id is not null
select event_type, count(*) from silver.events group by event_type having count(*) > 1
select cast(quantity as string), cast(quantity as double), cast('2017-01-02' as date), cast(is_bot as int), cast(floor(share) as int) from silver.events order by event_id
select text || '!', event_id != 'e1' from silver.events order by event_id
""".strip().splitlines()


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return published(tmp_path_factory.mktemp("lakehouse"))


def comparable(value):
    """Numbers by value to nine digits, instants without the zone that is UTC in both."""
    if isinstance(value, Decimal | float) and not isinstance(value, bool):
        return round(float(value), 9)
    return value.replace(tzinfo=None) if hasattr(value, "tzinfo") else value


@pytest.mark.parametrize("text", QUERIES)
def test_both_engines_give_the_same(root, spark, text):
    by_duckdb, by_spark = (
        answer(Location(root), text, "auto", lambda: spark),
        answer(Location(root), text, "spark", lambda: spark),
    )
    assert (by_duckdb.engine, by_spark.engine) == ("duckdb", "spark")
    rows = [[tuple(comparable(value) for value in row) for row in python_rows(found.rows)] for found in (by_duckdb, by_spark)]
    assert rows[0] == rows[1]
