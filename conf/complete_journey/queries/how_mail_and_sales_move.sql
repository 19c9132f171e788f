-- How did months with many mailings sell?
select date_trunc('month', e.event_date) as month,
       sum(case when e.event_type = 'campaign_exposure' then 1 else 0 end) as mailings,
       sum(case when e.event_type = 'coupon_redemption' then 1 else 0 end) as redemptions,
       sum(case when e.event_type = 'purchase' then e.value else 0 end) as sales,
       count(distinct case when e.event_type = 'purchase' then e.person_id end) as households
from gold.events e
where e.event_date >= date '2017-01-01'
group by 1 order by 1
