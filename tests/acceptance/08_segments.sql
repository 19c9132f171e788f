select segment, count(*) from gold.segment_membership where left_at is null and segment in ('lapsing_high_spenders', 'coupon_lovers', 'baby_households', 'mailed_but_cold') group by 1 order by 1
