"""Complete Journey up to features by DuckDB: python -m benchmarks.peers.journey_duckdb SOURCES OUT STOPWORDS.

The tables that `dmp run --until features` makes, from the same files, written to Parquet: events (with their ids), reference
data (rows of one key combined, repeats dropped), attributes, people, features at ten moments, labels of three tasks. No
history, no rejected rows, no ledger. STOPWORDS is a file with a word a line. The last line of the output is the seconds by
table as JSON, and `peak_mb`. Imports nothing of dmp_spark.
"""

import argparse
import json
import time
from pathlib import Path
from string import Template

import duckdb

from benchmarks.peers.key_sql import key
from benchmarks.peers.memory import peak_mb

ZONE = "America/New_York"


PLACES = {
    "zone": ZONE,
    "bought": "kind = 'purchase'",
    "baby": "('BABY FOODS', 'BABYFOOD', 'BABY HBC', 'DIAPERS & DISPOSABLES')",
    "household": key("'household'", "household_id"),
    "person": key("'person'", "subject_id"),
    "purchase_id": key("'transactions'", "basket_id", "product_id", "'0'"),
    "mailing_id": key("'campaigns'", "campaign_id", "household_id", "'0'"),
    "redemption_id": key("'coupon_redemptions'", "household_id", "coupon_upc", "campaign_id", "epoch_us(redemption_date)", "'0'"),
}

MOMENTS = """
create table moments as
select m::date as moment from unnest(generate_series(date '2017-04-01', date '2018-01-01', interval 1 month)) as t(m)
"""

ITEMS = """
create table items as
select product_id::varchar as item_id, department, product_category as category, product_type as kind,
       brand = 'Private' as is_private_label, package_size,
       lower(concat_ws(' ', department, product_category, product_type)) as text
from read_parquet('$sources/products.parquet')
"""
PROMOTIONS = """
create table reference_promotions as
select product_id::varchar as item_id, store_id, week, bool_or(display_location <> '0') as is_displayed,
       bool_or(mailer_location <> '0') as is_mailed
from read_parquet('$sources/promotions.parquet') group by all
"""
CAMPAIGNS = "create table reference_campaigns as select distinct * from read_parquet('$sources/campaign_descriptions.parquet')"
COUPONS = """
create table reference_coupons as
select distinct coupon_upc, product_id::varchar as item_id, campaign_id from read_parquet('$sources/coupons.parquet')
"""
PURCHASES = """
select $purchase_id as event_id, 'transactions' as source, 'purchase' as event_type,
       transaction_timestamp at time zone 'UTC' as event_time, transaction_timestamp at time zone 'UTC' as known_time,
       cast((transaction_timestamp at time zone 'UTC') at time zone '$zone' as date) as event_date,
       $household as subject_id, basket_id::varchar as order_id, product_id::varchar as item_id,
       sales_value::decimal(18,4) as value, 'USD' as currency,
       case when quantity between 1 and 100 then quantity end as quantity,
       null::map(varchar, varchar) as context,
       map {'store_id': store_id::varchar, 'week': week::varchar} as attributes,
       map {'retail_discount': retail_disc::decimal(18,4), 'coupon_discount': coupon_disc::decimal(18,4),
            'coupon_match': coupon_match_disc::decimal(18,4)} as amounts
from read_parquet('$sources/transactions.parquet')
where household_id is not null and basket_id is not null and product_id is not null
  and transaction_timestamp >= timestamp '2016-01-01'
qualify row_number() over (partition by basket_id, product_id order by transaction_timestamp) = 1
"""
MAILINGS = """
select $mailing_id, 'campaigns', 'campaign_exposure',
       timezone('$zone', start_date::date::timestamp), timezone('$zone', (start_date::date + 1)::timestamp), start_date::date,
       $household, null, null, null, null, null,
       map {'campaign_id': campaign_id::varchar, 'campaign_type': campaign_type, 'campaign_end': end_date::varchar}, null, null
from read_parquet('$sources/campaigns.parquet') join reference_campaigns using (campaign_id)
qualify row_number() over (partition by campaign_id, household_id order by start_date) = 1
"""
REDEMPTIONS = """
select $redemption_id,
       'coupon_redemptions', 'coupon_redemption', timezone('$zone', redemption_date::date::timestamp),
       timezone('$zone', (redemption_date::date + 1)::timestamp), redemption_date::date, $household,
       null, null, null, null, null, map {'campaign_id': campaign_id::varchar, 'coupon_upc': coupon_upc::varchar}, null, null
from read_parquet('$sources/coupon_redemptions.parquet')
where household_id is not null
qualify row_number() over (partition by household_id, coupon_upc, campaign_id, redemption_date order by 1) = 1
"""
EVENTS = f"create table events as {PURCHASES} union all {MAILINGS} union all {REDEMPTIONS}"

