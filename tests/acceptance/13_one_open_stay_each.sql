select count(*) - count(distinct concat(segment, person_id)) from gold.segment_membership where left_at is null
