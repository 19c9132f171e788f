-- For what do our coupons bring people in, and how many redemptions does a coupon get?
with offered as (
    select distinct i.department, cast(c.coupon_upc as string) as coupon_upc from silver.reference_coupons c
    join silver.items i on i.item_id = cast(c.item_id as string)
), redeemed as (
    select e.context['coupon_upc'] as coupon_upc, count(*) as redemptions
    from gold.events e where e.event_type = 'coupon_redemption' group by 1
)
select o.department, count(*) as coupons, sum(coalesce(r.redemptions, 0)) as redemptions,
       round(sum(coalesce(r.redemptions, 0)) / count(*), 2) as redemptions_a_coupon
from offered o left join redeemed r on r.coupon_upc = o.coupon_upc
group by 1 order by redemptions desc, o.department