ATTRIBUTES = """
create table person_attributes as
with wide as (select $household as subject_id, age as age_band, income as income_band, home_ownership, marital_status,
                     household_size, household_comp as household_type, kids_count as kids
              from read_parquet('$sources/demographics.parquet'))
select 'demographics' as source, subject_id, attribute, value
from (unpivot wide on columns(* exclude (subject_id)) into name attribute value value)
"""
PEOPLE = """
create table people as
select subject_id as identifier_id, $person as person_id
from (select distinct subject_id from events union select distinct subject_id from person_attributes)
"""

# One row an event with what measures read of it; a day's events count for the moments after it.
SEEN = """
create table seen as
select p.person_id, e.event_type as kind, e.event_date as day, e.event_time, e.event_id, order_id, item_id, value,
       attributes['store_id'] as store_id, amounts['retail_discount'] as retail_discount,
       amounts['coupon_discount'] as coupon_discount, i.category, i.is_private_label, $promoted,
       isodow(e.event_date) >= 6 as is_weekend, hour(e.event_time at time zone '$zone') >= 17 as is_evening
from events e join people p on p.identifier_id = e.subject_id left join items i using (item_id) $joined
"""
PROMOTED = (
    "case when c.store_id is not null then coalesce(r.is_displayed, false) end as is_displayed, "
    "case when c.store_id is not null then coalesce(r.is_mailed, false) end as is_mailed",
    """left join reference_promotions r on r.item_id = e.item_id and r.store_id = e.attributes['store_id']::bigint
           and r.week = e.attributes['week']::bigint
       left join (select distinct store_id, week from reference_promotions) c
           on c.store_id = e.attributes['store_id']::bigint and c.week = e.attributes['week']::bigint""",
    "",
)
NOT_PROMOTED = (
    "null::boolean as is_displayed, null::boolean as is_mailed",
    "",
    "exclude (promotion_lines_90d, promotion_lines_ever, display_lines_ever, promotion_share_90d)",
)

