"""Features of Complete Journey computed by DuckDB from the source files: the independent twin of gold.features.

    python tests/oracles/features_duckdb.py LAKEHOUSE SOURCES      prints, by column, how many rows differ; exit 1 if any

Nothing of dmp_spark is imported: days, windows and the hashes of people are written again here.
"""

import sys
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import duckdb

ZONE = "America/New_York"
MOMENTS = tuple(date(2017, month, 1) for month in range(4, 13)) + (date(2018, 1, 1),)
BABY = "('BABY FOODS', 'BABYFOOD', 'BABY HBC', 'DIAPERS & DISPOSABLES')"

# What was bought, where and when, was displayed, mailed, neither (the shop has other promotions in that week), or nobody knows.
PROMOTED = """
create or replace table promoted as
with lines as (select distinct product_id, store_id, week from read_parquet('{sources}/transactions.parquet'))
select lines.product_id, lines.store_id, lines.week,
       coalesce(bool_or(display_location <> '0'), false) as is_displayed, coalesce(bool_or(mailer_location <> '0'), false) as is_mailed
from lines left join read_parquet('{sources}/promotions.parquet') p
    on p.product_id = lines.product_id and p.store_id = lines.store_id and p.week = lines.week
where (lines.store_id, lines.week) in (select (store_id, week) from read_parquet('{sources}/promotions.parquet'))
group by lines.product_id, lines.store_id, lines.week
"""

EVENTS = f"""
create or replace table events as
select household_id, kind, day, basket_id, product_id, value, discount, is_displayed, is_mailed
from (
    select household_id, 'purchase' as kind, basket_id, product_id, sales_value::decimal(18,4) as value,
           retail_disc::decimal(18,4) as discount, is_displayed, is_mailed,
           cast((transaction_timestamp at time zone 'UTC') at time zone '{ZONE}' as date) as day
    from read_parquet('{{sources}}/transactions.parquet') lines left join promoted using (product_id, store_id, week)
    union all
    select household_id, 'mailing', null, null, null, null, null, null, start_date::date
    from read_parquet('{{sources}}/campaigns.parquet') join read_parquet('{{sources}}/campaign_descriptions.parquet') using (campaign_id)
    union all
    select household_id, 'redemption', null, null, null, null, null, null, day
    from (select distinct household_id, coupon_upc, campaign_id, redemption_date::date as day
          from read_parquet('{{sources}}/coupon_redemptions.parquet'))
)
where {{households}}
"""

# A day's events are known by the midnight that ends it, so every event before a moment is known by it.
FEATURES = f"""
create or replace table expected as
with seen as (
    select m.moment, e.*, p.product_category as category, p.brand, e.day >= m.moment - 7 as d7, e.day >= m.moment - 30 as d30,
           e.day >= m.moment - 60 as d60, e.day >= m.moment - 90 as d90
    from events e join moments m on e.day < m.moment
    left join read_parquet('{{sources}}/products.parquet') p using (product_id)
)
select household_id, moment,
    coalesce(sum(value) filter (d7), 0) as spend_7d,
    coalesce(sum(value) filter (d30), 0) as spend_30d,
    coalesce(sum(value) filter (d90), 0) as spend_90d,
    coalesce(sum(value), 0) as spend_ever,
    count(*) filter (d90 and kind = 'purchase') as lines_90d,
    count(distinct basket_id) filter (d7) as baskets_7d,
    count(distinct basket_id) filter (d30) as baskets_30d,
    count(distinct basket_id) filter (d90) as baskets_90d,
    count(distinct basket_id) as baskets_ever,
    round(cast(sum(discount) filter (d90) as double) / nullif(sum(value + discount) filter (d90), 0), 6) as discount_share_90d,
    round(cast(count(*) filter (d90 and brand = 'Private') as double) / nullif(count(brand) filter (d90), 0), 6) as private_label_share_90d,
    count(*) filter (d90 and (is_displayed or is_mailed)) as promotion_lines_90d,
    count(*) filter (is_displayed or is_mailed) as promotion_lines_ever,
    count(*) filter (is_displayed) as display_lines_ever,
    round(cast(count(*) filter (d90 and (is_displayed or is_mailed)) as double) / nullif(count(is_displayed) filter (d90), 0), 6)
        as promotion_share_90d,
    count(*) filter (d90 and category in {BABY}) as baby_lines_90d,
    count(*) filter (d60 and kind = 'mailing') as mailings_60d,
    count(*) filter (d90 and kind = 'mailing') as mailings_90d,
    count(*) filter (kind = 'mailing') as mailings_ever,
    count(*) filter (d90 and kind = 'redemption') as redemptions_90d,
    count(*) filter (kind = 'redemption') as redemptions_ever,
    moment - max(day) filter (kind = 'purchase') as days_since_purchase_ever,
    case when count(distinct basket_id) > 1 then round(cast(max(day) filter (kind = 'purchase') - min(day) filter (kind = 'purchase') as double)
        / (count(distinct basket_id) - 1), 6) end as basket_gap_ever
from seen group by household_id, moment
"""

