-- Which of our best households have gone quiet, and what did they like?
select p.person_id, p.spend, p.recency_days, p.favourite_categories
from gold.segment_membership m join gold.profiles p on p.person_id = m.person_id
where m.segment = 'lapsing_high_spenders' and m.left_at is null
order by p.spend desc, p.person_id
