-- Do households with less income buy more of what is displayed or mailed?
select coalesce(p.income_band, 'not asked') as income, count(*) as households,
       round(100 * avg(f.promotion_share_90d), 1) as percent_on_promotion,
       round(100 * avg(f.discount_share_90d), 1) as percent_discount, cast(avg(f.spend_90d) as decimal(18, 2)) as spend
from gold.features f join gold.profiles p on p.person_id = f.person_id
where f.as_of = (select max(as_of) from gold.features) and f.promotion_share_90d is not null
group by 1 order by percent_on_promotion desc, income
