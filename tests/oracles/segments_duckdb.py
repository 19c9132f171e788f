"""How many people each segment of conf/complete_journey holds, counted by DuckDB over the retailer's own files.

An independent twin: it knows nothing of dmp_spark, of its tables or of its YAML; what a segment means is said again here
in SQL. `about_to_go_quiet` rests on a learned score and has no twin.

    python tests/oracles/segments_duckdb.py FOLDER [2018-01-01]
"""

import sys
from datetime import date
from pathlib import Path

import duckdb

_EVENTS = """
create temp table lines as
select household_id, basket_id, product_id, store_id, week as promotion_week, cast(sales_value as decimal(18,4)) as value,
       cast(timezone('America/New_York', timezone('UTC', transaction_timestamp)) as date) as day
from read_parquet('{folder}/transactions.parquet')
where household_id is not null;
delete from lines where day >= date '{day}';
create temp table mailings as
select household_id, cast(start_date as date) as day
from read_parquet('{folder}/campaigns.parquet') join read_parquet('{folder}/campaign_descriptions.parquet') using (campaign_id)
where cast(start_date as date) < date '{day}';
create temp table redemptions as
select household_id, cast(redemption_date as date) as day from read_parquet('{folder}/coupon_redemptions.parquet')
where household_id is not null and cast(redemption_date as date) < date '{day}';
create temp table products as select product_id, brand, product_category from read_parquet('{folder}/products.parquet');
create temp table known_weeks as select distinct store_id, week from read_parquet('{folder}/promotions.parquet');
create temp table promoted as select distinct product_id, store_id, week from read_parquet('{folder}/promotions.parquet')
where display_location <> '0' or mailer_location <> '0';
create temp table households as
select distinct household_id from (
  select household_id from lines union all select household_id from mailings union all select household_id from redemptions
  union all select household_id from read_parquet('{folder}/demographics.parquet'));
"""

# a window of n days are the n local days before the day; weeks count back from it, twelve whole ones in 90 days
_PEOPLE = """
create temp table people as
with recent as (select *, date '{day}' - day as back from lines),
bought as (
  select household_id, sum(value) as spend, min(back) as recency,
         sum(value) filter (back <= 30) as spend_30, sum(value) filter (back <= 90) as spend_90,
         count(distinct basket_id) filter (back <= 90) as baskets_90,
         count(*) filter (back <= 90) as lines_90,
         count(*) filter (back <= 90 and product_category in
           ('BABY FOODS', 'BABYFOOD', 'BABY HBC', 'DIAPERS & DISPOSABLES')) as baby_90,
         count(*) filter (back <= 90 and brand = 'Private') as private_90,
         count(*) filter (back <= 90 and brand is not null) as branded_90,
         count(*) filter (back <= 90 and (product_id, store_id, promotion_week) in (from promoted)) as promoted_90,
         count(*) filter (back <= 90 and (store_id, promotion_week) in (from known_weeks)) as judged_90
  from recent left join products using (product_id) group by household_id),
weeks as (
  select household_id, w.week, coalesce(sum(value), 0) as value
  from households cross join range(0, 12) as w(week)
  left join (select *, (back - 1) // 7 as week from recent where back <= 84) using (household_id, week)
  group by household_id, w.week),
slopes as (select household_id, regr_slope(cast(value as double), -week) as slope from weeks group by household_id),
mailed as (select household_id, count(*) filter (date '{day}' - day <= 90) as mailings_90 from mailings group by household_id),
redeemed as (
  select household_id, count(*) as redemptions, count(*) filter (date '{day}' - day <= 90) as redemptions_90
  from redemptions group by household_id),
kids as (select household_id, kids_count as kids from read_parquet('{folder}/demographics.parquet'))
select *, 100 * percent_rank() over (partition by spend is null order by spend) as spend_percentile
from households left join bought using (household_id) left join slopes using (household_id)
left join mailed using (household_id) left join redeemed using (household_id) left join kids using (household_id)
"""

SEGMENTS = {
    "lapsing_high_spenders": "spend is not null and spend_percentile >= 75 and recency > 30",
    "coupon_lovers": "redemptions_90 >= 1",
    "baby_households": "baby_90 >= 1",
    "growing": "lines_90 > 0 and slope > 0 and coalesce(spend_30, 0) > spend_90 / 3",
    "families": "kids <> '0' or baby_90 >= 1",
    "private_label_fans": "private_90 >= 0.5 * branded_90 and branded_90 > 0 and baskets_90 >= 3",
    "promotion_hunters": "promoted_90 >= 0.4 * judged_90 and judged_90 > 0 and lines_90 >= 20",
    "full_price_regulars": "promoted_90 <= 0.1 * judged_90 and judged_90 > 0 and baskets_90 >= 10",
    "mailed_but_cold": "mailings_90 >= 1 and coalesce(redemptions, 0) = 0",
}


def counts(folder: Path, day: date = date(2018, 1, 1)) -> dict[str, int]:
    """Segment → people inside at the local midnight that begins `day`."""
    connection = duckdb.connect()
    connection.execute("set threads to 2")
    connection.execute(_EVENTS.format(folder=folder, day=day))
    connection.execute(_PEOPLE.format(folder=folder, day=day))
    query = ", ".join(f"count(*) filter ({where})" for where in SEGMENTS.values())
    row = connection.execute(f"select {query} from people").fetchone()
    assert row is not None
    return dict(zip(SEGMENTS, row, strict=True))


if __name__ == "__main__":
    for segment, people in counts(Path(sys.argv[1]), *map(date.fromisoformat, sys.argv[2:3])).items():
        print(f"{segment},{people}")