FEATURES = """
create table plain as
with windowed as (
    select m.moment, s.*, day >= m.moment - 7 as d7, day >= m.moment - 30 as d30, day >= m.moment - 60 as d60,
           day >= m.moment - 90 as d90, (m.moment - day - 1) // 7 as weeks_back
    from seen s join moments m on s.day < m.moment
)
select person_id, moment,
    coalesce(sum(value) filter (d7), 0) as spend_7d,
    coalesce(sum(value) filter (d30), 0) as spend_30d,
    coalesce(sum(value) filter (d90), 0) as spend_90d,
    coalesce(sum(value), 0) as spend_ever,
    count(*) filter ($bought and d30) as lines_30d,
    count(*) filter ($bought and d90) as lines_90d,
    count(*) filter ($bought) as lines_ever,
    count(distinct order_id) filter (d7) as baskets_7d,
    count(distinct order_id) filter (d30) as baskets_30d,
    count(distinct order_id) filter (d90) as baskets_90d,
    count(distinct order_id) as baskets_ever,
    round(cast(sum(value) filter (d90) as double) / nullif(count(distinct order_id) filter (d90), 0), 6) as basket_value_90d,
    count(distinct store_id) filter (d90) as stores_90d,
    moment - max(day) filter ($bought) as days_since_purchase_ever,
    min(event_time) filter ($bought) as first_purchase_ever,
    max(event_time) filter ($bought) as last_purchase_ever,
    case when count(distinct order_id) filter (d90) > 1 then round(cast(max(day) filter ($bought and d90) - min(day) filter ($bought and d90)
        as double) / (count(distinct order_id) filter (d90) - 1), 6) end as basket_gap_90d,
    case when count(distinct order_id) > 1 then round(cast(max(day) filter ($bought) - min(day) filter ($bought) as double)
        / (count(distinct order_id) - 1), 6) end as basket_gap_ever,
    case when count(*) filter ($bought and d90) > 0 then
        round(cast(coalesce(sum((11 - 2 * weeks_back) * value) filter (weeks_back < 12), 0) as double) * 6 / (12 * 143), 6)
        end as spend_slope_90d,
    round(cast(count(*) filter ($bought and d90 and is_weekend) as double) / nullif(count(*) filter ($bought and d90), 0), 6) as weekend_share_90d,
    round(cast(count(*) filter ($bought and d90 and is_evening) as double) / nullif(count(*) filter ($bought and d90), 0), 6) as evening_share_90d,
    round(cast(sum(retail_discount) filter (d30) as double) / nullif(sum(value + retail_discount) filter (d30), 0), 6) as discount_share_30d,
    round(cast(sum(retail_discount) filter (d90) as double) / nullif(sum(value + retail_discount) filter (d90), 0), 6) as discount_share_90d,
    coalesce(sum(coupon_discount) filter (d90), 0) as coupon_discount_90d,
    coalesce(sum(coupon_discount), 0) as coupon_discount_ever,
    count(*) filter (d90 and (is_displayed or is_mailed)) as promotion_lines_90d,
    count(*) filter (is_displayed or is_mailed) as promotion_lines_ever,
    count(*) filter (is_displayed) as display_lines_ever,
    round(cast(count(*) filter (d90 and (is_displayed or is_mailed)) as double) / nullif(count(is_displayed) filter (d90), 0), 6)
        as promotion_share_90d,
    round(cast(count(*) filter (d90 and is_private_label) as double) / nullif(count(is_private_label) filter (d90), 0), 6)
        as private_label_share_90d,
    count(*) filter (d90 and category in $baby) as baby_lines_90d,
    count(*) filter (d60 and kind = 'campaign_exposure') as mailings_60d,
    count(*) filter (d90 and kind = 'campaign_exposure') as mailings_90d,
    count(*) filter (kind = 'campaign_exposure') as mailings_ever,
    count(*) filter (d90 and kind = 'coupon_redemption') as redemptions_90d,
    count(*) filter (kind = 'coupon_redemption') as redemptions_ever,
    moment - max(day) filter (kind = 'coupon_redemption') as days_since_redemption_ever
from windowed group by person_id, moment
"""
CATEGORIES = """
create table categories as
with counted as (
    select person_id, moment, category, count(*) as ever, count(*) filter (day >= moment - 90) as n90
    from seen join moments on day < moment where category is not null group by all
)
select person_id, moment,
    round(-sum(n90::double / t90 * ln(n90::double / t90)) filter (n90 > 0), 6) as category_entropy_90d,
    list(category order by n90 desc, category) filter (n90 > 0)[1:3] as favourite_categories_90d,
    list(category order by ever desc, category)[1:3] as favourite_categories_ever
from (select *, sum(n90) over (partition by person_id, moment) as t90 from counted) group by person_id, moment
"""
WORDS = r"""
create table words as
with tokens as (
    select item_id, unnest(regexp_split_to_array(text, '[^\p{L}\p{M}\p{Nd}]+')) as word from items
), kept as (
    select item_id, word, count(*) as times from tokens
    where length(word) > 1 and word not in (select column0 from read_csv('$stops', header = false, columns = {'column0': 'varchar'}))
    group by all
), bought as (
    select person_id, moment, item_id, count(*) as lines
    from seen join moments on day < moment and day >= moment - 90 where kind = 'purchase' group by all
), summed as (
    select person_id, moment, word, sum(lines * times)::bigint as times from bought join kept using (item_id)
    group by person_id, moment, word
    qualify row_number() over (partition by person_id, moment order by sum(lines * times) desc, word) <= 1000
)
select person_id, moment, map(list(word order by word), list(times order by word)) as bought_words_90d from summed group by all
"""
JOINED = """
create table features as
select plain.* $but, category_entropy_90d, favourite_categories_90d, favourite_categories_ever, bought_words_90d
from plain left join categories using (person_id, moment) left join words using (person_id, moment)
"""
LABELS = """
create table labels as
with tasks(task, days) as (values ('redeems_coupon', 60), ('goes_quiet', 30), ('spend_next_30_days', 30)),
ahead as (
    select f.person_id, f.moment,
           count(*) filter (s.kind = 'coupon_redemption' and s.day < f.moment + 60) as redeemed,
           count(*) filter (s.kind = 'purchase' and s.day < f.moment + 30) as lines,
           coalesce(sum(value) filter (s.day < f.moment + 30), 0) as spend
    from plain f left join seen s on s.person_id = f.person_id and s.day >= f.moment and s.day < f.moment + 60 group by all
)
select person_id, task, moment, moment + days as ripe_at,
       case task when 'redeems_coupon' then (redeemed > 0)::int::double when 'goes_quiet' then (lines = 0)::int::double
            else spend::double end as label
from ahead cross join tasks where moment + days <= date '2018-01-01'
"""

TABLES = ("items", "reference_promotions", "reference_campaigns", "reference_coupons", "events", "person_attributes", "people")
LAST = ("features", "labels")


def main() -> None:
    """Make the tables, write them, print the seconds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("sources", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("stops", type=Path)
    parser.add_argument("--without-promotions", action="store_true")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    promoted, joined, but = NOT_PROMOTED if asked.without_promotions else PROMOTED
    statements = [MOMENTS, ITEMS, *([] if asked.without_promotions else [PROMOTIONS]), CAMPAIGNS, COUPONS, EVENTS]
    statements += [ATTRIBUTES, PEOPLE, SEEN, FEATURES, CATEGORIES, WORDS, JOINED, LABELS]
    places = {**PLACES, "sources": asked.sources, "stops": asked.stops, "promoted": promoted, "joined": joined, "but": but}
    seconds: dict[str, float] = {}
    for statement in statements:
        begin = time.monotonic()
        connection.execute(Template(statement).substitute(places))
        name = statement.split()[2]
        if name in (*TABLES, *LAST):
            connection.execute(f"copy {name} to '{asked.out / name}.parquet' (format parquet)")
        seconds[name] = round(time.monotonic() - begin, 2)
    seconds["peak_mb"] = peak_mb()
    print(json.dumps(seconds))


if __name__ == "__main__":
    main()
