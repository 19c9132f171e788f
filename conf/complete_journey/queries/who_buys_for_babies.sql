-- Do households that buy for a baby say that they have children?
select coalesce(p.kids, 'not asked') as kids, count(*) as households, cast(avg(p.spend) as decimal(18, 2)) as spend
from gold.segment_membership m join gold.profiles p on p.person_id = m.person_id
where m.segment = 'baby_households' and m.left_at is null
group by 1 order by households desc, kids
