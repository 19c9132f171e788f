-- Which good households that once redeemed a coupon got no mail for 60 days?
select p.person_id, p.spend, f.spend_90d, f.redemptions_ever, f.days_since_redemption_ever, p.favourite_categories
from gold.features f join gold.profiles p on p.person_id = f.person_id
where f.as_of = (select max(as_of) from gold.features)
  and f.redemptions_ever >= 1 and f.mailings_60d = 0 and f.baskets_90d >= 3
order by f.spend_90d desc, p.person_id