# person_id = stable_id('person', stable_id('household', id)): the first 32 digits of sha256 over a JSON array.
PEOPLE = """
select substr(sha256('["person","' || substr(sha256('["household","' || household_id || '"]'), 1, 32) || '"]'), 1, 32) as person_id,
       * exclude (household_id)
from expected
"""

# Whether a household buys nothing for 30 days, where those had ended by 2018: moment, label, households.
LABEL_COUNTS = """
select moment, label, count(*) from (
    select e.moment, cast(not exists (
        select 1 from events p
        where p.household_id = e.household_id and p.kind = 'purchase' and p.day >= e.moment and p.day < e.moment + 30
    ) as double) as label
    from expected e where e.moment + 30 <= date '2018-01-01'
) group by all
"""

KEYS = ("person_id", "household_id", "moment")


def connect(sources: Path, moments: Iterable[date] = MOMENTS, households: str = "true") -> duckdb.DuckDBPyConnection:
    """A connection with the tables events and expected (household_id, moment, features); `households` picks some by SQL."""
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    connection.execute("create table moments (moment date)")
    connection.executemany("insert into moments values (?)", [[moment] for moment in moments])
    for statement in (PROMOTED, EVENTS, FEATURES):
        connection.execute(statement.format(sources=sources, households=households))
    return connection


def compared(connection: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    """The names of the features that `expected` has."""
    return tuple(row[0] for row in connection.execute("describe expected").fetchall() if row[0] not in KEYS)


def differences(connection: duckdb.DuckDBPyConnection, actual: object) -> dict[str, int]:
    """Column → rows that differ, between an Arrow table of gold.features and the twin; `rows` counts rows of one side only."""
    connection.register("actual_rows", actual)
    connection.execute(f"create or replace table people as {PEOPLE}")
    connection.execute(
        f"create or replace table actual as select *, cast(as_of at time zone '{ZONE}' as date) as moment from actual_rows"
    )
    names = compared(connection)
    tests = [f"count(*) filter (abs(coalesce(a.{name}, -1e9) - coalesce(e.{name}, -1e9)) > 2e-6) as {name}" for name in names]
    query = f"""select count(*) filter (a.person_id is null or e.person_id is null) as rows, {", ".join(tests)}
                from people e full join actual a using (person_id, moment)"""
    found = connection.execute(query).fetchone() or ()
    return {name: count for name, count in zip(("rows", *names), found, strict=True) if count}


def main(lakehouse: Path, sources: Path) -> int:
    """Compare a lakehouse with its sources; the exit code."""
    from deltalake import DeltaTable, QueryBuilder

    connection = connect(sources)
    names = ", ".join(("person_id", "as_of", *compared(connection)))
    rows = (
        QueryBuilder()
        .register("features", DeltaTable(str(lakehouse / "gold" / "features")))
        .execute(f"select {names} from features")
    )
    found = differences(connection, rows.read_all())
    print("\n".join(f"{name}: {count} rows differ" for name, count in found.items()) or "gold.features: equal to DuckDB's")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
